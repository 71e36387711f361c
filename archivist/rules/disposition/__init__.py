"""rules/disposition."""
