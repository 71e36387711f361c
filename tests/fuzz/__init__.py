"""Damage by chance: every bit turned over, every kind of file spoilt; nothing falls over, and what is wrong is named."""
