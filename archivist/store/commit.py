"""One change of one bag, all or nothing, and what a start does after a crash.

The protocol (each arrow can be the last instruction before a power cut):

1. ``pending/N/`` is made; 2. every input is copied into it, fsynced, read back; 3. event and new manifests are
written beside them; 4. missing target folders are made and everything staged is made durable; 5. the event is
renamed into ``events/``, which is fsynced — *this is the commit*; 6. files move to their places, never over
another; 7. the manifests are replaced; 8. ``pending/N`` goes, and only then the clerk's original.

Recovery first makes durable what whoever died may not have: the names of folders, the event's place. Then it repeats
6–8 for a pending change whose event is in ``events/`` and drops any other; its originals are still in the inbox. It
may itself be killed anywhere. ``tests/faults`` proves all this, each fsync included.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from archivist.errors import ArchiveError, IntegrityAlarm, UnreadableFile
from archivist.model.by import By
from archivist.model.device_folder import device_of
from archivist.model.event import Data, Event, FileEntry, Op
from archivist.model.ids import RecordNo, Sha256
from archivist.os_reasons import reason_of
from archivist.store import bag, chain, durable_files, originals, source_name
from archivist.store.chain import Chain
from archivist.store.foreign_files import is_foreign

PENDING: Final = "pending"
_LINK_REMEDY: Final = "查明是谁设的；只删去链接本身，把原来的文件夹放回，再运行 archivist verify。"
_SALT_BYTES: Final = 16
PARTS: Final = "parts"
"""Where a batch has the parts that are on their way into the tray; like ``pending`` it is gone once nothing is pending."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """By whom and when, under which rule pack. The time is stored with its offset, to the second."""

    by: By
    pack: str = ""


@dataclass(frozen=True, slots=True)
class Original:
    """A clerk's file as it was when it was read; ``name`` is relative to the inbox. Times in nanoseconds.

    One that ``stays`` was not given away: it is copied, and never removed.
    """

    path: Path
    name: str
    sha256: Sha256
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    stays: bool = False

    @classmethod
    def of(cls, path: Path, name: str) -> Original:
        """Read a file's identity and digest; see ``originals.open_original`` for what is refused."""
        with originals.open_original(path) as (handle, stat):
            try:
                digest, size = durable_files.digest_of(handle)
            except OSError as error:
                raise UnreadableFile(f"读不出来：{reason_of(error)}", file=path.name) from error
        return cls(
            path, durable_files.shown(name), digest, size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino
        )

    def as_source(self) -> dict[str, Any]:
        """Return what an event remembers of where its file came from; ``device`` where that was a scanner's own folder."""
        device = device_of(self.name)
        return {
            "name": self.name,
            "sha256": self.sha256,
            "size": self.size,
            "mtime_ns": self.mtime_ns,
            "inode": self.inode,
            **({"device": device} if device else {}),
        }

    def is_source(self, source: Data | None) -> bool:
        """Tell whether an event's source is this very file: not another one with the same bytes.

        Args:
            source: of an event or a waiting file; its ``name`` is compared where it is known (``Archive.source``).
        """
        return source is not None and all(
            source.get(key) == value
            for key, value in self.as_source().items()
            if key not in (source_name.NAME, "device") or key in source
        )

    def remove(self, aside: Path) -> bool:
        """Remove the original, now that it is filed, unless it changed or is being written; tells whether it is gone.

        Args:
            aside: the archive's folder for work; see ``originals.remove_original``.

        Raises:
            WriteFailed: E204, when it cannot be removed; it is known by what it is and goes the next time.
        """
        if self.stays:
            return False
        was = originals.Identity(self.sha256, self.size, self.mtime_ns, self.ctime_ns, self.inode)
        with durable_files.writing("内容已经收好，只是原件还没有移走，下次自动移走", self.path.name):
            return originals.remove_original(self.path, was, aside)


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to add: its path in the bag and its bytes, or the clerk's original to copy."""

    path: str
    source: bytes | Original
    record: RecordNo | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A change before it is committed. ``source`` adds to what the original says of itself.

    Its ``name`` does not reach the event: see ``source_name``.
    """

    op: Op
    data: Data
    reason: str = ""
    files: tuple[NewFile, ...] = ()
    moves: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()
    source: Mapping[str, Any] | None = None


def commit(folder: Path, current: Chain, draft: Draft, stamp: Stamp) -> Event:
    """Add one event to a bag. The caller holds the workspace's lock and has folded ``current``.

    Returns:
        The committed event; ``current`` has it too. Whoever sees it may say "filed".

    Raises:
        WriteFailed: E204, when the disk refused. Unless its message says otherwise nothing was committed.
        IntegrityAlarm: E202, when the bag is not as its chain says; nothing was written.

    Survives:
        A kill, a full disk or a power cut at any point: the next start completes the change or forgets it.
    """
    info = _bag_info(folder, current)
    _check_manifests(folder, current, info)
    pending = folder / PENDING / str(current.seq + 1)
    committed = folder / chain.EVENTS / chain.event_name(current.seq + 1)
    try:
        with durable_files.writing("没有归档任何内容，原件未动"):
            event, after = _stage(folder, pending, current, draft, stamp, info)
    except BaseException:
        with suppress(OSError):  # then recovery will
            _forget(folder, pending)
        raise
    # An error here, or Ctrl-C, may come after the rename took effect: nothing is taken back, recovery decides.
    with durable_files.writing("是否已登记要到下次启动时才能确定，届时自动补完；原件未动"):
        durable_files.rename_new(pending / "e", committed)
        durable_files.sync_folder(committed.parent)
        current.become(after)
        finish(folder, event)
    return event


def _forget(folder: Path, pending: Path) -> None:
    """Drop a change that was not committed. The folders made for it stay: the next change relies on their names."""
    durable_files.sync_names(folder)
    durable_files.remove_tree(pending)


def _bag_info(folder: Path, current: Chain) -> Sha256:
    """Return the digest of ``bag-info.txt``, which says whose bag this is; refuse one that is another's, or a link."""
    for name in ("", chain.EVENTS, PENDING):
        path = f"{folder}/{name}".rstrip("/")
        if os.path.lexists(path) and durable_files.is_link(os.lstat(path)):
            raise IntegrityAlarm(
                f"{name or '文件夹'} 是链接，在查明之前不接受写入", file=folder.name, remedy=_LINK_REMEDY
            )
    info = durable_files.read(f"{folder}/{bag.INFO}")
    digest = bag.sha256(info)
    if current.seq and (current.bag_info or digest) != digest:
        raise IntegrityAlarm(f"{bag.INFO} 已被改动，在查明之前不接受写入", file=folder.name)
    if (said := bag.external_identifier(info)) != current.bag:
        raise IntegrityAlarm(
            f"{bag.INFO} 写的是 {said or '空'}，不是 {current.bag}，在查明之前不接受写入", file=folder.name
        )
    return digest


def _check_manifests(folder: Path, current: Chain, info: Sha256) -> None:
    if not current.seq:
        return
    for name, expected in zip((bag.MANIFEST, bag.TAG_MANIFEST), current.manifests(info), strict=True):
        try:
            found = durable_files.read(f"{folder}/{name}")
        except FileNotFoundError:
            found = b""
        if found != expected:
            raise IntegrityAlarm(f"{name} 与事件链不一致，在查明之前该户档不再接受写入", file=folder.name)


def _with_sealed_name(draft: Draft) -> tuple[tuple[NewFile, ...], dict[str, Any]]:
    """Return the files of a draft and its source, the clerk's name for the file taken out of it into a file of its own."""
    source: dict[str, Any] = {}
    for new in draft.files:
        if isinstance(new.source, Original):
            source |= new.source.as_source()
    source |= draft.source or {}
    name = str(source.pop(source_name.NAME, ""))
    if not name:
        return draft.files, source
    record = next(new.record for new in draft.files if new.record)
    content, digest = source_name.seal(name)
    named = NewFile(source_name.path_of(record), content, record)
    return (*draft.files, named), source | {source_name.DIGEST: digest}


def _stage(
    folder: Path, pending: Path, current: Chain, draft: Draft, stamp: Stamp, info: Sha256
) -> tuple[Event, Chain]:
    if not pending.parent.is_dir():
        durable_files.make_folder(pending.parent)
        durable_files.sync_folder(folder)
    if pending.exists():
        raise ArchiveError("上一次写入尚未恢复，请重新运行", file=folder.name)
    durable_files.make_folder(pending)
    files, source = _with_sealed_name(draft)
    if taken := [new.path for new in files if os.path.exists(f"{folder}/{new.path}")]:  # noqa: PTH110
        raise IntegrityAlarm(f"{taken[0]} 的位置上已有别的文件", file=folder.name)
    entries: list[FileEntry] = []
    for k, new in enumerate(files):
        digest, size = _copy(new, pending / f"p{k}")
        entries.append(FileEntry(new.path, digest, size, new.record))
    event = Event(
        seq=current.seq + 1,
        prev=current.head,
        time=stamp.by.time.isoformat(timespec="seconds"),
        actor=stamp.by.actor,
        op=draft.op,
        data=draft.data,
        reason=draft.reason,
        files=tuple(entries),
        moves=draft.moves,
        removed=draft.removed,
        source=source or None,
        pack=stamp.pack,
        on_behalf_of=stamp.by.on_behalf_of,
        account=stamp.by.account,
        host=stamp.by.host,
        case=current.bag,
        clock=stamp.by.clock.isoformat(timespec="seconds") if stamp.by.clock else "",
        known_by=stamp.by.known_by.value if stamp.by.known_by else "",
        registered_account=stamp.by.registered_account,
        salt=secrets.token_hex(_SALT_BYTES),
    )
    data = chain.encode(event)
    after = current.copy()
    after.append(event, bag.sha256(data))
    durable_files.write_new(pending / "e", data)
    for name, made in zip("mt", after.manifests(info), strict=True):
        durable_files.write_new(pending / name, made)
    targets = [*(entry.path for entry in entries), *(new for _, new in draft.moves)]
    for path in dict.fromkeys(os.path.dirname(target) for target in targets):  # noqa: PTH120
        durable_files.make_folders(folder / path, below=folder)
    durable_files.sync_folder(pending)
    durable_files.sync_folder(pending.parent)
    return event, after


def _copy(new: NewFile, target: Path) -> tuple[Sha256, int]:
    mode = durable_files.PAYLOAD_MODE if bag.is_payload(new.path) else durable_files.FILE_MODE
    if isinstance(new.source, bytes):
        return durable_files.write_new(target, new.source, mode=mode)
    with ExitStack() as stack:
        handle, _ = stack.enter_context(originals.open_original(new.source.path))
        digest, size = durable_files.write_new(target, handle, mode=mode)
    if digest != new.source.sha256:
        raise UnreadableFile("识别之后文件又有变动，将重新收取", file=new.source.path.name)
    return digest, size


def finish(folder: Path, event: Event) -> None:
    """Do what a committed event says, as far as it is not yet done (steps 6–8). Idempotent."""
    pending = folder / PENDING / str(event.seq)
    touched: set[Path] = set()
    for path in event.removed:
        durable_files.unlink(folder / path)
        touched.add((folder / path).parent)
    for old, new in event.moves:
        touched |= {(folder / old).parent, (folder / new).parent}
        durable_files.make_folders((folder / new).parent, below=folder)
        if (folder / old).exists():
            _move(folder / old, folder / new, durable_files.digest_of(folder / old)[0])
    for k, entry in enumerate(event.files):
        staged, target = pending / f"p{k}", folder / entry.path
        durable_files.make_folders(target.parent, below=folder)
        touched.add(target.parent)
        if staged.exists():
            _move(staged, target, entry.sha256)
        elif not target.exists():
            raise IntegrityAlarm(f"已登记的文件 {entry.path} 不见了", file=folder.name)
    for parent in sorted(touched, reverse=True):
        if parent.is_dir():
            durable_files.sync_folder(parent)
    for staged, target in (
        (pending / "m", folder / bag.MANIFEST),
        (pending / "t", folder / bag.TAG_MANIFEST),
    ):
        if staged.exists():
            durable_files.replace(staged, target)
    durable_files.sync_folder(folder)
    durable_files.remove_tree(pending)


def _move(source: Path, target: Path, digest: Sha256) -> None:
    """Rename; where a power cut left a half-done rename at both places, only the old name has to go."""
    if not target.exists():
        durable_files.rename_new(source, target)
    elif durable_files.digest_of(target)[0] == digest:
        durable_files.unlink(source)
    else:
        raise IntegrityAlarm(f"{target.name} 的位置上已有别的文件", file=target.parent.name)


def create(
    work: Path,
    target: Path,
    info: bytes,
    draft: Draft,
    stamp: Stamp,
    furnish: Callable[[Path], None] = lambda _: None,
) -> tuple[Event, Chain]:
    """Make a new bag with its first event: built under ``.work/``, then renamed into place.

    Args:
        work: where it is built.
        target: where it goes.
        info: its ``bag-info.txt``.
        draft: its first event.
        stamp: who, when, under which rule pack.
        furnish: puts into the bag, before it is renamed, what its first event leaves to be done; makes it durable.

    Raises:
        ArchiveError: E200, when the place is taken.
    """
    if target.exists():
        raise ArchiveError("已有同名的户档", file=target.name)
    building = work / f"new-{target.name}"
    draft = replace(draft, data={**draft.data, "bag_info_sha256": bag.sha256(info)})
    started = Chain(bag.identifier(target.name))
    with durable_files.writing("没有建立户档"):
        durable_files.remove_tree(building)
        durable_files.make_folder(building)
        for name in ("data", chain.EVENTS, PENDING):
            durable_files.make_folder(building / name)
        durable_files.write_new(building / "bagit.txt", bag.DECLARATION)
        durable_files.write_new(building / bag.INFO, info)
        event = commit(building, started, draft, stamp)
        furnish(building)
    with durable_files.writing("是否已建立户档要到下次启动时才能确定"):
        durable_files.rename_new(building, target)
        durable_files.sync_folder(target.parent)
        durable_files.sync_folder(work)
    return event, started


def require_sound(folder: Path, current: Chain) -> None:
    """Refuse a bag that would take no further event.

    Raises:
        IntegrityAlarm: E202, its manifests are not as its chain says.
    """
    _check_manifests(folder, current, _bag_info(folder, current))


def recover(folder: Path) -> str | None:
    """Complete or forget what a crash left in one bag.

    Returns:
        What was done, in Chinese, or ``None`` when nothing was pending.

    Raises:
        IntegrityAlarm: E202, when the chain itself is broken; NewerFormat: E210, when a newer program wrote to it.
            Nothing is touched then.
    """
    try:
        left = sorted(p for p in (folder / PENDING).iterdir() if not is_foreign(p.name))
    except FileNotFoundError:
        return None
    if not left:
        return None
    current = chain.read(folder)
    durable_files.sync_names(folder)  # whoever died may have died before it did
    durable_files.sync_folder(folder / chain.EVENTS)
    done = []
    for pending in left:
        if pending.name.isdigit() and int(pending.name) <= current.seq:
            finish(folder, current.events[int(pending.name) - 1][0])
            done.append(f"补完事件 {pending.name}")
        else:
            _forget(folder, pending)
            done.append(f"撤回未登记的事件 {pending.name}")
    return "，".join(done)


def with_source(draft: Draft, **more: object) -> Draft:
    """Return the draft with more said about where its file came from."""
    return replace(draft, source={**(draft.source or {}), **more})
