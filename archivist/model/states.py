"""Where a case stands between the first word and its archiving: the states its steps lead from and to.

Which step leads where is a matter of the rule pack; the states themselves are the same everywhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from archivist.errors import InvalidValue
from archivist.model.event import Event
from archivist.near_words import did_you_mean


class State(StrEnum):
    """Where a case stands. The values are part of the format of events and never change their meaning."""

    DRAFT = "draft"
    DISCOVERED = "discovered"
    SUBMITTED = "submitted"
    CORRECTION_PENDING = "correction_pending"
    ACCEPTED = "accepted"
    VERIFYING = "verifying"
    EXPLAIN_PENDING = "explain_pending"
    SURVEYING = "surveying"
    PRELIM_REVIEWED = "prelim_reviewed"
    PUBLICIZED = "publicized"
    OBJECTION = "objection"
    RE_PUBLICIZED = "re_publicized"
    APPRAISED = "appraised"
    RE_REVIEW = "re_review"
    DELIBERATION = "deliberation"
    LEADERSHIP_REVIEW = "leadership_review"
    PROPOSED_PUBLICIZED = "proposed_publicized"
    ADVANCED = "advanced"
    PAPERWORK = "paperwork"
    TOWN_REVIEWED = "town_reviewed"
    FEDERATION_REVIEWED = "federation_reviewed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    DELIVERED = "delivered"
    ANNOUNCED = "announced"
    FILED = "filed"
    PAID = "paid"
    COUNTY_CHECKED = "county_checked"
    IN_BENEFIT = "in_benefit"
    REVIEWING = "reviewing"
    CHANGED = "changed"
    SUSPENDED = "suspended"
    TERMINATING = "terminating"
    TERMINATION_OBJECTION = "termination_objection"
    TERMINATED = "terminated"
    MOVED_OUT = "moved_out"
    NOT_ACCEPTED = "not_accepted"
    ABANDONED = "abandoned"
    PROCEDURE_TERMINATED = "procedure_terminated"
    CLOSED_REFUSED = "closed_refused"
    DEREGISTERED = "deregistered"

    @property
    def label(self) -> str:
        """The state in Chinese."""
        return _LABELS[self]

    @property
    def ended(self) -> bool:
        """Whether the procedure is over: nothing is due any more but what its end itself sets going."""
        return self in _ENDED


_LABELS: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.DRAFT: "填报",
        State.DISCOVERED: "主动发现",
        State.SUBMITTED: "已收件",
        State.CORRECTION_PENDING: "待补正",
        State.ACCEPTED: "已受理",
        State.VERIFYING: "核对中",
        State.EXPLAIN_PENDING: "待说明",
        State.SURVEYING: "调查中",
        State.PRELIM_REVIEWED: "已初审",
        State.PUBLICIZED: "公示中",
        State.OBJECTION: "异议重查",
        State.RE_PUBLICIZED: "重新公示中",
        State.APPRAISED: "已评议",
        State.RE_REVIEW: "已复审",
        State.DELIBERATION: "议事中",
        State.LEADERSHIP_REVIEW: "待班子会审议",
        State.PROPOSED_PUBLICIZED: "拟确认公示中",
        State.ADVANCED: "已先行救助",
        State.PAPERWORK: "手续已补齐",
        State.TOWN_REVIEWED: "镇街已审核",
        State.FEDERATION_REVIEWED: "残联已审核",
        State.CONFIRMED: "已确认",
        State.REFUSED: "不予确认",
        State.DELIVERED: "已送达",
        State.ANNOUNCED: "已公布",
        State.FILED: "已备案",
        State.PAID: "已发放",
        State.COUNTY_CHECKED: "县级已核查",
        State.IN_BENEFIT: "在享",
        State.REVIEWING: "复核中",
        State.CHANGED: "已变更",
        State.SUSPENDED: "已停发",
        State.TERMINATING: "拟终止公示中",
        State.TERMINATION_OBJECTION: "终止异议重查",
        State.TERMINATED: "已终止",
        State.MOVED_OUT: "已转出",
        State.NOT_ACCEPTED: "不予受理",
        State.ABANDONED: "已放弃或撤回",
        State.PROCEDURE_TERMINATED: "已终止程序",
        State.CLOSED_REFUSED: "不予确认已送达",
        State.DEREGISTERED: "已注销",
    }
)


def parse_state(text: str) -> State:
    """Return the state named by its id or its name; of a name a part will do where it means one alone.

    Raises:
        InvalidValue: E002, none or several.
    """
    wanted = text.strip()
    for state in State:
        if wanted in (state.value, state.label):
            return state
    found = [state for state in State if wanted and wanted in state.label]
    if len(found) == 1:
        return found[0]
    known = "、".join(state.label for state in found or State)
    if found:
        raise InvalidValue(f"不止一种办理状态叫“{text}”。可用：{known}")
    near = did_you_mean(wanted, (name for state in State for name in (state.label, state.value)))
    raise InvalidValue(f"没有办理状态“{text}”{near or '。'}可用：{known}")


_ENDED: Final = frozenset(
    {
        State.NOT_ACCEPTED,
        State.ABANDONED,
        State.PROCEDURE_TERMINATED,
        State.CLOSED_REFUSED,
        State.TERMINATED,
        State.MOVED_OUT,
        State.DEREGISTERED,
    }
)

POSTED: Final = (State.PUBLICIZED, State.RE_PUBLICIZED, State.PROPOSED_PUBLICIZED, State.TERMINATING)
"""In which a notice hangs: the step that leads there sets a waiting period going."""


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One step as it was recorded and not taken back.

    Attributes:
        seq: the event that recorded it.
        id: the step's id in the rule pack; ``title`` as it was then.
        before: state it led from; ``after``: state it led to.
        on: civil date (Asia/Shanghai) on which it was done, which may be before it was recorded.
        at: ``HH:MM``, where the law counts hours; else empty.
        by: who did it (decided, surveyed, reviewed); ``actor`` is who recorded it.
        values: what else the step was told, by name.
        reason: free words.
        benefit: the group 救助金额 as it was known after the step.
        recorded_at: when its day was put on record, ISO 8601 with offset; a corrected day when it was corrected.
    """

    seq: int
    id: str
    title: str
    before: State
    after: State
    on: dt.date
    at: str = ""
    by: tuple[str, ...] = ()
    actor: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    benefit: Mapping[str, Any] = field(default_factory=dict)
    recorded_at: str = ""

    @classmethod
    def of(cls, event: Event, before: State, benefit: Mapping[str, Any]) -> StepTaken:
        """Return the step that an event tells of, from the state before it and with what the benefit is after it."""
        data = event.data
        return cls(
            seq=event.seq,
            id=data["step"],
            title=data["title"],
            before=before,
            after=State(data["to"]),
            on=dt.date.fromisoformat(data["on"]),
            at=str(data.get("at", "")),
            by=tuple(data.get("by", ())),
            actor=event.actor,
            values=MappingProxyType(dict(data.get("values", {}))),
            reason=event.reason,
            benefit=benefit,
            recorded_at=event.time,
        )

    def corrected(self, event: Event) -> StepTaken:
        """Return the step with the day, time, people or values that an event corrects."""
        data = event.data
        told = {**self.values, **data.get("values", {})}
        return replace(
            self,
            on=dt.date.fromisoformat(data["on"]) if "on" in data else self.on,
            recorded_at=event.time if "on" in data else self.recorded_at,
            at=str(data.get("at", self.at)),
            by=tuple(data.get("by", self.by)),
            values=MappingProxyType({k: v for k, v in told.items() if v is not None}),
        )

    @property
    def moment(self) -> dt.datetime:
        """The civil date and time, midnight where no time was told; naive, Asia/Shanghai."""
        hour, minute = (int(n) for n in (self.at or "00:00").split(":"))
        return dt.datetime.combine(self.on, dt.time(hour, minute))
