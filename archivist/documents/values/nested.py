"""Values by dotted path, and the nested groups a template reads: ``publicity.end`` is ``end`` in the group ``publicity``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def flattened(nested: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield every value with its dotted path."""
    for key, value in nested.items():
        if isinstance(value, Mapping):
            yield from flattened(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def put(nested: dict[str, object], path: str, value: object) -> None:
    """Set the value at a dotted path, making the groups on the way."""
    *heads, last = path.split(".")
    for head in heads:
        inner = nested.setdefault(head, {})
        assert isinstance(inner, dict)
        nested = inner
    nested[last] = value


def at(nested: Mapping[str, object], path: str) -> object:
    """Return the value at a dotted path, ``None`` when there is none."""
    value: object = nested
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
