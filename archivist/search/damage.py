"""What rows and texts of the index say that nobody wrote is damage of the index, and no fault of the program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from archivist.errors import IndexFault


@contextmanager
def as_written() -> Iterator[None]:
    """Take for damage what a block cannot make sense of.

    Raises:
        IndexFault: E400.
    """
    try:
        yield
    except (ValueError, LookupError, TypeError) as error:
        raise IndexFault(f"索引损坏（{type(error).__name__}）") from error
