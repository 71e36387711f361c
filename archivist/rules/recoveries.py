"""Money claimed back (追缴): what was claimed, what came back, what is still owed; and what each of its steps must find.

One claim is open at a time: a payment is of the claim that is open. A notice of former times, issued without the step, is
no claim here; ``disposition.holds.unsettled`` names it all the same.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from archivist.model.case import Case
from archivist.model.states import StepTaken
from archivist.model.step_ids import StepId
from archivist.rules import deadlines
from archivist.rules.pack import Pack
from archivist.rules.rule_ids import RuleId

_REPAYMENTS: Final = (StepId.REPAY_PART, StepId.REPAY_ALL)
_ENDS: Final = (StepId.REPAY_ALL, StepId.CLOSE_RECOVERY)


@dataclass(frozen=True, slots=True)
class MoneyClaim:
    """One claim with what followed it.

    Attributes:
        claimed: the decision; its values say ``amount``, in yuan, and ``due_on``.
        payments: what came back, in order.
        urged: the latest reminder (催告); ``enforced``: the application to the court.
        ended: the step that closed it: repaid as a whole, or closed with the reason why not.
    """

    claimed: StepTaken
    payments: tuple[StepTaken, ...] = ()
    urged: StepTaken | None = None
    enforced: StepTaken | None = None
    ended: StepTaken | None = None

    @property
    def amount(self) -> Decimal:
        """What is claimed, in yuan."""
        return _amount(self.claimed)

    @property
    def repaid(self) -> Decimal:
        """What came back, in yuan."""
        return sum(map(_amount, self.payments), Decimal(0))

    @property
    def owed(self) -> Decimal:
        """What is still owed, in yuan."""
        return self.amount - self.repaid

    @property
    def due_on(self) -> dt.date:
        """The last day on which to repay, a civil day."""
        return dt.date.fromisoformat(str(self.claimed.values["due_on"]))

    @property
    def words(self) -> str:
        """The claim as lists of what is open write it."""
        enforced = f"，已于 {self.enforced.on} 申请强制执行" if self.enforced else ""
        return (
            f"追缴（{self.claimed.on} 决定）应退 {self.amount} 元，已退 {self.repaid} 元，尚欠 {self.owed} 元，"
            f"退款期限到 {self.due_on}{enforced}"
        )


def recoveries(case: Case) -> tuple[MoneyClaim, ...]:
    """Return the claims of a case, in order."""
    begins = [n for n, step in enumerate(case.steps) if step.id == StepId.CLAIM_BACK]
    return tuple(
        _recovery(case.steps[begin], case.steps[begin + 1 : end])
        for begin, end in pairwise((*begins, len(case.steps)))
    )


def _recovery(claimed: StepTaken, later: tuple[StepTaken, ...]) -> MoneyClaim:
    def last(*ids: str) -> StepTaken | None:
        return next((s for s in reversed(later) if s.id in ids), None)

    return MoneyClaim(
        claimed,
        tuple(s for s in later if s.id in _REPAYMENTS),
        last(StepId.URGE_RECOVERY),
        last(StepId.ENFORCE_RECOVERY),
        last(*_ENDS),
    )


def open_recovery(case: Case) -> MoneyClaim | None:
    """Return the claim that is not closed."""
    return next((r for r in reversed(recoveries(case)) if r.ended is None), None)


def _amount(step: StepTaken) -> Decimal:
    return Decimal(str(step.values["amount"]))


# ── what the steps must find ─────────────────────────────────────────────────────────────────────────────
def none_open(case: Case) -> list[str]:
    """Return that a claim is still open, so that another cannot be told from it."""
    found = open_recovery(case)
    return [f"前一次追缴还没有办结，不能再作一次：{found.words}"] if found else []


def none_to_act_on(case: Case) -> list[str]:
    """Return that nothing is claimed back."""
    return [] if open_recovery(case) else ["没有未办结的追缴（先办“作出追缴决定”）"]


def wrong_sum(case: Case, step: str, told: object) -> list[str]:
    """Return why a repayment is none, or not of the kind it is recorded as.

    Args:
        case: as it stands before.
        step: 登记部分退款 or 登记退清.
        told: yuan; ``None`` where nothing was told, which is refused elsewhere.
    """
    found = open_recovery(case)
    if found is None or told is None:
        return []
    amount, owed = Decimal(str(told)), found.owed
    if amount <= 0:
        return [f"退款金额是 {amount} 元，应大于 0"]
    if step == StepId.REPAY_ALL and amount != owed:
        return [f"尚欠 {owed} 元，本次退 {amount} 元，没有退清：少的办“登记部分退款”，多的请核对"]
    if step == StepId.REPAY_PART and amount >= owed:
        return [f"尚欠 {owed} 元，本次退 {amount} 元，已不是部分退款：正好退清的办“登记退清”，多的请核对"]
    return []


def not_overdue(case: Case, on: dt.date) -> list[str]:
    """Return that there is still time to repay."""
    found = open_recovery(case)
    return [f"退款期限到 {found.due_on} 为止，尚未届满"] if found and on <= found.due_on else []


def not_urged(case: Case, pack: Pack, on: dt.date) -> list[str]:
    """Return that nobody was urged, or the time after that has not run out."""
    found = open_recovery(case)
    if found is None:
        return []
    if found.urged is None:
        return ["还没有催告（先办“催告退款”）"]
    wait = deadlines.find(case, pack, RuleId.RECOVERY_URGE)
    if wait is None or wait.due is None:
        return ["规则包没有写催告后多久可以申请强制执行，不能申请"]
    return (
        [] if on > wait.due.day else [f"催告后的期限到 {wait.due.day} 为止，尚未届满（{wait.rule.source}）"]
    )
