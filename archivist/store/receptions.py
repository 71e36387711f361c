"""What the bureau received: copies of offices' bags, a whole submission exchanged for what was there before, or nothing of it.

``received/<office>/<case>/`` are the bags, ``ledger/<year>/`` beside them the office's own ledger, ``anchors/<submission>.tsv``
the heads of everything the office had. A submission that passed every check is built under ``.work/`` and renamed to
``incoming/<submission>/``: *this is the commit*. An office takes over another's files after a reorganisation in the same way: the bags go among its own cases,
the other's ledger into ``ledger-<office>/``; there nothing is exchanged, for none of it may be there. What is left is done again after a crash, in this order: each bag steps out of its
place and the new one steps in; the receipt goes to the outbox; the ledger takes its event; the folder goes, and the old bags with it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from archivist.errors import ArchiveError, WriteFailed
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.model.plain_json import JsonList, JsonTable
from archivist.store import durable_files, notes
from archivist.store.bag_heads import RECEIVED, is_bureau, received_from
from archivist.store.commit import PENDING, Draft, Stamp
from archivist.store.custody import ledger_of
from archivist.store.ledger import LedgerBags

INCOMING: Final = "incoming"
PLAN: Final = "plan.json"
BAGS: Final = "bags"
BEFORE: Final = "before"
ANSWER: Final = "answer"
HEADS: Final = "heads.tsv"
LEDGER: Final = "ledger"
ANCHORS: Final = "anchors"
RECEIPTS: Final = "回执"
"""Where receipts go within the outbox."""
_OFFICE: Final = re.compile(r"[A-Z]{2,8}")
_PLACE: Final = re.compile(r"[A-Z0-9]{2,8}-[A-Z]{2}-\d{4}-\d{6,}|ledger/\d{4}")
_SHAPE: Final = JsonTable(
    {
        **dict.fromkeys(("submission", "office", "pack"), str),
        "bags": JsonList(str),
        "event": dict,
        "by": JsonTable({"actor": str, "time": str}, open=True),
    },
    {"custody": bool},
)
_ADVICE: Final = "不要删去 archive/incoming 里的任何文件；从备份取回这个文件，再运行 archivist doctor。"


@dataclass(frozen=True, slots=True)
class Reception:
    """A submission that passed every check.

    Attributes:
        bags: the places of its bags below the office's folder: a case number, or ``ledger/2026``.
        event: what the ledger says of it; the files of the receipt are added.
        custody: an office takes the files over, to go on with them itself.
    """

    submission: str
    office: str
    bags: Sequence[str]
    event: Mapping[str, Any]
    stamp: Stamp
    custody: bool = False

    @property
    def op(self) -> Op:
        """What the ledger calls it."""
        return Op.CUSTODY_RECEIVED if self.custody else Op.SUBMISSION_RECEIVED

    def to_plain(self) -> dict[str, Any]:
        """Return the object of its note."""
        return {
            "submission": self.submission,
            "office": self.office,
            "bags": list(self.bags),
            "event": dict(self.event),
            "by": self.stamp.by.to_plain(),
            "pack": self.stamp.pack,
            **({"custody": True} if self.custody else {}),
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Reception:
        """Read one back; ``ValueError`` where it names a place that is none."""
        if not _OFFICE.fullmatch(plain["office"]) or not all(map(_PLACE.fullmatch, plain["bags"])):
            raise ValueError("places")
        stamp = Stamp(By.from_plain(plain["by"]), plain["pack"])
        custody = bool(plain.get("custody"))
        return cls(plain["submission"], plain["office"], tuple(plain["bags"]), plain["event"], stamp, custody)


def is_bag(place: str) -> bool:
    """Tell whether a name is one of a bag's folder among an office's: a case number, or below ``LEDGER`` a year."""
    return bool(_PLACE.fullmatch(place) or _PLACE.fullmatch(f"{LEDGER}/{place}"))


def begin(root: Path) -> None:
    """Make a new archive the bureau's; what it lacks besides is made when it is opened."""
    for path in (root, root / RECEIVED):
        path.mkdir(mode=durable_files.FOLDER_MODE, exist_ok=True)


class Receptions:
    """The folders ``received/`` and ``incoming/``. Callers who write hold the workspace's lock.

    Args:
        root: the archive; an office's has neither folder.
        ledgers: its own ledger.
        changing: marks bags that are about to change.
        disclose: puts on record whom a receipt names, before it is handed out.
    """

    def __init__(
        self,
        root: Path,
        ledgers: LedgerBags,
        changing: Callable[[Iterable[str], Stamp], None],
        disclose: Callable[[Iterable[CaseNo | str]], None],
    ) -> None:
        self.received, self.incoming = root / RECEIVED, root / INCOMING
        self._root, self._ledgers, self._changing, self._disclose = root, ledgers, changing, disclose

    def folders(self) -> Sequence[Path]:
        """Return the folders there must be; none in an office's archive."""
        return (self.received, self.incoming) if is_bureau(self._root) else ()

    def offices(self) -> list[Path]:
        """Return the folder of each office that handed something over, in order."""
        if not self.received.is_dir():
            return []
        return sorted(p for p in self.received.iterdir() if _OFFICE.fullmatch(p.name) and p.is_dir())

    def of(self, office: str) -> Path:
        """Return where the copies from an office are, or will be."""
        return received_from(self._root, office)

    def accept(
        self, staged: Path, reception: Reception, answer: Mapping[str, bytes], heads: bytes
    ) -> tuple[Path, ...]:
        """Take in a submission whose bags stand in ``staged / BAGS``, checked.

        Args:
            staged: a folder under ``.work/``.
            reception: what it is.
            answer: the receipt, file name → bytes.
            heads: the list of heads that came with it.

        Returns:
            The files of the receipt in the outbox.

        Raises:
            WriteFailed: E204; its message says whether it is taken in.

        Survives: a kill at any point; the next start completes it, or it never began.
        """
        place = self.incoming / reception.submission
        if place.exists():
            raise ArchiveError(
                "上次接收没有补完，先运行 archivist doctor 看缘由；没有接收任何内容", file=place.name
            )
        self._ledgers.place_of_next(reception.stamp.by.today.year, reception.stamp)  # that it takes an event
        with durable_files.writing("没有接收任何内容"):
            durable_files.make_folders(self.incoming, below=self._root)
            durable_files.make_folder(staged / ANSWER)
            for name, content in answer.items():
                durable_files.write_unsynced(staged / ANSWER / name, [content])
            for bag in reception.bags if reception.custody else ():
                _settle(staged / BAGS / bag)
            durable_files.write_unsynced(staged / HEADS, [heads])
            durable_files.write_unsynced(staged / PLAN, [notes.seal(reception.to_plain())])
            durable_files.sync_tree(staged)
            durable_files.rename_new(staged, place)
            durable_files.sync_folder(self.incoming)
        with durable_files.writing("已经接收，放入各户尚未完成，下次启动时自动补完"):
            return self._complete(place, reception)

    def recover(self) -> tuple[list[str], list[str]]:
        """Complete what was accepted; idempotent.

        Returns:
            What was done, and what could not be done and is tried again at the next start; both in Chinese.
        """
        done: list[str] = []
        left: list[str] = []
        places = sorted(self.incoming.iterdir()) if self.incoming.is_dir() else []
        if places:  # whoever died may have died between the rename that commits and its fsync
            durable_files.sync_folder(self.incoming)
        for place in places:
            if not (place / PLAN).exists():  # done but for its removal, in which the note goes first
                durable_files.remove_tree(place)
                continue
            try:
                note = notes.read(place / PLAN, f"{INCOMING}/{place.name}/{PLAN}", _SHAPE, _ADVICE)
                reception = Reception.from_plain(note)
                self._sync_made(reception)
                self._complete(place, reception)
                done.append(f"{place.name}：补完接收")
            except (ArchiveError, WriteFailed, ValueError, KeyError, TypeError) as error:
                left.append(f"{place.name}：接收没有补完（{error}）")
        return done, left

    def _target(self, reception: Reception) -> Path:
        return ledger_of(self._root, reception.office) if reception.custody else self.of(reception.office)

    def _sync_made(self, reception: Reception) -> None:
        """Make durable what somebody made who died before its fsync: the folders there are, by their names."""
        target = self._target(reception)
        for folder in (target.parent, target):
            if folder.is_dir():
                durable_files.sync_folder(folder)

    def _complete(self, place: Path, reception: Reception) -> tuple[Path, ...]:
        target = self._target(reception)
        durable_files.make_folders(target / ANCHORS, below=self._root)
        if not reception.custody:
            durable_files.make_folders(target / LEDGER, below=self._root)
        self._changing((bag for bag in reception.bags if not bag.startswith(f"{LEDGER}/")), reception.stamp)
        own = reception.custody
        places = {bag: self._own_place(target, bag) if own else target / bag for bag in reception.bags}
        self._exchange(place, places, step_out=not own)
        files = self._hand_out(place, reception)
        if not self._is_entered(reception):
            entries = [self._entry(path) for path in files]
            year = reception.stamp.by.today.year
            draft = Draft(reception.op, {**reception.event, "files": entries})
            self._ledgers.enter(year, draft, reception.stamp)
        anchors = target / ANCHORS / f"{reception.submission}.tsv"
        if (place / HEADS).exists() and not anchors.exists():
            durable_files.rename_new(place / HEADS, anchors)
        durable_files.sync_folder(anchors.parent)
        durable_files.unlink(place / PLAN)
        durable_files.sync_folder(place)
        durable_files.remove_tree(place)
        durable_files.sync_folder(self.incoming)
        return files

    def _own_place(self, ledger: Path, bag: str) -> Path:
        """Return where an office has a bag it took over: a year of the other's ledger, or a case."""
        year = bag.removeprefix(f"{LEDGER}/")
        return ledger / year if year != bag else self._root / "cases" / bag

    def _exchange(self, place: Path, places: Mapping[str, Path], *, step_out: bool) -> None:
        """Let the new bags step into their places; those that were there wait for the end beside them.

        All of one kind are renamed, then made durable together: whatever of it a crash leaves, doing it again completes it. That
        nothing is left to rename does not mean that it is durable.
        """
        new, before = place / BAGS, place / BEFORE
        if step_out:
            durable_files.make_folders(before / LEDGER, below=place)
            for bag, there in places.items():
                if (new / bag).exists() and there.exists():
                    durable_files.rename_new(there, before / bag)
            durable_files.sync_folder(before)
            durable_files.sync_folder(before / LEDGER)
        for bag, there in places.items():
            if (new / bag).exists():
                durable_files.rename_new(new / bag, there)
        for folder in sorted({there.parent for there in places.values()}):
            durable_files.sync_folder(folder)

    def _hand_out(self, place: Path, reception: Reception) -> tuple[Path, ...]:
        self._disclose(name for name in reception.bags if not name.startswith(f"{LEDGER}/"))
        folder = self._root / "outbox" / RECEIPTS / reception.submission
        durable_files.make_folders(folder, below=self._root)
        answer = place / ANSWER
        for path in sorted(answer.iterdir()) if answer.is_dir() else ():
            if not (folder / path.name).exists():
                durable_files.rename_new(path, folder / path.name)
        durable_files.sync_folder(folder)
        return tuple(sorted(folder.iterdir()))

    def _entry(self, path: Path) -> dict[str, Any]:
        digest, size = durable_files.digest_of(path)
        return {
            "path": path.relative_to(self._root / "outbox").as_posix(),
            "sha256": digest,
            "size": size,
        }

    def _is_entered(self, reception: Reception) -> bool:
        events = self._ledgers.events(reception.op)
        return any(event.data["submission"] == reception.submission for event in events)


def _settle(folder: Path) -> None:
    """Make of an unpacked bag one that takes events: a place for what is being committed, and a payload nobody writes into."""
    durable_files.make_folder(folder / PENDING)
    for path in (folder / "data").rglob("*"):
        if path.is_file() and hasattr(os, "fchmod"):  # as ``durable_files`` does, which syncs it afterwards
            path.chmod(durable_files.PAYLOAD_MODE)
