"""The month counted again from the files on disk: events as JSON, packages as ZIP. Nothing of the program is used.

What is counted stands in ``docs/formats.md``: a case is a folder, its events are ``events/000001.json`` and so on.
"""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

Totals = dict[str, Any]
"""What is counted → how much."""
ONCE: Final = ("JN", "ZC")
"""Categories that help once; nobody is on their roll."""
LABELS: Final = {
    "DB": "最低生活保障", "TK": "特困人员救助供养", "DX": "低收入家庭救助", "BY": "最低生活保障边缘家庭认定", "GX": "刚性支出困难家庭认定",
    "JN": "急难型临时救助", "ZC": "支出型临时救助", "CJ": "残疾人两项补贴",
}  # fmt: skip
GRANTED: Final = ("confirm", "bureau_approve", "quick_relief")
REFUSED: Final = ("refuse", "refuse_unexplained", "town_refuse", "bureau_refuse")
DROPPED: Final = ("abandon", "withdraw", "terminate_procedure")
GONE: Final = ("terminated", "moved_out", "refused", "closed_refused")
STOPPED: Final = ("suspended", "terminated", "moved_out", "refused")
ROLL: Final = (
    "opening",
    "opening_persons",
    "entered",
    "entered_persons",
    "left",
    "left_persons",
    "closing",
    "closing_persons",
    "spent",
)
HANDLED: Final = (
    "received",
    "accepted",
    "corrected",
    "not_accepted",
    "granted",
    "refused",
    "dropped",
    "open",
)


@dataclass
class Story:
    """One household as its events tell it.

    Attributes:
        steps: (day, step, state it led to), in their order.
        benefit: what was told of the money, each time it changed.
        in_benefit_since: first month paid of one that was taken over; empty for others.
    """

    number: str
    category: str
    opened: str = ""
    in_benefit_since: str = ""
    steps: list[tuple[str, str, str]] = field(default_factory=list)
    benefit: list[Mapping[str, Any]] = field(default_factory=list)
    closed: str = ""

    def on_roll(self, day: str) -> bool:
        """Tell whether it stood on the roll at the end of a day."""
        if self.category in ONCE or (self.closed and self.closed <= day):
            return False
        stands = bool(self.in_benefit_since) and self.in_benefit_since <= day[:7]
        for on, step, after in self.steps:
            if on <= day and (step in GRANTED or after in GONE):
                stands = step in GRANTED
        return stands

    def on_list(self, day: str) -> bool:
        """Tell whether it stood on the list of payments at the end of a day."""
        stands = bool(self.in_benefit_since) and self.in_benefit_since <= day[:7]
        for on, _, after in self.steps:
            if on <= day and (after == "in_benefit" or after in STOPPED):
                stands = after == "in_benefit"
        return stands and self.category not in ONCE

    def money(self, month: str) -> Mapping[str, Any]:
        """Return what held of the benefit in a month: of those that begin the last that has begun, else what was told first."""
        told = self.benefit or [{}]
        if self.category in ONCE:
            return told[-1]
        begun = [one for one in told if one.get("start") and one["start"] <= month]
        return begun[-1] if begun else told[0]

    def persons(self, month: str) -> int:
        """Return how many are helped."""
        return int(self.money(month).get("persons") or 1)

    def did(self, month: str, *steps: str) -> bool:
        """Tell whether a step was taken in a month."""
        return any(on[:7] == month and step in steps for on, step, _ in self.steps)


def stories(cases: Path) -> Iterator[Story]:
    """Read the events of every household."""
    for folder in sorted(cases.iterdir()):
        story = Story(folder.name, folder.name.split("-")[1])
        for path in sorted((folder / "events").glob("*.json")):
            event = json.loads(path.read_text(encoding="utf-8"))
            data = event["data"]
            facts = data.get("facts") or {}
            if "benefit" in facts:
                story.benefit.append(facts["benefit"] or {})
            match event["op"]:
                case "case_opened":
                    story.in_benefit_since = data.get("taken_over", {}).get("since") or ""
                    if "taken_over" in data and not story.in_benefit_since:
                        story.in_benefit_since = event["time"][:7]
                        story.opened = event["time"][:10]
                case "step_taken":
                    story.steps.append((data["on"], data["step"], data["to"]))
                case "deregistered":
                    story.closed = data["date"]
                case "step_corrected":
                    raise NotImplementedError("no step of the month is corrected")
        yield story


def of_events(cases: Path, month: str) -> Totals:
    """Count a month from the events on disk."""
    first = dt.date.fromisoformat(f"{month}-01")
    eve = f"{first - dt.timedelta(days=1)}"
    last = f"{(first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)}"
    every = list(stories(cases))
    found: Totals = Counter()
    for one in every:
        _roll(one, found, month, eve, last)
        _handled(one, found, month, last)
        _paid(one, found, month, last)
    found["spent"] = sum((found[f"{label}.spent"] for label in LABELS.values()), Decimal(0))
    return {key: value for key, value in found.items() if value}


def _roll(one: Story, found: Totals, month: str, eve: str, last: str) -> None:
    label, was, now = LABELS[one.category], one.on_roll(eve), one.on_roll(last)
    persons = one.persons(month)
    entered = not was and one.did(month, *GRANTED)
    for name, counts in (
        ("opening", was),
        ("closing", now),
        ("entered", entered),
        ("left", (was or entered) and not now),
    ):
        if counts and one.category not in ONCE:
            found[f"{label}.{name}"] += 1
            found[f"{label}.{name}_persons"] += persons
    if now:
        found["roster.households"] += 1
        found["roster.persons"] += persons
        found["roster.total"] += Decimal(one.money(month).get("amount") or 0)
    if one.category in ONCE and entered:
        amount = Decimal(one.money(month).get("amount") or 0)
        found[f"{label}.granted"] += 1
        found[f"{label}.granted_amount"] += amount
        found["roster.households"] += 1
        found["roster.persons"] += persons
        found["roster.total"] += amount


def _handled(one: Story, found: Totals, month: str, last: str) -> None:
    label = LABELS[one.category]
    received = any(step == "submit" and on <= last for on, step, _ in one.steps)
    ended = one.closed or any(
        on <= last and step in (*GRANTED, *REFUSED, *DROPPED, "not_accept") for on, step, _ in one.steps
    )
    counts = {
        "received": one.did(month, "submit"),
        "accepted": one.did(month, "accept"),
        "corrected": one.did(month, "ask_correction"),
        "not_accepted": one.did(month, "not_accept"),
        "granted": one.did(month, *GRANTED),
        "refused": one.did(month, *REFUSED),
        "dropped": one.did(month, *DROPPED),
        "open": received and not ended,
    }
    for name, counted in counts.items():
        found[f"{label}.handled.{name}"] += int(bool(counted))
    found["applications"] += int(counts["received"])
    if one.category != "CJ":  # what the bureau decides is not reported to it
        found["decisions.granted"] += int(counts["granted"])
        found["decisions.refused"] += int(counts["refused"])


def _paid(one: Story, found: Totals, month: str, last: str) -> None:
    told = one.money(month)
    amount = Decimal(told.get("amount") or 0)
    if one.category in ONCE:
        paid = amount * sum(on[:7] == month and step == "pay" for on, step, _ in one.steps)
    else:
        # Who is stopped in a month is paid for that month still.
        eve = f"{dt.date.fromisoformat(f'{month}-01') - dt.timedelta(days=1)}"
        listed = one.on_list(last) or one.on_list(eve)
        paid = amount if listed and (told.get("start") or "9999") <= month else Decimal(0)
    found[f"{LABELS[one.category]}.spent"] += paid
    if paid:
        found["payments.households"] += 1
        found["payments.total"] += paid


def of_reports(shown: Mapping[str, Any]) -> Totals:
    """Return the same numbers as the reports print them."""
    found: Totals = {}
    figures, tables = shown["monthly_statistics"], shown["monthly_statistics"]["tables"]
    for row in tables["register.rows"]:
        found |= {f"{row['category']}.{key}": row[key] for key in ROLL}
    for row in tables["temporary.rows"]:
        found |= {f"{row['category']}.{key}": row[key] for key in ("granted", "granted_amount", "spent")}
    for row in tables["handled.rows"]:
        found |= {f"{row['category']}.handled.{key}": row[key] for key in HANDLED}
    found["spent"] = figures["sums"]["register.all_spent"]
    roster, paid, decided = (
        shown[n]["sums"] for n in ("monthly_roster", "fund_disbursement_detail", "filing_summary")
    )
    found |= {f"roster.{key}": roster[f"register.{key}"] for key in ("households", "persons", "total")}
    found |= {"payments.households": paid["register.households"], "payments.total": paid["register.paid"]}
    found |= {f"decisions.{key}": decided[f"register.{key}"] for key in ("granted", "refused")}
    found["applications"] = shown["acceptance_register"]["lines"]
    numbers = {key: Decimal(value) if isinstance(value, str) else value for key, value in found.items()}
    return {key: value for key, value in numbers.items() if value}


def of_packages(packages: Sequence[Path], cases: Path, quarter: str) -> Totals:
    """Return which households lie in the packages whole, file by file as on disk, and were granted something in the quarter."""
    year, number = int(quarter[:4]), int(quarter[-1])
    months = [f"{year}-{month:02d}" for month in range(3 * number - 2, 3 * number + 1)]
    wanted = {one.number for one in stories(cases) if any(one.did(month, *GRANTED) for month in months)}
    inside: dict[str, dict[str, bytes]] = {}
    for package in packages:
        with zipfile.ZipFile(package) as opened:
            for name in opened.namelist():
                for case in wanted:
                    if f"/{case}/" in name and not name.endswith("/"):
                        inside.setdefault(case, {})[name.split(f"/{case}/", 1)[1]] = opened.read(name)
    whole = [case for case, files in inside.items() if files == _on_disk(cases / case)]
    return {"cases": sorted(whole)}


def _on_disk(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
