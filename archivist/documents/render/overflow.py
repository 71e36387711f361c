"""Which boxes of a document will overflow, said before it is made.

The question is asked of every plan, and reading a template costs more than filling it: what is filled is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from archivist.declarations.cache import CheckedTables, mark_of, settled
from archivist.documents.render import continuation
from archivist.documents.render.sandbox import BUILT_IN, PUT, compile_source, filled

__all__ = ["continued_boxes"]


def continued_boxes(
    template: Path, values: Mapping[str, object], cache: Path | None = None
) -> tuple[str, ...]:
    """Return the names of the boxes whose text would go on on an addendum page (续页).

    Args:
        template: the ``.docx`` with its tags.
        values: nested, as ``facts.document_values`` makes them; all text.
        cache: a file that may be lost or damaged at any time: what was read of the template.

    Raises:
        TemplateFault: E303, as ``render``.
    """
    rests: list[continuation.Rest] = []
    tokens = PUT.set([]), continuation.REST.set(rests)
    try:
        for source in _sources(template, cache):
            filled(_compiled(source), {**values, BUILT_IN: ""}, template.name)
    finally:
        PUT.reset(tokens[0])
        continuation.REST.reset(tokens[1])
    return tuple(rest.caption for rest in rests)


_compiled = lru_cache(maxsize=64)(compile_source)


def _sources(template: Path, cache: Path | None) -> tuple[str, ...]:
    if cache is None or not template.is_file() or not settled(template):
        return _read(template)
    return _kept(template, cache, tuple(mark_of(template)))


@lru_cache(maxsize=64)
def _kept(template: Path, cache: Path, mark: tuple[int, ...]) -> tuple[str, ...]:
    kept = CheckedTables(cache)
    of = [str(template), *mark]
    if (found := kept.get("sources", of)) is None:
        found = _read(template)
        kept.put("sources", of, found)
        kept.save()
    return tuple(found)


def _read(template: Path) -> tuple[str, ...]:
    from archivist.documents.render.render import (
        filled_sources,  # loads all that reads and writes Word's format
    )

    return tuple(filled_sources(template).values())
