"""What the papers of investigation, publicity and deliberation print: sums, income a head, self-care, objections.

Like ``computed``: each function takes what is known and returns the stored form of a value, or ``None`` when it cannot
be told. Income, assets and expenses are reckoned in decimals, to the cent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from archivist.doctypes.ids import DocumentId
from archivist.model.chinese import format_date, money_in_words
from archivist.model.step_ids import OBJECTIONS, StepId
from archivist.model.values import parse_value

if TYPE_CHECKING:
    from archivist.doctypes.catalogue import DocumentType
    from archivist.documents.values.context import Known
    from archivist.model.case import Case, Record
    from archivist.workspace import Workspace

Row = Mapping[str, object]
_CENT: Final = Decimal("0.01")


# ── means ────────────────────────────────────────────────────────────────────────────────────────────────
def _table(known: Known, path: str) -> tuple[Row, ...]:
    found = known.fact(path)
    return tuple(row for row in found if isinstance(row, Mapping)) if isinstance(found, tuple) else ()


def _sum(path: str, key: str) -> Callable[[Known], str | None]:
    """Return what adds up a column; a cell left blank leaves the sum to the pen."""

    def total(known: Known) -> str | None:
        cells = [row.get(key) for row in _table(known, path)]
        if not cells or None in cells:
            return None
        return str(sum((Decimal(str(cell)) for cell in cells), Decimal("0.00")))

    return total


_INCOME: Final = _sum("incomes", "approved")
_SPENT: Final = _sum("expenses", "own_share")


def _monthly(known: Known) -> str | None:
    """(核定收入合计 − 扣减合计) ÷ 月数, never below nought; a deduction without an amount leaves it to the pen."""
    income, months = _INCOME(known), known.text("calculation.months")
    less = [row.get("amount") for row in _table(known, "calculation.deductions")]
    if income is None or None in less or not months or int(months) < 1:
        return None
    left = Decimal(income) - sum((Decimal(str(amount)) for amount in less), Decimal(0))
    return str(max(Decimal(0), left / int(months)).quantize(_CENT, ROUND_HALF_UP))


def per_head(known: Known, persons: int) -> str | None:
    """Return the income a head and month; what the file says already must agree with it."""
    stated, monthly = known.text("benefit.income_per_head"), _monthly(known)
    if monthly is None:
        return stated or None
    found = (Decimal(monthly) / persons).quantize(_CENT, ROUND_HALF_UP)
    if stated and abs(Decimal(stated) - found) > _CENT:
        known.problems.append(f"核算的月人均收入 {found} 元与户档所载 {stated} 元不一致，请先核对更正")
    return str(found)


def _share_of_income(known: Known) -> str | None:
    """支出占家庭总收入的比例, in per cent."""
    spent, income = _SPENT(known), known.text("expense.income")
    if spent is None or not income or not Decimal(income):
        return None
    return f"{(Decimal(spent) * 100 / Decimal(income)).quantize(_CENT, ROUND_HALF_UP)}%"


# ── self-care ────────────────────────────────────────────────────────────────────────────────────────────
ABILITIES: Final = ("eat", "dress", "bed", "toilet", "walk", "bathe")
"""The six indicators of 特困人员认定办法第二十一条."""


def _unable(known: Known) -> int | None:
    able = [known.given.get(f"ability.{key}") for key in ABILITIES]
    return None if None in able else able.count(False)


def _self_care(known: Known) -> str | None:
    """特困人员认定办法第二十二条: 0, 1 to 3, or more indicators not reached."""
    unable = _unable(known)
    if unable is None:
        return None
    return "具备生活自理能力" if not unable else f"{'部分' if unable <= 3 else '完全'}丧失生活自理能力"


def _care_grade(known: Known) -> str | None:
    unable = _unable(known)
    return None if unable is None else "全自理" if not unable else "半护理" if unable <= 3 else "全护理"


# ── notices and objections ───────────────────────────────────────────────────────────────────────────────
_NOTICES: Final = (
    DocumentId.PRELIMINARY_PUBLICITY, DocumentId.RE_PUBLICITY, DocumentId.PROPOSED_CONFIRMATION_PUBLICITY, DocumentId.CONFIRMATION_ANNOUNCEMENT,
    DocumentId.LONGTERM_PUBLICITY, DocumentId.TERMINATION_PUBLICITY,
)  # fmt: skip


def _day_of(record: Record) -> dt.date:
    return dt.date.fromisoformat(str(record.data.get("date") or record.filed_at)[:10])


def _register(case: Case) -> Record | None:
    """The latest sheet of the register of objections."""
    return next(reversed(case.records_of(DocumentId.OBJECTION_REGISTER)), None)


_HANGS: Final[Mapping[str, str]] = {
    DocumentId.RE_PUBLICITY: "publicity.again",
    DocumentId.PROPOSED_CONFIRMATION_PUBLICITY: "publicity.proposed",
}
"""Notice → the row of the rule pack that says how long it hangs."""


def ruled(
    workspace: Workspace, document: DocumentType, case: Case, given: Mapping[str, object], on: dt.date
) -> dict[str, object]:
    """Return what the rule pack says: how long a notice hangs, when an objection must have been looked into."""
    pack = workspace.pack
    if (row := _HANGS.get(document.id)) and (rule := pack.rule_for(row, case)):
        start = _day(given, "publicity.start") or on
        end = rule.deadline(start, pack.calendar).day
        days = {"start": start, "end": end, "days": int(rule.value), "day_kind": rule.unit}
        return {"publicity": days}
    if document.id in (DocumentId.OBJECTION_REGISTER, DocumentId.REINVESTIGATION_RECORD):
        step = case.step(*OBJECTIONS)
        row = (
            "termination.objection" if step and step.id != StepId.OBJECTION else "publicity.objection.recheck"
        )
        since = _day(given, "objection.received") or _objected(case)
        if since and (rule := pack.rule_for(row, case)):
            return {"deadline": rule.deadline(since, pack.calendar).day}
    return {}


def _day(given: Mapping[str, object], path: str) -> dt.date | None:
    """The day of a date or time the clerk gives."""
    told = parse_value("datetime" if path == "objection.received" else "date", given.get(path))
    return dt.date.fromisoformat(str(told)[:10]) if told else None


def _objected(case: Case) -> dt.date | None:
    """The day the latest objection was registered, from which the time to look into it runs."""
    if step := case.step(*OBJECTIONS):
        return step.on
    sheet = _register(case)
    return _day_of(sheet) if sheet else None


def _objected_on(known: Known) -> str | None:
    day = _objected(known.case)
    return day.isoformat() if day else None


def _notice(known: Known) -> str | None:
    """The latest notice posted: its title and its number, or its day."""
    record = next(reversed(known.case.records_of(*_NOTICES)), None)
    return f"《{record.title}》（{record.doc_no or format_date(_day_of(record))}）" if record else None


def _original(known: Known) -> str | None:
    """Number or day of the notice that met with the objection."""
    record = next(
        reversed(known.case.records_of(DocumentId.PRELIMINARY_PUBLICITY, DocumentId.RE_PUBLICITY)), None
    )
    return (record.doc_no or format_date(_day_of(record))) if record else None


def _posted_days(known: Known) -> int | None:
    """Days a notice hung, the day of posting not counted."""
    posted, removed = (str(known.given.get(f"posting.{key}") or "")[:10] for key in ("posted", "removed"))
    return (
        (dt.date.fromisoformat(removed) - dt.date.fromisoformat(posted)).days if posted and removed else None
    )


def _objection_no(known: Known) -> str | None:
    """The number of a sheet of the register: its own, or that of the latest one filed."""
    if known.doc.id == DocumentId.OBJECTION_REGISTER:
        return f"{known.case.number}-{known.extra.get('record') or known.case.next_record()}"
    sheet = _register(known.case)
    return f"{known.case.number}-{sheet.no}" if sheet else None


def _registered(key: str) -> Callable[[Known], str | None]:
    """Return what looks up an entry of the latest sheet of the register."""

    def entry(known: Known) -> str | None:
        sheet = _register(known.case) if known.doc.id != DocumentId.OBJECTION_REGISTER else None
        told = sheet.data.get("given") if sheet else None
        return str(told.get(key) or "") or None if isinstance(told, Mapping) else None

    return entry


# ── letters and meetings ─────────────────────────────────────────────────────────────────────────────────
def _asked_about(known: Known) -> tuple[Row, ...] | None:
    """Whom a letter asks about: the applicant, and nobody else unless the clerk says so (最小必要)."""
    name, number = known.text("applicant.name"), known.text("applicant.id_number")
    return ({"name": name, "id_number": number or None},) if name else None


def _authorization_copy(known: Known) -> str | None:
    signed = known.case.records_of(DocumentId.VERIFICATION_AUTHORIZATION)
    return "家庭经济状况调查核对授权委托书复印件1份" if signed else None


def _representatives(known: Known) -> str | None:
    """村（居）民代表 among those who appraise: two thirds by custom (最低生活保障审核审批办法（试行）第二十二条，已废止)."""
    people = _table(known, "meeting.attendees")
    if not people:
        return None
    found = sum(str(p.get("kind", "")).startswith("村（居）民代表") for p in people)
    return f"{found}人，{'不少于' if 3 * found >= 2 * len(people) else '少于'}参评人数的三分之二"


def _amount_agreed(known: Known) -> str | None:
    return known.text("conference.amount") or known.text("benefit.amount") or None


def _in_words(amount: Callable[[Known], str | None]) -> Callable[[Known], str | None]:
    def words(known: Known) -> str | None:
        found = amount(known)
        return money_in_words(Decimal(found)) if found else None

    return words


_MEETINGS: Final[Mapping[str, str]] = {
    DocumentId.LEADERSHIP_MEETING_MINUTES: "领导班子会议",
    DocumentId.JOINT_CONFERENCE_MINUTES: "困难群众基本生活保障工作联席会议",
}


def meeting_name(known: Known) -> str | None:
    """Return what the meeting is called."""
    if known.doc.id in (DocumentId.DEMOCRATIC_APPRAISAL, DocumentId.APPRAISAL_NOTICE):
        village = known.text("applicant.village")
        return f"{village}社会救助民主评议会" if village else None
    office = known.config.office.name
    return f"{office}{_MEETINGS.get(known.doc.id, '社会救助审批确认议事协商会议')}" if office else None


VALUES: Final[Mapping[str, Callable[[Known], object]]] = {
    "publicity.notice": _notice,
    "publicity.original": _original,
    "posting.days": _posted_days,
    "objection.no": _objection_no,
    "objection.received_on": _objected_on,
    "objection.content": _registered("objection.content"),
    "objection.person": _registered("objection.person"),
    "reply.follow_up": lambda _: "本机关将根据重新调查核实的情况提出初审意见，并重新公示。",
    "letter.attachment": _authorization_copy,
    "letter.persons": _asked_about,
    "meeting.name": meeting_name,
    "meeting.amount_cn": _in_words(lambda k: k.text("meeting.amount") or None),
    "conference.cause": lambda k: k.text("application.event") or k.text("application.cause") or None,
    "conference.proposed": lambda k: k.text("application.amount") or None,
    "conference.amount": _amount_agreed,
    "conference.amount_cn": _in_words(_amount_agreed),
    "notice.to": lambda k: f"{village}各位评议代表" if (village := k.text("applicant.village")) else None,
    "notice.subject": lambda k: k.text("applicant.name") or None,
    "feedback.on": lambda k: k.text("made_on") or k.on.isoformat(),
    "appraisal.total": lambda k: len(_table(k, "meeting.attendees")) or None,
    "appraisal.representatives": _representatives,
    "calculation.declared": _sum("incomes", "declared"),
    "calculation.verified": _sum("incomes", "verified"),
    "calculation.approved": _INCOME,
    "calculation.deducted": _sum("calculation.deductions", "amount"),
    "calculation.assets": _sum("assets", "approved"),
    "calculation.monthly": _monthly,
    "expense.total": _sum("expenses", "total"),
    "expense.reimbursed": _sum("expenses", "reimbursed"),
    "expense.own_share": _SPENT,
    "expense.ratio": _share_of_income,
    "ability.unable": _unable,
    "ability.conclusion": _self_care,
    "benefit.care_grade": _care_grade,
}
"""Path → how it is computed; part of ``computed.COMPUTED``."""
