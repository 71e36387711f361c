"""Finishing a file as a volume (立卷): numbered, catalogued, and on request one PDF of all of it."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist.api.authorisation import authorised
from archivist.api.parcels import private
from archivist.api.result import Result
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archivist.model.by import By
    from archivist.model.volumes import PageRange
    from archivist.preservation.finishing import FinishingPlan
    from archivist.rules.disposition.arrangement import VolumeItem
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class NumberedItem:
    """An item of a volume and its pages, 1-based, both included; ``last`` is ``first - 1`` where it has none."""

    record: str
    title: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class FinishPlan(Result):
    """What finishing a file would do; nothing was written.

    Attributes:
        archive_no: its number in the archive (档号).
        items: how many items the volume would hold, on ``pages`` pages.
        added: those that would be numbered now.
        papers: the archive's own papers that would be made.
        unchecked: what the checks of completeness could not find out.
    """

    SCHEMA: ClassVar[str] = "archivist/case-finish-plan/1"

    case: str
    archive_no: str
    items: int
    pages: int
    added: tuple[NumberedItem, ...]
    papers: tuple[str, ...]
    unchecked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MadePaper:
    """One of the archive's own papers that was issued; ``pending``: it waits for its signed copy (待签)."""

    record: str
    title: str
    pending: bool


@dataclass(frozen=True, slots=True)
class VolumeFinished(Result):
    """A file that is finished as a volume; see ``FinishPlan`` for what is not said here.

    Attributes:
        added: the items numbered by this run; none where all had their numbers.
        papers: what was issued by this run.
        pdf: the whole volume as one PDF; ``None`` where none was asked for.
        shown_otherwise: the items of which the PDF does not hold the pages as they are: why, in Chinese.
    """

    SCHEMA: ClassVar[str] = "archivist/case-finish/1"

    case: str
    archive_no: str
    items: int
    pages: int
    added: tuple[NumberedItem, ...]
    papers: tuple[MadePaper, ...]
    unchecked: tuple[str, ...]
    pdf: Path | None = None
    shown_otherwise: tuple[str, ...] = ()


def plan(workspace: Workspace, by: By, case: str, *, archive_no: str = "") -> FinishPlan:
    """Say what finishing a file would do.

    Args:
        workspace: the open workspace.
        by: who asks, and when.
        case: the household as people name it; see ``Workspace.find_case``.
        archive_no: its number in the archive, where the office gives its own.

    Raises:
        CaseNotFound: E201. AmbiguousCase: E003. Else see ``preservation.finishing.finish``.
    """
    from archivist.preservation import finishing

    planned = finishing.plan(workspace, by, workspace.find_case(case), told=archive_no)
    return FinishPlan(
        str(planned.case.number),
        planned.volume.no,
        *_size(planned),
        _numbered(planned.added),
        tuple(workspace.catalogue.get(kind).title for kind in planned.papers),
        planned.unchecked,
    )


@authorised(Act.FINISH)
def finish(
    workspace: Workspace, by: By, case: str, *, archive_no: str = "", pdf: bool = False
) -> VolumeFinished:
    """Finish a file as a volume, or continue its count; see ``plan`` for the arguments and errors.

    Args:
        workspace: the open workspace.
        by: who does it, and when.
        case: see ``plan``.
        archive_no: see ``plan``.
        pdf: write the whole volume as one PDF/A-2b into the outbox too, over the one that is there.

    Raises:
        PdfUnavailable: E306, after the file was finished. WriteFailed: E204.

    Survives: a kill at any point; run again, it goes on where it stopped.
    """
    from archivist.preservation import finishing

    if pdf:
        workspace.archive.access.disclose([workspace.find_case(case)])
    planned, made = finishing.finish(workspace, by, workspace.find_case(case), told=archive_no)
    done = VolumeFinished(
        str(planned.case.number),
        planned.volume.no,
        *_size(planned),
        _numbered(planned.added),
        tuple(MadePaper(one.record, one.title, one.pending) for one in made),
        planned.unchecked,
    )
    return _with_pdf(workspace, by, done) if pdf else done


def _with_pdf(workspace: Workspace, by: By, done: VolumeFinished) -> VolumeFinished:
    """Write the volume into the outbox; the file is whole or not there, and only its owner may read it."""
    from archivist.preservation.volume_file import make_volume
    from archivist.store import durable_files

    target = workspace.archive.outbox / f"全卷 {done.case}.pdf"
    part = target.with_name(f"{target.name}.part")
    case = workspace.archive.read(workspace.find_case(done.case))
    with tempfile.TemporaryDirectory(prefix="archivist-volume-", ignore_cleanup_errors=True) as work:
        made = make_volume(workspace, by, case, Path(work))
        with durable_files.writing("已经立卷，只是全卷 PDF 没有写成", target.name):
            try:
                with made.file.open("rb") as source, private(part) as out:
                    shutil.copyfileobj(source, out)
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)
    return replace(done, pdf=target, shown_otherwise=made.shown_otherwise)


def _size(planned: FinishingPlan) -> tuple[int, int]:
    pages = planned.volume.pages.values()
    return len(pages), sum(one.count for one in pages)


def _numbered(added: Iterable[tuple[VolumeItem, PageRange]]) -> tuple[NumberedItem, ...]:
    return tuple(NumberedItem(item.kept.no, item.made.title, n.first, n.last) for item, n in added)
