"""What people declare in TOML tables – documents, settings, rows of rule packs – read into typed values.

``forms`` marks on types what a text must look like · ``reader`` reads a table and names every fault in it at once (it
alone imports cattrs) · ``builder`` builds the same value from a table that was read before without a fault · ``cache``
remembers which tables those are.
"""

__all__ = ["builder", "cache", "forms", "reader"]
