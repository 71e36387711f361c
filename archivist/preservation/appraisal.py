"""Appraisal (鉴定) of one file: it is kept longer than the rules ask, or for ever.

Source: 档案法实施条例第二十四条 (files whose period has run out are appraised; what is still worth keeping is kept on).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.disposal_errors import DisposalError
from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.errors import InvalidValue
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.chinese import format_date
from archivist.model.event import Op
from archivist.model.form_code import FormCode
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.retention_extensions import PERMANENTLY
from archivist.preservation.request_forms import print_request, request_digest
from archivist.preservation.signed_papers import ReadPaper, require_form
from archivist.procedure import assignment
from archivist.rules.disposition import arrangement
from archivist.rules.disposition.retention import Retention, RetentionClass, retention
from archivist.store.commit import Draft
from archivist.workspace import Workspace

__all__ = [
    "LEAST_APPRAISERS",
    "AskedExtension",
    "extend",
    "extension_form",
    "plan_extension",
    "require_opinion",
]

LEAST_APPRAISERS: Final = 2
OUTBOX: Final = "鉴定延长"
"""Folder of the outbox."""
_PLACE: Final = " archivist retention extend … --form 所做"


@dataclass(frozen=True, slots=True)
class AskedExtension:
    """A file that an appraisal is to keep longer; ``now`` is its retention before, ``until`` the last day it is kept, ``None`` for ever."""

    case: Case
    now: Retention
    until: dt.date | None
    reason: str

    @property
    def code(self) -> FormCode:
        """What the form bears that the appraisers sign."""
        asked = {
            "case": str(self.case.number),
            "until": self.told_until,
            "reason": "".join(self.reason.split()),
        }
        return FormCode.of_extension(self.case.number, request_digest(asked))

    @property
    def told_until(self) -> str:
        """``until`` as the event says it."""
        return self.until.isoformat() if self.until else PERMANENTLY


def plan_extension(
    workspace: Workspace, by: By, number: CaseNo, *, until: dt.date | None, reason: str
) -> AskedExtension:
    """Return what an appraisal would change; nothing is written, nobody is asked.

    Raises:
        InvalidValue: E002, no reason. DisposalError: E600, no period runs, or the day is not later than the end there is.
    """
    return _asked(workspace, workspace.archive.read(number), by.today, until, reason)


def extension_form(workspace: Workspace, by: By, asked: AskedExtension) -> Path:
    """Write the form that the appraisers sign (《档案鉴定意见表》, of this one file), with the code of what is decided; return where it is.

    Raises:
        MissingFields: E301. TemplateFault: E303. WriteFailed: E204.
    """
    number, kept = asked.case.number, asked.now
    workspace.archive.access.disclose([number])
    longer = f"至{format_date(asked.until)}" if asked.until else PERMANENTLY
    row = {
        "case": str(number),
        "file_no": arrangement.archive_no(asked.case),
        "title": str(number),
        **({"expires": kept.expires} if kept.expires else {}),
        "opinion": "延长" if asked.until else PERMANENTLY,
        "new_period": longer,
    }
    values: dict[str, object] = {
        FieldPath.APPRAISAL_ROWS: [row],
        FieldPath.APPRAISAL_VOLUMES: 1,
        FieldPath.REGISTER_NOTES: [f"延长的理由：{asked.reason}。"],
    }
    folder = f"{OUTBOX}/{number}"
    return print_request(
        workspace, DocumentId.DISPOSAL_APPRAISAL_OPINION, values, asked.code, folder, by.today
    )


def require_opinion(workspace: Workspace, asked: AskedExtension, paper: ReadPaper, signers: int) -> None:
    """Refuse what is not the form of this appraisal, on paper, signed by so many.

    Raises:
        UsageError: E001, with every reason. ListChanged: E603, it is of another file, or of another day or reason.
    """
    title = workspace.catalogue.get(DocumentId.DISPOSAL_APPRAISAL_OPINION).phrases[0]
    require_form(
        paper, title, asked.code, workspace.config.options.signature_ink, place=_PLACE, least=signers
    )


def extend(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    *,
    until: dt.date | None,
    appraisers: Sequence[str],
    reason: str,
    paper: Callable[[AskedExtension], RecordNo],
) -> Retention:
    """Record that an appraisal keeps a file longer, and return its retention now.

    Args:
        workspace: the open workspace.
        by: who records it, and when; where people are registered, the one who decides.
        number: the case.
        until: the last day it is kept; ``None`` for ever.
        appraisers: who appraised it; two people at least, none of them the one who decides.
        reason: why.
        paper: files the form they signed (``require_opinion``) and says which record of the case that is; called once nothing stands in the way.

    Raises:
        InvalidValue: E002, no reason, or the paper is none of its records. DisposalError: E600, with every reason at once: no period runs, the
            day is not later than the end there is, too few people, or these may not. ListChanged: E603.

    Survives: a kill at any point; the form may be filed and the period not lengthened yet: done again, the same form is taken.
    """
    names = tuple(dict.fromkeys(name.strip() for name in appraisers if name.strip()))

    def examined(case: Case) -> AskedExtension:
        problems = assignment.over_appraisal(workspace.config, by.actor, names)
        if len(names) < LEAST_APPRAISERS:
            problems.append(f"鉴定须有不同的 {LEAST_APPRAISERS} 人（--appraiser），现有 {len(names)} 人")
        return _asked(workspace, case, by.today, until, reason, problems)

    signed = paper(examined(workspace.archive.read(number)))

    def draft(case: Case) -> Draft:
        asked = examined(case)
        if signed not in case.records:
            raise InvalidValue(f"第 {signed} 件不能作为延长的依据", file=str(number))
        data = {"until": asked.told_until, "appraisers": list(names), "paper": signed}
        return Draft(Op.RETENTION_EXTENDED, data, asked.reason)

    return retention(workspace.commit(number, draft, by)[0], workspace.pack, by.today)


def _asked(
    workspace: Workspace,
    case: Case,
    on: dt.date,
    until: dt.date | None,
    reason: str,
    problems: Sequence[str] = (),
) -> AskedExtension:
    if not reason.strip():
        raise InvalidValue("延长保管期限须写明理由（--reason）")
    now = retention(case, workspace.pack, on)
    if wrong := [*_period_problems(now, until), *problems]:
        raise DisposalError(f"延长保管期限有 {len(wrong)} 项不符", file=str(case.number), problems=wrong)
    return AskedExtension(case, now, until, reason.strip())


def _period_problems(now: Retention, until: dt.date | None) -> list[str]:
    if now.starts is None:
        return [f"保管期限没有起算（{now.status.label}），没有可以延长的"]
    if now.kind is RetentionClass.PERMANENT:
        return ["已鉴定为永久保管"]
    if until is not None and now.expires is not None and until <= now.expires:
        return [f"延长到 {until}，不晚于现在的保管期满日 {now.expires}：鉴定只能延长，不能缩短"]
    return []
