"""Where a household's folder or one of its records lies, to be opened in the desktop's own program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist.api.inbox import record_named
from archivist.api.result import Result
from archivist.errors import RecordNotFound

if TYPE_CHECKING:
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class OpenedPlace(Result):
    """What is to be looked at and where it lies.

    Attributes:
        record: empty for the household's folder.
        files: how many renditions the record has; ``path`` is the first.
    """

    SCHEMA: ClassVar[str] = "archivist/open/1"

    case: str
    applicant: str
    record: str
    title: str
    files: int
    path: Path


def place_of(workspace: Workspace, case: str, record: str = "") -> OpenedPlace:
    """Return where a household's papers lie, or one of them.

    Args:
        workspace: the open workspace.
        case: the household as people name it.
        record: number of the record; nothing: the folder.

    Raises:
        CaseNotFound: E201. RecordNotFound: E206, no such record, or its file is not there.
    """
    number = workspace.find_case(case)
    found = workspace.archive.read(number)
    folder = workspace.archive.folder(number)
    if not record.strip():
        return OpenedPlace(str(number), found.applicant_name, "", "户档文件夹", 0, folder / "data")
    wanted = record_named(record)
    one = found.records.get(wanted)
    if one is None:
        raise RecordNotFound(f"{number} 没有第 {wanted} 件")
    if not one.files:
        raise RecordNotFound(f"{number} 第 {wanted} 件没有文件")
    path = folder / one.files[0].path
    if not path.is_file():
        raise RecordNotFound(
            f"{number} 第 {wanted} 件的文件不在原处",
            file=path.name,
            remedy="用 archivist verify 核对这一户。",
        )
    return OpenedPlace(str(number), found.applicant_name, str(wanted), one.title, len(one.files), path)
