"""The review tray (待认领): files a person must look at, each with the reason, the candidates and the evidence.

``review/<item>/`` holds ``original.<ext>`` (the bytes as they came), ``why.json`` and, when it could be read,
``text.txt`` and ``pages.json`` (what was read, page by page: derived, for whoever files it later). Item ids carry no personal data; the file's own name stands in ``why.json`` only.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from archivist.errors import TrayItemNotFound, UnreadableFile
from archivist.model.ids import Sha256
from archivist.store import durable_files
from archivist.store.commit import Original, Stamp

_WHY: Final = "why.json"
_TEXT: Final = "text.txt"
SHORTEST: Final = 2
"""Characters of an item's short name, at least."""
_READING: Final = "pages.json"
_COPY: Final = "back"
"""The copy that goes to the outbox; it is in the item until it is handed back."""


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

    @property
    def file(self) -> Path:
        """The file as it came."""
        return next(p for p in self.folder.iterdir() if p.stem == "original")

    @property
    def text(self) -> str:
        """What was recognised on it, pages split by form feed; empty when nothing was."""
        path = self.folder / _TEXT
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @property
    def reading(self) -> bytes:
        """What was read, page by page, as whoever put it here wrote it; empty when nothing was."""
        path = self.folder / _READING
        return path.read_bytes() if path.exists() else b""

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


@dataclass(frozen=True, slots=True)
class WaitingDraft:
    """An item before it is in the tray; for the attributes see ``TrayItem``. ``suffix`` has the dot."""

    original: Original
    suffix: str
    received: str
    reason: str
    message: str
    details: Mapping[str, Any]
    text: str = ""
    reading: bytes = b""


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


class Tray:
    """The folder ``review/``. Callers hold the workspace's lock for everything that writes."""

    def __init__(self, folder: Path, work: Path) -> None:
        self.folder = folder
        self.work = work

    def folders(self) -> list[Path]:
        """Return the folders of all items."""
        return sorted(p for p in self.folder.iterdir() if p.is_dir())

    def items(self) -> list[TrayItem]:
        """Return what waits, oldest first."""
        found = [self._read(p) for p in sorted(self.folder.iterdir()) if (p / _WHY).exists()]
        return sorted(found, key=lambda i: (i.received, i.id))

    def get(self, item: str) -> TrayItem:
        """Return one item by its id or an unambiguous beginning of it; see ``named``.

        Raises:
            TrayItemNotFound: E104.
        """
        return named(self.items(), item)

    def _read(self, folder: Path) -> TrayItem:
        why = json.loads((folder / _WHY).read_bytes())
        source = why["source"]
        return TrayItem(
            id=folder.name,
            folder=folder,
            name=source["name"],
            sha256=Sha256(source["sha256"]),
            size=source["size"],
            received=why["received"],
            reason=why["reason"],
            message=why["message"],
            details=MappingProxyType(why.get("details", {})),
            source=MappingProxyType(source),
        )

    def holding(self, original: Original) -> TrayItem | None:
        """Return the item that has this very file already: a kill came before the original could go."""
        for folder in sorted(self.folder.glob(f"*-{original.sha256[:8]}*")):
            if (folder / _WHY).exists() and original.is_source((item := self._read(folder)).source):
                return item
        return None

    def put(
        self,
        original: Original,
        suffix: str,
        stamp: Stamp,
        *,
        reason: str,
        message: str,
        text: str = "",
        reading: bytes = b"",
        details: Mapping[str, Any] = MappingProxyType({}),
    ) -> TrayItem:
        """Copy a file into the tray with why it waits; the original is left for the caller to remove.

        Survives: a kill at any point leaves it in the inbox, in the tray too or not; the same file is not put in twice.
        """
        if waiting := self.holding(original):
            return waiting
        base = f"{stamp.by.time:%Y%m%d}-{original.sha256[:8]}"
        names = [base, *(f"{base}-{n}" for n in range(2, 1000))]
        target = next(self.folder / n for n in names if not (self.folder / n).exists())
        received = stamp.by.time.isoformat(timespec="seconds")
        draft = WaitingDraft(original, suffix, received, reason, message, details, text, reading)
        building = self.work / f"tray-{target.name}"
        with durable_files.writing("文件仍在收件箱", original.path.name):
            durable_files.remove_tree(building)
            self.build(building, draft)
            durable_files.rename_new(building, target)
            durable_files.sync_folder(self.folder)
            durable_files.sync_folder(self.work)
        return self._read(target)

    @staticmethod
    def build(folder: Path, draft: WaitingDraft) -> None:
        """Make an item's folder where it does not stand yet, and all in it durable; on failure nothing is left.

        Raises:
            UnreadableFile: E101, the file is no longer what was read.
        """
        original = draft.original
        durable_files.make_folder(folder)
        with durable_files.open_original(original.path) as (handle, _):
            digest, _size = durable_files.write_new(
                folder / f"original{draft.suffix}", handle, mode=durable_files.PAYLOAD_MODE
            )
        if digest != original.sha256:
            durable_files.remove_tree(folder)
            raise UnreadableFile("识别之后文件又有变动，将重新收取", file=original.path.name)
        why = {
            "received": draft.received,
            "reason": draft.reason,
            "message": draft.message,
            "details": dict(draft.details),
            "source": original.as_source(),
        }
        durable_files.write_new(folder / _WHY, _json(why))
        if draft.text:
            durable_files.write_new(folder / _TEXT, draft.text.encode())
        if draft.reading:
            durable_files.write_new(folder / _READING, draft.reading)
        durable_files.sync_folder(folder)

    def explain(self, item: TrayItem, *, reason: str, message: str, details: Mapping[str, Any]) -> None:
        """Say anew why an item waits; what ``details`` does not name stays as it is."""
        why = json.loads((item.folder / _WHY).read_bytes())
        why |= {"reason": reason, "message": message, "details": why.get("details", {}) | dict(details)}
        with durable_files.writing("仍在待认领中，原因未更新", item.id):
            self._rewrite(item, why)

    def _rewrite(self, item: TrayItem, why: Mapping[str, Any]) -> None:
        staged = self.work / f"mark-{item.id}"
        durable_files.unlink(staged)
        durable_files.write_new(staged, _json(why))
        durable_files.replace(staged, item.folder / _WHY)
        durable_files.sync_folder(item.folder)

    def mark(self, item: TrayItem, case: str) -> None:
        """Note durably that an item is being assigned to a case, so that a crash cannot file it twice."""
        why = json.loads((item.folder / _WHY).read_bytes()) | {"assigning": case}
        with durable_files.writing("没有归档任何内容，仍在待认领中", item.id):
            self._rewrite(item, why)

    def marks(self) -> Sequence[tuple[TrayItem, str]]:
        """Return the items whose assignment was begun, with the case named."""
        found = []
        for item in self.items():
            case = json.loads((item.folder / _WHY).read_bytes()).get("assigning")
            if case:
                found.append((item, str(case)))
        return found

    def unmark(self, item: TrayItem) -> None:
        """Forget a begun assignment that was not committed."""
        why = json.loads((item.folder / _WHY).read_bytes())
        why.pop("assigning", None)
        plain = self.work / f"mark-{item.id}"
        durable_files.unlink(plain)
        durable_files.write_new(plain, _json(why))
        durable_files.replace(plain, item.folder / _WHY)

    def remove(self, item: TrayItem) -> None:
        """Take an item out of the tray; its file is filed or handed back by now."""
        leaving = self.work / f"gone-{item.id}"
        with durable_files.writing("内容已经收好，待认领中的一份到下次启动时移走", item.id):
            durable_files.remove_tree(leaving)
            durable_files.rename_new(item.folder, leaving)
            durable_files.sync_folder(self.work)
            durable_files.sync_folder(self.folder)
            durable_files.remove_tree(leaving)

    def hand_back(self, item: TrayItem, folder: Path) -> Path:
        """Put the file, under its own name, into a folder of the outbox where the clerk can take it back; returns its path.

        Survives: a kill at any point; it waits as before, or the next start hands it back. It is never handed back twice,
        though the clerk takes it away before that start: the copy that is still in the item says whether it is done.
        """
        copy = item.folder / _COPY
        with durable_files.writing("没有退回，仍在待认领中", item.id):
            durable_files.make_folders(folder, below=folder.parent)
            durable_files.unlink(copy)
            with item.file.open("rb") as handle:
                durable_files.write_new(copy, handle)
            durable_files.sync_folder(item.folder)
            name = Path(item.name)
            names = [name.name, *(f"{name.stem} ({n}){name.suffix}" for n in range(2, 1000))]
            target = next(folder / n for n in names if not (folder / n).exists())
            why = json.loads((item.folder / _WHY).read_bytes())
            self._rewrite(item, why | {"returning": f"{folder.name}/{target.name}"})
        with durable_files.writing("退回尚未完成，下次启动时自动补完", item.id):
            self._finish_return(item, target)
        return target

    def _finish_return(self, item: TrayItem, target: Path) -> None:
        """Do what is left of handing an item back. Idempotent."""
        copy = item.folder / _COPY
        if copy.exists() and target.exists():  # a power cut left a half-done rename at both places
            durable_files.unlink(copy)
        elif copy.exists():
            durable_files.make_folders(target.parent, below=target.parent.parent)
            durable_files.rename_new(copy, target)
        if target.parent.is_dir():
            durable_files.sync_folder(target.parent)
        self.remove(item)

    def recover_returns(self, outbox: Path) -> list[str]:
        """Complete what was being handed back, and forget a copy nobody noted; return what was done, in Chinese."""
        done = []
        for item in self.items():
            place = json.loads((item.folder / _WHY).read_bytes()).get("returning")
            if place:
                group, _, name = str(place).partition("/")
                self._finish_return(item, outbox / Path(group).name / Path(name).name)
                done.append(f"待认领 {item.id}：已退回，移出")
            else:
                durable_files.unlink(item.folder / _COPY)
        return done


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
