"""What must be in a file (齐全性) before it is accepted, and what of it is missing today.

A missing paper is found by document type alone; whether a paper says what it should is for a person. A form the office
printed is not there before it comes back signed. Materials the office can obtain from a government platform are not
asked for again (《最低生活保障审核确认办法》第十条); the clerk says so by filing the print-out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from archivist.doctypes.ids import DocumentId
from archivist.model import conditions
from archivist.model.case import Case
from archivist.model.facts import Part, Row, rows, single
from archivist.model.field_schema import APPLICANT, MEMBERS, OBLIGORS
from archivist.model.household import lives_together
from archivist.model.record import Record, RecordStatus
from archivist.rules.pack import Material, Pack

ASKED = "asked"
"""Under this name the record of a correction notice keeps which papers it asked for."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One paper that is not there, with what is asked for and why."""

    document: str
    requirement: str
    reason: str
    basis: str


def required(case: Case, pack: Pack) -> list[Material]:
    """Return the papers this case must hold before it is accepted."""
    return [m for m in pack.materials if case.category in m.categories and conditions.holds(m.when, case)]


def missing(case: Case, pack: Pack) -> list[Missing]:
    """Return the papers that are not in the case, in the pack's order.

    Once a correction notice was issued, only what it asked for can still be missing: the law has the applicant told
    once, of everything (《最低生活保障审核确认办法》第十条「材料不齐备的，应当一次性告知补齐所有规定材料」).
    """
    asked = asked_for(case)
    return [
        _missing(m, case)
        for m in required(case, pack)
        if not held(case, m.document, *m.accepts) and (asked is None or m.document in asked)
    ]


def _missing(material: Material, case: Case) -> Missing:
    printed = case.records_of(material.document)
    reason = f"第 {printed[-1].no} 件已打印，尚未签名交回" if printed else "未提交"
    basis = str(material.source) + ("〔推定〕" if material.inferred else "")
    return Missing(material.document, material.requirement, reason, basis)


def held(case: Case, *documents: str) -> bool:
    """Tell whether one of some papers is in the case: filed, or signed where the office printed it."""
    return any(r.status is not RecordStatus.PENDING for r in case.records_of(*documents))


def unsure(case: Case, *documents: str) -> list[str]:
    """Return what a person should look at, where nothing but a doubtful recognition says that a paper is there."""
    held = [r for r in case.records_of(*documents) if r.status is not RecordStatus.PENDING]
    return [_look(case, r) for r in held] if all(r.type_unsure or UNSIGNED in r.data for r in held) else []


UNSIGNED: Final = "unsigned"
"""Data of a form of the office's own, filed by itself without its code: why it is not seen to be signed."""


def _look(case: Case, record: Record) -> str:
    if not record.type_unsure:
        return f"第 {record.no} 件{record.title}{record.data[UNSIGNED]}，是不是签了名请看原件核对"
    how = f"没有读出内容（{record.unread}），只凭文件名认" if record.unread else "是机器认"
    return (
        f"第 {record.no} 件{record.title}{how}的，把握 {record.type_score or 0:.0%}，请看原件核对；"
        f"认错的改种类：archivist case record retype {case.number} {record.no} 种类 --reason 理由"
    )


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
