"""Values nobody types: birth date and sex from the ID number, household size, amounts in words, remedies, wording.

Each function takes what is known and returns the stored form of a value, or ``None`` when it cannot be told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from archivist.doctypes.ids import DocumentId
from archivist.documents.values import application, benefit, decision, file_inventory, inquiry
from archivist.model.chinese import COMPOUND_SURNAMES, MIDDLE_DOT, money_in_words
from archivist.model.facts import rows
from archivist.model.household import (
    ADULT,
    OF_ONE_PERSON,
    covered_persons,
    household_size,
    is_applicant,
    lives_together,
    other_members,
    resident_number,
)
from archivist.model.ids import Category, IdNumber, age_on, id_birth_date, id_sex, is_id

if TYPE_CHECKING:
    from archivist.documents.values.context import Known

Computed = Callable[["Known"], object]
SCOPE: Final = tuple(
    "户籍 纳税 社会保险 不动产 市场主体 住房公积金 车船 银行存款 商业保险 证券 互联网金融 婚姻 殡葬".split()
)
"""What may be looked up. Source: 最低生活保障审核确认办法第十七条."""


def _id(known: Known) -> IdNumber | None:
    return resident_number({key: known.text(f"applicant.{key}") for key in ("id_type", "id_number")})


def _birth(known: Known) -> str | None:
    number = _id(known)
    return id_birth_date(number).isoformat() if number else None


def _sex(known: Known) -> str | None:
    number = _id(known)
    return id_sex(number) if number else None


def _id_type(known: Known) -> str | None:
    return "居民身份证" if _id(known) else None


def _size(known: Known) -> int:
    return household_size(known.case, known.on)


def _insured(known: Known) -> int:
    return len(covered_persons(known.case, known.on))


def _covered(known: Known) -> tuple[Mapping[str, object], ...] | None:
    if not (name := known.text("applicant.name")):
        return None
    applicant = {
        "name": name, "relation": "本人", "id_number": known.text("applicant.id_number"), "covered": True,
    }  # fmt: skip
    alone = known.case.category in OF_ONE_PERSON
    others = () if alone else other_members(known.case, known.on)
    return (applicant, *({"covered": True, **m} for m in others))


def _persons_to_authorize(known: Known) -> tuple[Mapping[str, object], ...] | None:
    """Everybody whose means are looked into: applicant, members, obligors (成员表 ∪ 义务人表)."""
    if not (name := known.text("applicant.name")):
        return None
    applicant = {
        "name": name,
        "id_type": known.text("applicant.id_type") or _id_type(known),
        "id_number": known.text("applicant.id_number"),
        "relation": "本人",
        "living_together": "是",
    }
    members = [
        {**m, "living_together": "是" if lives_together(m) else "否"}
        for m in rows(known.case.facts, "members")
        if not is_applicant(known.case, m)
    ]
    seen = {m.get("id_number") for m in members if m.get("id_number")}
    obligors = [
        {**o, "living_together": "否"}
        for o in rows(known.case.facts, "obligors")
        if o.get("id_number") not in seen
    ]
    people: list[Mapping[str, object]] = [applicant, *members, *obligors]
    return tuple({"id_type": "居民身份证" if is_id(str(p.get("id_number", ""))) else "", **p} for p in people)


# ── money ────────────────────────────────────────────────────────────────────────────────────────────────
def _in_words(known: Known) -> str | None:
    amount = known.text("benefit.amount")
    return money_in_words(Decimal(amount)) if amount else None


def _standard(known: Known) -> str | None:
    standards, category = known.config.standards, known.case.category
    text = standards.get(category.value) or standards.get(category.label)
    return str(Decimal(text).quantize(Decimal("0.01"))) if text else None


def _before_in_words(known: Known) -> str | None:
    amount = known.text("change.before")
    return money_in_words(Decimal(amount)) if amount else None


# ── registers ────────────────────────────────────────────────────────────────────────────────────────────
def _ledger(known: Known) -> list[Mapping[str, object]]:
    found = known.extra.get("ledger.rows") or known.given.get("ledger.rows")
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, tuple) else []


def _ledger_persons(known: Known) -> int:
    return sum(int(str(row.get("members") or 0)) for row in _ledger(known))


def _ledger_total(known: Known) -> str:
    return str(sum((Decimal(str(row.get("amount") or 0)) for row in _ledger(known)), Decimal("0.00")))


# ── the office and the remedies ──────────────────────────────────────────────────────────────────────────
def _signer(known: Known) -> str | None:
    office = known.config.office
    return (office.bureau if office.signature_style == "bureau_name" else office.name) or None


def _clause(known: Known) -> str:
    """受××区民政局委托: default, because the delegating body answers for the act (行政复议法第十九条)."""
    office = known.config.office
    delegated = office.signature_style == "town_with_delegation_clause" and office.bureau
    return f"受{office.bureau}委托，" if delegated else ""


def _paper(known: Known) -> str:
    """What the document calls itself: 决定书、告知书、通知书."""
    name = known.doc.title[-3:]
    return name if name in ("告知书", "通知书") else "决定书"


def _reconsideration(known: Known) -> str | None:
    """60 days: 行政复议法第二十条「可以自知道或者应当知道该行政行为之日起六十日内提出行政复议申请」."""
    office = known.config.office
    if not (office.review_authority and office.bureau):
        return None
    # The two disability subsidies belong to a person, not to a household: their notices say 你 throughout.
    you = "你" if known.doc.categories == (Category.CJ,) else "你（户）"
    return (
        f"{you}如不服本决定，可以自收到本{_paper(known)}之日起60日内，向{office.review_authority}申请行政复议"
        f"（被申请人为{office.bureau}）；"
    )


def _litigation(known: Known) -> str | None:
    """6 months: 行政诉讼法第四十六条「应当自知道或者应当知道作出行政行为之日起六个月内提出」."""
    office = known.config.office
    if not (office.court and office.bureau):
        return None
    return f"也可以自收到本{_paper(known)}之日起6个月内，依法向{office.court}提起行政诉讼（被告为{office.bureau}）。"


# ── wording ──────────────────────────────────────────────────────────────────────────────────────────────
def _public_name(known: Known) -> str | None:
    """The name as posted; a minor's is 张某某."""
    name, birth = known.text("applicant.name"), known.text("applicant.birth_date") or _birth(known)
    if not name or not birth or age_on(dt.date.fromisoformat(birth), known.on) >= ADULT:
        return name or None
    if MIDDLE_DOT in name:
        return name.split(MIDDLE_DOT)[0] + MIDDLE_DOT + "某某"
    return (name[:2] if name[:2] in COMPOUND_SURNAMES else name[:1]) + "某某"


def _published(known: Known) -> tuple[Mapping[str, object], ...] | None:
    """The one row this household fills in a list of the confirmed (最低生活保障审核确认办法第二十四条)."""
    if not (name := _public_name(known)):
        return None
    if known.doc.id == DocumentId.PROPOSED_CONFIRMATION_PUBLICITY and not known.text("benefit.amount"):
        known.problems.append("拟救助金额(benefit.amount)缺少（户档）")
    row = {
        "name": name, "village": known.text("applicant.village"), "size": _size(known), "persons": _insured(known),
        "category": known.case.category.label, "amount": known.text("benefit.amount") or None,
        "start": known.text("benefit.start") or None, "finding": known.text("publicity.finding") or _finding(known),
    }  # fmt: skip
    return (row,)


def _finding(known: Known) -> str:
    """A conclusion only; of a disability subsidy not even that means were looked into."""
    means = "" if known.case.category is Category.CJ else "家庭经济状况"
    return f"经调查核实，{means}符合{known.case.category.label}条件"


def _place(known: Known) -> str | None:
    village = known.text("applicant.village")
    return f"{village}信息公开栏" if village else None


def _objections(known: Known) -> str | None:
    office = known.config.office
    if not (office.name and office.address):
        return None
    return f"来人、来信或来电向{office.name}反映（{office.address}）"


def _consequence(known: Known) -> str:
    # With a deadline the notice has just said by when; without one it says so here.
    soon = "" if known.text("deadline") else "请及时补齐。"
    return f"{soon}逾期未补齐且无正当理由的，本次申请将无法继续办理；材料补齐后，可以重新提出申请。"


def _duty(_known: Known) -> str:
    """Source: 最低生活保障审核确认办法第三十条「…发生变化的，应当及时告知乡镇人民政府（街道办事处）」."""
    return (
        "你（户）的人口状况、收入状况和财产状况发生变化的，应当及时主动报告本机关。"
        "未按规定报告而多领取的救助资金，将依法追缴。"
    )


def _attendees(known: Known) -> tuple[Mapping[str, object], ...] | None:
    if not known.doc.id.startswith(("deliberation_", "minutes_")):
        return None
    panel = [p for p in known.config.people if "panel" in p.roles]
    return tuple({"name": p.name, "kind": "议事协商机构成员", "post": p.title} for p in panel) or None


def _attendance(known: Known) -> int | None:
    people = known.given.get("meeting.attendees") or _attendees(known)
    return len(people) if isinstance(people, tuple) else None


def _documents(known: Known) -> tuple[Mapping[str, object], ...] | None:
    """The decisions and notices of the case that no receipt could have followed yet: the latest one."""
    served = [
        r for r in known.case.records.values() if r.type.endswith(("_decision", "_notice")) and not r.signs
    ]
    return tuple({"title": r.title, "doc_no": r.doc_no, "copies": "1"} for r in served[-1:]) or None


def _authorization_no(known: Known) -> str:
    record = str(known.extra.get("record") or known.case.next_record())
    return f"{known.case.number}-{record}"


COMPUTED: Final[Mapping[str, Computed]] = {
    "made_on": lambda k: k.on.isoformat(),
    "applicant.birth_date": _birth,
    "applicant.sex": _sex,
    "applicant.id_type": _id_type,
    "household.size": _size,
    "covered": _covered,
    "authorization.persons": _persons_to_authorize,
    "authorization.scope": lambda _: SCOPE,
    "authorization.no": _authorization_no,
    "benefit.persons": _insured,
    "benefit.standard": _standard,
    "benefit.amount_cn": _in_words,
    "change.before_cn": _before_in_words,
    "ledger.households": lambda k: len(_ledger(k)),
    "ledger.persons": _ledger_persons,
    "ledger.total": _ledger_total,
    "signature.signer": _signer,
    "signature.clause": _clause,
    "remedies.reconsideration": _reconsideration,
    "remedies.litigation": _litigation,
    "decision.duty": _duty,
    "decision.date": lambda k: k.text("made_on") or k.on.isoformat(),
    "correction.consequence": _consequence,
    "publicity.title": lambda k: f"{k.case.category.label}{k.doc.title}",
    "publicity.name": _public_name,
    "publicity.finding": _finding,
    "publicity.place": _place,
    "publicity.rows": _published,
    "publicity.objections": _objections,
    "meeting.attendees": _attendees,
    "meeting.expected": _attendance,
    "meeting.present": _attendance,
    "meeting.topic": lambda k: f"{k.case.category.label}申请的争议事项",
    "delivery.cause": lambda k: f"{k.case.category.label}申请审核确认",
    "delivery.documents": _documents,
    "delivery.addressee": lambda k: k.text("applicant.name") or None,
    "delivery.place": lambda k: k.text("applicant.address") or k.text("applicant.household_address") or None,
    "calculation.per_head": lambda k: inquiry.per_head(k, _size(k)),
    "commitment.persons": lambda k: application.promising(k),
    "notice.persons": _persons_to_authorize,
    "request.persons": lambda k: application.looked_into(k, _persons_to_authorize(k)),
    "request.count": lambda k: len(application.looked_into(k, _persons_to_authorize(k)) or ()) or None,
    "request.scope": lambda _: SCOPE,
    **decision.VALUES,
    **inquiry.VALUES,
    **application.VALUES,
    **file_inventory.VALUES,
    **benefit.VALUES,
}
"""Path → how it is computed when neither the case nor the clerk tells."""
