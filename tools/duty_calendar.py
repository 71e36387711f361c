"""``docs/calendar.md``: what an office owes by the month, the quarter and the year, from the rows of the rule packs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from archivist.doctypes.catalogue import Catalogue
from archivist.rules import pack, rule_text
from archivist.rules.pack import Pack, Rule
from archivist.rules.unit import Unit

ALWAYS: Final = ("一次", "常年")
CYCLES: Final = {"每月": range(1, 13), "每季度": (3, 6, 9, 12), "每半年": (6, 12), "每年": (12,)}
"""Cycle → the months in which it ends."""
SHARE: Final = "每月"
"""Shares that are reckoned of a month say so in what they are reckoned from."""
INTRO: Final = """由规则包的各行得出：按月、按季、按年要办的，常设的，随时的。逐户的期限（受理、公示、送达、复核……）由各户的环节推算，不在这里：`archivist due` 列出两者，
逾期的在前。“谁”一栏写区民政局的，是区里要做的事，镇（街道）等着。全国通用规则没有写按月、按季的事项。
"""
MONTHS: Final = tuple(f"{n}月" for n in range(1, 13))


@dataclass(frozen=True, slots=True)
class Entry:
    """One duty of the calendar: ``months`` in which it ends, none where it is always there or at any time; ``when`` in words."""

    rule: Rule
    months: tuple[int, ...]
    when: str


def entries(found: Pack) -> Iterator[Entry]:
    """Yield the duties of a pack that return with the calendar, or are there always."""
    for rule in found.rules:
        value = rule.value
        match rule.unit:
            case Unit.DAY_OF_MONTH:
                yield Entry(rule, tuple(range(1, 13)), f"{value}日前")
            case Unit.DAY_OF_YEAR:
                month, day = (int(part) for part in str(value).split("-"))
                yield Entry(rule, (month,), f"{day}日前")
            case Unit.AFTER_QUARTER:
                ends = [dt.date(2025, 3 * n, 30 if n in (2, 3) else 31) for n in range(1, 5)]
                days = [end + dt.timedelta(days=int(value)) for end in ends]
                yield Entry(rule, tuple(sorted(day.month for day in days)), f"{days[0].day}日前，报上季度的")
            case Unit.WITHIN_QUARTER:
                yield Entry(rule, tuple(range(3 * int(value) - 2, 3 * int(value) + 1)), "月内")
            case Unit.CYCLE:
                yield Entry(rule, tuple(CYCLES.get(str(value), ())), _cycle(str(value)))
            case Unit.RATIO if rule.trigger.startswith(SHARE):
                yield Entry(
                    rule,
                    tuple(range(1, 13)),
                    f"月内，{rule_text.headline(rule).removeprefix(f'{rule.title}：')}",
                )
            case _:
                pass


def _cycle(word: str) -> str:
    if word in ALWAYS:
        return "常设"
    if word not in CYCLES:
        return word
    return "月内" if word == "每月" else "底以前"


def page(generated: str) -> str:
    """Return the page; ``generated`` is the line that says who writes it."""
    lines = ["# 一年要办的事\n", generated, INTRO]
    for name in pack.available():
        found = pack.load(name)
        those = list(entries(found))
        if those:
            lines += [f"## {found.title}（`{name}`）\n", *_by_month(those), *_table("每月", those, _monthly), *_table("按季、按年", those, _seldom),
                      *_table("常设、随时", those, lambda entry: not entry.months)]  # fmt: skip
    return "\n".join(lines).rstrip("\n") + "\n"


def _monthly(entry: Entry) -> bool:
    return len(entry.months) == len(MONTHS)


def _seldom(entry: Entry) -> bool:
    return bool(entry.months) and not _monthly(entry)


def _by_month(those: Iterable[Entry]) -> list[str]:
    """Return a line for each month that has something of its own; none where every month is alike."""
    told = {
        n: "；".join(f"{e.rule.title}（{e.when}）" for e in those if n in e.months and _seldom(e))
        for n in range(1, 13)
    }
    if not any(told.values()):
        return []
    return [
        "| 月份 | 除每月的以外 |",
        "|---|---|",
        *(f"| {MONTHS[n - 1]} | {words} |" for n, words in told.items() if words),
        "",
    ]


def _table(heading: str, those: Iterable[Entry], chosen: Callable[[Entry], bool]) -> list[str]:
    catalogue = Catalogue.load()
    rows = [e for e in those if chosen(e)]
    if not rows:
        return []
    lines = [f"**{heading}**\n", "| 何时 | 事项 | 文书、册表 | 谁 | 依据 |", "|---|---|---|---|---|"]
    for entry in rows:
        rule = entry.rule
        papers = "、".join(catalogue.get(d).title if d in catalogue else d for d in rule.documents)
        months = (
            ""
            if not entry.months or _monthly(entry)
            else "、".join(MONTHS[n - 1] for n in entry.months) + " "
        )
        scope = f"（{rule_text.scope(rule.categories)}）" if rule.categories else ""
        basis = rule_text.basis(rule.source, inferred=rule.inferred, note=rule.note)
        cells = (months + entry.when, f"{rule.title}{scope}", papers, rule.duty.label, basis)
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return [*lines, ""]
