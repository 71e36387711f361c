"""Holds (冻结) on a case, or on all that fit: placed at once, released by two people on a signed paper."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.authorisation import authorised
from archivist.api.given_papers import FormToSign, read_given
from archivist.api.result import Result
from archivist.errors import InvalidValue, UsageError
from archivist.model.ids import RecordNo, parse_category, record_no
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.model.group_holds import GroupHold, HeldCases
    from archivist.model.holds import Hold
    from archivist.preservation.holds import HoldOrder
    from archivist.workspace import Workspace

_WHERE: Final = {
    "category": "category", "类别": "category", "year": "year", "年度": "year",
    "village": "village", "村社区": "village", "numbers": "numbers", "户号": "numbers",
}  # fmt: skip
_YEAR: Final = re.compile(r"[12]\d{3}")
_WRITTEN: Final = (
    "写作 'category=DB year=2024 village=样例里社区 numbers=TJHQ-DB-2024-000001..000020'，至少一项。"
)


# ── results ──────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class ReleaseView:
    """That a hold was released; ``by`` is empty where a signed form of an earlier program did it."""

    on: dt.date
    by: tuple[str, ...]
    basis: str
    paper: str


@dataclass(frozen=True, slots=True)
class HoldView:
    """One hold; see ``model.holds.Hold``.

    Attributes:
        hold: its id; ``words`` cause and day as lists write them.
        records: what it is about; empty for the whole file.
        group: the conditions of a group hold in words; empty for a case's own.
        record: the paper in the file that says so; empty where none does.
        origin: the hold of another case that it continues; empty where it is none.
        released: ``None`` while it is in force.
    """

    hold: str
    words: str
    cause: str
    start: dt.date
    records: tuple[str, ...]
    group: str
    authority: str
    doc_no: str
    until: str
    review_on: dt.date | None
    record: str
    origin: str
    released: ReleaseView | None

    @classmethod
    def of(cls, hold: Hold, group: str = "") -> HoldView:
        """Return a hold of a case, or of the ledger with its conditions."""
        gone = hold.release
        return cls(
            hold=hold.id,
            words=hold.words,
            cause=hold.cause,
            start=hold.start,
            records=hold.scope,
            group=group,
            authority=hold.authority,
            doc_no=hold.doc_no,
            until=hold.until,
            review_on=hold.review_on,
            record=hold.record or "",
            origin=hold.origin,
            released=ReleaseView(gone.on, gone.by, gone.basis, gone.paper) if gone else None,
        )

    @classmethod
    def of_group(cls, group: GroupHold) -> HoldView:
        """Return a hold of the ledger."""
        return cls.of(group.hold, group.cases.words)


@dataclass(frozen=True, slots=True)
class HoldPlaced(Result):
    """A hold on a case, in force from now on; ``dry_run`` where nothing was written."""

    SCHEMA: ClassVar[str] = "archivist/retention-hold/1"

    case: str
    hold: HoldView
    dry_run: bool


@dataclass(frozen=True, slots=True)
class HoldDeclared(Result):
    """A hold on all cases that fit: those there are (``cases``), and those to come.

    ``unread`` says of which cases it cannot be told whether they fit (未检), and why.
    """

    SCHEMA: ClassVar[str] = "archivist/retention-hold-group/1"

    hold: HoldView
    cases: tuple[str, ...]
    unread: tuple[str, ...]
    dry_run: bool


@dataclass(frozen=True, slots=True)
class HoldReleased(Result):
    """A hold that was released: of a case, or of a group (``case`` is empty then).

    ``unchecked`` says what could not be asked of the people (未检); ``others`` the holds that still bind the case.
    """

    SCHEMA: ClassVar[str] = "archivist/retention-release/1"

    case: str
    hold: HoldView
    others: tuple[HoldView, ...]
    unchecked: tuple[str, ...]
    dry_run: bool


def order(
    cause: str,
    *,
    start: dt.date | None = None,
    records: Sequence[str] = (),
    authority: str = "",
    doc_no: str = "",
    until: str = "",
    review_on: dt.date | None = None,
    reason: str = "",
) -> HoldOrder:
    """Return what is told of a hold; see ``preservation.holds.HoldOrder``."""
    from archivist.preservation.holds import HoldOrder

    numbers = tuple(map(RecordNo, records))
    return HoldOrder(cause, start, numbers, authority, doc_no, until, review_on, reason)


# ── use cases ────────────────────────────────────────────────────────────────────────────────────────────
@authorised(Act.PLACE_HOLD)
def place_hold(
    workspace: Workspace,
    by: By,
    case: str,
    order: HoldOrder,
    *,
    paper: Path | None = None,
    dry_run: bool = False,
) -> HoldPlaced:
    """Place a hold on a case, and file the paper that orders it.

    Raises:
        InvalidValue: E002, cause, day of review, or the very same hold is in force. RecordNotFound: E206.
        CaseNotFound: E201. DroppedFileError: E100–E111, the paper cannot be taken.
    """
    from archivist.preservation import holds

    number = workspace.find_case(case)
    if dry_run:
        hold = holds.plan_placing(workspace, by, number, order)
    else:
        _, hold = holds.place(workspace, by, number, order, read_given(paper))
    return HoldPlaced(str(number), HoldView.of(hold), dry_run)


@authorised(Act.DECLARE_HOLD)
def declare_hold(
    workspace: Workspace, by: By, order: HoldOrder, where: str, *, dry_run: bool = False
) -> HoldDeclared:
    """Hold all cases that fit, those there are and those to come.

    Args:
        workspace: the open workspace.
        by: who decides it, and when.
        order: what is told of it; names no records.
        where: which cases: ``category=DB year=2024 village=… numbers=…``, all of what is said.
        dry_run: only find out which there are.

    Raises:
        UsageError: E001, the conditions cannot be understood. InvalidValue: E002. IntegrityAlarm: E202, of the ledger.
    """
    from archivist.preservation import holds

    cases = held_cases(where)
    act = holds.plan_declaring if dry_run else holds.declare
    found = act(workspace, by, order, cases)
    return HoldDeclared(HoldView.of_group(found.group), tuple(map(str, found.cases)), found.unread, dry_run)


@authorised(Act.RELEASE_HOLD)
def release_hold(
    workspace: Workspace,
    by: By,
    case: str,
    hold: str,
    *,
    basis: str,
    people: Sequence[str],
    paper: str = "",
    dry_run: bool = False,
) -> HoldReleased:
    """Release a hold on a case.

    Args:
        workspace: the open workspace.
        by: who registers it, and when.
        case: as people name it.
        hold: its id, ``H1``.
        basis: on which ground.
        people: the two who release it.
        paper: the scan of the form they signed, or the number of the record that is its signed copy.
        dry_run: only find out whether they may; the paper is not looked at.

    Raises:
        TwoPersonsNeeded: E605. RoleMissing: E504. UsageError: E001, no signed form. InvalidValue: E002. CaseNotFound: E201.
    """
    from archivist.preservation import holds
    from archivist.store import held_files

    number = workspace.find_case(case)
    if dry_run:
        found = holds.plan_release(workspace, by, number, hold, basis=basis, people=people)
        others = held_files.holds(workspace.archive, workspace.archive.read(number), by.today)
    else:
        holds.plan_release(workspace, by, number, hold, basis=basis, people=people)  # before a page is read
        given = _paper(paper)
        _, found = holds.release(
            workspace, by, number, hold, basis=basis, people=people,
            paper=read_given(given) if isinstance(given, Path) else record_no(given),
        )  # fmt: skip
        others = held_files.holds(workspace.archive, workspace.archive.read(number), by.today)
    return HoldReleased(
        str(number),
        HoldView.of(found),
        tuple(HoldView.of(other) for other in others if other.id != found.id),
        _unchecked(workspace),
        dry_run,
    )


@authorised(Act.RELEASE_HOLD)
def release_group_hold(
    workspace: Workspace,
    by: By,
    hold: str,
    *,
    basis: str,
    people: Sequence[str],
    paper: Path | None = None,
    dry_run: bool = False,
) -> HoldReleased:
    """Release a group hold, for all its cases; see ``release_hold``.

    Raises:
        TwoPersonsNeeded: E605. RoleMissing: E504. UsageError: E001, no scan of the signed form. ListChanged: E603, the form is of another
            hold or basis. InvalidValue: E002.
    """
    from archivist.preservation import holds

    standing = holds.plan_group_release(workspace, by, hold, basis=basis, people=people)
    if not dry_run:
        given = _paper(str(paper or ""), group=standing.hold.id)
        if not isinstance(given, Path):
            raise UsageError("成批冻结的解除审批单须是扫描件（--paper 文件）")
        standing = holds.release_group(
            workspace, by, hold, basis=basis, people=people, paper=read_given(given)
        )
    return HoldReleased("", HoldView.of_group(standing), (), _unchecked(workspace), dry_run)


@authorised(Act.RELEASE_HOLD)
def group_release_form(workspace: Workspace, by: By, hold: str, *, basis: str) -> FormToSign:
    """Make the form that two people sign to release a group hold.

    Raises:
        InvalidValue: E002, no basis, or no such hold is in force. TemplateFault: E303. WriteFailed: E204.
    """
    from archivist.preservation import holds

    path, code = holds.group_release_form(workspace, by, hold, basis=basis)
    return FormToSign(path.stem, code.words, code.payload, path)


def held_cases(where: str) -> HeldCases:
    """Return the conditions that a person writes: ``category=DB village=…``.

    Raises:
        UsageError: E001, they cannot be understood. InvalidValue: E002, a value does not fit.
    """
    from archivist.model.group_holds import HeldCases

    said: dict[str, object] = {}
    for word in where.split():
        name, sign, value = word.replace("＝", "=").partition("=")
        key = _WHERE.get(name)
        if not sign or not value or key is None or key in said:
            raise UsageError(f"看不懂条件“{word}”", remedy=_WRITTEN)
        said[key] = _value(key, value)
    try:
        return HeldCases.from_plain(said)
    except ValueError as error:
        raise UsageError("没有写明冻结哪些户（--where）", remedy=_WRITTEN) from error


def _value(key: str, text: str) -> object:
    """Return the value of one condition, as the event says it."""
    match key:
        case "category":
            return parse_category(text).value
        case "year":
            if not _YEAR.fullmatch(text):
                raise InvalidValue(f"“{text}”不是年度", remedy=_WRITTEN)
            return int(text)
        case "numbers":
            return text.replace("，", ",").split(",")
        case _:
            return text


def _paper(given: str, group: str = "") -> Path | int:
    """Return the file, or the number of the record, by which a hold is released; of a ``group`` another form is signed."""
    if not given and group:
        raise UsageError(
            "没有签字的《成批冻结解除审批单》扫描件（--paper）",
            remedy=f"先做单：archivist retention release --group {group} --basis … --form；打印、两人签字、扫描。没有写入任何内容。",
        )
    if not given:
        raise UsageError(
            "没有签字的登记表扫描件（--paper）",
            remedy="打印《档案保全（冻结销毁）登记表》，填写“二、解除”，两人签字后扫描，再用 --paper 指明。没有写入任何内容。",
        )
    path = Path(given)
    if path.is_file():
        return path
    if given.isdecimal() and int(given):
        return int(given)
    raise UsageError(
        f"没有文件 {given}", remedy="写扫描件的路径，或卷内登记表签署件的件号。没有写入任何内容。"
    )


def _unchecked(workspace: Workspace) -> tuple[str, ...]:
    from archivist.procedure.assignment import UNEXAMINED

    return () if workspace.config.people else (UNEXAMINED,)
