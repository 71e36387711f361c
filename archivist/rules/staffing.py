"""How many people an office must have for this work (人员配备): by its population, by those it serves, or in any case.

Source: 佳政办发〔2021〕6号三（三）「人口在2万人(含2万人)以下的可配备2-3名工作人员，人口在2万人以上的可配备3-5名工作人员或每1000名服务对象
配备1名工作人员，不足1000名服务对象至少配备1名工作人员」; 红桥区方案「专（兼）职社会救助工作人员不少于2人」.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from archivist.model.case import Case
from archivist.model.household import covered_persons
from archivist.model.step_ids import StepId
from archivist.rules.pack import Pack
from archivist.rules.rule import Rule
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId

POPULATION: Final = "人口"
RECIPIENTS: Final = "服务对象"


@dataclass(frozen=True, slots=True)
class Yardstick:
    """One measure of how many people there must be.

    Attributes:
        rule: the row it stands on.
        least: so many at the least; ``most`` at the most, where the rule says so.
        base_name: what it is reckoned from, 人口 or 服务对象, empty where it is the same for every office; ``base`` how many those are.
    """

    rule: Rule
    least: int
    most: int | None = None
    base_name: str = ""
    base: int | None = None

    @property
    def words(self) -> str:
        """What it asks for, in Chinese: ``2 至 3 人（人口 18300）``."""
        number = f"{self.least} 至 {self.most} 人" if self.most else f"不少于 {self.least} 人"
        return f"{number}（{self.base_name} {self.base}）" if self.base_name else number


@dataclass(frozen=True, slots=True)
class Staffing:
    """What the rules ask of an office's roster; to come up to one yardstick is enough (「或」).

    Attributes:
        unknown: what would have to be known besides, in Chinese; empty when nothing is.
    """

    yardsticks: tuple[Yardstick, ...]
    unknown: str = ""

    def met(self, count: int) -> bool:
        """Tell whether so many are enough; they are where the rules ask for none."""
        return not self.yardsticks or any(count >= y.least for y in self.yardsticks)


def staffing(pack: Pack, on: dt.date, *, population: int, recipients: int) -> Staffing:
    """Return what the rules ask of an office.

    Args:
        pack: its rules.
        on: the day asked about.
        population: of the town; 0 when nobody wrote it down.
        recipients: the persons in benefit.
    """

    def row(rule_id: RuleId) -> Rule | None:
        return pack.find(rule_id, None, RuleDays.alike(on))

    if least := row(RuleId.STAFF_MIN):
        return Staffing((Yardstick(least, int(least.value)),))
    by_recipients = _by_recipients(row(RuleId.STAFF_PER), row(RuleId.STAFF_FLOOR), recipients)
    threshold, small, large = row(RuleId.STAFF_THRESHOLD), row(RuleId.STAFF_SMALL), row(RuleId.STAFF_LARGE)
    if not (threshold and small and large):
        return Staffing(by_recipients)
    if not population:
        return Staffing(by_recipients, f"没有登记{POPULATION}，只能按{RECIPIENTS}计算")
    is_small = population <= int(threshold.value)
    found, most = (small, row(RuleId.STAFF_SMALL_MOST)) if is_small else (large, row(RuleId.STAFF_LARGE_MOST))
    own = Yardstick(found, int(found.value), int(most.value) if most else None, POPULATION, population)
    return Staffing((own,) if is_small else (own, *by_recipients))


def recipients(case: Case, pack: Pack) -> int:
    """Return how many persons a case has in benefit now (服务对象): those covered, while the household is visited."""
    since = case.steps[-1].on if case.steps else case.rules_on
    in_benefit = any(s.id == StepId.VISIT and case.state in s.moves for s in pack.steps_of(case, since))
    return len(covered_persons(case, dt.date.max)) if in_benefit else 0


def _by_recipients(per: Rule | None, floor: Rule | None, recipients: int) -> tuple[Yardstick, ...]:
    """Return the measure by those who are served; what is over a full thousand asks for one more."""
    if per is None:
        return ()
    least = max(int(floor.value) if floor else 0, -(-recipients // int(per.value)))
    return (Yardstick(per, least, None, RECIPIENTS, recipients),)
