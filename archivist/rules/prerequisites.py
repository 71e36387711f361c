"""What an act must find in the case: its guards hold, its papers are there, its day fits, other hands did what must be kept apart.

Each function returns reasons in Chinese, none when nothing stands in the way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from archivist.doctypes.catalogue import Catalogue, DocumentKind
from archivist.errors import RuleFault
from archivist.model.case import Case
from archivist.model.record import Record, RecordStatus
from archivist.rules import legal_basis
from archivist.rules.attempt import Attempt
from archivist.rules.completeness import required_papers
from archivist.rules.guards import GUARDS

_ONE_SIDED: Final = (DocumentKind.NOTICE, DocumentKind.LETTER, DocumentKind.PUBLICITY)
"""Kinds of documents that only the office seals: once issued they are there, though no signed copy was filed."""


def unmet(attempt: Attempt, names: Sequence[str] | None = None) -> list[str]:
    """Return which rules are absent that the step rests on, and the reasons of its guards, or of those among ``names``.

    Raises:
        RuleFault: E502, when a row names a guard that does not exist.
    """
    reasons = legal_basis.lacking(attempt.step, attempt.case, attempt.pack, attempt.on)
    for name in attempt.step.guards:
        if names is None or name in names:
            reasons += guard(attempt, name)
    return reasons


def guard(attempt: Attempt, name: str) -> list[str]:
    """Return the reasons of one guard.

    Raises:
        RuleFault: E502, there is no such guard.
    """
    if name not in GUARDS:
        raise RuleFault(f"{attempt.step.id}：没有名为 {name} 的条件；可用：{'、'.join(GUARDS)}")
    return GUARDS[name].reasons(attempt)


def papers(attempt: Attempt, catalogue: Catalogue) -> tuple[list[str], list[str]]:
    """Return what keeps the step back among its documents, and what should only be mentioned.

    A document issued but not yet signed is not there, nor is one that is in doubt before a person looked; one the
    catalogue does not know cannot be checked.
    """
    refused: list[str] = []
    mentioned: list[str] = _of_everybody(attempt)
    for need in attempt.step.needs:
        wanted, optional = need.documents, not need.required
        records = [r for r in attempt.case.records_of(*wanted) if r.seq > used_up(attempt, r.type)]
        known = [catalogue.get(name) for name in wanted if name in catalogue]
        one_sided = {kind.id for kind in known if kind.kind in _ONE_SIDED}
        there = [r for r in records if r.status is not RecordStatus.PENDING or r.type in one_sided]
        doubts = required_papers.open_doubts_of(attempt.case, there)
        if there and not doubts:
            mentioned += _unsigned_places(attempt.case, there)
            continue
        titles = "或".join(f"“{kind.title}”" for kind in known)
        if not known:
            mentioned.append(f"未检：{'或'.join(wanted)}（文书目录尚未收入，请人工核对）")
        elif doubts:
            looks = [required_papers.settling(attempt.case, matter) for matter in doubts]
            (mentioned if optional else refused).extend(looks)
        elif records:
            waiting = "、".join(r.no for r in records)
            (mentioned if optional else refused).append(f"{titles}待签：第 {waiting} 件还没有归入签署件")
        else:
            (mentioned if optional else refused).append(f"{'宜有' if optional else '缺'}{titles}")
    return refused, mentioned


def _unsigned_places(case: Case, records: Sequence[Record]) -> list[str]:
    seen = required_papers.looked_up(case)
    found = map(required_papers.unsigned_places, records)
    return [f"未检：{matter}" for matter in found if matter and matter not in seen]


def _of_everybody(attempt: Attempt) -> list[str]:
    """Return of which papers there are fewer than people, where the step asks for all: a scan may hold several cards.

    「社会救助申请人需提交申请人和共同生活家庭成员以及相关赡养人、抚养人、扶养人及其家庭成员的身份证和户口本原件」 asks for
    everybody's; how many one scan holds only a person sees, so that it is said and refuses nothing.
    """
    case, pack = attempt.case, attempt.pack
    if "complete" not in attempt.step.guards:
        return []
    seen = required_papers.looked_up(case)
    found = [
        required_papers.too_few(case, pack, attempt.on, m, attempt.catalogue.title(m.document))
        for m in required_papers.required(case, pack, attempt.on)
        if required_papers.held(case, m.document, *m.accepts)
    ]
    return [f"未检：{short}" for short in found if short and short not in seen]


def used_up(attempt: Attempt, document: str) -> int:
    """Return the event up to which papers of a type have served an earlier step and cannot serve this one."""
    if document not in attempt.step.anew:
        return 0
    users = {s.id for s in attempt.pack.steps if document in s.anew}
    last = attempt.case.step(*users)
    return last.seq if last else 0


def apart(attempt: Attempt) -> list[str]:
    """Return who took an earlier step of this round that must be kept apart: 初审 ≠ 复审 ≠ 决定."""
    return [
        f"岗位分离：{name}已于 {taken.on} 办过“{taken.title}”，不得再办“{attempt.step.title}”（初审≠复审≠决定）"
        for taken in attempt.case.round
        if taken.id in attempt.step.apart
        for name in attempt.by
        if name in taken.by
    ]


def days(attempt: Attempt, today: dt.date) -> list[str]:
    """Return the reasons that lie with the day of a step: before the file, before the last step, in the future."""
    case, reasons = attempt.case, outside(attempt.case, attempt.on, today)
    if case.steps:
        last = case.steps[-1]
        too_early = attempt.on == last.on and attempt.at and last.at and attempt.at < last.at
        if attempt.on < last.on or too_early:
            when = f"{last.on} {last.at}".strip()
            reasons.append(
                f"日期 {f'{attempt.on} {attempt.at}'.strip()} 早于上一环节“{last.title}”（{when}），次序不对"
            )
    return reasons


def outside(case: Case, on: dt.date, today: dt.date) -> list[str]:
    """Return that a day lies before the case or in the future."""
    reasons = [f"日期 {on} 在今天（{today}）之后"] if on > today else []
    return reasons + ([f"日期 {on} 早于立户日 {case.opened_on}"] if on < case.opened_on else [])
