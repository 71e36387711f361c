"""reading/formats."""
