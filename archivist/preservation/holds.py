"""Holds (冻结): placed on a case, or on all that fit, and released by two people on a signed paper.

Source: 档案法第二十一条「禁止擅自销毁档案」; what is disputed, audited or inspected is kept until that is over, whatever the period says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from archivist.disposal_errors import TwoPersonsNeeded
from archivist.errors import ArchivistError, InvalidValue, RecordNotFound, RoleMissing, UsageError
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.form_code import FormCode
from archivist.model.group_holds import GroupHold, HeldCases, next_group_hold
from archivist.model.holds import Hold, next_hold
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.staff import alike
from archivist.preservation import hold_papers
from archivist.preservation.request_forms import release_form
from archivist.preservation.signed_papers import ReadPaper, filed_as
from archivist.procedure import assignment
from archivist.procedure.steps import distinct
from archivist.rules.disposition.holds import CAUSES
from archivist.rules.work_calendar import add_years
from archivist.store import Draft, held_files
from archivist.workspace import Workspace

__all__ = [
    "Declared",
    "HoldOrder",
    "declare",
    "group_release_form",
    "place",
    "plan_declaring",
    "plan_group_release",
    "plan_placing",
    "plan_release",
    "release",
    "release_group",
]

PAPERS: Final = "data/冻结"
"""Where in a bag of the ledger the papers stand by which group holds were released."""
_UNCHANGED: Final = "没有写入任何内容。"
_PERSONS: Final = 2


@dataclass(frozen=True, slots=True)
class HoldOrder:
    """What is told of a hold that is to be placed; see ``model.holds.Hold``.

    ``start`` is the day it is placed and ``review_on`` a year later where nothing is told.
    """

    cause: str
    start: dt.date | None = None
    records: tuple[RecordNo, ...] = ()
    authority: str = ""
    doc_no: str = ""
    until: str = ""
    review_on: dt.date | None = None
    reason: str = ""

    def hold(self, id_: str, today: dt.date) -> Hold:
        """Return the hold that is placed on a day.

        Raises:
            InvalidValue: E002, the cause is none of the list, or the day of review has come.
        """
        if self.cause not in CAUSES:
            raise InvalidValue(
                f"事由“{self.cause}”不在目录", remedy=f"可以写：{'、'.join(CAUSES)}。{_UNCHANGED}"
            )
        review = self.review_on or add_years(today, 1)
        if review <= today:
            raise InvalidValue(
                f"复核日 {review} 不晚于今天", remedy=f"写一个以后的日子（--review-on）。{_UNCHANGED}"
            )
        return Hold(
            id_,
            self.cause,
            self.start or today,
            self.records,
            self.authority,
            self.doc_no,
            self.until,
            review,
        )


# ── on one case ──────────────────────────────────────────────────────────────────────────────────────────
def plan_placing(workspace: Workspace, by: By, number: CaseNo, order: HoldOrder) -> Hold:
    """Return the hold that would be placed; nothing is written. Refuses what ``place`` refuses."""
    return _new(workspace.archive.read(number), order, by.today)


def place(
    workspace: Workspace, by: By, number: CaseNo, order: HoldOrder, paper: ReadPaper | None = None
) -> tuple[Case, Hold]:
    """Place a hold on a case, and file the paper that orders it; it binds from now on.

    Args:
        workspace: the open workspace.
        by: who registers it, and when.
        number: the case.
        order: what is told of it.
        paper: what was read of the paper; ``None`` where none came.

    Raises:
        InvalidValue: E002, cause, day of review, or the very same hold is in force. RecordNotFound: E206.
        DuplicateFile: E105, the case has that paper.

    Survives: a kill at any point: hold and paper are both there, or neither.
    """
    filed = hold_papers.order(workspace, by, number, paper) if paper else None

    def draft(case: Case) -> Draft:
        hold = _new(case, order, by.today)
        if filed is None:
            return Draft(Op.HOLD_PLACED, hold.to_plain(), order.reason.strip())
        made = filed(case)
        plain = replace(hold, record=made.data["record"]["no"]).to_plain()
        return replace(made, op=Op.HOLD_PLACED, data={**made.data, **plain}, reason=order.reason.strip())

    case, _ = workspace.commit(number, draft, by)
    return case, case.holds[-1]


def _new(case: Case, order: HoldOrder, today: dt.date) -> Hold:
    hold = order.hold(next_hold(case.holds), today)
    if missing := [no for no in order.records if no not in case.records]:
        raise RecordNotFound(f"没有第 {'、'.join(missing)} 件，没有冻结", file=str(case.number))
    for other in case.holds:
        if other.release is None and (other.cause, other.start, other.scope) == (
            hold.cause,
            hold.start,
            hold.scope,
        ):
            raise InvalidValue(
                f"已经冻结：{other.id} {other.words}", file=str(case.number), remedy=_UNCHANGED
            )
    return hold


# ── on all that fit ──────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Declared:
    """A group hold, the cases there are that fit, and those of which that cannot be told (未检), with why."""

    group: GroupHold
    cases: tuple[CaseNo, ...]
    unread: tuple[str, ...]


def plan_declaring(workspace: Workspace, by: By, order: HoldOrder, cases: HeldCases) -> Declared:
    """Return what a group hold would be about; nothing is written. Refuses what ``declare`` refuses."""
    groups = held_files.group_holds(workspace.archive)
    hold = _of_group(order, next_group_hold(groups), by.today)
    return Declared(GroupHold(hold, cases, by.today.year), *_fitting(workspace, cases))


def declare(workspace: Workspace, by: By, order: HoldOrder, cases: HeldCases) -> Declared:
    """Hold all cases that fit, those there are and those to come, by an event of the ledger.

    Args:
        workspace: the open workspace.
        by: who decides it, and when.
        order: what is told of it; names no records.
        cases: which cases.

    Raises:
        InvalidValue: E002, cause or day of review. UsageError: E001, it names records. IntegrityAlarm: E202, of the ledger.

    Survives: a kill at any point: it is declared, or it is not.
    """
    archive = workspace.archive
    fitting, unread = _fitting(workspace, cases)
    with workspace.writing(by):
        hold = _of_group(order, next_group_hold(held_files.group_holds(archive)), by.today)
        plain = {k: v for k, v in hold.to_plain().items() if k != "scope"}
        archive.note(
            Op.HOLD_DECLARED, {**plain, **cases.to_plain()}, workspace.stamp(by), order.reason.strip()
        )
        group = held_files.group_holds(archive)[-1]
    return Declared(group, fitting, unread)


def _of_group(order: HoldOrder, id_: str, today: dt.date) -> Hold:
    if order.records:
        raise UsageError("成批冻结是整户的，不能写件号（--records）", remedy=_UNCHANGED)
    return order.hold(id_, today)


def _fitting(workspace: Workspace, cases: HeldCases) -> tuple[tuple[CaseNo, ...], tuple[str, ...]]:
    found, unread = [], []
    for number in workspace.archive.case_numbers():
        if not cases.may_fit(number):
            continue
        try:
            if cases.fit(workspace.archive.read(number)):
                found.append(number)
        except ArchivistError as error:
            unread.append(str(error))
    return tuple(found), tuple(unread)


# ── release ──────────────────────────────────────────────────────────────────────────────────────────────
def plan_release(
    workspace: Workspace, by: By, number: CaseNo, hold: str, *, basis: str, people: Sequence[str]
) -> Hold:
    """Return the hold that would be released; nothing is written, no paper is looked at."""
    _two(workspace, by, people, basis)
    return _standing(workspace, workspace.archive.read(number), hold)


def release(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    hold: str,
    *,
    basis: str,
    people: Sequence[str],
    paper: ReadPaper | RecordNo,
) -> tuple[Case, Hold]:
    """Release a hold on a case: two people, and the form they signed, which is filed with it.

    Args:
        workspace: the open workspace.
        by: who registers it, and when.
        number: the case.
        hold: its id, ``H1``.
        basis: on which ground.
        people: who releases it: one who reviews and one who decides, where people are registered.
        paper: the scan of the signed form, or the record that is its signed copy.

    Raises:
        TwoPersonsNeeded: E605. RoleMissing: E504. UsageError: E001, the paper is not the signed form of this hold.
        InvalidValue: E002, no basis, or no such hold is in force. RecordNotFound: E206. DuplicateFile: E105.

    Survives: a kill at any point: release and paper are both there, or neither.
    """
    two = _two(workspace, by, people, basis)
    filed = hold_papers.release_form(workspace, by, number, paper) if isinstance(paper, ReadPaper) else None

    def draft(case: Case) -> Draft:
        standing = _standing(workspace, case, hold)
        said = {"hold": standing.id, "by": list(two), "basis": basis.strip()}
        if filed is None:
            assert not isinstance(paper, ReadPaper)
            form = hold_papers.filed_form(case, standing, paper)
            return Draft(Op.HOLD_RELEASED, {**said, "paper": form.no})
        made = filed(case)
        data = {**made.data, **said, "paper": made.data["record"]["no"]}
        return replace(made, op=Op.HOLD_RELEASED, data=data)

    case, event = workspace.commit(number, draft, by)
    return case, next(h for h in case.holds if h.id == event.data["hold"])


def release_group(
    workspace: Workspace, by: By, hold: str, *, basis: str, people: Sequence[str], paper: ReadPaper
) -> GroupHold:
    """Release a group hold, for all its cases: two people, and the paper they signed, which the ledger keeps.

    Raises:
        TwoPersonsNeeded: E605. RoleMissing: E504. UsageError: E001, the paper is not the form of releases, no scan, or not signed
        by both. ListChanged: E603, the form is of another hold or basis. InvalidValue: E002, no basis, or no such hold is in force. IntegrityAlarm: E202.

    Survives: a kill at any point: release and paper are both in the ledger, or neither.
    """
    two = _two(workspace, by, people, basis)
    archive, stamp = workspace.archive, workspace.stamp(by)
    with workspace.writing(by):
        standing = standing_group(workspace, hold)
        hold_papers.require_group_release(workspace, standing, basis, paper)
        file = filed_as(paper, f"{PAPERS}/{standing.hold.id} 解除")
        data = {"hold": standing.hold.id, "by": list(two), "basis": basis.strip(), "paper": file.path}
        draft = Draft(Op.GROUP_HOLD_RELEASED, data, files=(file,))
        archive.ledgers.enter(by.today.year, draft, stamp)
        return next(g for g in held_files.group_holds(archive) if g.hold.id == standing.hold.id)


def plan_group_release(
    workspace: Workspace, by: By, hold: str, *, basis: str, people: Sequence[str]
) -> GroupHold:
    """Return the group hold that would be released; nothing is written, no paper is looked at."""
    _two(workspace, by, people, basis)
    return standing_group(workspace, hold)


def group_release_form(workspace: Workspace, by: By, hold: str, *, basis: str) -> tuple[Path, FormCode]:
    """Write the form that two sign to release a group hold; return where it is, and its code.

    Raises:
        InvalidValue: E002, no basis, or no such hold is in force. WriteFailed: E204. TemplateFault: E303.
    """
    _require_basis(basis)
    group = standing_group(workspace, hold)
    fitting, unread = _fitting(workspace, group.cases)
    households = f"{len(fitting)}户{f'（另有{len(unread)}户未能读出）' if unread else ''}"
    return release_form(workspace, group, basis, households, on=by.today)


def standing_group(workspace: Workspace, hold: str) -> GroupHold:
    """Return a group hold that is in force.

    Raises:
        InvalidValue: E002, there is none of that id.
    """
    groups = [g for g in held_files.group_holds(workspace.archive) if g.hold.release is None]
    found = next((g for g in groups if g.hold.id == _id(hold)), None)
    if found is None:
        said = "；".join(f"{g.hold.id} {g.hold.words}（{g.cases.words}）" for g in groups) or "没有成批冻结"
        raise InvalidValue(f"没有第 {hold} 号成批冻结在冻结中", problems=[said], remedy=_UNCHANGED)
    return found


def _standing(workspace: Workspace, case: Case, hold: str) -> Hold:
    own = [h for h in case.holds if h.release is None]
    if found := next((h for h in own if h.id == _id(hold)), None):
        return found
    known = [g for g in held_files.group_holds(workspace.archive) if g.hold.id == _id(hold)]
    if known:
        raise InvalidValue(
            f"{known[0].hold.id} 是成批冻结（{known[0].cases.words}），不能只解除一户", file=str(case.number),
            remedy=f"整批解除用 archivist retention release --group {known[0].hold.id}。{_UNCHANGED}",
        )  # fmt: skip
    said = "；".join(f"{h.id} {h.words}" for h in own) or "本户没有冻结"
    raise InvalidValue(f"没有第 {hold} 号在冻结中", file=str(case.number), problems=[said], remedy=_UNCHANGED)


def _id(text: str) -> str:
    return text.strip().upper()


def _require_basis(basis: str) -> None:
    if not basis.strip():
        raise InvalidValue("解除冻结须写明依据（--basis）", remedy=_UNCHANGED)


def _two(workspace: Workspace, by: By, people: Sequence[str], basis: str) -> tuple[str, ...]:
    _require_basis(basis)
    names = distinct(people)
    if len({alike(name) for name in names}) != _PERSONS or len(names) != _PERSONS:
        raise TwoPersonsNeeded(f"解除冻结须两人（--by 两次），写的是：{'、'.join(names) or '无'}")
    if problems := assignment.over_release(workspace.config, names, by.today):
        raise RoleMissing(
            "解除冻结须“管理部门（复审）”与“分管领导（决定）”各一人",
            problems=problems,
            remedy=f"请有岗位的人办理。{_UNCHANGED}",
        )
    return names
