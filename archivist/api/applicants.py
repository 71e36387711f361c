"""Whoever is about to be given a file: what the ID number says, what still stands in the way, where the person is on file already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.cases import Settings, read_facts_file
from archivist.api.result import Result
from archivist.errors import ArchivistError, InvalidValue
from archivist.model import facts as model
from archivist.model.case import CaseStatus
from archivist.model.field_schema import APPLICANT
from archivist.model.household import birth_date, resident_number
from archivist.model.ids import Category, age_on, id_sex, mask_id

if TYPE_CHECKING:
    from archivist.search.catalogue import CaseRow
    from archivist.workspace import Workspace

_MOST: Final = 20
"""So many households are named at the most."""


@dataclass(frozen=True, slots=True)
class HouseholdOnFile:
    """A household in which somebody has the same number, or only the same name.

    Attributes:
        part: what the person is in it (申请人, 成员 …).
        same_number: else it is the name.
    """

    case: str
    category: Category
    status: CaseStatus
    applicant: str
    village: str
    part: str
    same_number: bool

    @classmethod
    def of(cls, row: CaseRow, *, same_number: bool) -> HouseholdOnFile:
        """Return a row of the catalogue."""
        return cls(
            case=str(row.number),
            category=row.category,
            status=CaseStatus(row.status),
            applicant=row.applicant,
            village=row.village,
            part=row.part,
            same_number=same_number,
        )


@dataclass(frozen=True, slots=True)
class ApplicantLook(Result):
    """A file that is to be opened, looked over; nothing was written.

    Attributes:
        id_number: head and tail of it; empty where it is none, or none was told.
        sex, birth_date, age: as the number says; empty without one.
        problems: why the file would not be opened as it stands, each a sentence.
        households: where the person may be on file already; ``more`` how many besides.
        notices: what should be looked at.
    """

    SCHEMA: ClassVar[str] = "archivist/case-open-look/1"

    applicant: str
    id_number: str
    sex: str
    birth_date: dt.date | None
    age: int | None
    problems: tuple[str, ...]
    households: tuple[HouseholdOnFile, ...]
    more: int = 0
    notices: tuple[str, ...] = ()


def look(
    workspace: Workspace,
    category: Category | None,
    settings: Settings,
    *,
    source: Path | None = None,
    opened_on: dt.date,
    today: dt.date,
    again: bool = False,
) -> ApplicantLook:
    """Look over what is told of somebody who is to be given a file; the gate is that of ``cases.open_case``, and writes nothing.

    Args:
        workspace: the open workspace.
        category: what is applied for; ``None`` where nobody said yet, which is a problem.
        settings: what is told so far; see ``open_case``.
        source: see ``open_case``.
        opened_on: civil date the file is to be opened.
        today: the civil day.
        again: see ``open_case``.

    Raises:
        UsageError: E001, when the file cannot be read. IndexFault: E400.
    """
    notices: list[str] = []
    facts = read_facts_file(source, notices)
    problems: list[str] = []
    for text, value in settings:
        try:
            facts = model.set_fact(facts, model.Path.parse(text), value)
        except InvalidValue as error:
            problems += error.problems or (f"{text}：{error.what}",)
    if category is None:
        problems.append("没有选类别")
    elif not problems:
        problems += _in_the_way(workspace, category, facts, opened_on, today, again=again)
    applicant = model.single(facts, APPLICANT.key)
    number, born = resident_number(applicant), birth_date(applicant)
    name = str(applicant.get("name") or "")
    known = tuple(_on_file(workspace, str(applicant.get("id_number") or ""), name))
    return ApplicantLook(
        applicant=name,
        id_number=mask_id(number) if number else "",
        sex=id_sex(number) if number else "",
        birth_date=born,
        age=age_on(born, today) if born else None,
        problems=tuple(dict.fromkeys(problems)),
        households=known[:_MOST],
        more=max(0, len(known) - _MOST),
        notices=tuple(notices),
    )


def _in_the_way(
    workspace: Workspace,
    category: Category,
    facts: model.Facts,
    opened_on: dt.date,
    today: dt.date,
    *,
    again: bool,
) -> Iterator[str]:
    """Yield why a file would not be opened upon these facts."""
    from archivist.procedure import cases as procedure

    try:
        settled = procedure.examined_opening(workspace, category, facts, opened_on=opened_on, today=today)
        if not again:
            applicant = model.single(settled.facts, APPLICANT.key)
            procedure.refuse_second(workspace, category, str(applicant.get("id_number", "")))
    except ArchivistError as error:
        yield from (f"{error.what}：{one}" for one in error.problems) if error.problems else (error.what,)


def _on_file(workspace: Workspace, number: str, name: str) -> Iterator[HouseholdOnFile]:
    """Yield where the number stands, then where only the name does."""
    seen = set()
    for text, same_number in ((number, True), (name, False)):
        for row in workspace.index.find_cases(text) if text else ():
            if row.number not in seen:
                seen.add(row.number)
                yield HouseholdOnFile.of(row, same_number=same_number)
