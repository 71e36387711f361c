"""Appraisal (鉴定) of one file: it is kept longer than the rules ask, or for ever.

Source: 档案法实施条例第二十四条 (files whose period has run out are appraised; what is still worth keeping is kept on).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from archivist.disposal_errors import DisposalError
from archivist.errors import InvalidValue
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.model.retention_extensions import PERMANENTLY
from archivist.procedure import assignment
from archivist.rules.disposition.retention import Retention, RetentionClass, retention
from archivist.store.commit import Draft
from archivist.workspace import Workspace

__all__ = ["LEAST_APPRAISERS", "extend"]

LEAST_APPRAISERS: Final = 2


def extend(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    *,
    until: dt.date | None,
    appraisers: Sequence[str],
    reason: str,
) -> Retention:
    """Record that an appraisal keeps a file longer, and return its retention now.

    Args:
        workspace: the open workspace.
        by: who records it, and when; where people are registered, the one who decides.
        number: the case.
        until: the last day it is kept; ``None`` for ever.
        appraisers: who appraised it; two people at least, none of them the one who decides.
        reason: why.

    Raises:
        InvalidValue: E002, no reason, too few people. DisposalError: E600, with every reason at once: no period runs, the
            day is not later than the end there is, these people may not.

    Survives: a kill at any point.
    """
    if not reason.strip():
        raise InvalidValue("延长保管期限须写明理由（--reason）")
    names = tuple(dict.fromkeys(name.strip() for name in appraisers if name.strip()))

    def draft(case: Case) -> Draft:
        problems = [*_period_problems(retention(case, workspace.pack, by.today), until)]
        problems += assignment.over_appraisal(workspace.config, by.actor, names)
        if len(names) < LEAST_APPRAISERS:
            problems.append(f"鉴定须有不同的 {LEAST_APPRAISERS} 人（--appraiser），现有 {len(names)} 人")
        if problems:
            raise DisposalError(f"延长保管期限有 {len(problems)} 项不符", file=str(number), problems=problems)
        data = {"until": until.isoformat() if until else PERMANENTLY, "appraisers": list(names)}
        return Draft(Op.RETENTION_EXTENDED, data, reason.strip())

    return retention(workspace.commit(number, draft, by)[0], workspace.pack, by.today)


def _period_problems(now: Retention, until: dt.date | None) -> list[str]:
    if now.starts is None:
        return [f"保管期限没有起算（{now.status.label}），没有可以延长的"]
    if now.kind is RetentionClass.PERMANENT:
        return ["已鉴定为永久保管"]
    if until is not None and now.expires is not None and until <= now.expires:
        return [f"延长到 {until}，不晚于现在的保管期满日 {now.expires}：鉴定只能延长，不能缩短"]
    return []
