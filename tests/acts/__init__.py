"""Acts of every kind in one case, one after another and against the order."""
