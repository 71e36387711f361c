"""rules/completeness."""
