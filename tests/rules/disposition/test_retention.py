"""How long files are kept: the vectors computed by hand, and their kind."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import itertools
import random
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.errors import RuleFault
from archivist.model.case import Case
from archivist.model.case_fold import fold
from archivist.model.event import Event, FileEntry, Op
from archivist.model.ids import CaseNo, Category, RecordNo, Sha256
from archivist.model.stated_days import StatedDay
from archivist.model.states import State
from archivist.model.step_ids import StepId
from archivist.model.taken_over import BegunInBenefit
from archivist.rules.disposition.holds import holds
from archivist.rules.disposition.retention import (
    Retention,
    RetentionClass,
    RetentionStatus,
    office_retention,
    retention,
)
from archivist.rules.pack import Pack, load

VECTORS: Final = Path(__file__).parents[2] / "data" / "retention-vectors.tsv"
AFTER: Final = {
    "accept": (StepId.ACCEPT, State.ACCEPTED),
    "confirm": (StepId.CONFIRM, State.CONFIRMED),
    "refuse": (StepId.REFUSE, State.CLOSED_REFUSED),
    "not_accept": (StepId.NOT_ACCEPT, State.NOT_ACCEPTED),
    "abandon": (StepId.ABANDON, State.ABANDONED),
    "withdraw": (StepId.WITHDRAW, State.ABANDONED),
    "terminate_procedure": (StepId.TERMINATE_PROCEDURE, State.PROCEDURE_TERMINATED),
    "suspend": (StepId.SUSPEND, State.SUSPENDED),
    "terminate": (StepId.TERMINATE, State.TERMINATED),
}
OFFICE: Final = {
    "disbursement_roster": "monthly_roster",
    "payment_detail": "fund_disbursement_detail",
    "destruction_register": "destruction_register",
}


def rows() -> list[dict[str, str]]:
    """Return the vectors, a heading and its value each."""
    lines = [line for line in VECTORS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def overrides(written: str) -> list[dict[str, Any]]:
    """Return the office's own rows: ``case=5@2025-01-01``, ``count=next_year``, ``daily=lengthens``."""
    found: list[dict[str, Any]] = []
    source = {"measure": "样例镇档案保管期限表（虚构）", "sentence": "本镇户档保管期限另定"}
    for part in written.split(";"):
        key, _, value = part.partition("=")
        match key:
            case "case":
                years, _, dates = value.partition("@")
                first, _, last = dates.partition("..")
                row: dict[str, Any] = {
                    "id": "retention.case",
                    "title": "户档保管期限",
                    "value": int(years),
                    "unit": "年",
                    "trigger": "注销之日",
                    "source": source,
                }
                if first:
                    row["valid_from"] = dt.date.fromisoformat(first)
                else:
                    row["replace"] = True
                if last:
                    row["valid_to"] = dt.date.fromisoformat(last)
                found.append(row)
            case "count":
                found.append(
                    {"id": "retention.from_next_year", "value": True, "patch": True, "source": source}
                )
            case "daily":
                found.append(
                    {"id": "retention.daily.lengthens", "value": True, "patch": True, "source": source}
                )
            case _:
                raise AssertionError(f"unknown office row {part}")
    return found


class _Chain:
    """Events of one case, written as the vectors write them."""

    def __init__(self, category: str) -> None:
        self.number = CaseNo("TEST", Category(category), 2016, 1)
        self.events: list[tuple[Event, Sha256]] = []
        self.state, self.voided = State.DRAFT, set[str]()
        self.record, self.placed = itertools.count(1), itertools.count(1)
        self.renamed: dict[str, str] = {}

    def add(self, op: Op, data: dict[str, Any], on: str, files: tuple[FileEntry, ...] = ()) -> None:
        seq = len(self.events) + 1
        event = Event(
            seq, Sha256("a" * 64), f"{on}T09:00:00+08:00", "样例", op, data, files=files, reason="样例"
        )
        self.events.append((event, Sha256(f"{seq:064x}")))

    def step(self, name: str, on: str) -> None:
        step, after = AFTER[name]
        data = {"step": step.value, "title": name, "on": on, "from": self.state.value, "to": after.value}
        self.add(Op.STEP_TAKEN, {**data, "by": ["样例"], "values": {}, "at": ""}, on)
        self.state = after

    def paper(self, kind: str, said: dict[str, str]) -> None:
        no = f"{next(self.record):04d}"
        self.renamed[said.get("no", no)] = no
        entry: dict[str, Any] = {
            "no": no,
            "type": kind,
            "title": kind,
            "folder": "08 动态管理",
            "status": "filed",
        }
        if "date" in said:
            entry["data"] = {"dated": said["date"], "typed": {"by": "person"}}
        file = FileEntry(f"data/{no}.pdf", Sha256("c" * 64), 1, RecordNo(no))
        self.add(Op.RECORD_FILED, {"record": entry}, said["filed"], (file,))

    def hold(self, start: str, said: dict[str, str]) -> None:
        """A hold registered on its first day, or long before it, and released by two on a signed paper."""
        hold = f"H{next(self.placed)}"
        scope = [said["scope"]] if "scope" in said else "case"
        while "scope" in said and next_paper(self) <= said["scope"]:
            self.paper("mat_other", {"filed": "2016-01-11"})
        told = {"hold": hold, "cause": "行政诉讼", "scope": scope, "start": start}
        self.add(Op.HOLD_PLACED, told, min(start, "2026-11-01"))
        if "released" in said:
            self.paper("mat_other", {"filed": said["released"]})
            paper = f"{int(next_paper(self)) - 1:04d}"
            release = {"hold": hold, "by": ["甲", "乙"], "basis": "判决生效", "paper": paper}
            self.add(Op.HOLD_RELEASED, release, said["released"])

    def fold(self) -> Case:
        return fold(self.number, self.events)


def next_paper(chain: _Chain) -> str:
    """Return the number the next paper of a chain gets."""
    return fold(chain.number, chain.events).next_record()


def case_of(category: str, events: str) -> Case:
    """Return the file whose life is written down as the vectors write it."""
    chain, void = _Chain(category), []
    for text in filter(None, (t.strip() for t in events.split(";"))):
        name, *rest = text.split()
        said = dict(r.partition("=")[::2] for r in rest if "=" in r)
        plain = [r for r in rest if "=" not in r]
        match name:
            case "open":
                chain.add(Op.CASE_OPENED, {"opened_on": plain[0], "facts": {}}, plain[0])
            case "close":
                stated = StatedDay.parse(plain[0])
                data: dict[str, Any] = {"date": stated.last.isoformat()} if stated.last else {}
                data |= {} if stated.exact else {"stated": stated.text}
                chain.add(Op.DEREGISTERED, data, said.get("recorded", "2026-11-01"))
            case "revoke":
                chain.add(Op.REOPENED, {}, plain[0])
            case "paper":
                chain.paper(plain[0], said)
            case "expunge":
                void.append(chain.renamed[plain[0]])
            case "extend":
                chain.add(Op.RETENTION_EXTENDED, {"until": plain[0], "appraisers": ["甲", "乙"]}, said["on"])
            case "permanent":
                chain.add(Op.RETENTION_EXTENDED, {"until": "永久", "appraisers": ["甲", "乙"]}, said["on"])
            case "hold":
                chain.hold(plain[0], said)
            case "linked":
                pass  # another file of the same person changes nothing of this one
            case _:
                chain.step(name, plain[0])
    case = chain.fold()
    for no in void:
        case = case.without(no)
    return case


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row["id"]))
def test_the_vectors_computed_by_hand(row: dict[str, str]) -> None:
    """Each vector's class, first day, last day and status, with the reason it names."""
    on = dt.date.fromisoformat(row["on"])
    own = {"rule": overrides(row["office"])} if row["office"] != "-" else {}
    if row["status"] == "error":
        with pytest.raises(RuleFault, match=r"retention\.case"):
            load(row["pack"], overrides=own)
        return
    pack = load(row["pack"], overrides=own)
    if row["category"] == "-":
        _, document, formed = row["events"].split()
        kept = office_retention(OFFICE[document], dt.date.fromisoformat(formed.split("=")[1]), pack, on)
        status = kept.status.value
    else:
        case = case_of(row["category"], row["events"])
        kept = retention(case, pack, on)
        status = "held" if holds(case, on) else kept.status.value
    wanted = {"office.D10": "office", "office.D30": "office"}.get(row["class"], row["class"])
    assert (kept.kind.value, *_days(kept), status) == (
        wanted,
        row["start"],
        row["end"],
        row["status"],
    ), row["reason"]
    assert str(kept.rule.source)


def _days(kept: Retention) -> tuple[str, str]:
    return (str(kept.starts or ""), str(kept.expires or ""))


# ── their kind ───────────────────────────────────────────────────────────────────────────────────────────
HONGQIAO: Final = load("tianjin-hongqiao")
DAYS: Final = st.dates(dt.date(2001, 1, 1), dt.date(2035, 12, 31))


@given(closed=DAYS, paper=DAYS, scanned=DAYS, category=st.sampled_from(sorted(HONGQIAO.delegated)))
def test_a_household_granted_assistance_is_kept_three_years_after_deregistration_whatever_lies_in_its_file(
    closed: dt.date, paper: dt.date, scanned: dt.date, category: Category
) -> None:
    """“kept at least three years after deregistration”: by default neither a paper's date nor its scan moves the end."""
    told = f"open 2000-01-03; confirm 2000-02-10; terminate 2000-12-20; close {closed}"
    daily = (
        f"paper home_visit_record date={paper} filed={scanned}; paper periodic_review_form filed={scanned}"
    )
    kept = retention(case_of(category, f"{told}; {daily}"), HONGQIAO, closed)
    assert kept.kind is RetentionClass.CASE and kept.starts == closed and kept.expires is not None
    assert (kept.expires.year, kept.expires.month) == (closed.year + 3, closed.month)
    assert kept.expires.day == closed.day or (closed.month, closed.day, kept.expires.day) == (2, 29, 28)


@given(closed=DAYS, refused=DAYS, steps=st.sampled_from(["", "refuse 2016-03-01; ", "withdraw 2016-03-01; "]))
def test_a_household_taken_over_in_benefit_was_granted_assistance(
    closed: dt.date, refused: dt.date, steps: str
) -> None:
    """“kept at least three years after deregistration”: also where no step of the program granted it, whatever else is in its file."""
    told = f"open 2016-01-10; {steps}paper refusal_decision date={refused} filed=2016-02-01; close {closed}"
    case = replace(case_of("DB", told), taken_over=BegunInBenefit(State.IN_BENEFIT, "2014-05"))
    kept = retention(case, HONGQIAO, closed)
    assert (kept.kind, kept.starts) == (RetentionClass.CASE, closed)
    assert kept.expires is not None and kept.expires.year == closed.year + 3


@given(events=st.permutations(["confirm 2016-02-10", "suspend 2018-01-01", "terminate 2021-06-20"]), on=DAYS)
def test_nothing_runs_while_a_file_is_open(events: list[str], on: dt.date) -> None:
    """「期限未起算」: suspension, termination and time alone start no period."""
    kept = retention(case_of("DB", f"open 2016-01-10; {'; '.join(events)}"), HONGQIAO, on)
    assert (kept.kind, kept.status, kept.starts, kept.expires) == (
        RetentionClass.NONE,
        RetentionStatus.OPEN,
        None,
        None,
    )


LIVES: Final = [r for r in rows() if r["category"] != "-" and r["status"] != "error"]
"""The households of the vectors: whatever is added to one of them never makes its end an earlier one."""
PAPERS: Final = (
    "confirmation_decision", "refusal_decision", "home_visit_record", "periodic_review_form", "mat_other",
    "termination_decision", "dynamic_adjustment_form", "benefit_change_notice",
)  # fmt: skip
ROWS: Final = (
    "case=5",
    "case=4@2010-01-01",
    "case=9@2024-01-01..2025-01-01",
    "count=next_year",
    "daily=lengthens",
)


def last_day(row: dict[str, str], events: str, office: str = "") -> dt.date:
    """Return the last day a household of the vectors is kept; the last of all days while none can be said."""
    own = ";".join(part for part in (row["office"], office) if part not in ("", "-"))
    kept = retention(
        case_of(row["category"], events), pack_with(row["pack"], own), dt.date.fromisoformat(row["on"])
    )
    return kept.expires or dt.date.max


@functools.cache
def pack_with(name: str, own: str) -> Pack:
    return load(name, overrides={"rule": overrides(own)} if own else {})


@given(
    row=st.sampled_from(LIVES), kind=st.sampled_from(PAPERS), dated=st.none() | DAYS, filed=DAYS,
    later=st.integers(1, 4_000),
)  # fmt: skip
def test_no_paper_that_is_added_and_no_later_scan_makes_the_end_an_earlier_one(
    row: dict[str, str], kind: str, dated: dt.date | None, filed: dt.date, later: int
) -> None:
    """「more papers, later scans never make end earlier」: not even a decision of the other kind."""
    said = f"; paper {kind} " + (f"date={dated} " if dated else "")
    before = last_day(row, row["events"])
    added = last_day(row, f"{row['events']}{said} filed={filed}")
    assert before <= added
    assert added <= last_day(row, f"{row['events']}{said} filed={filed + dt.timedelta(days=later)}")


@given(row=st.sampled_from([r for r in LIVES if "revoke" not in r["events"]]), drawn=st.randoms())
def test_no_other_order_of_events_makes_the_end_an_earlier_one(
    row: dict[str, str], drawn: random.Random
) -> None:
    """「other order of events never make end earlier」: steps and papers are put on record when somebody gets to it."""
    opened, *rest = row["events"].split(";")
    moved = [e for e in rest if e.split()[0] not in ("close", "expunge")]
    fixed = [e for e in rest if e.split()[0] in ("close", "expunge")]
    drawn.shuffle(moved)
    assert last_day(row, row["events"]) <= last_day(row, ";".join([opened, *moved, *fixed]))


@given(row=st.sampled_from(LIVES), office=st.sampled_from(ROWS))
def test_no_row_of_an_office_makes_the_end_an_earlier_one(row: dict[str, str], office: str) -> None:
    """「adding any office row never shortens」: one that would is refused, of the office's own rows too."""
    try:
        added = last_day(row, row["events"], office)
    except RuleFault as refused:
        assert "短于同一时间已定的" in str(refused)
        assert "case=5" in row["office"] and office.startswith("case=4")
    else:
        assert last_day(row, row["events"]) <= added


@given(closed=DAYS, longer=st.integers(4, 60), since=DAYS, on=DAYS)
def test_an_offices_own_period_only_lengthens(
    closed: dt.date, longer: int, since: dt.date, on: dt.date
) -> None:
    """Rows in force on the day of closing and on the day asked for: the later end holds, whenever the row came."""
    case = case_of("DB", f"open 2000-01-03; confirm 2000-02-10; close {closed}")
    plain = retention(case, HONGQIAO, on)
    own = retention(case, with_row(since, longer), on)
    assert plain.expires is not None and own.expires is not None
    in_force = since <= max(closed, on)
    assert (own.expires > plain.expires) == in_force


@pytest.mark.parametrize("row_id", ["retention.case", "retention.refused", "retention.office"])
@pytest.mark.parametrize(
    "told", [{"withdraw": True}, {"patch": True, "value": 2}, {"patch": True, "unit": "月"}], ids=str
)
def test_an_office_cannot_shorten_a_period_or_take_it_away(row_id: str, told: dict[str, object]) -> None:
    """「本机关所定期限短于规则包，拒绝装载」: by its value, its unit, or by taking the row away."""
    source = {"measure": "样例镇档案保管期限表（虚构）", "sentence": "本镇户档保管期限另定"}
    row = {"id": row_id, **told, "source": source}
    with pytest.raises(RuleFault, match=row_id.replace(".", r"\.")):
        load("tianjin-hongqiao", overrides={"rule": [row]})


def with_row(since: dt.date, years: int) -> Pack:
    """Return the pack of 红桥 with a longer period from a day on."""
    found = [r for r in HONGQIAO.rules if r.id == "retention.case"]
    older = [replace(r, valid_to=since - dt.timedelta(days=1)) for r in found]
    newer = [replace(r, value=years, valid_from=since) for r in found]
    others = [r for r in HONGQIAO.rules if r.id != "retention.case"]
    return replace(HONGQIAO, rules=(*others, *older, *newer))
