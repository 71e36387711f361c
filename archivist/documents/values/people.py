"""Who stands on the papers of a household: the applicant, those covered, those who sign, those whose means are looked into."""

from __future__ import annotations

import re
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.documents.values.context import DocumentContext, Row
from archivist.documents.values.registry import computes, examines
from archivist.model.fact_paths import FactPath
from archivist.model.facts import rows
from archivist.model.field_schema import MEMBERS, OBLIGORS
from archivist.model.household import (
    OF_ONE_PERSON,
    covered_persons,
    covered_singly,
    household_size,
    is_applicant,
    is_minor,
    lives_together,
    other_members,
    resident_number,
)
from archivist.model.ids import Category, IdNumber, IdType, id_birth_date, id_sex, is_id
from archivist.rules.ages import ages_of
from archivist.rules.completeness import required_papers

SCOPE: Final = tuple(
    "户籍 纳税 社会保险 不动产 市场监管 住房公积金 车船 银行存款 商业保险 证券 非银行支付机构 婚姻 殡葬".split()
)
"""What may be looked up. Source: 最低生活保障审核确认办法第十七条."""


# ── the applicant ────────────────────────────────────────────────────────────────────────────────────────
def _number(context: DocumentContext) -> IdNumber | None:
    told = {"id_type": FactPath.APPLICANT_ID_TYPE, "id_number": FactPath.APPLICANT_ID_NUMBER}
    return resident_number({key: context.text(path) for key, path in told.items()})


@computes(FactPath.APPLICANT_BIRTH_DATE)
def _birth(context: DocumentContext) -> str | None:
    number = _number(context)
    return id_birth_date(number).isoformat() if number else None


@computes(FactPath.APPLICANT_SEX)
def _sex(context: DocumentContext) -> str | None:
    number = _number(context)
    return id_sex(number) if number else None


@computes(FactPath.APPLICANT_ID_TYPE)
def _id_type(context: DocumentContext) -> str | None:
    return IdType.RESIDENT.value if _number(context) else None


def _applicant(context: DocumentContext) -> dict[str, object]:
    return {
        "name": context.text(FactPath.APPLICANT_NAME),
        "relation": "本人",
        "id_number": context.text(FactPath.APPLICANT_ID_NUMBER),
    }


# ── the family ───────────────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.ADDRESSEE_YOU)
def _you(context: DocumentContext) -> str:
    """How a paper calls whom it is about: a household 你户, a person 你; help for the moment goes to either."""
    if context.case.category in OF_ONE_PERSON:
        return "你"
    of_the_moment = context.case.category in (Category.JN, Category.ZC)
    return "你" if of_the_moment and household_size(context.case, context.on) == 1 else "你户"


@computes(FieldPath.HOUSEHOLD_SIZE)
def _size(context: DocumentContext) -> int:
    return household_size(context.case, context.on)


@computes(FactPath.BENEFIT_PERSONS)
def _covered_count(context: DocumentContext) -> int:
    return len(covered_persons(context.case, context.on))


def _family(context: DocumentContext) -> tuple[Row, ...]:
    """Return who is concerned besides the applicant."""
    alone = context.case.category in OF_ONE_PERSON
    return () if alone else other_members(context.case, context.on)


@computes(FieldPath.COVERED)
def _covered(context: DocumentContext) -> tuple[Row, ...] | None:
    applicant = _applicant(context)
    if not applicant["name"]:
        return None
    if covered_singly(context.case):
        return (applicant | {"covered": True}, *({**m, "covered": False} for m in _family(context)))
    return (applicant | {"covered": True}, *({"covered": True, **m} for m in _family(context)))


@computes(FieldPath.COMMITMENT_PERSONS)
def _promising(context: DocumentContext) -> tuple[Row, ...] | None:
    """Who signs the commitment: the applicant and the grown-up members; for 特困 the applicant alone."""
    applicant = _applicant(context)
    if not applicant["name"]:
        return None
    ages = ages_of(context.pack, context.days)
    return (applicant, *(m for m in _family(context) if not is_minor(m, context.on, ages)))


# ── whose means are looked into ──────────────────────────────────────────────────────────────────────────
@computes(FieldPath.AUTHORIZATION_PERSONS)
def _signing(context: DocumentContext) -> tuple[Row, ...] | None:
    """Who signs the authorization: the household; its obligors besides only where the rules bind them.

    Where they need not, each consents on a sheet of his own, and nobody else's number is shown to them (第四十一条).
    """
    people = _to_authorize(context)
    if people is None or _obligors_bound(context):
        return people
    obligors = {o.get("id_number") or o.get("name") for o in rows(context.case.facts, OBLIGORS.key)}
    return tuple(
        p
        for p in people
        if p.get("living_together") != "否" or (p.get("id_number") or p.get("name")) not in obligors
    )


@computes(FieldPath.NOTICE_PERSONS)
def _to_authorize(context: DocumentContext) -> tuple[Row, ...] | None:
    """Everybody whose means are looked into: applicant, members, obligors (成员表 ∪ 义务人表)."""
    applicant = _applicant(context)
    if not applicant["name"]:
        return None
    applicant |= {
        "id_type": context.text(FactPath.APPLICANT_ID_TYPE) or _id_type(context),
        "living_together": "是",
    }
    members = [
        {**m, "living_together": "是" if lives_together(m) else "否"}
        for m in rows(context.case.facts, MEMBERS.key)
        if not is_applicant(context.case, m)
    ]
    if context.case.category is Category.CJ:  # no means test: nobody's but the person's own data is processed
        members = []
    seen = {m.get("id_number") for m in members if m.get("id_number")}
    obligors = [
        {**o, "living_together": "否"}
        for o in rows(context.case.facts, OBLIGORS.key)
        if o.get("id_number") not in seen and context.case.category is not Category.CJ
    ]
    people: list[Row] = [applicant, *members, *obligors]
    return tuple(
        {"id_type": IdType.RESIDENT.value if is_id(str(p.get("id_number", ""))) else "", **p} for p in people
    )


@computes(FieldPath.REQUEST_PERSONS)
def _looked_into(context: DocumentContext) -> tuple[Row, ...] | None:
    """Whose means are verified: who signed the authorization, or consented; the letter says that they all did.

    Somebody who does not live with the family and owes it no support is not looked into; nor is who owes it support
    and did not consent, where the rules ask for consent.
    """
    persons = _to_authorize(context)
    if persons is None:
        return None
    obligors = {o.get("id_number") or o.get("name") for o in rows(context.case.facts, OBLIGORS.key)}
    held = required_papers.held(context.case, DocumentId.VERIFICATION_AUTHORIZATION)
    bound = _obligors_bound(context)
    withdrawn = required_papers.withdrawn(context.case)
    found = tuple(
        {**p, "authorized": "已签"}
        for p in persons
        if p.get("name") not in withdrawn
        and (held or p.get("authorized") is True)
        and (
            p.get("living_together") != "否"
            or ((p.get("id_number") or p.get("name")) in obligors and (bound or p.get("authorized") is True))
        )
    )
    return found or None


@examines(DocumentId.VERIFICATION_REQUEST)
def _each_consented(context: DocumentContext) -> None:
    """Source: 社会救助法第四十一条「经共同生活的家庭成员以外的法定赡养、抚养、扶养义务人同意，可以对其收入、财产等状况进行核对」."""
    if context.sources is None or _obligors_bound(context):
        return
    for person in _looked_into(context) or ():
        if person.get("living_together") == "否" and not required_papers.consented(
            context.case, str(person.get("name"))
        ):
            context.doubts.append(
                f"义务人{person.get('name')}登记为已同意核对，卷内没有其签名的《法定义务人信息核对同意书》（obligor_consent）"
            )


def _consenting(context: DocumentContext) -> Row:
    """The obligor whose consent is asked for; nothing of anybody who is none."""
    name = context.text("consent.name")
    return next((o for o in rows(context.case.facts, OBLIGORS.key) if o.get("name") == name), {})


@computes(FieldPath.CONSENT_RELATION)
def _relation_of_obligor(context: DocumentContext) -> object:
    return _consenting(context).get("relation")


@computes(FieldPath.CONSENT_ID_NUMBER)
def _number_of_obligor(context: DocumentContext) -> object:
    return _consenting(context).get("id_number")


@examines(DocumentId.OBLIGOR_CONSENT)
def _is_obligor(context: DocumentContext) -> None:
    name = context.text("consent.name")
    if name and not _consenting(context):
        context.problems.append(
            f"“{name}”不是登记的法定义务人（obligors）；共同生活的家庭成员在核对授权书上签名"
        )


def _obligors_bound(context: DocumentContext) -> bool:
    return context.sources is None or required_papers.obligors_bound(
        context.case, context.pack, context.acted_on
    )


@computes(FieldPath.REQUEST_COUNT)
def _looked_into_count(context: DocumentContext) -> int | None:
    return len(_looked_into(context) or ()) or None


@computes(FieldPath.AUTHORIZATION_SCOPE, FieldPath.REQUEST_SCOPE)
def _scope(_: DocumentContext) -> tuple[str, ...]:
    return SCOPE


@computes(FieldPath.AUTHORIZATION_NO)
def _authorization_no(context: DocumentContext) -> str:
    return context.next_number


@computes(FieldPath.REQUEST_AUTHORIZATION)
def _authorizations(context: DocumentContext) -> str | None:
    """The authorizations in the file, by the number printed on them."""
    signed = context.case.records_of(DocumentId.VERIFICATION_AUTHORIZATION)
    numbers = [f"{context.case.number}-{r.no}" for r in signed if not r.signs]
    return f"授权书编号：{'、'.join(numbers)}" if numbers else None


_FINANCIAL: Final = re.compile("银行|信用社|证券|保险(?!中心|局)|基金|支付|财付通|支付宝")


@examines(DocumentId.EVIDENCE_LETTER)
def _asks_no_bank(context: DocumentContext) -> None:
    """Source: 社会救助法第四十一条: money is looked up by the county's bureau, by authorisation, and not by letter."""
    to = context.text("letter.to")
    if _FINANCIAL.search(to):
        context.problems.append(
            f"收函单位“{to}”：金融信息由县级民政部门凭授权核对，不能发函索取；请用“家庭经济状况信息核对提请函”"
        )


@computes(FieldPath.LETTER_ATTACHMENT)
def _authorization_copy(context: DocumentContext) -> str | None:
    signed = context.case.records_of(DocumentId.VERIFICATION_AUTHORIZATION)
    return "家庭经济状况调查核对授权委托书复印件1份" if signed else None


@computes(FieldPath.LETTER_PERSONS)
def _asked_about(context: DocumentContext) -> tuple[Row, ...] | None:
    """Whom a letter asks about: the applicant, and nobody else unless the clerk says so (最小必要)."""
    name, number = context.text(FactPath.APPLICANT_NAME), context.text(FactPath.APPLICANT_ID_NUMBER)
    return ({"name": name, "id_number": number or None},) if name else None
