"""Putting back what a case has lost, from a backup copy or a submission, by digest."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.errors import ArchiveError, IntegrityAlarm, NewerFormat
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.ids import CaseNo, Sha256
from archivist.store import Archive, bag, chain, durable_files
from archivist.store.bag_fixity import FixityFault, FixityFinding, check_bag, refuse_newer
from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Restoration:
    """What a restoration put back, what it moved aside, and what is still wrong."""

    restored: tuple[str, ...]
    aside: tuple[str, ...]
    left: tuple[FixityFinding, ...]


def restore(workspace: Workspace, by: By, number: CaseNo | int | str, backup: Path) -> Restoration:
    """Put back from a backup copy or a submission what a case has lost, each file by its digest.

    Damaged and surplus files are moved to ``outbox/损坏``, never deleted. Manifests are made again from a chain that
    holds. Killed in between, it is run again.

    Args:
        workspace: the open workspace.
        by: who restores, and when.
        number: the case, a year of the ledger, or the id of a batch.
        backup: any folder that holds the files, at any depth and under any name.

    Raises:
        ArchiveError: E200, when the folder is not there. TrayItemNotFound: E104, no such batch. NewerFormat: E210, when a newer program wrote to the case.
    """
    archive, stamp = workspace.archive, workspace.stamp(by)
    if not backup.is_dir():
        raise ArchiveError("没有这个备份文件夹", file=backup.name)
    with archive.writing(by.actor):
        folder = _bag(archive, number)
        refuse_newer(check_bag(folder, quick=True).findings)
        mend = _Mend(archive, folder, backup, archive.outbox / "损坏" / f"{number}")
        mend.events()
        mend.files()
        mend.manifests()
        left = check_bag(folder).findings
        if not left:
            data = {"case": str(number), "how": "restored", "findings": [], "files": list(mend.restored)}
            archive.note(Op.ALARM_CLEARED, data, stamp)
        if isinstance(number, CaseNo):
            _set_alarm(workspace, number, left)
    return Restoration(tuple(mend.restored), tuple(mend.aside), left)


def _bag(archive: Archive, number: CaseNo | int | str) -> Path:
    if isinstance(number, CaseNo):
        return archive.folder(number)
    return archive.ledger / str(number) if isinstance(number, int) else archive.batches.bag(number)


def _set_alarm(workspace: Workspace, number: CaseNo, left: tuple[FixityFinding, ...]) -> None:
    if any(f.problem is FixityFault.NEWER for f in left):
        return  # the backup is newer than this program
    if left:
        workspace.archive.alarms.set(number, left)
    else:
        workspace.archive.alarms.clear(number)
        workspace.follow(number)


_SURPLUS: Final = (FixityFault.EXTRA, FixityFault.STRAY, FixityFault.LINK, FixityFault.NESTED)


class _Mend:
    """One restoration, step by step."""

    def __init__(self, archive: Archive, folder: Path, backup: Path, aside: Path) -> None:
        self.archive = archive
        self.folder = folder
        self.backup = backup
        self.aside_folder = aside
        self.restored: list[str] = []
        self.aside: list[str] = []
        self._by_digest: dict[Sha256, Path] = {}
        self._unread = [p for p in sorted(backup.rglob("*")) if p.is_file() and not p.is_symlink()]

    def _find(self, digest: str) -> Path | None:
        while digest not in self._by_digest and self._unread:
            path = self._unread.pop()
            self._by_digest[durable_files.digest_of(path)[0]] = path
        return self._by_digest.get(Sha256(digest))

    def _put(self, path: str, digest: str) -> None:
        source = self._find(digest)
        if source is None:
            return
        staged = self.archive.work / f"restore-{digest[:16]}"
        durable_files.unlink(staged)
        with source.open("rb") as handle:
            mode = durable_files.PAYLOAD_MODE if bag.is_payload(path) else durable_files.FILE_MODE
            durable_files.write_new(staged, handle, mode=mode)
        target = self.folder / path
        durable_files.make_folders(target.parent, below=self.folder)
        self._aside(path)
        durable_files.rename_new(staged, target)
        durable_files.sync_folder(target.parent)
        self.restored.append(path)

    def _aside(self, path: str) -> None:
        """Move what stands there out of the case, under a name of its own; nothing is deleted."""
        damaged = self.folder / path
        if not os.path.lexists(damaged):
            return
        name = path.replace("/", "_")
        self.aside_folder.mkdir(parents=True, exist_ok=True, mode=durable_files.FOLDER_MODE)
        target = next(t for n in range(1000) if not (t := self.aside_folder / f"{n:03d} {name}").exists())
        durable_files.rename_new(damaged, target)
        durable_files.sync_folder(damaged.parent)
        self.aside.append(path)

    def events(self) -> None:
        """Put back the events: each by the digest its manifest or the event after it names, or one that fits."""
        for finding in check_bag(self.folder, quick=True).findings:
            if finding.file.startswith("events/") and finding.problem in (
                FixityFault.CHANGED,
                FixityFault.MISSING,
                FixityFault.CHAIN,
            ):
                if finding.expected:
                    self._put(finding.file, finding.expected)
                for candidate in sorted(self.backup.rglob(Path(finding.file).name)):
                    if finding.file in self.restored or candidate.parent.parent.name != self.folder.name:
                        continue
                    self._put(finding.file, durable_files.digest_of(candidate)[0])

    def files(self) -> None:
        """Put back files by the digests of the chain; move aside what nobody recorded, what is a link or another bag."""
        for finding in check_bag(self.folder, quick=True).findings:
            if finding.problem in _SURPLUS and finding.file:
                self._aside(finding.file)
        for finding in check_bag(self.folder).findings:
            if finding.problem in (
                FixityFault.CHANGED,
                FixityFault.MISSING,
            ) and not finding.file.startswith("events/"):
                digest = self._expected(finding)
                if digest:
                    self._put(finding.file, digest)

    def _expected(self, finding: FixityFinding) -> str:
        """Return the digest wanted; a finding about sizes names none."""
        if len(finding.expected) == 64:
            return finding.expected
        try:
            return chain.read(self.folder).files[finding.file][0]
        except (IntegrityAlarm, NewerFormat, KeyError):
            return ""

    def manifests(self) -> None:
        """Make the manifests again, if the chain holds."""
        try:
            current = chain.read(self.folder)
        except (IntegrityAlarm, NewerFormat):
            return
        info = (
            durable_files.digest_of(self.folder / bag.INFO)[0] if (self.folder / bag.INFO).exists() else None
        )
        if info is None:
            return
        for name, data in zip((bag.MANIFEST, bag.TAG_MANIFEST), current.manifests(info), strict=True):
            path = self.folder / name
            if path.exists() and path.read_bytes() == data:
                continue
            self._aside(name)
            durable_files.write_new(path, data)
            self.restored.append(name)
        durable_files.sync_folder(self.folder)
