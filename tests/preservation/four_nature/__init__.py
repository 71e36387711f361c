"""The four natures: each item, each of its results, and what a fault of one kind is seen by."""
