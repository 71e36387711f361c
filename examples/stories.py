"""The invented households of the month: who is in benefit already and what happens to them, who applies on which day."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

MONTH: Final = "2026-12"
QUARTER: Final = "2026Q4"
REVIEW: Final = {"review_cycle": "每年"}
MONEY: Final[Mapping[str, Mapping[str, Any]]] = {
    "低保": {"standard": "1100", "method": "补差", "income_per_head": "500", "amount": "600", **REVIEW},
    "特困": {"standard": "1430", "method": "定额", "amount": "1430", "care_grade": "全自理", "care_form": "分散供养", **REVIEW},
    "低收入": {"income_per_head": "1400", "amount": "200", **REVIEW},
    "低保边缘": {"income_per_head": "1400", **REVIEW},
    "刚性支出": {"income_per_head": "1400", **REVIEW},
    "急难型": {"amount": "1000", "basis": "本地临时救助办法的标准"},
    "支出型": {"amount": "3000", "basis": "本地临时救助办法的标准"},
    "残疾人两项补贴": {"amount": "120"},
}  # fmt: skip
"""Category → what is decided of the benefit."""
FIRE: Final = {
    "event": "家中电线老化引发火灾，住房过火",
    "event_date": f"{MONTH}-01",
    "event_place": "样例路12号",
}


@dataclass(frozen=True, slots=True)
class Household:
    """One household of the month.

    Attributes:
        number: of its invented applicant.
        category: as a clerk writes it.
        day: of the month, on which it applies; 0 where it is in benefit already.
        what: what happens: of those in benefit ``visit``, ``change``, ``end``, or nothing; of those that apply ``grant``,
            ``refuse``, ``quick``, or ``late``, who leave off where papers are missing.
        persons: how many are helped.
    """

    number: int
    category: str
    day: int = 0
    what: str = ""
    persons: int = 1


IN_BENEFIT: Final = (
    *((("低保", what, n % 3 + 1)) for n, what in enumerate(("change", "end", "visit", *[""] * 9))),
    *((("特困", what, 1)) for what in ("visit", *[""] * 4)),
    *((("低收入", what, 2)) for what in ("", "", "")),
    *((("低保边缘", what, 2)) for what in ("", "")),
    *((("刚性支出", what, 1)) for what in ("", "")),
    *((("残疾人两项补贴", what, 1)) for what in ("", "", "")),
)
"""Those in benefit: category, what happens, persons."""
APPLY: Final = (
    ("低保", 1, "grant"), ("低保", 2, "refuse"), ("低保", 18, "late"), ("特困", 1, "grant"), ("低收入", 2, "late"), ("低保边缘", 1, "grant"),
    ("刚性支出", 3, "late"), ("急难型", 4, "quick"), ("急难型", 14, "quick"), ("急难型", 8, "grant"), ("支出型", 2, "grant"),
    ("残疾人两项补贴", 1, "grant"), ("残疾人两项补贴", 21, "late"),
)  # fmt: skip
"""Those who apply: category, day of the month, what happens."""


def households(seed: int | None = None) -> tuple[Household, ...]:
    """Return the forty households of the month; with a seed seven of them: four in benefit, three who apply."""
    benefit = [
        Household(n, category, 0, what, persons) for n, (category, what, persons) in enumerate(IN_BENEFIT)
    ]
    apply = [Household(100 + n, category, day, what) for n, (category, day, what) in enumerate(APPLY)]
    if seed is None:
        return (*benefit, *apply)
    drawn = random.Random(seed)
    told = drawn.sample([h for h in benefit if h.what], 1) + drawn.sample(
        [h for h in benefit if not h.what], 3
    )
    money = drawn.sample([h for h in apply if h.what == "quick"], 1) + drawn.sample(
        [h for h in apply if h.what == "grant"], 1
    )
    return (*told, *money, *drawn.sample([h for h in apply if h.what in ("late", "refuse")], 1))
