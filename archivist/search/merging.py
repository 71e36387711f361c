"""Which segments are put together, and when: a few big ones and a few small ones, and no commit that takes long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from archivist.search.segment import Segment
from archivist.search.segment_writing import Added, Output, write_few

FEW: Final = 64
"""So many documents are put together sooner than numpy is loaded."""
ALLOWED: Final = 8
"""So many segments may there be; with one more, small ones are put together."""
MANY: Final = 16
"""With more, a commit puts together even big ones: nobody did it when there was time."""
IN_COMMIT: Final = 128
"""Documents that a commit puts together otherwise; more wait until there is time."""
BIGGEST: Final = 250_000
"""Documents of a segment that is not made bigger."""
_AT_ONCE: Final = 4
"""Segments that a commit puts together at least: fewer are not worth its while."""
_GROWTH: Final = 2
"""A segment joins smaller ones when it has at most so many times as many documents as they all."""


def chosen(sizes: Sequence[int], added: int, most: int) -> list[int]:
    """Return the segments, as places among the sizes, that are put together with new documents; none when it is well as it is.

    Args:
        sizes: documents of each segment.
        added: new documents, which are a segment of their own otherwise.
        most: documents that may be put together.
    """
    count = len(sizes) + bool(added)
    if count <= ALLOWED:
        return []
    if count > MANY:
        most = BIGGEST
    least = _AT_ONCE if added else 2
    found: list[int] = []
    total = added
    for place in sorted(range(len(sizes)), key=sizes.__getitem__):
        if total + sizes[place] > most or (len(found) >= least and sizes[place] > _GROWTH * total):
            break
        found.append(place)
        total += sizes[place]
    return found if len(found) >= least else []


def write(out: Output, added: Sequence[Added], old: Sequence[Segment]) -> int:
    """Write a segment of new documents and of what lives in older segments; returns how many documents there are."""
    if len(added) + sum(map(len, old)) <= FEW:
        return write_few(out, added, old)
    from archivist.search import segment_bulk  # loads numpy

    return segment_bulk.write(out, added, old)
