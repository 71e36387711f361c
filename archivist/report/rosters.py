"""The rows of rosters and lists: who applied, who is on the roll, what was decided, visited, handed over, falls due."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.model.case import CaseStatus
from archivist.model.fact_paths import FactPath
from archivist.model.step_ids import GRANTING, REFUSING, REVIEWS, StepId
from archivist.report.case_history import TEMPORARY, Household
from archivist.report.query import Period
from archivist.report.register import ROWS, ZERO, Asked, Register, Row, blanks, count, in_order, total, who
from archivist.rules import deadlines
from archivist.rules.disposition import arrangement
from archivist.rules.pack import Pack

RECEIVED: Final = (StepId.SUBMIT, StepId.ADVANCE)
OUTCOMES: Final[Mapping[str, str]] = {
    **dict.fromkeys(GRANTING, "确认"),
    **dict.fromkeys(REFUSING, "不予确认"),
    StepId.NOT_ACCEPT: "不予受理",
    StepId.ABANDON: "视为放弃",
    StepId.WITHDRAW: "撤回",
    StepId.TERMINATE_PROCEDURE: "终止程序",
}
"""Step that ends an application → its result."""
VISITS: Final = "visit.monthly.ratio"


# ── applications ─────────────────────────────────────────────────────────────────────────────────────────
def received_on(house: Household) -> dt.date | None:
    """Return the day the application came in: the step 收件 (先行救助 where nothing was handed in), else the fact."""
    if steps := house.steps(*RECEIVED):
        return steps[0].on
    told = house.fact(FactPath.APPLICATION_RECEIVED_ON)
    return dt.date.fromisoformat(told) if told else None


def acceptance_register(asked: Asked) -> Register:
    """Every application that came in within the period, what became of it, and by when it had to be done."""
    days = [(house, received_on(house)) for house in asked.houses]
    rows = [_application(h, asked.pack, day, asked.period.last) for h, day in days if day in asked.period]
    rows.sort(key=lambda r: (r["received"], r["number"]))
    found = Register({ROWS: rows})
    results = Counter(r["result"] for r in rows)
    found.values |= {
        FieldPath.REGISTER_ACCEPTED: sum(r["accepted"] is not None for r in rows),
        FieldPath.REGISTER_CLOSED: sum(n for result, n in results.items() if result != "在办"),
        FieldPath.REGISTER_OPEN: results["在办"],
    }
    if unknown := sum(day is None for _, day in days):
        found.notes.append(f"另有{unknown}户没有收件日期，未列入。")
    if any(r["accepted"] and r["deadline"] is None for r in rows):
        found.notes.append("办结期限空白的，规则包没有规定该类救助的总期限。")
    return found


def _application(house: Household, pack: Pack, received: dt.date | None, last: dt.date) -> Row:
    case = house.case
    done = next((s for s in case.steps if s.id in OUTCOMES and s.on <= last), None)
    accepted = house.step(StepId.ACCEPT, StepId.ADVANCE)
    on = accepted.on if accepted else case.accepted_on
    due = next((o.due for o in deadlines.obligations(case, pack) if o.rule.id.startswith("overall")), None)
    handler = accepted or house.step(StepId.SUBMIT, StepId.NOT_ACCEPT)
    return who(house) | {
        "received": received,
        "id_number": house.fact(FactPath.APPLICANT_ID_NUMBER),
        "method": house.fact(FactPath.APPLICATION_METHOD),
        "outcome": _reception(house),
        "accepted": on,
        "deadline": due.day if due else None,
        "result": OUTCOMES[done.id] if done else "在办",
        "closed": done.on if done else None,
        "handler": "、".join(handler.by) if handler else "",
    }


def _reception(house: Household) -> str:
    if house.steps(StepId.NOT_ACCEPT):
        return "不予受理"
    if house.steps(StepId.ADVANCE):
        return "先行救助"
    corrected = bool(house.steps(StepId.ASK_CORRECTION))
    if house.steps(StepId.ACCEPT):
        return "补正后受理" if corrected else "受理"
    return "补正" if corrected else ""


# ── who is on the roll ───────────────────────────────────────────────────────────────────────────────────
def monthly_roster(asked: Asked) -> Register:
    """Who is on the roll at the end of the month, and who left it in the month, with what changed."""
    rows = [row for h in asked.houses if (row := _roster_row(h, asked.period))]
    rows = in_order(r for r in rows if r["on_roll"]) + in_order(r for r in rows if not r["on_roll"])
    here = [r for r in rows if r["on_roll"]]
    found = Register(
        {ROWS: rows}, {ROWS: {"persons": FieldPath.REGISTER_PERSONS, "amount": FieldPath.REGISTER_TOTAL}}
    )
    changes = Counter(r[StepId.CHANGE] for r in rows)
    found.values |= {
        FieldPath.REGISTER_HOUSEHOLDS: len(here),
        FieldPath.REGISTER_PERSONS: count(here, "persons"),
        FieldPath.REGISTER_TOTAL: total(here, "amount"),
        FieldPath.REGISTER_ENTERED: changes["新增"] + changes["一次性"],
        FieldPath.REGISTER_GONE: len(rows) - len(here),
    }
    if missing := blanks(here, "amount"):
        found.notes.append(f"{missing}户保障金额空白：没有登记金额，或变更后没有登记起发年月。")
    if any(r[StepId.CHANGE] == "停发" for r in rows):
        found.notes.append("停发户仍在册，停发期间不计保障金额。")
    found.doubts += [
        f"{r['number']}：没有登记保障金额或变更后的起发年月" for r in here if r["amount"] is None
    ]
    return found


def _roster_row(house: Household, period: Period) -> Row | None:
    on_roll = house.on_roll(period.last) or (house.case.category in TEMPORARY and house.entered(period))
    gone = house.left(period)
    if not on_roll and gone is None:
        return None
    term = house.term(period.month)
    decided = house.step(*GRANTING)
    paper = house.record(DocumentId.CONFIRMATION_DECISION)
    change, stopped = _change(house, period, left=gone is not None)
    amount = term.amount if term else None
    found = set[str]().union(*house.classes(period.last))
    account = house.fact(FactPath.ACCOUNT_NUMBER)
    return who(house) | {
        "id_number": house.fact(FactPath.APPLICANT_ID_NUMBER),
        "persons": house.persons(period.month) if on_roll else None,
        "classes": "、".join(sorted(found, key=_class_order)),
        "income": term.income if term else None,
        "amount": None if gone is not None else _nothing(amount) if stopped else amount,
        "doc_no": paper.doc_no if paper else "",
        "decided": decided.on if decided else None,
        "start": term.start or None if term else None,
        "account": f"****{account[-4:]}" if account else "",
        StepId.CHANGE: change,
        "on_roll": on_roll,
    }


def _nothing(amount: object) -> Decimal | None:
    return ZERO if amount is not None else None


def _class_order(name: str) -> int:
    return ("老年人", "未成年人", "重度残疾", "重病").index(name)


def _change(house: Household, period: Period, *, left: bool) -> tuple[str, bool]:
    """Return what the month changed, and whether the payment is stopped at its end."""
    stopped = house.state(period.last).value == "suspended"
    if left:
        return "退出", True
    if house.case.category in TEMPORARY:
        return "一次性", False
    if house.entered(period):
        return "新增", False
    if stopped:
        return "停发", True
    if house.steps(StepId.RESUME, within=period):
        return "恢复", False
    if not house.steps(StepId.CHANGE, within=period):
        return "", False
    terms = list(house.terms)
    before = house.term(f"{period.eve:%Y-%m}")
    after = terms[terms.index(before) + 1 :][:1] if before in terms else []
    if before and after and before.amount is not None and after[0].amount is not None:
        if after[0].amount > before.amount:
            return "增发", False
        if after[0].amount < before.amount:
            return "减发", False
    return "变更", False


def household_ledger(asked: Asked) -> Register:
    """Who is on the roll, with amount, account and review: agrees line by line with the list of payments."""
    rows = []
    for house in asked.houses:
        if not house.on_roll(asked.period.last):
            continue
        term = house.term(asked.period.month)
        account = house.fact(FactPath.ACCOUNT_NUMBER)
        reviewed = [s for s in house.steps(StepId.REVIEWED, StepId.CHANGE) if s.on <= asked.period.last]
        due = next((o.due for o in _reviews(house, asked.pack) if o.due), None)
        rows.append(
            who(house)
            | {
                "members": house.persons(asked.period.month),
                "amount": term.amount if term and house.paid_in(asked.period) else None,
                "start": term.start or None if term else None,
                "end": term.end or None if term else None,
                "account": f"****{account[-4:]}" if account else "",
                StepId.REVIEWED: reviewed[-1].on if reviewed else None,
                "due": due.day if due else None,
                "file_no": arrangement.archive_no(house.case),
                "status": house.state(asked.period.last).label,
            }
        )
    rows = in_order(rows)
    found = Register(
        {FieldPath.LEDGER_ROWS: rows},
        {FieldPath.LEDGER_ROWS: {"members": FieldPath.LEDGER_PERSONS, "amount": FieldPath.LEDGER_TOTAL}},
    )
    found.values |= {
        FieldPath.LEDGER_HOUSEHOLDS: len(rows),
        FieldPath.LEDGER_PERSONS: count(rows, "members"),
        FieldPath.LEDGER_TOTAL: total(rows, "amount"),
    }
    if blanks(rows, "amount"):
        found.notes.append("月金额空白的，当月不在发放之列，或金额、起发年月没有登记。")
    return found


# ── what was decided ─────────────────────────────────────────────────────────────────────────────────────
def filing_summary(asked: Asked) -> Register:
    """Every decision of the period, granted or refused, and by when it is to be filed with the bureau."""
    rows, dues = [], []
    for house in asked.houses:
        step = house.step(*GRANTING, *REFUSING, within=asked.period)
        if step is None:
            continue
        granted = step.id in GRANTING
        term = house.term(f"{step.on:%Y-%m}") if granted else None
        paper = house.record(DocumentId.CONFIRMATION_DECISION if granted else DocumentId.REFUSAL_DECISION)
        due = deadlines.find(house.case, asked.pack, "filing.days")
        dues += [due.due.day] if due and due.due and due.started and due.started.on in asked.period else []
        rows.append(
            who(house)
            | {
                "result": OUTCOMES[step.id],
                "doc_no": paper.doc_no if paper else "",
                "decided": step.on,
                "persons": house.persons(f"{step.on:%Y-%m}") if granted else None,
                "amount": term.amount if term else None,
                "start": term.start or None if term else None,
            }
        )
    rows = in_order(rows)
    granted_rows = [r for r in rows if r["result"] == "确认"]
    found = Register(
        {ROWS: rows}, {ROWS: {"persons": FieldPath.REGISTER_PERSONS, "amount": FieldPath.REGISTER_TOTAL}}
    )
    found.values |= {
        FieldPath.REGISTER_GRANTED: len(granted_rows),
        FieldPath.REGISTER_REFUSED: len(rows) - len(granted_rows),
        FieldPath.REGISTER_PERSONS: count(rows, "persons"),
        FieldPath.REGISTER_TOTAL: total(rows, "amount"),
        FieldPath.REGISTER_DEADLINE: min(dues, default=None),
    }
    found.doubts += [f"{r['number']}：卷内没有带文号的决定书" for r in rows if not r["doc_no"]]
    return found


def quarterly_transfer_list(asked: Asked) -> Register:
    """The files of those newly granted in the quarter: papers, pages, files, bytes, digest of the last event."""
    rows = []
    for house in asked.houses:
        if not house.entered(asked.period):
            continue
        records = list(house.case.records.values())
        files = [f for r in records for f in r.files]
        rows.append(
            who(house)
            | {
                "records": len(records),
                "pages": sum(r.pages for r in records),
                "files": len(files),
                "size": sum(f.size for f in files),
                "head": house.case.head,
            }
        )
    return _handed_over(in_order(rows), "records", "pages", "files", "size")


def annual_review_transfer_list(asked: Asked) -> Register:
    """Every review that was concluded in the year, with its result and the papers filed for it."""
    rows = [who(h) | row for h in asked.houses if (row := _review_row(h, asked.period)) is not None]
    return _handed_over(in_order(rows), "records", "pages")


_CONCLUSIONS: Final[Mapping[str, str]] = {
    StepId.REVIEWED: "继续", StepId.CHANGE: "变更", StepId.SUSPEND: "停发", StepId.TERMINATE: "终止", StepId.PROPOSE_TERMINATION: "拟终止",
}  # fmt: skip


def _review_row(house: Household, period: Period) -> Row | None:
    concluded = house.step(*_CONCLUSIONS, within=period)
    begun = house.step(StepId.START_REVIEW)
    if concluded is None or begun is None or begun.seq > concluded.seq:
        return None
    daily = [
        r
        for r in house.case.records.values()
        if r.folder.startswith("09 ") and dt.date.fromisoformat(r.filed_at[:10]) in period
    ]
    return {
        "concluded": concluded.on,
        "conclusion": _CONCLUSIONS[concluded.id],
        "records": len(daily),
        "pages": sum(r.pages for r in daily),
    }


def _handed_over(rows: list[Row], *sums: str) -> Register:
    found = Register({ROWS: rows}, {ROWS: {key: f"register.{key}" for key in sums}})
    found.values |= {f"register.{key}": count(rows, key) for key in sums}
    found.values[FieldPath.REGISTER_HOUSEHOLDS] = len(rows)
    if any(r["records"] and not r["pages"] for r in rows):
        found.notes.append("页数按归档时清点的扫描件计；只有电子原件的件没有页数。")
    return found


# ── visits and reviews ───────────────────────────────────────────────────────────────────────────────────
def monthly_visit_summary(asked: Asked) -> Register:
    """By village: who was to be visited in the month, who was, and what the share demands (rounded up)."""
    rule = asked.pack.find(VISITS, None, asked.period.last)
    wanted = rule.categories if rule else ()
    base = [
        h
        for h in asked.houses
        if h.state(asked.period.last).value in ("in_benefit", "reviewing")
        and (not wanted or h.case.category.value in wanted)
    ]
    seen = {h.case.number for h in base if h.steps(StepId.VISIT, within=asked.period)}
    rows: list[Row] = []
    for village in sorted({h.fact(FactPath.APPLICANT_VILLAGE) for h in base}):
        those = [h for h in base if h.fact(FactPath.APPLICANT_VILLAGE) == village]
        visited = sum(h.case.number in seen for h in those)
        rows.append(
            {
                "village": village or "（村社区未登记）",
                "base": len(those),
                "visited": visited,
                "rate": percent(visited, len(those)),
            }
        )
    found = Register(
        {ROWS: rows}, {ROWS: {"base": FieldPath.REGISTER_BASE, "visited": FieldPath.REGISTER_VISITED}}
    )
    need = math.ceil(Fraction(str(rule.value)) * len(base)) if rule else None
    found.values |= {
        FieldPath.REGISTER_BASE: len(base),
        FieldPath.REGISTER_VISITED: len(seen),
        FieldPath.REGISTER_RATE: percent(len(seen), len(base)),
        FieldPath.REGISTER_SHARE: percent(Fraction(str(rule.value)), 1) if rule else "",
        FieldPath.REGISTER_REQUIRED: need,
        FieldPath.REGISTER_REACHED: "" if need is None else "是" if len(seen) >= need else "否",
    }
    found.nil = {FieldPath.REGISTER_RATE: "—"}
    if rule is None:
        found.notes.append("规则包没有规定每月入户走访的比例。")
    elif need is not None and len(seen) < need:
        found.doubts.append(f"走访{len(seen)}户，少于应走访的{need}户，须填写未达标原因")
    return found


def percent(part: int | Fraction, whole: int) -> str:
    """Return a share as ``33.3%``, half a tenth rounded up; empty of nothing."""
    if not whole:
        return ""
    tenths = math.floor(Fraction(part) / whole * 1000 + Fraction(1, 2))
    return f"{tenths // 10}.{tenths % 10}%"


def review_due_list(asked: Asked) -> Register:
    """Whose review falls due down to the last day of the period, and is not begun; overdue ones first."""
    rows = [
        who(house)
        | {
            "cycle": house.fact(FactPath.BENEFIT_REVIEW_CYCLE) or duty.rule.title,
            StepId.REVIEWED: duty.started.on,
            "last": duty.started.title,
            "due": duty.due.day,
        }
        for house in asked.houses
        if house.case.status is CaseStatus.OPEN
        for duty in _reviews(house, asked.pack)
        if duty.due and duty.started and duty.due.day <= asked.period.last
    ]
    rows.sort(key=lambda r: (r["due"], r["number"]))
    found = Register({ROWS: rows})
    found.values |= {
        FieldPath.REGISTER_HOUSEHOLDS: len({r["number"] for r in rows}),
        FieldPath.REGISTER_OVERDUE: sum(r["due"] < asked.period.first for r in rows),
    }
    return found


def _reviews(house: Household, pack: Pack) -> list[deadlines.Obligation]:
    """Return the running time limits of a case that end in a review."""
    return [
        o
        for o in deadlines.running(house.case, pack)
        if DocumentId.PERIODIC_REVIEW_FORM in o.rule.documents and set(o.rule.ends) & set(REVIEWS)
    ]
