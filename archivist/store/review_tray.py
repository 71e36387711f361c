"""The review tray (待认领): files a person must look at, each with the reason, the candidates and the evidence.

``review/<item>/`` holds ``original.<ext>`` (the bytes as they came), ``why.json`` and, when it could be read,
``text.txt`` and ``pages.json`` (what was read, page by page: derived, for whoever files it later). Item ids carry no personal data; the file's own name stands in ``why.json`` only.
``why.json`` is a note (``notes``) and has the digests of the two derived files. An item of which it is damaged, or the
original gone, stands aside: it is named, nothing of it is used, and everything else goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from archivist.errors import DamagedFile, UnreadableFile
from archivist.model.ids import CaseNo, RecordNo, Sha256
from archivist.model.plain_json import JsonList, JsonMap, JsonTable, MalformedData
from archivist.store import durable_files, notes, originals
from archivist.store.commit import Original, Stamp
from archivist.store.foreign_files import is_foreign
from archivist.store.tray_items import READING, TEXT, WHY, DamagedItem, TrayItem, named

_COPY: Final = "back"
"""The copy that goes to the outbox; it is in the item until it is handed back."""
_PAGE: Final = JsonTable({"page": int}, {"file": int, "turn": int})
_SIGN: Final = JsonTable({"speaks_for": str, "kind": str, "where": str}, open=True)
_DETAILS: Final = JsonTable(
    {},
    {
        **dict.fromkeys(("batch", "part", "kind", "code", "named", "unread", "doubt"), str),
        **dict.fromkeys(("member", "pages"), int),
        **dict.fromkeys(("cases", "types"), JsonList(str)),
        "pages_of": JsonList(_PAGE),
        "evidence": JsonList(_SIGN),
        "proposal": JsonList(JsonList(int)),
    },
    open=True,
)
_SOURCE: Final = JsonTable(
    {"name": str, "sha256": str, "size": int}, {"mtime_ns": int, "inode": int, "device": str}, open=True
)
_NOTE: Final = JsonTable(
    {"received": str, "reason": str, "message": str, "source": _SOURCE},
    {
        **dict.fromkeys(("assigning", "returning"), str),
        "details": _DETAILS,
        "files": JsonMap(str),
        "taken_from": JsonTable({"case": str, "record": str}),
    },
)


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
    taken_from: tuple[CaseNo, RecordNo] | None = None
    """The record of a case that is going to be this item and is not yet."""


def note_of(item: str, content: bytes) -> dict[str, Any] | None:
    """Return what the note of an item says; ``None`` when it is damaged, or of another file than the item's id tells."""
    try:
        note = notes.unseal(content, _NOTE)
    except MalformedData:
        return None
    digits = item.split("-")[1] if item.count("-") else ""
    return note if str(note["source"]["sha256"]).startswith(digits) or item.count("-p") else None


class Tray:
    """The folder ``review/``. Callers hold the workspace's lock for everything that writes."""

    def __init__(self, folder: Path, work: Path) -> None:
        self.folder = folder
        self.work = work

    def folders(self) -> list[Path]:
        """Return the folders of all items."""
        return sorted(p for p in self.folder.iterdir() if p.is_dir() and not is_foreign(p.name))

    def items(self) -> list[TrayItem]:
        """Return what waits, oldest first, without what is damaged."""
        return self.standing()[0]

    def standing(self) -> tuple[list[TrayItem], list[DamagedItem]]:
        """Return what waits, oldest first, and the items that are damaged."""
        found: list[TrayItem] = []
        damaged: list[DamagedItem] = []
        for folder in self.folders():
            try:
                found.append(self._read(folder))
            except DamagedFile as why:
                damaged.append(DamagedItem(folder.name, folder, why, _original(folder)))
        return sorted(found, key=lambda i: (i.received, i.id)), damaged

    def get(self, item: str) -> TrayItem:
        """Return one item by its id or an unambiguous beginning of it; see ``named``.

        Raises:
            TrayItemNotFound: E104. DamagedFile: E212, the item is damaged.
        """
        if damaged := self.damaged(item):
            raise damaged.why
        return named(self.items(), item)

    def damaged(self, item: str) -> DamagedItem | None:
        """Return the damaged item that has this id, whole; ``None`` when none has."""
        return next((one for one in self.standing()[1] if one.id == item.strip().lower()), None)

    @staticmethod
    def _note(folder: Path) -> dict[str, Any]:
        return notes.read(
            folder / WHY, f"review/{folder.name}/{WHY}", _NOTE, notes.remedy(f"review/{folder.name}", WHY)
        )

    def _read(self, folder: Path) -> TrayItem:
        why = self._note(folder)
        source, file = why["source"], _original(folder)
        if file is None:
            raise DamagedFile(
                "原件不见了",
                file=f"review/{folder.name}/original",
                remedy="从备份取回原件；须知道来件人的，原件名见 why.json。",
            )
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
            digests=MappingProxyType(why.get("files", {})),
            file=file,
        )

    def holding(self, original: Original) -> TrayItem | None:
        """Return the item that has this very file already: a kill came before the original could go."""
        found = (item for item in self.holding_bytes(original.sha256) if original.is_source(item.source))
        return next(found, None)

    def holding_bytes(self, digest: Sha256) -> Iterator[TrayItem]:
        """Yield the items that are a file with these bytes."""
        for folder in sorted(self.folder.glob(f"*-{digest[:8]}*")):
            with suppress(DamagedFile):
                if (item := self._read(folder)).sha256 == digest:
                    yield item

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
        received = stamp.by.time.isoformat(timespec="seconds")
        draft = WaitingDraft(original, suffix, received, reason, message, details, text, reading)
        return self._place(f"{stamp.by.time:%Y%m%d}-{original.sha256[:8]}", draft)

    def put_back(self, draft: WaitingDraft, item: str) -> TrayItem:
        """Copy the file of a record into the tray, under the id it had there where that is free; see ``unfiling``."""
        return self._place(item, draft)

    def _place(self, wanted: str, draft: WaitingDraft) -> TrayItem:
        """Make an item under an id, or that id counted up."""
        names = (wanted, *(f"{wanted}-{n}" for n in range(2, 1000)))
        target = next(self.folder / n for n in names if not (self.folder / n).exists())
        building = self.work / f"tray-{target.name}"
        with durable_files.writing("文件仍在原处", draft.original.path.name):
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
        with originals.open_original(original.path) as (handle, _):
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
        if draft.taken_from:
            case, record = draft.taken_from
            why["taken_from"] = {"case": str(case), "record": record}
        derived = {TEXT: draft.text.encode("utf-8", "replace"), READING: draft.reading}
        digests = {
            name: durable_files.write_new(folder / name, data)[0] for name, data in derived.items() if data
        }
        durable_files.write_new(folder / WHY, notes.seal(why | {"files": digests}))
        durable_files.sync_folder(folder)

    def explain(self, item: TrayItem, *, reason: str, message: str, details: Mapping[str, Any]) -> None:
        """Say anew why an item waits; what ``details`` does not name stays as it is."""
        why = self._note(item.folder)
        why |= {"reason": reason, "message": message, "details": why.get("details", {}) | dict(details)}
        with durable_files.writing("仍在待认领中，原因未更新", item.id):
            self._rewrite(item, why)

    def _rewrite(self, item: TrayItem, why: Mapping[str, Any]) -> None:
        staged = self.work / f"mark-{item.id}"
        durable_files.unlink(staged)
        durable_files.write_new(staged, notes.seal(why))
        durable_files.replace(staged, item.folder / WHY)
        durable_files.sync_folder(item.folder)

    def mark(self, item: TrayItem, case: str) -> None:
        """Note durably that an item is being assigned to a case, so that a crash cannot file it twice."""
        why = self._note(item.folder) | {"assigning": case}
        with durable_files.writing("没有归档任何内容，仍在待认领中", item.id):
            self._rewrite(item, why)

    def marks(self) -> Sequence[tuple[TrayItem, str]]:
        """Return the items whose assignment was begun, with the case named."""
        found = []
        for item in self.items():
            case = self._note(item.folder).get("assigning")
            if case:
                found.append((item, case))
        return found

    def coming(self) -> Sequence[tuple[TrayItem, CaseNo, RecordNo]]:
        """Return the items whose record may still be in its case, with case and record."""
        noted = ((item, self._note(item.folder).get("taken_from")) for item in self.items())
        return [(item, CaseNo.parse(said["case"]), RecordNo(said["record"])) for item, said in noted if said]

    def unmark(self, item: TrayItem) -> None:
        """Forget a begun assignment that was not committed, or from which case a paper came once that has let it go."""
        why = {k: v for k, v in self._note(item.folder).items() if k not in ("assigning", "taken_from")}
        plain = self.work / f"mark-{item.id}"
        durable_files.unlink(plain)
        durable_files.write_new(plain, notes.seal(why))
        durable_files.replace(plain, item.folder / WHY)

    def remove(self, item: TrayItem | DamagedItem) -> None:
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
            why = self._note(item.folder)
            self._rewrite(item, why | {"returning": f"{folder.name}/{target.name}"})
        with durable_files.writing("退回尚未完成，下次启动时自动补完", item.id):
            self._finish_return(item, target)
        return target

    def hand_back_damaged(self, item: DamagedItem, folder: Path) -> Path:
        """Put the file of a damaged item, whose own name is not to be told, where the clerk can take it; returns its path.

        Raises:
            DamagedFile: E212, there is no file.

        Survives: a kill at any point leaves it in the tray or in the outbox; then the rest of the item stays behind.
        """
        if item.file is None:
            raise item.why
        with durable_files.writing("没有退回，仍在待认领中", item.id):
            durable_files.make_folders(folder, below=folder.parent)
            names = (
                f"{item.id}{tail}{item.file.suffix}" for tail in ("", *(f" ({n})" for n in range(2, 1000)))
            )
            target = next(folder / name for name in names if not (folder / name).exists())
            durable_files.rename_new(item.file, target)
            durable_files.sync_folder(folder)
            durable_files.sync_folder(item.folder)
        self.remove(item)
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
            place = self._note(item.folder).get("returning")
            if place:
                group, _, name = place.partition("/")
                self._finish_return(item, outbox / Path(group).name / Path(name).name)
                done.append(f"待认领 {item.id}：已退回，移出")
            else:
                durable_files.unlink(item.folder / _COPY)
        return done


def _original(folder: Path) -> Path | None:
    return next((p for p in folder.iterdir() if p.stem == "original"), None)
