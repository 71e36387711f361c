"""Whether a household was heard (听取意见) before its assistance is reduced, suspended or ended.

Source: 《中华人民共和国社会救助法》第四十八条「作出调减、终止社会救助决定前应当听取社会救助对象的意见，作出决定后应当书面告知
社会救助对象并说明理由」. Whether a decision of a day needs it is a row of the pack, and so is whether nobody need be heard
where nobody is left.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from archivist.doctypes.ids import DocumentId
from archivist.model.case import Case
from archivist.model.chinese import read_day
from archivist.model.facts import Part
from archivist.model.record import Record
from archivist.model.states import StepTaken
from archivist.model.step_ids import GRANTING, StepId
from archivist.rules import open_matters
from archivist.rules.benefit_amount import before_change, money
from archivist.rules.pack import Pack
from archivist.rules.rule import Rule
from archivist.rules.rule_ids import RuleId

GUARD: Final = "heard"
PROPOSED: Final = "proposed"
"""Name of the value of a step that says which decision is proposed: one of ``Proposed``."""
WHO: Final = "heard"
"""Name of the value of the hearing that says who was heard; ``SAID`` what they said, ``ANSWER`` what came of it."""
SAID: Final = "said"
ANSWER: Final = "answer"


class Proposed(StrEnum):
    """A decision against the household, as the step of the hearing names it."""

    REDUCTION = "减发"
    SUSPENSION = "停发"
    TERMINATION = "终止"


DECISIONS: Final = (
    StepId.CHANGE, StepId.SUSPEND, StepId.TERMINATE, StepId.RESUME, StepId.GRADUAL_EXIT, StepId.PROPOSE_ENDING,
)  # fmt: skip
"""Steps that may decide against a household, or ask the bureau to; after one of them it must be heard anew."""
_FIXING: Final = (*GRANTING, StepId.CHANGE, StepId.RESUME, StepId.GRADUAL_EXIT)
"""Steps that decide on an amount."""


@dataclass(frozen=True, slots=True)
class AdverseDecision:
    """A decision about to be taken, or taken, in a case as it stood before.

    Attributes:
        case: the household before it.
        step: id of its step.
        on: its civil day.
        amount: the monthly amount in yuan from then on, as the facts have it; ``None`` where they do not.
        values: what its step was told.
        seq: the event that recorded it; 0 while it is not.
    """

    case: Case
    step: str
    on: dt.date
    amount: Decimal | None
    values: Mapping[str, Any]
    seq: int = 0

    @property
    def proposed(self) -> Proposed | None:
        """What it does to the household; ``None`` when it takes nothing away."""
        match self.step:
            case StepId.SUSPEND:
                return Proposed.SUSPENSION
            case StepId.TERMINATE:
                return Proposed.TERMINATION
            case StepId.CHANGE:
                known = self.amount is not None and bool(self._before)
                return Proposed.REDUCTION if self._less or not known else None
            case StepId.RESUME | StepId.GRADUAL_EXIT:
                return Proposed.REDUCTION if self._less else None
            case StepId.PROPOSE_ENDING:
                told = str(self.values.get(PROPOSED) or "")
                return Proposed(told) if told in set(Proposed) else Proposed.TERMINATION
            case _:
                return None

    @property
    def _before(self) -> list[Decimal]:
        """The amounts that were paid until now: as last decided, and as it stood when the review began."""
        decided = self.case.step(*_FIXING)
        known = [before_change(self.case), decided.benefit if decided else None]
        return [amount for facts in known if facts and (amount := money(facts.get("amount"))) is not None]

    @property
    def _less(self) -> bool:
        return self.amount is not None and any(self.amount < before for before in self._before)


def taken(case: Case) -> Iterator[AdverseDecision]:
    """Yield the decisions against a household that are on record, each in the case as it stood before."""
    for n, step in enumerate(case.steps):
        then = replace(case, steps=case.steps[:n])
        found = AdverseDecision(
            then, step.id, step.on, money(step.benefit.get("amount")), step.values, step.seq
        )
        if step.id in DECISIONS and found.proposed:
            yield found


def demanded(decision: AdverseDecision, pack: Pack) -> Rule | None:
    """Return the row by which the household must be heard before a decision; ``None`` where it need not.

    A decision of the bureau's own, which it takes on the office's proposal, is heard about before the proposal.
    """
    rule = pack.rule_for(RuleId.HEARING, decision.case, decision.on)
    if rule is None or rule.value is not True or decision.proposed is None:
        return None
    nobody = pack.rule_for(RuleId.HEARING_NOBODY, decision.case, decision.on)
    if nobody and nobody.value is True and open_matters.nobody_left(decision.case):
        return None
    return rule


def hearing(decision: AdverseDecision) -> StepTaken | None:
    """Return the hearing about just this decision: since the last decision of the round, and of no other kind.

    What the bureau decides on the office's proposal was heard about before the proposal.
    """
    uses_up = [s for s in DECISIONS if s != StepId.PROPOSE_ENDING or s == decision.step]
    since = max((s.seq for s in decision.case.round if s.id in uses_up), default=0)
    return next(
        (
            s
            for s in reversed(decision.case.round)
            if s.id == StepId.HEAR and s.seq > since and s.values.get(PROPOSED) == decision.proposed
        ),
        None,
    )


def lacking(decision: AdverseDecision, pack: Pack) -> list[str]:
    """Return that the household was not heard before a decision; nothing where it was, or need not be."""
    rule, proposed = demanded(decision, pack), decision.proposed
    if rule is None or proposed is None or hearing(decision):
        return []
    other = [s for s in decision.case.round if s.id == StepId.HEAR]
    before = f"（{other[-1].on} 听取的是拟{other[-1].values.get(PROPOSED)}的意见）" if other else ""
    return [
        (
            f"作出{proposed}决定以前须听取救助对象对拟{proposed}的意见，还没有听取{before}：归入签字的《听取意见记录》，再办 archivist "
            f"case step {decision.case.number} {StepId.HEAR.value} --set {PROPOSED}={proposed} --set {WHO}=姓名（{rule.source}）"
        )
    ]


def untrue(case: Case, values: Mapping[str, Any]) -> Iterator[str]:
    """Yield what cannot be of what a hearing is told: another decision, somebody who is not of the household."""
    told = str(values.get(PROPOSED) or "")
    if told and told not in set(Proposed):
        yield f"拟作出的决定是“{told}”，应为{'、'.join(Proposed)}之一"
    name = str(values.get(WHO) or "")
    names = list(dict.fromkeys(str(row.get("name", "")) for part, row in case.people() if part in _MAY_SPEAK))
    if name and name not in names:
        yield f"被听取意见的人“{name}”不是本户的人，也不是登记的代理人、监护人；本户有：{'、'.join(filter(None, names))}"


def too_soon(case: Case, values: Mapping[str, Any], on: dt.date) -> Iterator[str]:
    """Yield that nobody said anything before the day was over up to which the household was told it may."""
    notices = [
        r
        for r in case.records_of(DocumentId.HEARING_NOTICE)
        if not r.signs and given(r, "hearing.proposed") == values.get(PROPOSED)
    ]
    until = read_day(given(notices[-1], "hearing.until")) if notices else None
    if until and on <= until and not str(values.get(SAID) or "").strip():
        yield (
            f"听取意见告知书（第 {notices[-1].no} 件）告知可以在 {until} 前（含当日）提出意见，{on} 期限未满，"
            "没有记下陈述的意见（--set said=…）不能算作没有意见"
        )


def given(record: Record, path: str) -> object:
    """Return what was told at a path when a paper was issued."""
    return (record.data.get("given") or {}).get(path)


_MAY_SPEAK: Final = (Part.APPLICANT, Part.MEMBER, Part.AGENT)
