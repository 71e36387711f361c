"""How long files must be kept, and why. Nothing is destroyed here; a date alone never destroys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist.api.authorisation import authorised
from archivist.api.given_papers import FormToSign, file_signed, read_given
from archivist.api.result import Result
from archivist.errors import UsageError
from archivist.model.permissions import Act
from archivist.rules.unit import Unit

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.model.case import Case
    from archivist.model.ids import RecordNo
    from archivist.preservation.disposal import RetainedCase, RetainedDocument
    from archivist.preservation.passed_over import PassedOverLately
    from archivist.rules.disposition.retention import Retention, RetentionPeriod
    from archivist.rules.rule import Rule
    from archivist.workspace import Workspace


HELD = "冻结"
"""The status of a file that is held: nothing of it may go, whatever its period says."""


# ── results ──────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class RetainedCaseView:
    """A file and the row that decides how long it is kept.

    Attributes:
        kind: what decides (户档, 未给予救助的案卷 …); ``status`` where the period stands: 在保管, 可鉴定, 冻结, 起算日不明, 期满未结案;
            未起算 of an open file, which is listed only while it is held.
        keep_until: last day it must be kept; ``days_left`` until then, negative once past; both ``None`` where there is no end.
        rule: id of the row, ``title`` its name; ``value`` how much time, in ``unit``, from ``trigger``.
        source: the sentence it stands on; ``inferred`` where it does not say all of it.
        holds: what forbids its appraisal and destruction meanwhile (冻结); then the status says so.
        doubts: what must be looked into before it is appraised.
    """

    case: str
    applicant: str
    kind: str
    status: str
    deregistered_on: dt.date | None
    keep_until: dt.date | None
    days_left: int | None
    rule: str
    title: str
    value: int | float | str | bool
    unit: Unit
    trigger: str
    source: str
    inferred: bool
    holds: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    @classmethod
    def of(cls, kept: RetainedCase) -> RetainedCaseView:
        """Return a row of the retention list."""
        rule = kept.retention.rule
        return cls(
            case=str(kept.case.number),
            applicant=kept.case.applicant_name,
            kind=kept.retention.kind.label,
            status=HELD if kept.holds else kept.retention.status.label,
            holds=tuple(f"{hold.id} {hold.words}" for hold in kept.holds),
            deregistered_on=kept.case.deregistered_on,
            keep_until=kept.retention.expires,
            days_left=kept.days_left,
            rule=rule.id,
            title=rule.title,
            value=rule.value,
            unit=rule.unit,
            trigger=rule.trigger,
            source=str(rule.source),
            inferred=rule.inferred,
            doubts=kept.retention.doubts,
        )


@dataclass(frozen=True, slots=True)
class RetentionList(Result):
    """Files whose period runs or has run out, the first to be appraised first.

    ``unread`` says which could not be read (未检), and why.
    """

    SCHEMA: ClassVar[str] = "archivist/retention-list/2"

    cases: tuple[RetainedCaseView, ...]
    unread: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RetainedDocumentView:
    """A document of the office and how long it is kept; ``keep_until`` is ``None`` for ever; see ``RetainedCaseView``."""

    title: str
    doc_no: str
    date: dt.date
    status: str
    keep_until: dt.date | None
    rule: str
    source: str
    inferred: bool
    note: str

    @classmethod
    def of(cls, kept: RetainedDocument) -> RetainedDocumentView:
        """Return a row of the list."""
        rule = kept.retention.rule
        status = kept.retention.status.label
        return cls(
            kept.title, kept.doc_no, kept.on, status, kept.retention.expires,
            rule.id, str(rule.source), rule.inferred, rule.note,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class OfficeRetentionList(Result):
    """Documents of the office, the first to be appraised first."""

    SCHEMA: ClassVar[str] = "archivist/retention-office/1"

    documents: tuple[RetainedDocumentView, ...]


@dataclass(frozen=True, slots=True)
class PeriodView:
    """One time that a file must be kept for, and the row it stands on.

    Attributes:
        ends: the last day; ``None`` for ever.
        words: the row in words; ``source`` its sentence.
    """

    kind: str
    starts: dt.date
    ends: dt.date | None
    rule: str
    words: str
    source: str
    inferred: bool
    note: str

    @classmethod
    def of(cls, period: RetentionPeriod) -> PeriodView:
        """Return one of the times of a file."""
        rule = period.rule
        return cls(
            period.kind.label,
            period.start,
            period.end,
            rule.id,
            _words(rule),
            str(rule.source),
            rule.inferred,
            rule.note,
        )


@dataclass(frozen=True, slots=True)
class RetentionExplained(Result):
    """Why a file is kept until when.

    Attributes:
        kind: what decides; ``status`` where the period stands on the day ``on``.
        deregistered: the day of 注销 as it is stated; empty while the file is open.
        periods: every time that runs, the deciding one first; empty while none has begun.
        will: while none has begun, the row that will decide, in words, with its sentence.
        holds: what forbids its destruction meanwhile.
        doubts: what must be looked into before it is appraised.
    """

    SCHEMA: ClassVar[str] = "archivist/retention-explain/1"

    case: str
    applicant: str
    on: dt.date
    kind: str
    status: str
    deregistered: str
    starts: dt.date | None
    keep_until: dt.date | None
    periods: tuple[PeriodView, ...]
    will: str
    holds: tuple[str, ...]
    doubts: tuple[str, ...]


# ── use cases ────────────────────────────────────────────────────────────────────────────────────────────
def retention_list(
    workspace: Workspace,
    *,
    on: dt.date,
    expired_only: bool = False,
    held_only: bool = False,
    lately: PassedOverLately | None = None,
) -> RetentionList:
    """Return every file that is held or whose period runs, or those that may be appraised on a day, or those held, with how long each must be kept.

    ``lately``: files that need not be looked at; only of a process that is asked often.
    """
    from archivist.preservation import disposal

    found = disposal.retention_list(workspace, on=on, expired_only=expired_only, lately=lately)
    rows = (row for row in found.rows if row.holds or not held_only)
    return RetentionList(tuple(map(RetainedCaseView.of, rows)), found.unread)


def office_list(workspace: Workspace, *, on: dt.date) -> OfficeRetentionList:
    """Return every document of the office that was issued, with how long it must be kept.

    Raises:
        RuleFault: E502, the pack does not say.
    """
    from archivist.preservation import disposal

    return OfficeRetentionList(
        tuple(map(RetainedDocumentView.of, disposal.office_documents(workspace, on=on)))
    )


def explain(workspace: Workspace, case: str, *, on: dt.date) -> RetentionExplained:
    """Say how long a file must be kept, from when and by which sentence.

    Raises:
        CaseNotFound: E201. RuleFault: E502, the pack does not say.
    """
    from archivist.rules.disposition.retention import retention

    found = workspace.archive.read(workspace.find_case(case))
    return _explained(workspace, found, retention(found, workspace.pack, on), on)


@authorised(Act.EXTEND_RETENTION)
def extend(
    workspace: Workspace,
    by: By,
    case: str,
    *,
    until: dt.date | None,
    appraisers: Sequence[str],
    reason: str,
    paper: Path | None,
) -> RetentionExplained:
    """Record that an appraisal (鉴定) keeps a file longer, until a day or for ever (``None``); ``paper`` is the scan of what the appraisers signed.

    Raises:
        CaseNotFound: E201. InvalidValue: E002. DisposalError: E600, with every reason at once. UsageError: E001, no signed form. ListChanged: E603,
            the form is of another appraisal.
    """
    from archivist.doctypes.ids import DocumentId
    from archivist.preservation import appraisal

    number = workspace.find_case(case)

    def filed(asked: appraisal.AskedExtension) -> RecordNo:
        if paper is None:
            raise UsageError(
                "延长须有鉴定人签字的《档案鉴定意见表》：用 --paper 指明它的扫描件",
                remedy="先做表：同一命令加 --form；打印、签字、扫描。没有写入任何内容。",
            )
        given = read_given(paper)
        appraisal.require_opinion(workspace, asked, given, len({*appraisers}))
        kind = DocumentId.DISPOSAL_APPRAISAL_OPINION
        return file_signed(workspace, by, number, kind, given, reason="鉴定延长的意见表")

    now = appraisal.extend(
        workspace, by, number, until=until, appraisers=appraisers, reason=reason, paper=filed
    )
    return _explained(workspace, workspace.archive.read(number), now, by.today)


@authorised(Act.EXTEND_RETENTION)
def extension_form(
    workspace: Workspace, by: By, case: str, *, until: dt.date | None, reason: str
) -> FormToSign:
    """Make the form that the appraisers sign before one file is kept longer.

    Raises:
        CaseNotFound: E201. InvalidValue: E002. DisposalError: E600. TemplateFault: E303. WriteFailed: E204.
    """
    from archivist.preservation import appraisal

    asked = appraisal.plan_extension(workspace, by, workspace.find_case(case), until=until, reason=reason)
    path = appraisal.extension_form(workspace, by, asked)
    return FormToSign(path.stem, asked.code.words, asked.code.payload, path)


def _explained(workspace: Workspace, case: Case, kept: Retention, on: dt.date) -> RetentionExplained:
    from archivist.rules.disposition.holds import before_destruction
    from archivist.store import held_files

    return RetentionExplained(
        case=str(case.number),
        applicant=case.applicant_name,
        on=on,
        kind=kept.kind.label,
        status=kept.status.label,
        deregistered=case.deregistration_stated,
        starts=kept.starts,
        keep_until=kept.expires,
        periods=tuple(map(PeriodView.of, kept.periods)),
        will="" if kept.periods else f"{_words(kept.rule)}（{kept.rule.source}）",
        holds=tuple(f"{h.id} {h.words}" for h in held_files.holds(workspace.archive, case, on)),
        doubts=(*kept.doubts, *before_destruction(case)),
    )


def _words(rule: Rule) -> str:
    from archivist.rules.disposition.retention import words

    return words(rule)
