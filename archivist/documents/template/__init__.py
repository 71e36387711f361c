"""documents/template."""
