"""What is wrong with the rows of a pack: every fault of every row, each row alone and all of them together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from archivist.rules.layers import FROM, Row
from archivist.rules.rule import CheckRule, Material, Rule, StepRule
from archivist.rules.unit import Unit

KINDS: Final[Mapping[str, type[Rule | Material | StepRule | CheckRule]]] = MappingProxyType(
    {"rule": Rule, "material": Material, "step": StepRule, "check": CheckRule}
)
"""Table → what its rows are."""


def row_faults(tables: Mapping[str, Any]) -> list[str]:
    """Return the faults of a pack's tables; see ``layers.laid_over``."""
    from archivist.declarations.reader import read

    faults: list[str] = []
    steps = {str(row.get("id")) for row in tables["step"]}
    for name, kind in KINDS.items():
        for row in tables[name]:
            where = row[FROM]
            read(kind, {key: value for key, value in row.items() if key != FROM}, where, faults)
            if kind is Rule:
                faults += [f"{where}：{fault}" for fault in _contradictions(row, steps)]
    return faults


def _contradictions(row: Row, steps: set[str]) -> Iterator[str]:
    """Yield what a rule's columns say against each other or the steps of the pack; a column may itself be faulty."""
    if (unit := next((u for u in Unit if u == row.get("unit")), None)) is not None:
        if type(value := row.get("value", "")) not in unit.holds and "value" in row:
            yield f"value 是 {value}，与单位“{unit}”不合"
        if row.get("excludes") and unit not in (Unit.WORKDAYS, Unit.DAYS):
            yield f"按{unit}计的期限不能扣除日数（excludes）"
        if "warn" in row and not unit.counted:
            yield f"单位“{unit}”不计时，不能预警（warn）"
    for key in ("starts", "ends", "awaits"):
        if isinstance(names := row.get(key), list):
            yield from (f"没有环节 {name}" for name in names if str(name) not in steps)
