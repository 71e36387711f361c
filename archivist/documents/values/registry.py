"""Who works out what a document prints: every function registers itself for the paths it knows, in the module of its theme.

A function takes the ``DocumentContext`` and returns the stored form of a value (a date as itself or ``YYYY-MM-DD``), or
``None`` when it cannot be told. Where the value at a path differs by document, the function names its documents.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from typing import Final, TypeVar

from archivist.documents.values.context import DocumentContext, once

T = TypeVar("T")
Computation = Callable[[DocumentContext], object]
Examination = Callable[[DocumentContext], None]
_COMPUTATIONS: Final[dict[tuple[str, str], Computation]] = {}
"""(path, document; empty for any) → function."""
_EXAMINATIONS: Final[dict[str, list[Examination]]] = {}
"""Document → functions."""


def computes(
    *paths: str, documents: Iterable[str] = ("",)
) -> Callable[[Callable[[DocumentContext], T]], Callable[[DocumentContext], T]]:
    """Register a function for the value at some paths, which is worked out once a document.

    Args:
        paths: each gets what the function returns.
        documents: only of these document types; before a function for any.
    """
    places = [(path, document) for document in documents for path in paths]

    def register(function: Callable[[DocumentContext], T]) -> Callable[[DocumentContext], T]:
        result = once(function)
        for place in places:
            if place in _COMPUTATIONS:
                raise ValueError(f"{place} is computed twice")
            _COMPUTATIONS[place] = result
        return result

    return register


def examines(*documents: str) -> Callable[[Examination], Examination]:
    """Register a function that looks at what was told of a document and notes its problems and doubts."""

    def register(function: Examination) -> Examination:
        for document in documents:
            _EXAMINATIONS.setdefault(document, []).append(function)
        return function

    return register


@cache
def _load() -> None:
    """Read every module of this package, so that each has registered what it knows."""
    package = __name__.rpartition(".")[0]
    for module in pkgutil.iter_modules(import_module(package).__path__):
        import_module(f"{package}.{module.name}")


def computation(path: str, document: str) -> Computation | None:
    """Return what works out the value at a path of a document type; ``None`` when nothing does."""
    _load()
    return _COMPUTATIONS.get((path, document)) or _COMPUTATIONS.get((path, ""))


def examinations(document: str) -> Iterable[Examination]:
    """Return what looks at a document of a type."""
    _load()
    return _EXAMINATIONS.get(document, ())


def registered() -> Iterable[tuple[str, str]]:
    """Return the places that are worked out: path, and document where it is not the same for any."""
    _load()
    return _COMPUTATIONS.keys()
