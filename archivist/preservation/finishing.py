"""Finishing a file as a volume (立卷): its papers complete, its pages counted and numbered, its number in the archive, its own papers.

The event is the finishing; cover, catalogue, notes and the sheet on which paper and file are compared are issued after it, as
any document is. Where that was broken off, the next run goes on: what there is already is not made again. Papers that are
filed later continue the count, in a further event, and the catalogue is made anew (增件即重编).

Source: GB/T 9705-2008 (案卷), DA/T 22-2015 (按件), 档案法第十三条 (归档「齐全完整」).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from archivist.config import Config
from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.errors import CaseClosed, InvalidValue, StepRefused
from archivist.issuing import case_documents
from archivist.issuing.planned import IssuedForCase, Plan, PlannedForCase
from archivist.issuing.sources import case_sources
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.model.volumes import ARCHIVE_NO, PageRange, Volume
from archivist.rules.completeness import run
from archivist.rules.disposition.arrangement import (
    VolumeItem,
    archive_no,
    composed_archive_no,
    items,
    page_ranges,
)
from archivist.rules.disposition.retention import RetentionClass, retention
from archivist.rules.pack import Pack
from archivist.rules.rule import Stage
from archivist.store import Draft
from archivist.workspace import Workspace

__all__ = ["FinishingPlan", "finish", "plan", "retention_code"]

PAPERS: Final = (
    DocumentId.CASE_COVER,
    DocumentId.CASE_CATALOG,
    DocumentId.CONSISTENCY_CHECK_SHEET,
    DocumentId.CASE_NOTES,
)
"""The archive's own papers of a volume, in the order they are made: the notes say what is still lacking."""


@dataclass(frozen=True, slots=True)
class FinishingPlan:
    """What finishing a file would do.

    Attributes:
        case: as it stands.
        volume: as it would be, with every item that there is.
        added: the items that have no numbers yet, with theirs.
        papers: the archive's own papers that are still to be made.
        unchecked: what the checks of completeness could not find out, in Chinese.
    """

    case: Case
    volume: Volume
    added: tuple[tuple[VolumeItem, PageRange], ...]
    papers: tuple[DocumentId, ...]
    unchecked: tuple[str, ...]


def plan(workspace: Workspace, by: By, number: CaseNo, *, told: str = "") -> FinishingPlan:
    """Say what finishing would do; nothing is written.

    Args:
        workspace: the open workspace.
        by: who asks, and when.
        number: the case.
        told: its number in the archive, where the office gives its own; see ``_number_of`` for what else it may be.

    Raises: as ``finish``.
    """
    return _planned(workspace, by, workspace.archive.read(number), told)


def finish(
    workspace: Workspace, by: By, number: CaseNo, *, told: str = ""
) -> tuple[FinishingPlan, tuple[IssuedForCase, ...]]:
    """Finish a file as a volume, or continue its count; return what was planned, and the papers that were made.

    Args:
        workspace: the open workspace.
        by: who does it, and when.
        number: the case.
        told: see ``plan``.

    Raises:
        StepRefused: E209, papers are missing or wrong; every reason is listed, pages that were not counted among them.
        CaseClosed: E207, nothing else is wrong, but pages were not counted, it holds no paper, there is no number for it, or
            it has another one.
        InvalidValue: E002, such a number there cannot be.

    Survives: a kill at any point; run again, it goes on where it stopped.
    """
    planned = plan(workspace, by, number, told=told)
    if planned.added:

        def draft(case: Case) -> Draft:
            nonlocal planned
            planned = _planned(workspace, by, case, told)
            new = Volume(planned.volume.no, {item.kept.no: pages for item, pages in planned.added})
            return Draft(Op.VOLUME_FINISHED, new.to_plain())

        workspace.commit(number, draft, by)
    return planned, tuple(_issue(workspace, by, number, kind, planned.volume.no) for kind in planned.papers)


def _planned(workspace: Workspace, by: By, case: Case, told: str) -> FinishingPlan:
    found = items(case)
    checked = run.findings(
        case, workspace.pack, workspace.catalogue, Stage.ARCHIVE,
        on=by.today, words=case_sources(workspace, by, case).words,
    )  # fmt: skip
    # The sheet of comparison is among the papers that are made now.
    others = [one for one in checked if one.check.args.document not in PAPERS]
    problems = run.lacking_in_volume(others, case)
    state = [f"第 {item.kept.no} 件《{item.made.title}》页数未清点" for item in found if not item.is_counted]
    if not found:
        state.append("卷内没有一件材料")
    no = _number_of(workspace.config, workspace.pack, by, case, told)
    if not no:
        state.append(
            "没有档号：在 archivist.toml 的 [archive] 写 fonds（全宗号），或用 --archive-no 写本机关自编的档号"
        )
    if problems:
        raise StepRefused(
            "材料不齐，不能立卷", file=str(case.number), problems=[*problems, *state],
            remedy="按所列逐项补齐、签收后再立卷；没有写入任何内容。用 archivist check 户 --stage archive 查看依据。",
        )  # fmt: skip
    if state:
        raise CaseClosed(
            "还不能立卷", file=str(case.number), problems=state,
            remedy="没有扫描页的件请补扫归档，页数随之清点；没有写入任何内容。",
        )  # fmt: skip
    ranges = page_ranges(case, found)
    added = tuple(
        (item, pages)
        for item, pages in zip(found, ranges, strict=True)
        if pages is not None and item.numbered is None
    )
    before = dict(case.volume.pages) if case.volume else {}
    volume = Volume(no, before | {item.kept.no: pages for item, pages in added})
    unchecked = tuple(f"{one.check.title}：{matter}" for one in checked for matter in one.unknown)
    return FinishingPlan(case, volume, added, _papers_due(case, found, added=bool(added)), unchecked)


def _number_of(config: Config, pack: Pack, by: By, case: Case, told: str) -> str:
    """Return the number in the archive: the one it has, the one told, the one its papers tell, else composed; empty without 全宗号."""
    told = told.strip()
    if told and not ARCHIVE_NO.fullmatch(told):
        raise InvalidValue(f"档号“{told}”含有空白或斜线，或长于 40 字")
    if case.volume and told not in ("", case.volume.no):
        raise CaseClosed(f"已立卷，档号 {case.volume.no}，不能改为 {told}", file=str(case.number))
    if given := told or archive_no(case):
        return given
    fonds = config.archive.fonds
    return composed_archive_no(fonds, case.number, retention_code(case, pack, by)) if fonds else ""


def retention_code(case: Case, pack: Pack, by: By) -> str:
    """Return how long a file is kept as numbers in the archive and stamps say it (保管期限代码): ``D3``, for ever ``Y``."""
    kept = retention(case, pack, by.today)
    return "Y" if kept.kind is RetentionClass.PERMANENT else f"D{kept.rule.value}"


def _papers_due(case: Case, found: Sequence[VolumeItem], *, added: bool) -> tuple[DocumentId, ...]:
    """Return the archive's own papers that do not know of everything: older than the volume, or than what it holds."""
    newest = max((max(item.kept.seq, item.made.seq) for item in found), default=0)
    numbered = case.volume.seq if case.volume else 0

    def knows(kind: DocumentId) -> bool:
        made = max((r.seq for r in case.records_of(kind) if r.signs is None), default=0)
        if kind is DocumentId.CONSISTENCY_CHECK_SHEET:
            return made > newest
        return made > max(newest, numbered) and not added

    return tuple(kind for kind in PAPERS if not knows(kind))


def _issue(workspace: Workspace, by: By, number: CaseNo, kind: DocumentId, no: str) -> IssuedForCase:
    given: dict[str, object] = {FieldPath.VOLUME_ARCHIVE_NO: no}
    if kind is DocumentId.CASE_COVER and workspace.config.archive.fonds:
        given[FieldPath.VOLUME_FONDS_NO] = workspace.config.archive.fonds
    planned: PlannedForCase = case_documents.plan_one(
        workspace, by, workspace.catalogue.get(kind), workspace.archive.read(number), given, on=by.today
    )
    outcome = case_documents.issue(workspace, by, Plan((planned,)), pdf=workspace.config.options.pdf)
    for refused in outcome.refused:
        raise refused.error
    return outcome.issued[0]
