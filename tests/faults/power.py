"""What a disk may hold after the power fails: from the log of calls, every state the rules allow.

The rules are POSIX's, stricter than what ext4, XFS, btrfs or NTFS do: a file's bytes and mode are safe after an
fsync of the file; a name in a folder after an fsync of that folder, also the name of a new folder; everything after a
``sync``, which waits on Linux. Everything else
may be there or not, in any choice; bytes never synced are absent or zeros. A rename of a file may be seen at both
places (the old name is safe from returning only after an fsync of its folder); of a folder it is whole.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.office import clear
from tests.faults.shim import Done

LOCKS = (".lock", ".archivist-backup.lock")
"""Files that say who is at work."""
SEEN = "seen "
"""An ack of a restarted program: so many steps of what was interrupted are there to be seen."""


@dataclass(slots=True)
class Node:
    """A file or folder; ``origin`` is where an untouched file lies in the base."""

    names: dict[str, int] | None = None
    data: bytes = b""
    mode: int = 0o600
    origin: str = ""
    digest: bytes = b""
    """Of an unchanging file, once it was asked for."""

    def copy(self) -> Node:
        """Return a node that may be changed."""
        return Node(None if self.names is None else dict(self.names), self.data, self.mode, self.origin)


@dataclass(frozen=True, slots=True)
class Op:
    """One call in terms of inodes. ``folder`` is where it must be synced; for bytes and modes the file itself."""

    kind: str
    folder: int = 0
    name: str = ""
    node: int = 0
    to: int = 0
    to_name: str = ""
    offset: int = 0
    data: bytes = b""
    mode: int = 0
    is_folder: bool = False
    by: str = ""


@dataclass
class Disk:
    """A file system in memory."""

    nodes: dict[int, Node] = field(default_factory=dict)

    @classmethod
    def of(cls, base: Path, top: str = "archive") -> Disk:
        """Read the ``archive/`` of a workspace, or another folder of it; locks are left out: they mean nothing after a restart."""
        disk = cls({1: Node(names={})})
        if (base / top).exists():
            disk._load(base / top, disk._new(1, top, Node(names={})), base)
        return disk

    def _new(self, folder: int, name: str, node: Node) -> int:
        number = len(self.nodes) + 1
        self.nodes[number] = node
        self.folder(folder)[name] = number
        return number

    def _load(self, path: Path, number: int, base: Path) -> None:
        for entry in sorted(path.iterdir()):
            if entry.is_dir():
                self._load(entry, self._new(number, entry.name, Node(names={})), base)
            elif entry.name not in LOCKS:
                mode = entry.stat().st_mode & 0o777
                self._new(number, entry.name, Node(None, entry.read_bytes(), mode, str(entry)))

    def folder(self, number: int) -> dict[str, int]:
        """Return the names in a folder."""
        names = self.nodes[number].names
        assert names is not None
        return names

    def find(self, path: str) -> tuple[int, str]:
        """Return the folder a path lies in, and its name there."""
        *folders, name = path.split("/")
        number = 1
        for part in folders:
            number = self.folder(number)[part]
        return number, name

    def copy(self) -> Disk:
        """Return a copy to play with."""
        return Disk({number: node.copy() for number, node in self.nodes.items()})

    def write_out(self, out: Path, top: str = "archive") -> None:
        """Lay what this disk holds into a folder; untouched files as links, so that they keep inode and time."""
        clear(f"{out}/{top}")
        self._write_out(1, str(out))

    def _write_out(self, number: int, path: str) -> None:
        for name, child in self.folder(number).items():
            node, there = self.nodes[child], f"{path}/{name}"
            if node.names is not None:
                os.mkdir(there, 0o700)  # noqa: PTH102 (thousands of trees: quick)
                self._write_out(child, there)
            elif node.origin:
                os.link(node.origin, there)
            else:
                Path(there).write_bytes(node.data)
                Path(there).chmod(node.mode)

    def fingerprint(self, number: int = 1) -> bytes:
        """Return a digest of all that can be reached."""
        node = self.nodes[number]
        if node.names is None:
            if not node.digest:
                node.digest = hashlib.sha256(f"{node.mode:o}\0{node.origin}\0".encode() + node.data).digest()
            return node.digest
        listed = ((n.encode(), self.fingerprint(c)) for n, c in sorted(node.names.items()))
        return hashlib.sha256(b"/".join(a + b"\0" + b for a, b in listed)).digest()


def operations(base: Disk, log: Sequence[Done]) -> tuple[Disk, list[Op]]:
    """Play a log on a disk and return the disk with every file there ever was (none linked), and the calls."""
    disk, ops, first = base.copy(), list[Op](), len(base.nodes)
    for done in log:
        if done.kind in ("ack", "sync"):
            ops.append(Op(done.kind, name=done.path, by=done.by))
            continue
        if done.path.rpartition("/")[2] in LOCKS:
            continue
        folder, name = disk.find(done.path)
        here = disk.folder(folder).get(name, 0)
        match done.kind:
            case "create" | "folder":
                node = Node(names={}) if done.kind == "folder" else Node(mode=done.mode)
                here = disk._new(folder, name, node)
                ops.append(Op("name", folder, name, here, is_folder=done.kind == "folder"))
            case "write":
                ops.append(Op("bytes", here, node=here, offset=done.offset, data=done.data))
            case "mode":
                ops.append(Op("mode", here, node=here, mode=done.mode))
            case "fsync":
                ops.append(Op("fsync", here, by=done.by))
            case "rename":
                to, to_name = disk.find(done.to)
                disk.folder(to)[to_name] = disk.folder(folder).pop(name)
                moved = disk.nodes[here].names is not None
                ops.append(Op("rename", folder, name, here, to, to_name, is_folder=moved))
            case "link":
                to, to_name = disk.find(done.to)
                disk.folder(to)[to_name] = here
                ops.append(Op("name", to, to_name, here))
            case "gone":
                del disk.folder(folder)[name]
                ops.append(Op("gone", folder, name, here))
            case other:
                raise NotImplementedError(other)
    everything = base.copy()
    for number in range(first + 1, len(disk.nodes) + 1):
        made = disk.nodes[number]
        everything.nodes[number] = Node(None if made.names is None else {}, mode=0o600)
    return everything, ops


@dataclass(frozen=True, slots=True)
class Crash:
    """The power fails after ``after`` calls; of the calls that were not safe, these happened all the same."""

    after: int
    kept: frozenset[int]
    zeros: bool
    twice: frozenset[int]

    def __str__(self) -> str:
        also = f", at both places {sorted(self.twice)}" if self.twice else ""
        return f"power loss after call {self.after}, kept {sorted(self.kept)}{', zeros' if self.zeros else ''}{also}"


def crashes(ops: Sequence[Op], points: Sequence[int] | None = None) -> Iterator[Crash]:
    """Enumerate the states: {safe} ∪ {none, all, every prefix, all but one, one} of the rest."""
    for after in points if points is not None else range(len(ops) + 1):
        safe, rest, half = _safe(ops[:after])
        choices = {frozenset(rest[:n]) for n in range(len(rest) + 1)}
        choices |= {frozenset(rest) - {n} for n in rest} | {frozenset({n}) for n in rest}
        torn = any(ops[n].kind == "bytes" for n in rest)
        for choice in sorted(choices, key=lambda c: (len(c), sorted(c))):
            kept = safe | choice
            for zeros in (False, True) if torn else (False,):
                yield Crash(after, kept, zeros, frozenset())
        halves = [n for n in half if n in safe or n in rest]
        for twice in ({frozenset(halves)} | {frozenset({n}) for n in halves}) if halves else ():
            yield Crash(after, safe | frozenset(rest), False, twice)
            yield Crash(after, safe | twice, False, twice)


def _safe(ops: Sequence[Op]) -> tuple[frozenset[int], list[int], list[int]]:
    """Return the calls an fsync made safe, the others, and the renames of files whose old name may be back."""
    synced: dict[int, int] = {op.folder: n for n, op in enumerate(ops) if op.kind == "fsync"}
    all_synced = max((n for n, op in enumerate(ops) if op.kind == "sync"), default=-1)
    safe, rest, half = set(), [], []
    for n, op in enumerate(ops):
        if op.kind in ("fsync", "sync", "ack"):
            continue
        if n < all_synced:
            safe.add(n)
            continue
        where = op.to if op.kind == "rename" else op.folder
        if synced.get(where, -1) > n:
            safe.add(n)
        else:
            rest.append(n)
        if op.kind == "rename" and not op.is_folder and synced.get(op.folder, -1) < n:
            half.append(n)
    return frozenset(safe), rest, half


def state(disk: Disk, ops: Sequence[Op], crash: Crash) -> Disk:
    """Return what the disk holds after a crash."""
    done = ops[: crash.after]
    changing = {number for op in done for number in (op.node, op.folder, op.to) if number}
    left = Disk(disk.nodes | {number: disk.nodes[number].copy() for number in changing})
    for n, op in enumerate(done):
        node = left.nodes[op.node] if op.node else None
        if op.kind == "bytes" and node is not None:
            if n in crash.kept or crash.zeros:
                data = op.data if n in crash.kept else bytes(len(op.data))
                end = op.offset + len(data)
                node.data = node.data[: op.offset].ljust(op.offset, b"\0") + data + node.data[end:]
                node.origin = ""
            continue
        if n not in crash.kept:
            continue
        match op.kind:
            case "mode" if node is not None:
                node.mode = op.mode
            case "name":
                left.folder(op.folder)[op.name] = op.node
            case "rename":
                if n not in crash.twice and left.folder(op.folder).get(op.name) == op.node:
                    del left.folder(op.folder)[op.name]
                left.folder(op.to)[op.to_name] = op.node
            case "gone":
                left.folder(op.folder).pop(op.name, None)
            case _:
                pass
    return left


def told(ops: Sequence[Op], crash: Crash) -> int:
    """Return how many steps somebody had been told of, or had seen done after a restart."""
    acks = [op.name for op in ops[: crash.after] if op.kind == "ack"]
    seen = [int(name.removeprefix(SEEN)) for name in acks if name.startswith(SEEN)]
    return max([len(acks) - len(seen), *seen])


def without(log: Sequence[Done], n: int) -> list[Done]:
    """Return a log from which one entry is missing."""
    return [*log[:n], *log[n + 1 :]]


def fsyncs(log: Sequence[Done]) -> list[int]:
    """Return where the fsyncs of the archive's own folders and files stand in a log."""
    return [
        n
        for n, done in enumerate(log)
        if done.kind in ("fsync", "sync") and done.path.rpartition("/")[2] not in LOCKS
    ]


def paths(log: Sequence[Done]) -> list[str]:
    """Return a log in words, for a message."""
    return [f"{n} {d.kind} {d.path}{' → ' + d.to if d.to else ''}" for n, d in enumerate(log)]


__all__ = ["Crash", "Disk", "Op", "crashes", "fsyncs", "operations", "paths", "state", "told", "without"]
