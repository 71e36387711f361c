"""What must be in a file (齐全性) before it is accepted, and what of it is missing today.

A missing paper is found by document type alone; whether a paper says what it should is for a person. A form the office
printed is not there before it comes back signed, and one whose type or signature is in doubt not before a person looked. Materials the office can obtain from a government platform are not
asked for again (《最低生活保障审核确认办法》第十条); the clerk says so by filing the print-out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from archivist.doctypes.ids import DocumentId
from archivist.model import conditions
from archivist.model.case import Case
from archivist.model.confirmations import Confirmed
from archivist.model.facts import Part, Path, Row, rows, single
from archivist.model.field_schema import APPLICANT, MEMBERS, OBLIGORS
from archivist.model.household import lives_together
from archivist.model.record import PERSON, Record, RecordStatus
from archivist.rules.pack import Material, Pack
from archivist.rules.rule import Each
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId

ASKED = "asked"
"""Under this name the record of a correction notice keeps which papers it asked for."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One paper that is not there, with what is asked for and why; ``inferred``: no sentence asks for it by name.

    ``basis`` quotes the sentence; ``citation`` names measure and article alone, as a paper that goes out does.
    """

    document: str
    requirement: str
    reason: str
    basis: str
    citation: str
    inferred: bool = False


def required(case: Case, pack: Pack, on: dt.date) -> list[Material]:
    """Return the papers this case must hold before it is accepted, by the rules as they are when asked on a day."""
    days = RuleDays(case.rules_on, on)
    return [m for m in pack.materials if m.applies(case.category, days) and conditions.holds(m.when, case)]


def missing(case: Case, pack: Pack, on: dt.date) -> list[Missing]:
    """Return the papers that are not in the case at all, in the pack's order; one that is in doubt is not missing.

    Once a correction notice was issued, only what it asked for can still be missing: the law has the applicant told
    once, of everything (《最低生活保障审核确认办法》第十条「材料不齐备的，应当一次性告知补齐所有规定材料」).
    """
    days = RuleDays(case.rules_on, on)
    return [_missing(m, case) for m in absent(case, pack) if m.applies(case.category, days)]


def absent(case: Case, pack: Pack) -> list[Material]:
    """Return the papers that are not in the case and that it must hold by the rules of some day; of which, ``Material.applies`` says."""
    asked = asked_for(case)
    return [
        m
        for m in pack.materials
        if (not m.categories or case.category in m.categories)
        and (asked is None or m.document in asked)
        and conditions.holds(m.when, case)
        and not handed_in(case, m.document, *m.accepts)
    ]


def _missing(material: Material, case: Case) -> Missing:
    printed = case.records_of(material.document)
    reason = f"第 {printed[-1].no} 件已打印，尚未签名交回" if printed else "未提交"
    source = material.source
    return Missing(
        material.document, material.requirement, reason, str(source), source.citation, material.inferred
    )


# ── is it there, and is it what it seems ─────────────────────────────────────────────────────────────────
UNSIGNED: Final = "unsigned"
"""Data of a form of the office's own, filed by itself without its code: why it is not seen to be signed."""


def handed_in(case: Case, *documents: str) -> list[Record]:
    """Return the papers of some types that are in the case: filed, or signed where the office printed them."""
    return [r for r in case.records_of(*documents) if r.status is not RecordStatus.PENDING]


def held(case: Case, *documents: str) -> bool:
    """Tell whether one of some papers is in the case, beyond doubt or looked at by a person."""
    return bool(handed_in(case, *documents)) and not open_doubts(case, *documents)


def doubts(case: Case, *documents: str) -> list[str]:
    """Return what a person should look at, where no paper that was handed in is beyond doubt.

    Where people looked at one of the papers, only what they looked at: it is enough.
    """
    return _doubts(case, handed_in(case, *documents))


def _doubts(case: Case, records: Sequence[Record]) -> list[str]:
    found, seen = [doubt(case, record) for record in records], looked_up(case)
    return ([m for m in found if m in seen] or found) if all(found) else []


def open_doubts(case: Case, *documents: str) -> list[str]:
    """Return what a person should look at and nobody did yet."""
    return open_doubts_of(case, handed_in(case, *documents))


def open_doubts_of(case: Case, records: Sequence[Record]) -> list[str]:
    """Return what a person should look at among some papers of which one is enough, and nobody did yet."""
    seen = looked_up(case)
    return [matter for matter in _doubts(case, records) if matter not in seen]


def doubt(case: Case, record: Record) -> str:
    """Say what a person should look at in a paper; empty where nothing is in doubt, or a person said what it is.

    The machine may be unsure which type it is, or may not have seen that a form of the office's own is signed.
    """
    if (record.data.get("typed") or {}).get("by") == PERSON:
        return ""
    if record.type_unsure:
        how = f"没有读出内容（{record.unread}），只凭文件名认" if record.unread else "是机器认"
        return (
            f"第 {record.no} 件{record.title}{how}的，把握 {record.type_score or 0:.0%}，请看原件核对；"
            f"认错的改种类：archivist case record retype {case.number} {record.no} 种类 --reason 理由"
        )
    if why := record.data.get(UNSIGNED):
        return f"第 {record.no} 件{record.title}{why}，是不是签了名请看原件核对"
    return ""


def unsigned_places(record: Record) -> str:
    """Say at which places of a signed copy the program saw no ink; it may be right that there is none."""
    empty = record.data.get("signature", {}).get("empty", ())
    if record.status is not RecordStatus.SIGNED_COPY or not empty:
        return ""
    return f"第 {record.no} 件{record.title}{'、'.join(f'“{label}”' for label in empty)}处未见笔迹或印章"


def looked_up(case: Case) -> dict[str, Confirmed]:
    """Return what people looked up (人工核对), by the words in which it was in question, whichever check asked."""
    return {matter: confirmed for confirmed in case.confirmed for matter in confirmed.matters}


def settling(case: Case, matter: str) -> str:
    """Return the doubt about a paper with the command by which a person settles it."""
    no = next((r.no for r in case.holding if doubt(case, r) == matter), "件号")
    return f"{matter}；看过无误的登记：archivist case record confirm {case.number} {no} --note 看到了什么"


# ── of everybody ─────────────────────────────────────────────────────────────────────────────────────────
def too_few(case: Case, pack: Pack, on: dt.date, material: Material, title: str) -> str:
    """Say that there are fewer of a paper than people it is asked of; empty where there are enough.

    Obligors are asked where the rules bind them.

    One scan may hold the cards of several people, so that a person has to look.
    """
    if material.each is not Each.PERSON:
        return ""
    bound = obligors_bound(case, pack, on)
    everybody = [person for person in persons(case) if bound or person.part is not Part.OBLIGOR]
    papers = handed_in(case, material.document, *material.accepts)
    count = sum(r.status is not RecordStatus.SIGNED for r in papers)
    if count >= len(everybody):
        return ""
    names = "、".join(p.name or p.part for p in everybody)
    return f"{title}有 {count} 件，应有 {len(everybody)} 人（{names}）的；一件扫描件可能含几个人，请人工核对"


def obligors_bound(case: Case, pack: Pack, on: dt.date) -> bool:
    """Tell whether obligors outside the household must authorise the check; else it goes on without who does not consent.

    Source: 《中华人民共和国社会救助法》第四十一条「必要时，经共同生活的家庭成员以外的法定赡养、抚养、扶养义务人同意，可以对其收入、财产
    等状况进行核对」.
    """
    rule = pack.rule_for(RuleId.VERIFY_OBLIGORS, case, on)
    return rule is None or rule.value is not False


def unauthorised(case: Case, pack: Pack, on: dt.date) -> tuple[list[str], list[str]]:
    """Return who did not sign the authorisation, and of whom nobody noted it; the applicant's signature is the paper itself."""
    refused, unknown = [], []
    gone = withdrawn(case)
    for person in persons(case):
        if person.part is Part.OBLIGOR and not obligors_bound(case, pack, on):
            continue
        if person.name in gone:
            refused.append(
                f"{person.part}{person.name}已书面撤回核对授权（第 {gone[person.name].no} 件），重新授权以前不能核对"
            )
        elif person.authorized is False:
            refused.append(f"{person.part}{person.name}没有签署核对授权（{_signed_at(person)}）")
        elif person.authorized is None and person.path != APPLICANT.key:
            unknown.append(f"没有登记{person.part}{person.name}的授权是否已签（{_signed_at(person)}）")
    return refused, unknown


def _signed_at(person: PersonNeeding) -> str:
    """Where it is noted that somebody signed, as a clerk calls it: ``共同生活家庭成员第 1 行·授权已签``."""
    return Path.parse(f"{person.path}.authorized").label


def withdrawn(case: Case) -> dict[str, Record]:
    """Return who took back the authorisation, or consent, in writing and gave none since; each with the paper that says so.

    Source: 个人信息保护法第十五条「基于个人同意处理个人信息的，个人有权撤回其同意」.
    """
    gone = [(_named(r, "withdrawal.name"), r) for r in handed_in(case, DocumentId.AUTHORIZATION_WITHDRAWAL)]
    given = handed_in(case, DocumentId.VERIFICATION_AUTHORIZATION, DocumentId.OBLIGOR_CONSENT)
    return {
        name: record
        for name, record in gone
        if name and not any(g.no > record.no and _named(g, "consent.name") in ("", name) for g in given)
    }


def consented(case: Case, name: str) -> bool:
    """Tell whether somebody's sheet of consent is in the case, signed; one that came in without a name may be anybody's."""
    sheets = [r for r in handed_in(case, DocumentId.OBLIGOR_CONSENT) if not r.signs]
    return any(_named(sheet, "consent.name") in ("", name) for sheet in sheets)


def _named(record: Record, path: str) -> str:
    return str((record.data.get("given") or {}).get(path) or "")


def asked_for(case: Case) -> Sequence[str] | None:
    """Return the papers the correction notice asked for; ``None`` when none was issued here."""
    notices = [r for r in case.records_of(DocumentId.CORRECTION_NOTICE) if ASKED in r.data]
    return tuple(notices[0].data[ASKED]) if notices else None


@dataclass(frozen=True, slots=True)
class PersonNeeding:
    """Somebody whose papers the case needs: part, name, and where the facts have them."""

    part: Part
    name: str
    path: str
    authorized: object


def persons(case: Case) -> list[PersonNeeding]:
    """Return applicant, members of the household and obligors, everybody once; who is no member of it is left out.

    Somebody who is no 共同生活的家庭成员 (``living_together`` = 否) need not sign or show anything.
    """
    found: dict[object, PersonNeeding] = {}

    def note(part: Part, row: Row, path: str) -> None:
        key = row.get("id_number") or row.get("name")
        signed: object = row.get("authorized")
        if key in found:
            part, path = found[key].part, path if signed is not None else found[key].path
            signed = signed if signed is not None else found[key].authorized
        if key:
            found[key] = PersonNeeding(part, str(row.get("name", "")), path, signed)

    note(Part.APPLICANT, single(case.facts, APPLICANT.key), APPLICANT.key)
    for n, row in enumerate(rows(case.facts, MEMBERS.key), 1):
        if lives_together(row):
            note(Part.MEMBER, row, f"members[{n}]")
    for n, row in enumerate(rows(case.facts, OBLIGORS.key), 1):
        note(Part.OBLIGOR, row, f"obligors[{n}]")
    return list(found.values())
