"""What waits in the review tray, one by one: a file with its reasons, one whose reasons are damaged, how people name either."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from archivist.errors import DamagedFile, TrayItemNotFound
from archivist.model.ids import Sha256
from archivist.store import bag

WHY: Final = "why.json"
TEXT: Final = "text.txt"
READING: Final = "pages.json"
SHORTEST: Final = 2
"""Characters of an item's short name, at least."""


@dataclass(frozen=True, slots=True)
class TrayItem:
    """One waiting file. ``reason`` is a stable word (``unreadable``, ``no_case`` …), ``message`` is for people."""

    id: str
    folder: Path
    name: str
    sha256: Sha256
    size: int
    received: str
    reason: str
    message: str
    details: Mapping[str, Any]
    source: Mapping[str, Any]
    digests: Mapping[str, str]
    """Of the derived files; none in items of earlier programs."""
    file: Path
    """The file as it came."""

    @property
    def text(self) -> str:
        """What was recognised on it, pages split by form feed; empty when nothing was, or it is damaged."""
        return self._derived(TEXT).decode("utf-8", "replace")

    @property
    def reading(self) -> bytes:
        """What was read, page by page, as whoever put it here wrote it; empty when nothing was, or it is damaged."""
        return self._derived(READING)

    def _derived(self, name: str) -> bytes:
        path = self.folder / name
        data = path.read_bytes() if path.is_file() else b""
        return data if not self.digests or bag.sha256(data) == self.digests.get(name) else b""

    def damaged_files(self) -> Iterator[tuple[str, str, str]]:
        """Yield name, wanted and found digest of each derived file that is not as it was written."""
        for name in (TEXT, READING) if self.digests else ():
            path, wanted = self.folder / name, self.digests.get(name, "")
            found = bag.sha256(path.read_bytes()) if path.is_file() else ""
            if found != wanted:
                yield name, wanted, found

    @property
    def batch(self) -> str:
        """Id of the batch it is a part of; empty when it is none."""
        return str(self.details.get("batch", ""))

    @property
    def batch_pages(self) -> str:
        """Which part of the batch it is, for people: ``第 3–4 页``; empty when it is none."""
        if member := self.details.get("member"):
            return f"第 {member} 个文件"
        return shown_pages(map(PageRef.from_plain, self.details.get("pages_of", ())))

    @property
    def batch_source(self) -> Mapping[str, Any]:
        """What an event remembers of the batch it is a part of."""
        names = {"batch": "batch", "member": "member", "pages_of": "pages"}
        return {to: self.details[name] for name, to in names.items() if name in self.details}


@dataclass(frozen=True, slots=True)
class DamagedItem:
    """An item that nothing can be said of, as its note is damaged or its file gone; ``file`` is the file as it came."""

    id: str
    folder: Path
    why: DamagedFile
    file: Path | None


@dataclass(frozen=True, slots=True)
class PageRef:
    """A page of a batch: ``number`` (1-based) of the ``file``-th file (1-based), turned clockwise by ``turn`` degrees."""

    number: int
    file: int = 1
    turn: int = 0

    def to_plain(self) -> dict[str, int]:
        """Return it as an event has it; what says nothing is left out."""
        return (
            {"page": self.number}
            | ({"file": self.file} if self.file > 1 else {})
            | ({"turn": self.turn} if self.turn else {})
        )

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> PageRef:
        """Read it back."""
        return cls(int(plain["page"]), int(plain.get("file", 1)), int(plain.get("turn", 0)))


def shown_pages(pages: Iterable[PageRef]) -> str:
    """Return pages for people: runs joined, ``第 3–5、7 页``; those of other files than the first with the file's number."""
    runs: list[list[PageRef]] = []
    for page in pages:
        if runs and (page.file, page.number) == (runs[-1][-1].file, runs[-1][-1].number + 1):
            runs[-1].append(page)
        else:
            runs.append([page])
    several = {run[0].file for run in runs} != {1}
    words = [
        (f"{run[0].file}:" if several else "")
        + (f"{run[0].number}–{run[-1].number}" if len(run) > 1 else f"{run[0].number}")
        for run in runs
    ]
    return f"第 {'、'.join(words)} 页" if words else ""


def named(items: Sequence[TrayItem], word: str) -> TrayItem:
    """Return the one item that a person means by its id, or by a beginning of it, with or without the whole day in front.

    Raises:
        TrayItemNotFound: E104, there is none, or more than one.
    """
    wanted = word.strip().lower()
    found = [i for i in items if wanted in (i.id, _without_day(i.id))] or [
        i
        for i in items
        if wanted and (_without_day(i.id).startswith(wanted) or ("-" in wanted and i.id.startswith(wanted)))
    ]
    if len(found) != 1:
        raise TrayItemNotFound(f"没有编号为“{word}”的一项" if not found else f"“{word}”对应多项，请多写几位")
    return found[0]


def short_names(items: Sequence[TrayItem]) -> dict[str, str]:
    """Return for each item's id the shortest name, of two characters at least, by which ``named`` finds it."""
    names = sorted(_without_day(i.id) for i in items)
    shortest = {}
    for at, name in enumerate(names):
        beside = [n for n in (*names[max(at - 1, 0) : at], *names[at + 1 : at + 2]) if n != name]
        shared = max((_shared(name, n) for n in beside), default=0)
        shortest[name] = name[: max(shared + 1, SHORTEST)]
    unique = Counter(names)
    return {i.id: shortest[_without_day(i.id)] if unique[_without_day(i.id)] == 1 else i.id for i in items}


def _shared(one: str, other: str) -> int:
    """Return how many characters two names begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _without_day(item: str) -> str:
    return item.partition("-")[2]
