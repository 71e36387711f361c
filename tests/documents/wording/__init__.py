"""What the papers of every place say: ``rendered`` each type as each pack prints it · ``faults`` what no text may hold."""
