"""The volume (卷) a file was finished as (立卷): its number in the archive, and which pages of it each record has.

Pages count through the whole volume. What is filed later continues the count in a further event; a number once given to a
page is never given to another, also where the paper left the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from archivist.model.event import Data
from archivist.model.ids import RecordNo

ARCHIVE_NO: Final = re.compile(r"[^\s/\\]{1,40}")
"""What a number in the archive (档号) may look like at all: it stands in names of files and on the cover."""


@dataclass(frozen=True, slots=True)
class PageRange:
    """The pages of one record in its volume, 1-based, both included; ``last`` is ``first - 1`` where it has none."""

    first: int
    last: int

    @property
    def count(self) -> int:
        """How many pages it is."""
        return self.last - self.first + 1

    def __str__(self) -> str:
        if not self.count:
            return ""
        return str(self.first) if self.first == self.last else f"{self.first}—{self.last}"


@dataclass(frozen=True, slots=True)
class Volume:
    """A finished volume. ``no`` is its number in the archive (档号), ``seq`` the latest event that counted pages."""

    no: str
    pages: Mapping[RecordNo, PageRange] = field(default_factory=dict)
    seq: int = 0

    @property
    def last(self) -> int:
        """The last page that has a number; 0 where none has."""
        return max((pages.last for pages in self.pages.values()), default=0)

    def to_plain(self) -> dict[str, object]:
        """Return what the event says that finished it."""
        return {
            "no": self.no,
            "pages": [[number, pages.first, pages.last] for number, pages in self.pages.items()],
        }


def finished(before: Volume | None, data: Data, seq: int) -> Volume:
    """Return the volume after a ``volume_finished``.

    Args:
        before: as it was finished earlier; ``None`` the first time.
        data: of the event.
        seq: of the event.

    Raises:
        ValueError: its number changes, or its pages do not go on from those before.
    """
    no = str(data["no"])
    if before is not None and before.no != no:
        raise ValueError(f"the volume {before.no} cannot become {no}")
    pages = dict(before.pages) if before else {}
    last = before.last if before else 0
    for record, first, end in data["pages"]:
        if record in pages or first != last + 1 or end < last:
            raise ValueError(f"pages {first}-{end} of record {record} where page {last + 1} was due")
        pages[RecordNo(record)] = PageRange(first, end)
        last = end
    return Volume(no, MappingProxyType(pages), seq)
