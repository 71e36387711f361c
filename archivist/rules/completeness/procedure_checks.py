"""Tests of the procedure: its days, its notices, who took part, and what was done out of the ordinary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from archivist.doctypes.ids import DocumentId
from archivist.model.case import Case
from archivist.model.fact_paths import FactPath
from archivist.model.household import kin_names
from archivist.model.states import StepTaken
from archivist.model.step_ids import GRANTING, OBJECTIONS, StepId
from archivist.rules import deadlines, hearing, payment_months
from archivist.rules.completeness import exceptional_acts
from archivist.rules.completeness.dossier import Dossier, TestOutcome
from archivist.rules.completeness.evidence import CheckEvidence, of_fact, of_record, of_step
from archivist.rules.rule import RuleKind


# ── days ─────────────────────────────────────────────────────────────────────────────────────────────────
def dates(d: Dossier) -> TestOutcome:
    """C09: 申请≤受理≤核对≤调查≤公示≤复审≤决定≤送达: no step lies before the one recorded ahead of it."""
    found = TestOutcome(
        nothing="登记的日期不足两个，没有先后可比",
        todo="用 archivist case correct 或 case set 更正写错的日期。",
    )
    days = list(_milestones(d.case))
    for (earlier, a, first), (later, b, second) in pairwise(days):
        found.evidence += (*first, *second)
        if b < a:
            found.wrong.append(f"{later} {b} 早于{earlier} {a}")
    labels = {label for label, _, _ in days}
    found.unknown += [f"不知道{label}" for label in ("申请日期", "收件日期") if label not in labels]
    if not d.case.steps:
        found.unknown.append("没有登记办理环节，无从核对日期先后")
    return found


def _milestones(case: Case) -> Iterator[tuple[str, dt.date, tuple[CheckEvidence, ...]]]:
    for path, label in (
        (FactPath.APPLICATION_DATE, "申请日期"),
        (FactPath.APPLICATION_RECEIVED_ON, "收件日期"),
    ):
        if day := case.fact(path):
            yield label, dt.date.fromisoformat(str(day)), (of_fact(path, day),)
    for step in case.steps:
        if step.id not in (
            StepId.DISCOVER,
            StepId.SUBMIT,
        ):  # 主动发现 may come before the application; 收件 is the fact above
            yield step.title, step.on, (of_step(step),)
    if case.deregistered_on:
        yield "注销", case.deregistered_on, ()


# ── notices ──────────────────────────────────────────────────────────────────────────────────────────────
_NOTICES: Final = (StepId.PUBLICIZE, StepId.PUBLICIZE_PROPOSED)


def publicity(d: Dossier) -> TestOutcome:
    """C10: every notice hung as long as the pack says before the step that has to wait for it."""
    found = TestOutcome(nothing="没有登记公示环节", todo="公示期不足的，应当重新公示。")
    timed: set[str] = set()
    for due in deadlines.obligations(d.case, d.pack):
        if due.rule.kind is not RuleKind.WAIT or due.started is None or due.due is None:
            continue
        timed.update(due.rule.starts)
        notice, until = due.started, f"公示期 {due.rule.value}{due.rule.unit}，到 {due.due.day} 才满"
        after = [s for s in d.case.steps if s.seq > notice.seq and s.before is not s.after]
        gone_on = next((s for s in after if _cut_short(s) or _has_to_wait(d, s)), None)
        found.evidence += [of_step(notice), *([of_step(gone_on)] if gone_on else [])]
        if gone_on is None:
            if not due.over(d.on):
                found.running.append(f"{notice.title} {notice.on} 起，{until}")
        elif not (_cut_short(gone_on) or due.over(gone_on.on)):
            found.wrong.append(f"{notice.title} {notice.on} 起，{until}；{gone_on.title}却在 {gone_on.on}")
    granted = d.case.step(*GRANTING)
    posted = found.evidence or any(s.id in _NOTICES for s in d.case.steps)
    if granted and not posted and any(s.id in _NOTICES for s in d.pack.steps_of(d.case, granted.on)):
        found.unknown.append(f"已于 {granted.on} 办“{granted.title}”，没有登记公示环节")
    found.unknown += [
        f"{s.title} {s.on}：规则包没有规定公示期，查不出公示够了没有"
        for s in d.case.steps
        if s.id in _NOTICES and s.id not in timed
    ]
    return found


def _cut_short(step: StepTaken) -> bool:
    """An objection has the matter looked into again; what ended waits for nothing."""
    return step.after.ended or step.id in OBJECTIONS


def _has_to_wait(d: Dossier, step: StepTaken) -> bool:
    """Where the notice is of the result, the decision is delivered while it hangs; the pack says which steps wait."""
    rule = d.rule_of(step)
    return rule is None or any(g.endswith("publicity_over") for g in rule.guards)


def photos(d: Dossier, step: str) -> TestOutcome:
    """C10: pictures of posting and of taking down. Nobody but a person can tell what a picture shows."""
    found = TestOutcome(nothing="没有登记公示环节", todo="公示张贴、撤下各拍照一张以上，附公示情况记录归档。")
    posted = [s for s in d.case.steps if s.id == step]
    if not posted:
        return found
    held = [
        r
        for r in d.case.records_of(DocumentId.PUBLICITY_EVIDENCE, DocumentId.PHOTO_EVIDENCE_SHEET)
        if r.signed_by is None
    ]
    found.evidence += [*map(of_step, posted), *map(of_record, held)]
    if not held:
        found.wrong.append("没有公示情况记录，也没有影像资料单")
    else:
        listed = "、".join(f"第 {r.no} 件" for r in held)
        found.unknown.append(f"{listed}是否有张贴、撤下照片各一张以上，系统认不出，请人工核对")
    return found


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────
def team(d: Dossier) -> TestOutcome:
    """C10: as many people surveyed as the pack demands."""
    found = TestOutcome(
        nothing="没有登记须由数人办理的环节",
        todo="用 archivist case correct 补记调查人；确实不足的应当重新调查。",
    )
    for step in d.case.steps:
        rule = d.rule_of(step)
        if rule is None or not rule.people:
            continue
        number = d.pack.rule_for(rule.people, d.case, step.on)
        if number is None:
            found.unknown.append(f"{step.on} {step.title}：规则包没有规定须由几人办理（{rule.people}）")
            continue
        found.evidence.append(of_step(step, people=True))
        if not step.by:
            found.unknown.append(f"{step.on} {step.title}没有登记由谁办理")
        elif len(set(step.by)) < int(number.value):
            found.wrong.append(
                f"{step.on} {step.title}只有{'、'.join(step.by)} {len(set(step.by))} 人，不足 {number.value} 人"
            )
    return found


def apart(d: Dossier) -> TestOutcome:
    """C.1: 初审人≠复审人≠决定人, and nobody handles the case of a relative (近亲属回避)."""
    found = TestOutcome(
        nothing="没有登记须由不同的人办理的环节",
        todo="应当换人重新办理该环节；登记有误的用 archivist case correct 更正。",
    )
    kin = kin_names(d.case)
    if d.case.fact(FactPath.APPLICATION_KINSHIP) and not kin:
        found.unknown.append("有近亲属关系，但没有登记关系人（申请·近亲属关系人），查不出是否回避")
    if kin:
        found.evidence.append(
            of_fact(FactPath.APPLICATION_KIN_NAME, d.case.fact(FactPath.APPLICATION_KIN_NAME))
        )
        found.evidence += [of_step(s, people=True) for s in d.case.steps if s.by]
    for n, step in enumerate(d.case.steps):
        found.wrong += [f"{step.title}由近亲属关系人{name}办理" for name in step.by if name in kin]
        rule = d.rule_of(step)
        for other in d.case.steps[:n] if rule else ():
            if not rule or other.id not in rule.apart:
                continue
            found.evidence += [of_step(other, people=True), of_step(step, people=True)]
            same = [name for name in step.by if name in other.by]
            if same:
                found.wrong.append(f"{other.title}与{step.title}同为{'、'.join(same)}")
            elif not step.by or not other.by:
                found.unknown.append(f"{other.title}或{step.title}没有登记由谁办理，查不出是否分离")
    return found


# ── heard before it was decided ──────────────────────────────────────────────────────────────────────────
def heard(d: Dossier) -> TestOutcome:
    """C16: whoever lost assistance by a decision was heard about it before, where the rules of its day ask for it."""
    found = TestOutcome(
        nothing="没有须先听取意见的减发、停发、终止决定",
        todo="没有听取意见的决定，由作出决定的人审查；确属违法的依法撤销、重新作出。",
    )
    for decision in hearing.taken(d.case):
        if hearing.demanded(decision, d.pack) is None:
            continue
        about = hearing.hearing(decision)
        found.evidence += [
            of_step(s) for s in d.case.steps if s.seq in (decision.seq, about.seq if about else 0)
        ]
        if about is None:
            found.wrong.append(f"{decision.on} {decision.proposed}，没有听取救助对象意见的记录")
    return found


# ── out of the ordinary ──────────────────────────────────────────────────────────────────────────────────
def exceptional(d: Dossier) -> TestOutcome:
    """C15: what was done again, dated back, put on record late or let pass by an override has been looked at."""
    found = TestOutcome(nothing="没有重复制发、倒签、补记或者破例的事")
    found.unknown += exceptional_acts.acts(d.case)
    return found


# ── in benefit: money ────────────────────────────────────────────────────────────────────────────────────
def payment(d: Dossier) -> TestOutcome:
    """C16: the household is paid from the month the rules say and the amount that was decided."""
    found = TestOutcome(
        nothing="还没有作出给予的决定",
        todo="登记有误的更正；须变动的另作变更决定；多发的追回，少发的补发。",
    )
    granted = d.case.step(*GRANTING)
    if granted is None:
        return found
    found.wrong += payment_months.deviations(d.case, d.pack, d.on)
    found.evidence.append(of_step(granted))
    return found
