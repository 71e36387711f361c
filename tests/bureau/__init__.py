"""The bureau: what it receives, keeps, draws and answers."""
