"""Files that are laid into the inbox by the program itself: whole or not at all, never over another; the watcher does the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist.api.result import Problem, Result
from archivist.errors import ArchivistError, InvalidValue

if TYPE_CHECKING:
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class LaidFile:
    """One file: its name in the inbox and its digest, both empty where it is not there, and then why."""

    name: str
    laid_as: str
    sha256: str
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class LaidIn(Result):
    """What was laid into the inbox, for the household ``case``, or for whomever recognition finds where it is empty."""

    SCHEMA: ClassVar[str] = "archivist/inbox-put/1"

    case: str
    files: tuple[LaidFile, ...]


def put(workspace: Workspace, files: Sequence[tuple[str, Path]], *, case: str = "") -> LaidIn:
    """Lay files into the inbox, each for itself; whoever may put files there may do so here, nothing is filed by it.

    Args:
        workspace: the open workspace.
        files: the name of each as people know it, and where it lies; that copy stays.
        case: the household whose drop folder they go to, as people name it.

    Raises:
        CaseNotFound: E201. AmbiguousCase: E003. IntegrityAlarm: E202. AccessNotLogged: E213.

    Survives: a kill at any point leaves a file whole in the inbox, or not there; what is left of it is no file of the inbox.
    """
    from archivist.procedure.cases import drop_folder
    from archivist.store import durable_files, inbox_access

    archive = workspace.archive
    folder, number = archive.inbox, ""
    if case:
        found = archive.read(workspace.find_case(case))
        number, folder = str(found.number), drop_folder(workspace, found)
        archive.access.disclose([found.number])
    laid: list[LaidFile] = []
    for name, path in files:
        try:
            digest, _ = durable_files.digest_of(path)
            laid.append(LaidFile(name, inbox_access.lay(folder, _plain(name), path).name, digest, None))
        except ArchivistError as error:
            laid.append(LaidFile(name, "", "", Problem.of(error)))
    return LaidIn(number, tuple(laid))


@dataclass(frozen=True, slots=True)
class CameTo:
    """What became of a file that was laid into the inbox.

    Attributes:
        case, applicant, record, title: where it was filed; empty where it was not.
        item: of the tray, where it waits there.
    """

    case: str = ""
    applicant: str = ""
    record: str = ""
    title: str = ""
    item: str = ""


def came_to(workspace: Workspace, sha256: str) -> CameTo | None:
    """Return what became of a file with this digest; ``None`` while nothing did, and where nobody can tell."""
    from archivist.api.tray_marks import whereabouts
    from archivist.api.tray_view import TrayView

    if filed := whereabouts(workspace, sha256):
        return CameTo(filed.case, filed.applicant, filed.record, filed.title)
    return next((CameTo(item=item.id) for item in TrayView(workspace).items if item.sha256 == sha256), None)


def _plain(name: str) -> str:
    """Return the name of a file without any way to it.

    Raises:
        InvalidValue: E002, it has none, or one that no file of the inbox may have.
    """
    from archivist.store.foreign_files import is_foreign

    bare = name.replace("\\", "/").rpartition("/")[2].strip()
    if (
        not bare
        or bare.startswith(".")
        or len(bare.encode()) > 200
        or not bare.isprintable()
        or is_foreign(bare)
    ):
        raise InvalidValue("文件名不能用", file=name, remedy="改个名字再传：不以点开头，不超过六十个字。")
    return bare
