"""documents/render."""
