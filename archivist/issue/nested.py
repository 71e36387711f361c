"""Nested values by dotted path, as templates read them."""

from __future__ import annotations


def put(nested: dict[str, object], path: str, value: object) -> None:
    """Set the value at a dotted path, making the groups on the way."""
    *heads, last = path.split(".")
    for head in heads:
        inner = nested.setdefault(head, {})
        assert isinstance(inner, dict)
        nested = inner
    nested[last] = value
