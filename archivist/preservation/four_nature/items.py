"""The items (检测项) of the four natures as data: ``items.tsv`` beside this module, a line each.

Names after DA/T 70-2018 as public papers quote it; the standard's own numbers were not at hand, so none are printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).with_name("items.tsv")
NOTHING: Final = "-"
"""Stands in the data where an item cannot come to such a result."""


class Nature(StrEnum):
    """The four natures of an electronic record (四性)."""

    AUTHENTIC = "真实"
    COMPLETE = "完整"
    USABLE = "可用"
    SAFE = "安全"


class Phase(StrEnum):
    """On which occasion (环节) the items are asked for."""

    FILING = "GD"
    TRANSFER = "YJ"
    PRESERVATION = "CQ"

    @property
    def label(self) -> str:
        """The occasion in Chinese."""
        return {"GD": "归档", "YJ": "移交", "CQ": "长期保存"}[self.value]


@dataclass(frozen=True, slots=True)
class FourNatureItem:
    """One item.

    Attributes:
        id: stable; stands in events and results.
        required: whether the conclusion 合格 needs it (必检).
        method: how it is looked into; ``passed``, ``failed``, ``unchecked`` what each result means, empty where there is none such.
    """

    id: str
    nature: Nature
    name: str
    phases: frozenset[Phase]
    required: bool
    method: str
    passed: str
    failed: str
    unchecked: str


@cache
def all_items() -> tuple[FourNatureItem, ...]:
    """Return every item in the order of the data."""
    _, *lines = DATA.read_text(encoding="utf-8").splitlines()
    return tuple(map(_item, lines))


def _item(line: str) -> FourNatureItem:
    name, nature, title, phases, required, method, *results = line.split("\t")
    passed, failed, unchecked = ("" if said == NOTHING else said for said in results)
    return FourNatureItem(
        name,
        Nature(nature),
        title,
        frozenset(map(Phase, phases.split())),
        {"1": True, "0": False}[required],
        method,
        passed,
        failed,
        unchecked,
    )


def items_of(phase: Phase | None) -> tuple[FourNatureItem, ...]:
    """Return the items that are asked for on an occasion; all of them where none is named."""
    return tuple(item for item in all_items() if phase is None or phase in item.phases)
