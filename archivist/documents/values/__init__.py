"""documents/values."""
