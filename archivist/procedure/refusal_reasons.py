"""Why a step may not be taken: its papers, its people, its days. Each function returns reasons in Chinese."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from archivist.config import Config
from archivist.doctypes.catalogue import Catalogue, DocumentKind
from archivist.errors import RoleMissing, RuleFault
from archivist.model.case import RecordStatus
from archivist.model.household import kin_names
from archivist.model.roles import Role
from archivist.model.states import State, StepTaken
from archivist.rules.guards import GUARDS, Attempt

_ONE_SIDED: Final = (DocumentKind.NOTICE, DocumentKind.LETTER, DocumentKind.PUBLICITY)
"""Kinds of documents that only the office seals: once issued they are there, though no signed copy was filed."""


def unmet(attempt: Attempt, names: Sequence[str] | None = None) -> list[str]:
    """Return the reasons of the step's guards, or of those among ``names``.

    Raises:
        RuleFault: E502, when a row names a guard that does not exist.
    """
    reasons = []
    for name in attempt.step.guards:
        if name not in GUARDS:
            raise RuleFault(f"{attempt.step.id}：没有名为 {name} 的条件；可用：{'、'.join(GUARDS)}")
        if names is None or name in names:
            reasons += GUARDS[name](attempt)
    return reasons


def papers(attempt: Attempt, catalogue: Catalogue) -> tuple[list[str], list[str]]:
    """Return what keeps the step back among its documents, and what should only be mentioned.

    A document issued but not yet signed is not there; one the catalogue does not know cannot be checked.
    """
    refused: list[str] = []
    mentioned: list[str] = []
    for need in attempt.step.needs:
        wanted, optional = need.rstrip("?").split("|"), need.endswith("?")
        records = [r for r in attempt.case.records_of(*wanted) if r.seq > _used_up(attempt, r.type)]
        known = [catalogue.get(name) for name in wanted if name in catalogue]
        one_sided = {kind.id for kind in known if kind.kind in _ONE_SIDED}
        if any(r.status is not RecordStatus.PENDING or r.type in one_sided for r in records):
            continue
        titles = "或".join(f"“{kind.title}”" for kind in known)
        if not known:
            mentioned.append(f"未检：{'或'.join(wanted)}（文书目录尚未收入，请人工核对）")
        elif records:
            waiting = "、".join(r.no for r in records)
            (mentioned if optional else refused).append(f"{titles}待签：第 {waiting} 件还没有归入签署件")
        else:
            (mentioned if optional else refused).append(f"{'宜有' if optional else '缺'}{titles}")
    return refused, mentioned


def _used_up(attempt: Attempt, document: str) -> int:
    """Return the event up to which papers of a type have served an earlier step and cannot serve this one."""
    if document not in attempt.step.anew:
        return 0
    users = {s.id for s in attempt.pack.steps if document in s.anew}
    last = attempt.case.step(*users)
    return last.seq if last else 0


def people(attempt: Attempt, config: Config) -> list[str]:
    """Return the reasons that lie with who takes the step: roles, number, kinship, separation of duties."""
    step, reasons = attempt.step, []
    if step.role is not Role.OUTSIDE and config.people:
        for name in attempt.by:
            person = config.person(name)
            if person is None or step.role not in person.roles:
                held = "、".join(r.label for r in person.roles) if person else "没有登记"
                reasons.append(
                    f"{RoleMissing.title}（{RoleMissing.code}）：须由“{step.role.label}”办理，{name}（{held or '没有岗位'}）"
                )
    if step.people and (rule := attempt.pack.rule_for(step.people, attempt.case)):
        least = int(rule.value)
        if len(attempt.by) < least:
            reasons.append(f"须有不同的 {least} 人办理，现有 {len(attempt.by)} 人（{rule.source}）")
    kin = kin_names(attempt.case)
    reasons += [f"近亲属回避：{name}是登记的近亲属关系人，不得办理" for name in attempt.by if name in kin]
    return reasons + apart(attempt)


def apart(attempt: Attempt) -> list[str]:
    """Return who took an earlier step of this round that must be kept apart: 初审 ≠ 复审 ≠ 决定."""
    return [
        f"岗位分离：{name}已于 {taken.on} 办过“{taken.title}”，不得再办“{attempt.step.title}”（初审≠复审≠决定）"
        for taken in this_round(attempt.case.steps)
        if taken.id in attempt.step.apart
        for name in attempt.by
        if name in taken.by
    ]


def this_round(steps: Sequence[StepTaken]) -> tuple[StepTaken, ...]:
    """Return the steps since the household last came to rest in benefit: one application, or one review."""
    rests = [n for n, step in enumerate(steps, 1) if step.after is State.IN_BENEFIT]
    return tuple(steps[rests[-1] if rests else 0 :])


def days(attempt: Attempt, today: dt.date) -> list[str]:
    """Return the reasons that lie with the day: before the file, before the last step, in the future."""
    case, reasons = attempt.case, []
    if attempt.on > today:
        reasons.append(f"日期 {attempt.on} 在今天（{today}）之后")
    if attempt.on < case.opened_on:
        reasons.append(f"日期 {attempt.on} 早于立户日 {case.opened_on}")
    if case.steps:
        last = case.steps[-1]
        too_early = attempt.on == last.on and attempt.at and last.at and attempt.at < last.at
        if attempt.on < last.on or too_early:
            when = f"{last.on} {last.at}".strip()
            reasons.append(
                f"日期 {f'{attempt.on} {attempt.at}'.strip()} 早于上一环节“{last.title}”（{when}），次序不对"
            )
    return reasons
