"""By which version of the program an index was made. One of another is asked nothing; who writes at leisure makes it anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from archivist.errors import IndexFault
from archivist.search import text as forms
from archivist.search.databases import BareCatalogue

SCHEMA: Final = 15
"""Raised by one whenever the files of an index change their shape, or the grams they name."""


def own() -> Mapping[str, str]:
    """Return what the catalogue of an index made by this version says in ``meta``."""
    return {"schema": str(SCHEMA), "analyser": str(forms.ANALYSER)}


def require_own(meta: Iterable[tuple[object, ...]]) -> None:
    """Refuse an index by the rows of its ``meta``.

    Raises:
        IndexFault: E400, another version made it.
    """
    if not _fits(meta):
        raise _other()


def require_own_file(catalogue: Path) -> None:
    """Refuse an index by its catalogue, whatever state it is in; what cannot be read tells nothing.

    Raises:
        IndexFault: E400, another version made it.
    """
    if is_other(catalogue):
        raise _other()


def is_other(catalogue: Path) -> bool:
    """Tell whether another version made an index, as far as its catalogue can be read."""
    try:
        with BareCatalogue(catalogue) as asked:
            meta = asked.select("SELECT key, value FROM meta")
    except IndexFault:
        return False
    return not _fits(meta)


def _fits(meta: Iterable[tuple[object, ...]]) -> bool:
    return own().items() <= {str(key): str(value) for key, value in meta}.items()


def _other() -> IndexFault:
    return IndexFault(
        "索引是另一版本的程序建立的",
        remedy="升级以后运行一次 archivist reindex；守候收件箱的，开始时自己会重建。档案不受影响。",
    )
