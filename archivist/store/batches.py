"""Batches: dropped files that hold several papers, each kept once, and what became of their pages.

``batches/<yyyymmdd-sha8>/`` is a bag like a case, with a chain of its own: the files as they came under ``data/``, and
events that say which part each page went to. A part is first made in ``parts/<event>/<item>/``, inside the bag; the
event is the commit; then it is renamed into the tray. So a kill at any point leaves the file in the inbox and no part,
or the batch with all its parts, some still on their way, which the next start sends on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from archivist.errors import IntegrityAlarm, NewerFormat, TrayItemNotFound
from archivist.model.event import Data, Event, Op
from archivist.model.ids import Sha256, record_no
from archivist.store import bag, chain, commit, durable_files, source_name
from archivist.store.chain import Chain
from archivist.store.commit import PARTS, Draft, NewFile, Original, Stamp
from archivist.store.review_tray import Tray, WaitingDraft
from archivist.store.tray_items import PageRef

IS_BATCH: Final = re.compile(r"\d{8}-[0-9a-f]{8}(-\d+)?")
"""The form of a batch's id."""
_FIRST: Final = record_no(1)


@dataclass(frozen=True, slots=True)
class BatchPart:
    """One part, before it is in the tray.

    Attributes:
        draft: what goes into the tray; batch and pages are added to its details.
        pages: the pages it has, in its order; none for a member of a container.
        member: running number (1-based) of the member of a container it is; 0 for pages.
        cut: why it begins where it does; a stable word.
    """

    draft: WaitingDraft
    pages: tuple[PageRef, ...]
    member: int = 0
    cut: str = ""


@dataclass(frozen=True, slots=True)
class BatchChange:
    """A split, a join, or the undoing of either.

    Attributes:
        parts: what goes into the tray.
        left_out: page numbers that are in no part, by why: ``blank``, ``separator``, ``unwanted``.
        withdrawn: items that leave the tray, because their pages are in the parts now.
        reason: what the clerk says.
    """

    op: Op
    parts: tuple[BatchPart, ...]
    left_out: Mapping[str, Sequence[int]]
    withdrawn: tuple[str, ...] = ()
    reason: str = ""


class Batches:
    """The folder ``batches/``. Callers hold the workspace's lock for everything that writes."""

    def __init__(self, folder: Path, work: Path, tray: Tray, changing: Callable[[str, Stamp], None]) -> None:
        self.folder = folder
        self.work = work
        self.tray = tray
        self._changing = changing

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────
    def ids(self) -> list[str]:
        """Return the ids of all batches, in order."""
        return sorted(p.name for p in self.folders())

    def folders(self) -> list[Path]:
        """Return the bags, in order."""
        if not self.folder.is_dir():
            return []
        return sorted(p for p in self.folder.iterdir() if p.is_dir() and IS_BATCH.fullmatch(p.name))

    def bag(self, batch: str) -> Path:
        """Return a batch's folder.

        Raises:
            TrayItemNotFound: E104.
        """
        path = self.folder / batch
        if not IS_BATCH.fullmatch(batch) or not path.is_dir():
            raise TrayItemNotFound(f"没有编号为“{batch}”的一批")
        return path

    def chain(self, batch: str) -> Chain:
        """Return a batch's checked chain of events."""
        return chain.read(self.bag(batch))

    def made_of(self, original: Original) -> str | None:
        """Return the batch that was made of this very file: a kill came before the file could go."""
        return next((b for b, source in self._of_bytes(original.sha256) if original.is_source(source)), None)

    def made_of_bytes(self, digest: Sha256) -> Iterator[tuple[str, str]]:
        """Yield the batches made of a file with these bytes, each with the name that file had; empty where it was taken away."""
        return ((batch, str(source.get(source_name.NAME, ""))) for batch, source in self._of_bytes(digest))

    def _of_bytes(self, digest: Sha256) -> Iterator[tuple[str, Data]]:
        for path in sorted(self.folder.glob(f"*-{digest[:8]}*")):
            source = chain.read(path).events[0][0].source or {}
            if source.get("sha256") == digest:
                yield path.name, source_name.named(path, _FIRST, source)

    def originals(self, batch: str) -> list[Path]:
        """Return the files of a batch, in the order in which pages name them."""
        folder = self.bag(batch)
        first = chain.read(folder).events[0][0]
        return [folder / entry.path for entry in first.files if bag.is_payload(entry.path)]

    def names(self, batch: str) -> list[str]:
        """Return the clerk's names of those files; empty where one was taken away."""
        folder = self.bag(batch)
        source = chain.read(folder).events[0][0].source or {}
        first = str(source_name.named(folder, _FIRST, source).get(source_name.NAME, ""))
        rest = range(2, len(self.originals(batch)) + 1)
        return [first, *(source_name.kept_name(folder, record_no(n)) for n in rest)]

    def standing(self, batch: str) -> dict[str, tuple[PageRef, ...]]:
        """Return the parts that no later event withdrew, with their pages; whether they were filed is not asked."""
        found: dict[str, tuple[PageRef, ...]] = {}
        for event, _ in self.chain(batch).events:
            for item in event.data.get("withdrawn", ()):
                found.pop(item, None)
            for part in event.data["parts"]:
                found[part["item"]] = tuple(map(PageRef.from_plain, part.get("pages", ())))
        return found

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────────
    def create(self, originals: Sequence[Original], change: BatchChange, stamp: Stamp) -> tuple[str, Event]:
        """Make a batch of files and send its parts into the tray. The files are left for the caller to remove.

        Args:
            originals: the files, kept as they are; the first is what the batch is named after.
            change: the parts.
            stamp: who, when, under which rule pack.

        Raises:
            WriteFailed: E204. UnreadableFile: E101, when a file changed meanwhile.

        Survives:
            A kill at any point: nothing is there, or everything is, as far as a start has sent it on.
        """
        base = f"{stamp.by.time:%Y%m%d}-{originals[0].sha256[:8]}"
        names = (base, *(f"{base}-{n}" for n in range(2, 1000)))
        batch = next(n for n in names if not (self.folder / n).exists())
        change = _numbered(change, batch, 0)
        files = []
        for n, original in enumerate(originals, 1):
            suffix = Path(original.path.name).suffix.lower()
            files.append(NewFile(f"data/{n:04d}{suffix}", original, record_no(n)))
            if n > 1:  # the first one's is sealed with the source
                content, _ = source_name.seal(original.name)
                files.append(NewFile(source_name.path_of(record_no(n)), content, record_no(n)))
        info = bag.batch_info(batch, stamp.by.today)
        draft = replace(_draft(change), files=tuple(files), source=originals[0].as_source())
        self._changing(batch, stamp)
        event, _ = commit.create(
            self.work,
            self.folder / batch,
            info,
            draft,
            stamp,
            lambda building: _stage(building, 1, change),
        )
        self._finish(self.folder / batch, event)
        return batch, event

    def change(self, batch: str, change: BatchChange, stamp: Stamp) -> Event:
        """Cut a batch anew, wholly or in part; see ``create`` for what survives."""
        folder = self.bag(batch)
        current = chain.read(folder)
        change = _numbered(change, batch, _highest(current))
        seq = current.seq + 1
        committed = folder / chain.EVENTS / chain.event_name(seq)
        try:
            with durable_files.writing("没有改动待认领中的任何一份", batch):
                durable_files.remove_tree(folder / PARTS / str(seq))
                _stage(folder, seq, change)
            self._changing(batch, stamp)
            event = commit.commit(folder, current, _draft(change), stamp)
        except BaseException:
            if not committed.exists():  # else it stands, and the next start sends the parts on
                with suppress(OSError):
                    _clear(folder, seq)
            raise
        self._finish(folder, event)
        return event

    def _finish(self, folder: Path, event: Event) -> None:
        """Do what a committed event leaves to be done: parts into the tray, what they replace out of it. Idempotent."""
        with durable_files.writing("已经登记，其余的下次启动时自动补完", folder.name):
            withdrawn = event.data.get("withdrawn", ())
            for items in self.tray.standing():
                for item in items:
                    if item.id in withdrawn:
                        self.tray.remove(item)
            staged = folder / PARTS / str(event.seq)
            for part in sorted(staged.iterdir()) if staged.is_dir() else ():
                target = self.tray.folder / part.name
                if target.exists():  # a power cut left a half-done rename at both places
                    durable_files.remove_tree(part)
                else:
                    durable_files.rename_new(part, target)
            durable_files.sync_folder(self.tray.folder)
            _clear(folder, event.seq)

    def recover(self) -> tuple[list[str], list[str]]:
        """Send on what is still on its way, and drop what was not committed.

        Returns:
            What was done, and which batches cannot be read, of which nothing is touched; both in Chinese.
        """
        done: list[str] = []
        kept: list[str] = []
        for folder in self.folders():
            try:
                if (folder / PARTS).is_dir():
                    done += self._send_on(folder)
            except (IntegrityAlarm, NewerFormat) as alarm:
                kept.append(str(alarm))
        return done, kept

    def _send_on(self, folder: Path) -> Iterator[str]:
        current = chain.read(folder)
        durable_files.sync_folder(folder / chain.EVENTS)  # whoever died may have died before it did
        numbered = (path for path in (folder / PARTS).iterdir() if path.name.isdecimal())
        for staged in sorted(numbered, key=lambda path: int(path.name)):
            seq = int(staged.name)
            if seq <= current.seq:
                self._finish(folder, current.events[seq - 1][0])
                yield f"{folder.name}：拆出的各份移入待认领"
            else:
                _clear(folder, seq)
                yield f"{folder.name}：撤回未登记的拆分"
        durable_files.remove_if_empty(folder / PARTS)


def _numbered(change: BatchChange, batch: str, highest: int) -> BatchChange:
    """Give each part its id, and what the tray says of where it comes from."""
    parts = []
    for n, part in enumerate(change.parts, highest + 1):
        details = dict(part.draft.details) | {"batch": batch, "part": f"{batch}-p{n:02d}"}
        details |= {"member": part.member} if part.member else {}
        details |= {"pages_of": [p.to_plain() for p in part.pages]} if part.pages else {}
        parts.append(replace(part, draft=replace(part.draft, details=details)))
    return replace(change, parts=tuple(parts))


def _highest(current: Chain) -> int:
    return sum(len(event.data["parts"]) for event, _ in current.events)


def _draft(change: BatchChange) -> Draft:
    parts = [
        {"item": part.draft.details["part"], "sha256": part.draft.original.sha256, "cut": part.cut}
        | ({"pages": [p.to_plain() for p in part.pages]} if part.pages else {})
        | ({"member": part.member} if part.member else {})
        for part in change.parts
    ]
    left_out = {why: list(pages) for why, pages in change.left_out.items() if pages}
    data = {"parts": parts, "left_out": left_out, "withdrawn": list(change.withdrawn)}
    return Draft(change.op, data, change.reason)


def _stage(folder: Path, seq: int, change: BatchChange) -> None:
    """Make the parts inside the bag, durable but for the bag's own name."""
    durable_files.make_folders(folder / PARTS / str(seq), below=folder)
    for part in change.parts:
        Tray.build(folder / PARTS / str(seq) / str(part.draft.details["part"]), part.draft)
    durable_files.sync_folder(folder / PARTS / str(seq))


def _clear(folder: Path, seq: int) -> None:
    """Forget what stands staged for one event; other events' parts stay."""
    durable_files.remove_tree(folder / PARTS / str(seq))
    durable_files.remove_if_empty(folder / PARTS)
    durable_files.sync_folder(folder)
