"""Opening a case, and changing what is known of the household."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from archivist.errors import ArchivistError, CaseClosed, CaseExists, InvalidValue
from archivist.model import facts as known
from archivist.model import field_schema, persons
from archivist.model.by import By
from archivist.model.case import Case, CaseStatus
from archivist.model.event import Op
from archivist.model.fact_paths import FactPath
from archivist.model.facts import Facts
from archivist.model.field_schema import APPLICANT, OLD_ID_NUMBER
from archivist.model.household import NOTHING_PAID, unpaid_amount
from archivist.model.ids import CaseNo, Category, IdType
from archivist.model.values import Value, value_text
from archivist.procedure.across import look
from archivist.rules import step_facts
from archivist.store import Draft, NewFile, bag, durable_files
from archivist.store.inbox_access import make_drop_folder
from archivist.workspace import Workspace

_LEAFLET = """\
户号 {number}
立档单位 {office}

这个文件夹是一户的全部档案（一户一档），按 BagIt 1.0（RFC 8493）存放，不需要专门的程序就能查看和核对：

data/            各件文书与材料，按办理环节分文件夹，文件名开头是件号
text/            各件的识别文字，供检索
events/          这一户从立户起的每一次变动，按顺序一事一文件，每一个都写着前一个的 SHA-256
manifest-sha256.txt      核对：sha256sum -c manifest-sha256.txt
tagmanifest-sha256.txt   核对：sha256sum -c tagmanifest-sha256.txt

请勿改动、改名或删除其中任何文件。
"""
"""Put into every case, so that a stranger who finds the folder knows what it is and how to check it."""


NOTHING_MORE: Final[Mapping[str, object]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Change:
    """One fact before and after, for people to read. Empty text when there is nothing."""

    path: str
    label: str
    old: str
    new: str


def open_case(
    workspace: Workspace,
    by: By,
    category: Category,
    facts: Facts,
    *,
    opened_on: dt.date,
    again: bool = False,
    reason: str = "",
    notices: list[str] | None = None,
) -> Case:
    """Open a household file: take a number for good, make its folder and its drop folder.

    Args:
        workspace: the open workspace.
        by: who opens it, and when.
        category: what was applied for; the pack must delegate it.
        facts: what is known; the applicant's name at least, and the ID number unless the papers are lost (证件类型=无).
        opened_on: civil date the file was opened.
        again: open another file though the applicant has an open one in this category.
        reason: why, when ``again``.
        notices: gets what should be looked at, in Chinese.

    Raises:
        NotDelegated: E503. InvalidValue: E002, when name or ID number is missing, or people contradict their numbers.
        CaseExists: E208.
    """
    notices = [] if notices is None else notices
    settled = examined_opening(workspace, category, facts, opened_on=opened_on, today=by.today)
    facts = settled.facts
    notices.extend(settled.notices)
    applicant = known.single(facts, APPLICANT.key)
    with workspace.writing(by):
        if not again:
            refuse_second(workspace, category, str(applicant.get("id_number", "")))
        number = new_number(workspace, by, category, opened_on.year)
        draft = opening(workspace, number, facts, opened_on, reason)
        case = workspace.archive.open_case(number, workspace.config.office.name, draft, workspace.stamp(by))
        with durable_files.writing(f"户档 {number} 已经建立，只是投放文件夹没有建成"):
            make_drop_folder(drop_folder(workspace, case))
        workspace.follow(number)
    notices.extend(_others(workspace, case, by))
    return case


def examined_opening(
    workspace: Workspace, category: Category, facts: Facts, *, opened_on: dt.date, today: dt.date
) -> persons.SettledFacts:
    """Return the facts a case is opened with, and what ID numbers say filled in; raises what ``open_case`` does, writes nothing.

    Whether there is an open one already is asked under the lock: ``refuse_second``.
    """
    workspace.pack.require_delegated(category, opened_on)
    settled = persons.settled(facts, today=today)
    require_identity(known.single(settled.facts, APPLICANT.key))
    _require_unpaid(category, settled.facts)
    return settled


def _require_unpaid(category: Category, facts: Facts, file: str | None = None) -> None:
    """Refuse an amount of a household to which nothing is paid.

    Raises:
        InvalidValue: E002.
    """
    if amount := unpaid_amount(category, facts):
        problem = f"救助金额·月救助金额(benefit.amount)填“{amount}”：{NOTHING_PAID}"
        raise InvalidValue("户档信息有误", file=file, problems=[problem])


def _others(workspace: Workspace, case: Case, by: By) -> tuple[str, ...]:
    """Return what other households say; what was committed stands, whatever keeps them from being looked at."""
    try:
        return look(workspace, case, by.today).lines
    except ArchivistError as error:
        return (f"未检：{error.what}，没有与其他户档核对",)


def new_number(workspace: Workspace, by: By, category: Category, year: int) -> CaseNo:
    """Take the next case number of a category and year for good."""
    code = workspace.config.office.code
    taken = workspace.archive.allocate(f"{code}-{category.value}", year, workspace.stamp(by))
    return CaseNo(code, category, year, taken[0])


def opening(
    workspace: Workspace,
    number: CaseNo,
    facts: Facts,
    opened_on: dt.date,
    reason: str,
    more: Mapping[str, object] = NOTHING_MORE,
    *,
    source: Mapping[str, object] | None = None,
) -> Draft:
    """Return the first event of a case; ``more`` is what it says besides what is known, ``source`` where that stood."""
    data = {
        "category": number.category.value,
        "opened_on": opened_on.isoformat(),
        "facts": known.to_plain(facts),
    } | dict(more)
    office = workspace.config.office.name
    leaflet = NewFile(bag.LEAFLET, _LEAFLET.format(number=number, office=office).encode())
    return Draft(Op.CASE_OPENED, data, reason, files=(leaflet,), source=source)


def require_identity(applicant: known.Row) -> None:
    """Refuse an applicant without name or papers.

    Raises:
        InvalidValue: E002.
    """
    problems = []
    if not applicant.get("name"):
        problems.append("申请人·姓名(applicant.name)")
    if not applicant.get("id_number") and applicant.get("id_type") != IdType.NONE:
        problems.append("申请人·身份证号(applicant.id_number)；证件遗失的，证件类型填“无”，不得用假号占位")
    if problems:
        raise InvalidValue("立户至少要有", problems=problems)


def refuse_second(
    workspace: Workspace, category: Category, id_number: str, own: CaseNo | None = None
) -> None:
    """Refuse a case for somebody who is the applicant of an open one of the category, other than the case itself.

    Raises:
        CaseExists: E208.
    """
    if not id_number:
        return
    for row in workspace.index.find_cases(id_number):
        if row.number.category is not category or row.number == own:
            continue
        number, case = row.number, workspace.archive.read(row.number)
        same = case.fact(FactPath.APPLICANT_ID_NUMBER) == id_number
        if same and case.status is CaseStatus.OPEN:
            taken = f"该申请人已有在办的{category.label}户档 {number}"
            raise CaseExists(taken, file=str(own), remedy=_MERGE) if own else CaseExists(taken)


_MERGE: Final = "一户一档：请在原户档中办理；两户并作一户的办理并户，本户立错的移走材料后注销本户。"


def drop_folder(workspace: Workspace, case: Case) -> Path:
    """Return the case's drop folder in the inbox; named for clerks, safe on every file system."""
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", case.applicant_name)[:40].rstrip(" .")
    return workspace.archive.inbox / f"{case.number} {name}".strip()


def change_facts(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    change: Sequence[tuple[str, object]],
    *,
    laid_over: Facts = known.NO_FACTS,
    reason: str = "",
    notices: list[str] | None = None,
) -> tuple[Case, tuple[Change, ...]]:
    """Change what is known of a household, all or nothing.

    Args:
        workspace: the open workspace.
        by: who changes it, and when.
        number: the case.
        change: pairs of path (``applicant.phone``, ``成员[2].姓名``) and value; an empty value removes the fact.
        laid_over: facts from a file, laid over before the single changes.
        reason: why it was changed.
        notices: gets what should be looked at, in Chinese.

    Returns:
        The case after, and what changed; no event is written when nothing did.

    Raises:
        InvalidValue: E002, listing every wrong path and value, and every contradiction among the people.
        CaseExists: E208, whose ID number it becomes is the applicant of another open file of the category.
    """
    changes: list[Change] = []

    def draft(case: Case) -> Draft:
        settled, found = examined_change(workspace, case, change, laid_over, by.today)
        after = settled.facts
        if notices is not None:
            notices.extend(settled.notices)
        changes.extend(found)
        if not changes:
            raise _Unchanged
        if any(one.path == str(FactPath.APPLICANT_ID_NUMBER) for one in changes):
            refuse_second(
                workspace,
                number.category,
                str(known.single(after, APPLICANT.key).get("id_number", "")),
                number,
            )
        before, plain = known.to_plain(case.facts), known.to_plain(after)
        groups = {g: plain.get(g) for g in {**before, **plain} if before.get(g) != plain.get(g)}
        return Draft(Op.FACTS_CHANGED, {"facts": groups}, reason)

    try:
        case, _ = workspace.commit(number, draft, by)
    except _Unchanged:
        return workspace.archive.read(number), ()
    if notices is not None and any(change.path.rpartition(".")[2] in _WHO for change in changes):
        notices.extend(_others(workspace, case, by))
    return case, tuple(changes)


_WHO: Final = ("name", "id_number", OLD_ID_NUMBER.key, "relation", "living_together", "covered")
"""Facts of people of which a change may bring in somebody who stands in another household."""


class _Unchanged(Exception):
    """Nothing would change, so nothing is written."""


def examined_change(
    workspace: Workspace,
    case: Case,
    change: Sequence[tuple[str, object]],
    laid_over: Facts,
    today: dt.date,
) -> tuple[persons.SettledFacts, tuple[Change, ...]]:
    """Return the facts of a case with changes laid over, and what changed; raises what ``change_facts`` does, writes nothing."""
    if case.status is CaseStatus.DEREGISTERED:
        raise CaseClosed("已注销的户档不再改动信息", file=str(case.number))
    settled = changed_facts(case.facts, change, laid_over, today)
    require_identity(known.single(settled.facts, APPLICANT.key))
    changes = differences(case.facts, settled.facts)
    paths = tuple(one.path for one in changes)
    if FactPath.BENEFIT_AMOUNT in paths:  # one that stands there from former times is left to be taken away
        _require_unpaid(case.number.category, settled.facts, str(case.number))
    if problems := step_facts.unlawful(workspace.pack, case, paths, today):
        raise InvalidValue("这些日期由环节登记", file=str(case.number), problems=problems)
    return settled, changes


def changed_facts(
    before: Facts, change: Sequence[tuple[str, object]], laid_over: Facts, today: dt.date
) -> persons.SettledFacts:
    """Return facts with changes laid over, and what ID numbers say of their holders filled in.

    Raises:
        InvalidValue: E002, listing every wrong path and value, and every contradiction among the people.
    """
    facts, told = known.merge(before, laid_over), {*persons.paths_of(laid_over)}
    problems: list[str] = []
    for text, value in change:
        try:
            path = known.Path.parse(text)
            facts = known.set_fact(facts, path, value)
            told.add(str(path))
        except InvalidValue as error:
            problems.extend(error.problems or [f"{text}：{error.what}"])
    if problems:
        raise InvalidValue("户档信息有误", problems=problems)
    return persons.settled(facts, before=before, told=told, today=today)


def differences(before: Facts, after: Facts) -> tuple[Change, ...]:
    """Return what differs, field by field, in the schema's order."""
    found = []
    for group in field_schema.GROUPS:
        old, new = _rows(before, group.key), _rows(after, group.key)
        for i in range(max(len(old), len(new))):
            a, b = (old[i] if i < len(old) else {}), (new[i] if i < len(new) else {})
            for field in group.fields:
                x, y = value_text(a.get(field.key)), value_text(b.get(field.key))
                if x != y:
                    path = known.Path(group, i + 1 if group.many else None, field)
                    found.append(Change(str(path), path.label, x, y))
    return tuple(found)


def _rows(facts: Facts, group: str) -> Sequence[Mapping[str, Value]]:
    value = facts.get(group, ())
    return (value,) if isinstance(value, Mapping) else value
