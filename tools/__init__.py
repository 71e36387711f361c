"""What the project itself is made with: set-up, generated pages, the sample papers."""
