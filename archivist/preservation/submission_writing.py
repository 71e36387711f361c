"""The parts of a submission on their medium: where they go, whether there is room, written and read back, what is there kept.

A part that is there and the same byte for byte stays; what is there and another is made anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.errors import ArchiveError, IntegrityAlarm, UsageError, WriteFailed
from archivist.model.ids import Sha256
from archivist.preservation import submission_envelope
from archivist.preservation.submission_format import SubmissionId
from archivist.preservation.submission_ledger import SubmissionEntry
from archivist.preservation.submission_parts import PartMaker
from archivist.store import durable_files
from archivist.store.streamed_files import PassedOn, read_back, write_streamed
from archivist.workspace import Workspace

FOLDER: Final = "报送"
"""Where submissions go within the outbox when no other place is said."""
SHEET: Final = "移交清单"
MARGIN: Final = 16 << 20
"""Bytes that stay free on the medium."""
Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class WrittenPart:
    """A part as it was read back.

    Attributes:
        name: of the part; ``file`` is what it is called on the medium, where it may be locked.
        sha256: of the part itself, locked or not; ``size`` its bytes.
        before: it was there already, the same byte for byte inside.
    """

    name: str
    file: str
    sha256: Sha256
    size: int
    before: bool


def destination(workspace: Workspace, to: Path | None) -> Path | None:
    """Return the folder a person named, if one; it is there and outside the archive.

    Raises:
        ArchiveError: E200, it is not there. UsageError: E001, it lies in the archive.
    """
    if to is None:
        return None
    if not to.is_dir():
        raise ArchiveError(
            "没有这个文件夹，没有报送", file=to.name, remedy="请插好移动硬盘或 U 盘，核对盘符与文件夹名。"
        )
    archive = workspace.archive
    if to.resolve().is_relative_to(archive.root.resolve()):
        raise UsageError("不能写到档案库里面", file=to.name, remedy="不写 --to 就放在 outbox 的“报送”里。")
    return to


def outbox(workspace: Workspace, name: SubmissionId) -> Path:
    """Make the folder of a submission in the outbox."""
    archive = workspace.archive
    folder = archive.outbox / FOLDER / str(name)
    with durable_files.writing(resumable(name), name):
        durable_files.make_folders(folder, below=archive.root)
    return folder


def resumable(name: object) -> str:
    """Return in what state a submission is left that its medium refused."""
    return f"报送已登记开始；排除故障后用 archivist submit --resume {name} 接着做，写好的分包不用重写"


def require_room(folder: Path, wanted: int, name: SubmissionId) -> None:
    """Refuse a medium that has not so many bytes free.

    Raises:
        WriteFailed: E204.
    """
    free = shutil.disk_usage(folder if folder.is_dir() else folder.parent).free
    if wanted + MARGIN > free:
        raise WriteFailed(
            f"{name} 还要 {wanted / 1e6:,.0f} MB，盘上只有 {free / 1e6:,.0f} MB；没有写入任何内容",
            file=folder.name,
            remedy="换一个大些的盘，用 --to 指明。",
        )


def there(folder: Path, entry: SubmissionEntry) -> int:
    """Return how many bytes of the parts there are already."""
    names = [entry.id.part_name(part) for part in range(1, entry.parts + 1)]
    paths = [folder / name for name in (*names, *map(submission_envelope.file_name, names))]
    return sum(path.stat().st_size for path in paths if path.is_file())


def write(maker: PartMaker, folder: Path, password: str, step: Step | None) -> tuple[WrittenPart, ...]:
    """Write the parts that are not there, or not as they must be.

    Args:
        maker: makes them.
        folder: where they go.
        password: with which they are locked; empty: they are not.
        step: called with the parts done and all.

    Raises:
        IntegrityAlarm: E202, a household is not any more what it was. WriteFailed: E204.
        PasswordNeeded: E106, a part that is there was locked with another password.

    Survives: a kill at any point; see ``write_streamed``.
    """
    told, done = maker.submission, []
    for part in range(1, told.parts + 1):
        if step:
            step(part - 1, told.parts)
        name = told.id.part_name(part)
        with durable_files.writing(resumable(told.id), name):
            done.append(
                _written(maker, part, folder / submission_envelope.file_name(name), password)
                if password
                else _plainly_written(maker, part, folder / name)
            )
    if step:
        step(told.parts, told.parts)
    return tuple(done)


def _plainly_written(maker: PartMaker, part: int, path: Path) -> WrittenPart:
    held = read_back(path) if path.is_file() else None
    before = held is not None and held == maker.digest(part)
    if held and not before:
        durable_files.unlink(path)
    found = held if held and before else maker.write(part, path.parent)
    return WrittenPart(path.name, path.name, *found, before)


def _written(maker: PartMaker, part: int, path: Path, password: str) -> WrittenPart:
    """Write a part locked, unless it is there: the same inside, for locked it never is the same twice."""
    name = maker.submission.id.part_name(part)
    held = submission_envelope.digest_in(path, password) if path.is_file() else None
    if held and held == maker.digest(part):
        return WrittenPart(name, path.name, *held, True)
    durable_files.unlink(path)
    plain = PassedOn(maker.chunks(part))
    write_streamed(path, submission_envelope.lock(name, maker.length(part), plain, password))
    return WrittenPart(name, path.name, plain.sha256, plain.size, False)


def require_same(entry: SubmissionEntry, parts: Sequence[WrittenPart]) -> None:
    """Refuse parts that are not what was made before: then an office's history was changed.

    Raises:
        IntegrityAlarm: E202.
    """
    for made, now in zip(entry.made, parts, strict=False):
        if made.sha256 != now.sha256:
            raise IntegrityAlarm("重做的分包与总账登记的摘要不符", file=now.name)


def write_sheet(folder: Path, name: SubmissionId, contents: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write the list to be stamped beside the parts, in the place of an older one; ``.docx`` → bytes."""
    paths = tuple(folder / f"{name} {SHEET}{suffix}" for suffix in contents)
    with durable_files.writing(resumable(name), SHEET):
        for path, data in zip(paths, contents.values(), strict=True):
            durable_files.unlink(path)
            durable_files.write_new(path, data)
        durable_files.sync_folder(folder)
    return paths
