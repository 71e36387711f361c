"""Which boxes of a document will overflow, said before it is made.

The question is asked of every plan, and the answer is nearly always none. Reading a template costs more than filling it: what
is filled is kept. And where every value that stands alone in a box is short enough for it, nothing need be filled at all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archivist.declarations.cache import CheckedTables, mark_of, settled
from archivist.documents.render import continuation

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["continued_boxes", "plainly_fits"]

_BOX: Final = re.compile(r"\|fit\((?P<width>[\d.]+), (?P<lines>\d+), ")
_PATH: Final = re.compile(r"\{\{ \((?P<path>[A-Za-z_][\w.]*)\)$")
"""What stands before the filter where a box prints one value as it is."""
_LONGEST_PATH: Final = 120
_LOOP: Final = re.compile(r"\bfor (\w+) in ")


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
    sources = _sources(template, cache)
    if all(plainly_fits(source, values) for source in sources):
        return ()
    from archivist.documents.render.sandbox import BUILT_IN, PUT, filled  # loads the template language

    rests: list[continuation.Rest] = []
    tokens = PUT.set([]), continuation.REST.set(rests)
    try:
        for source in sources:
            filled(_compiled(source), {**values, BUILT_IN: ""}, template.name)
    finally:
        PUT.reset(tokens[0])
        continuation.REST.reset(tokens[1])
    return tuple(rest.caption for rest in rests)


# ── without filling anything ─────────────────────────────────────────────────────────────────────────────
def plainly_fits(source: str, values: Mapping[str, object]) -> bool:
    """Tell whether no box can overflow, going by lengths alone; ``False`` where that does not say.

    Args:
        source: the XML as it is filled.
        values: what it is filled with.
    """
    lines = _looped(source)
    return all(
        path is not None and all(_short(text, room) for text in _texts(path, values, lines))
        for path, room in _boxes(source)
    )


@lru_cache(maxsize=64)
def _looped(source: str) -> frozenset[str]:
    """Return what the lines of tables are called."""
    return frozenset(_LOOP.findall(source))


@lru_cache(maxsize=64)
def _boxes(source: str) -> tuple[tuple[str | None, float], ...]:
    """Return what each box prints, where that is one value as it is, and how many half characters it has room for."""
    return tuple(
        (
            match["path"]
            if (match := _PATH.search(source, max(0, box.start() - _LONGEST_PATH), box.start()))
            else None,
            float(box["width"]) * int(box["lines"]),
        )
        for box in _BOX.finditer(source)
    )


def _short(text: str, room: float) -> bool:
    """As ``continuation.fit`` sees at a glance."""
    return len(text) * 2 <= room and "\n" not in text and "\r" not in text


def _texts(path: str, values: Mapping[str, object], lines: Collection[str]) -> Iterator[str]:
    """Yield every text that may stand at a path: of a line of a table the cells so named of every table."""
    root, *keys = path.split(".")
    if root in values and root not in lines:
        found: object = values[root]
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        yield from _plain(found)
    else:
        for cell in _cells(values, keys[-1] if keys else ""):
            yield from _plain(cell)


def _plain(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and value:
        yield "\n"  # one item on a line: lengths alone do not say


def _cells(value: object, key: str) -> Iterator[object]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name == key:
                yield inner
            yield from _cells(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield inner if not key else None
            yield from _cells(inner, key)


# ── what is filled ───────────────────────────────────────────────────────────────────────────────────────
@lru_cache(maxsize=64)
def _compiled(source: str) -> Template:
    from archivist.documents.render.sandbox import compile_source

    return compile_source(source)


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
    from archivist.documents.render.render import filled_sources  # all that reads and writes Word's format

    return tuple(filled_sources(template).values())
