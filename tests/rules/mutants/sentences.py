"""Numbers against the sentence that a row quotes: a witness of its value that stands apart from the value.

「公示期为7天」 says seven, and days; a row that says eight, or working days, does not stand on it. Where a number stands on
more than its own sentence (a general rule applied here), ``numbers.tsv`` has it with the sentence it was taken from.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final

from archivist.rules.rule import Rule
from archivist.rules.unit import Unit

NUMBERS: Final = Path(__file__).parents[2] / "data" / "rule_numbers.tsv"
_DIGITS: Final = "〇一二三四五六七八九"
_UNITS: Final = (
    (r"个?工作日", Unit.WORKDAYS, 1),
    (r"(?:个?自然日|天|日)", Unit.DAYS, 1),
    (r"个?小时", Unit.HOURS, 1),
    (r"个?月", Unit.MONTHS, 1),
    (r"年", Unit.YEARS, 1),
    (r"(?:人|名)", Unit.PERSONS, 1),
    (r"%", Unit.RATIO, 0.01),
    (r"(?:周岁|岁)", Unit.AGE, 1),
    (r"项", Unit.ITEMS, 1),
    (r"万人", Unit.PERSONS, 10_000),
    (r"日前", Unit.DAY_OF_MONTH, 1),
)
_PHRASES: Final = (
    ("每半年", 6, Unit.MONTHS),
    ("每年", 12, Unit.MONTHS),
    ("每季度", 3, Unit.MONTHS),
    ("每月核查", 1, Unit.MONTHS),
    ("下月起", 1, Unit.MONTH_END),
    ("次月社会化发放", 1, Unit.MONTH_END),
    ("从批准的当月起", 0, Unit.MONTH_END),
    ("申请当月计发", 0, Unit.MONTH_END),
    ("第三季度", 3, Unit.QUARTER),
    ("每年第三季度", 3, Unit.WITHIN_QUARTER),
    ("按季度", 0, Unit.AFTER_QUARTER),
    ("十二个月", 12, Unit.MONTHS),
    ("应当入户调查", 1.0, Unit.RATIO),
)
"""Sayings without a figure, and what they come to."""


def said(sentence: str) -> set[tuple[float, Unit]]:
    """Return every number a sentence says, each with its unit."""
    text = re.sub(r"(?<=\d)\s+(?=\D)|(?<=\D)\s+(?=\d)", "", sentence)
    text = re.sub(r"(\d+)[—–-](\d+)(人|名)", r"\1\3\2\3", text)  # 5—7人
    found = {(float(value), unit) for phrase, value, unit in _PHRASES if phrase in text}
    for number in re.finditer(r"\d+(?:\.\d+)?|[〇一二两三四五六七八九十百]+", text):
        value = _number(number[0])
        for words, unit, scale in _UNITS:
            if re.match(words, text[number.end() :]):
                found.add((round(value * scale, 4), unit))
    return found


def _number(text: str) -> float:
    if text[0].isdigit():
        return float(text)
    total, unit = 0, 0
    for char in text.replace("两", "二"):
        if char in "十百":
            total += (unit or 1) * (10 if char == "十" else 100)
            unit = 0
        else:
            unit = _DIGITS.index(char)
    return float(total + unit)


def elsewhere() -> dict[tuple[str, str, str], set[tuple[float, Unit]]]:
    """Return the numbers that stand on another sentence than their row's: pack, rule, category → numbers."""
    found: dict[tuple[str, str, str], set[tuple[float, Unit]]] = {}
    with NUMBERS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t"):
            for rule, category in product(row["rule"].split(), row["categories"].split()):
                key = row["pack"], rule, category
                found.setdefault(key, set()).add((float(row["value"]), Unit(row["unit"])))
    return found


_ELSEWHERE: Final = elsewhere()


def unsupported(pack: str, rule: Rule) -> Iterator[str]:
    """Yield that neither a rule's own sentence nor one it was taken from says its number."""
    if isinstance(rule.value, bool) or not isinstance(rule.value, int | float) or rule.unit is Unit.YUAN:
        return
    claim = float(rule.value), rule.unit
    if claim in said(rule.source.sentence):
        return
    for category in [c.value for c in rule.categories] or ["*"]:
        if claim not in _ELSEWHERE.get((pack, rule.id, category), set()):
            yield f"{rule.place}：{rule.value}{rule.unit} 不在所引的句子里（{rule.source.sentence}）"
            return
