"""What a restoration does to single files, planned first and shown, then done: put back, set aside, made again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from archivist.errors import ArchiveError, WriteFailed
from archivist.model.bag_head import BagHead
from archivist.model.ids import Sha256
from archivist.preservation.copies import UNREADABLE, CopiedFile
from archivist.store import bag, durable_files, originals
from archivist.store.bag_contents import contents
from archivist.store.chain import Chain


class Action(StrEnum):
    """What is done to a file. The words are stable."""

    PUT = "put"
    MAKE = "make"
    ASIDE = "aside"

    @property
    def label(self) -> str:
        """The action in Chinese."""
        return {"put": "取回", "make": "重新写成", "aside": "移出"}[self.value]


@dataclass(frozen=True, slots=True)
class Repair:
    """One step of a plan.

    Attributes:
        path: of the file, relative to the bag, the item or the workspace.
        digest: of what will stand there; empty when nothing will.
        source: where it is taken from, for people; empty when it is made.
        content: its bytes, or the file of the copy.
    """

    path: str
    action: Action
    digest: str = ""
    source: str = ""
    content: bytes | CopiedFile = b""


@dataclass(slots=True)
class RepairPlan:
    """All that is done to a bag, a tray item or the keys.

    Attributes:
        folder: what the paths are relative to.
        repairs: in the order in which they are done.
        missing: what no copy has, for people.
        lost: what is known to have been there and would be gone for good, for people; then nothing is done unless people say so.
        new: the folder is not there, and is made as a whole.
        kept: the chain of a bag as it would be; ``whole`` whether no event that is known is missing in it.
        given_up: chains of which it would lack events whose content is there; ``unknown`` heads it would lack besides.
    """

    folder: Path
    repairs: list[Repair] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    new: bool = False
    kept: Chain | None = None
    whole: bool = True
    given_up: list[Chain] = field(default_factory=list)
    unknown: list[BagHead] = field(default_factory=list)

    def put(self, path: str, digest: str, content: bytes | CopiedFile, source: str = "") -> None:
        """Plan that a file is put back."""
        told = source or (content.path if isinstance(content, CopiedFile) else "")
        self.repairs.append(Repair(path, Action.PUT, digest, told, content))

    def make(self, path: str, content: bytes) -> None:
        """Plan that a file is written anew."""
        self.repairs.append(Repair(path, Action.MAKE, bag.sha256(content), "", content))

    def aside(self, path: str) -> None:
        """Plan that a file goes."""
        self.repairs.append(Repair(path, Action.ASIDE))


class Mender:
    """Does what a plan says. Callers hold the workspace's lock.

    Everything is staged and read back before anything is touched; what stood in a place is renamed into the quarantine,
    then the staged file is renamed into the place. Killed in between, the same restoration is run again.

    Args:
        work: where it is staged.
        quarantine: where goes what is replaced; below ``top``.
        top: the archive.
    """

    def __init__(self, work: Path, quarantine: Path, top: Path) -> None:
        self._work = work
        self._quarantine = quarantine
        self._top = top
        self.restored: list[str] = []
        self.aside: list[str] = []

    def carry_out(self, plan: RepairPlan, replace: Callable[[Path], object] | None = None) -> None:
        """Do it all.

        Args:
            plan: what.
            replace: lets a bag that was made whole stand in the place of the one that is there, at once: for a history that is given up,
                which cannot be put right file by file. What the plan does not name stays as it is.

        Raises:
            WriteFailed: E204; run again, what is done is done.
        """
        staging = self._work / "restore"
        with durable_files.writing("恢复没有做完，请重新运行同一命令", plan.folder.name):
            durable_files.remove_tree(staging)
            durable_files.make_folder(staging)
            staged = dict(self._staged(plan, staging, whole=plan.new or replace is not None))
            if plan.new:
                self._make_whole(plan, staging)
            elif replace is not None:
                self._keep_others(plan, staging)
                self._make_durable(staging)
                replace(staging)
                self.restored += [plan.repairs[n].path for n in staged]
                self.aside.append(plan.folder.name)
            else:
                for n, repair in enumerate(plan.repairs):
                    self._set_aside(plan.folder / repair.path, repair.path)
                    if n in staged:
                        self._put(staged[n], plan.folder / repair.path, plan.folder)
                        self.restored.append(repair.path)
            durable_files.remove_tree(staging)

    def _staged(self, plan: RepairPlan, staging: Path, *, whole: bool) -> Iterator[tuple[int, Path]]:
        for n, repair in enumerate(plan.repairs):
            if repair.action is Action.ASIDE:
                continue
            path = staging / (repair.path if whole else f"{n}")
            durable_files.make_folders(path.parent, below=staging)
            if isinstance(repair.content, bytes):
                digest = durable_files.write_new(path, repair.content, mode=_mode(repair.path))[0]
            else:
                digest = self._copy(repair.content, path, _mode(repair.path))
            if digest != repair.digest:
                raise ArchiveError("副本中的文件读了两次，两次不一样，没有恢复", file=repair.source)
            yield n, path

    @staticmethod
    def _copy(source: CopiedFile, path: Path, mode: int) -> Sha256:
        try:
            with source.open() as handle:
                return durable_files.write_new(path, handle, mode=mode)[0]
        except WriteFailed:
            raise
        except UNREADABLE as error:
            if isinstance(error, OSError) and error.filename is None:
                raise
            raise ArchiveError(
                f"副本中的文件读不出来（{type(error).__name__}），没有恢复", file=source.path
            ) from error

    @staticmethod
    def _keep_others(plan: RepairPlan, staging: Path) -> None:
        """Copy what a plan does not name; what is known to be wrong or unreadable goes aside with the bag."""
        left_out = {*(repair.path for repair in plan.repairs), *plan.missing}
        for path in sorted(contents(plan.folder).files.keys() - left_out):
            durable_files.make_folders((staging / path).parent, below=staging)
            with originals.open_original(plan.folder / path) as (source, _):
                durable_files.write_new(staging / path, source, mode=_mode(path))

    @staticmethod
    def _make_durable(staging: Path) -> None:
        """Make what was staged as a whole durable; a bag with the folders that may be empty."""
        for name in ("data", "pending") if (staging / "bagit.txt").exists() else ():
            (staging / name).mkdir(mode=durable_files.FOLDER_MODE, exist_ok=True)
        durable_files.sync_names(staging)
        for folder, _, _ in os.walk(staging):
            durable_files.sync_folder(Path(folder))

    def _make_whole(self, plan: RepairPlan, staging: Path) -> None:
        self._make_durable(staging)
        self._set_aside(plan.folder, plan.folder.name)
        durable_files.rename_new(staging, plan.folder)
        durable_files.sync_folder(plan.folder.parent)
        durable_files.sync_folder(self._work)
        self.restored += [repair.path for repair in plan.repairs]

    def _set_aside(self, path: Path, name: str) -> None:
        """Move what stands there out of the way, under a name of its own; nothing is deleted."""
        if not os.path.lexists(path):
            return
        durable_files.make_folders(self._quarantine, below=self._top)
        durable_files.rename_new(path, durable_files.free_place(self._quarantine, name))
        durable_files.sync_folder(self._quarantine)
        durable_files.sync_folder(path.parent)
        self.aside.append(name)

    @staticmethod
    def _put(staged: Path, target: Path, folder: Path) -> None:
        durable_files.make_folders(target.parent, below=folder.parent)
        durable_files.rename_new(staged, target)
        durable_files.sync_folder(target.parent)


def _mode(path: str) -> int:
    is_payload = bag.is_payload(path) or path.startswith("original.")
    return durable_files.PAYLOAD_MODE if is_payload else durable_files.FILE_MODE
