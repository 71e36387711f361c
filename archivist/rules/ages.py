"""The lines the law draws by age and by grade of disability, each a row of the pack."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from archivist.model.household import Ages
from archivist.rules.pack import Pack
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId


def ages_of(pack: Pack, days: RuleDays) -> Ages:
    """Return the ages that count on some days.

    Raises:
        RuleFault: E502, the pack has no row of one.
    """
    return Ages(_age(RuleId.AGE_ADULT, pack, days), _age(RuleId.AGE_EARNING, pack, days))


def _age(rule_id: RuleId, pack: Pack, days: RuleDays) -> int:
    return int(pack.rule(rule_id, None, days).value)


@dataclass(frozen=True, slots=True)
class NeedLines:
    """What makes the need of a person greater (分类施保): an age beyond or below, a grade of disability that is severe."""

    elderly: int
    adult: int
    severe: tuple[str, ...]

    @classmethod
    def of(cls, pack: Pack, days: RuleDays) -> NeedLines:
        """Return the lines that count on some days; see ``ages_of``."""
        severe = str(pack.rule(RuleId.DISABILITY_SEVERE, None, days).value).split("、")
        return cls(_age(RuleId.AGE_ELDERLY, pack, days), _age(RuleId.AGE_ADULT, pack, days), tuple(severe))

    def severely_disabled(self, disability: str) -> bool:
        """Tell whether a disability as it is told (``肢体二级``, ``智力1级``, ``重度``) is severe."""
        grades = {digit for grade in self.severe for digit in _DIGITS.get(grade[:1], grade[:1])}
        said = re.findall(r"(.)级", disability)
        return "重度" in disability or any(grade in grades for grade in said)


_DIGITS: Final = {"一": "一1１", "二": "二2２", "三": "三3３", "四": "四4４"}
