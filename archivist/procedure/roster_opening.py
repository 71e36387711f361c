"""Opening the files of a roster's households: taken over as they stand in benefit, each once, however often the roster is given.

Each file's first event names the roster's digest, the sheet and the row it was opened from. So a run that was cut short is
run again: what is there is known by its row, and no other file is opened for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from archivist.errors import ArchiveError, InvalidValue, UsageError
from archivist.model.by import By
from archivist.model.case import Case, CaseStatus
from archivist.model.event import Op
from archivist.model.facts import single
from archivist.model.field_schema import APPLICANT, BENEFIT
from archivist.model.household import TEMPORARY
from archivist.model.ids import CaseNo, Category
from archivist.model.states import State
from archivist.model.taken_over import BegunInBenefit
from archivist.procedure.cases import drop_folder, opening, require_identity
from archivist.procedure.roster_look import RosterLook, ids_of, opened_from
from archivist.procedure.roster_mapping import LEFT, SURE
from archivist.procedure.roster_reading import RosterHousehold
from archivist.store import Draft, durable_files
from archivist.store.inbox_access import make_drop_folder
from archivist.workspace import Workspace

BATCH: Final = 200
"""So many files are opened under one lock, all or none of them; between two such others may write. No more than the store keeps as it read them
(``chain.KEPT_CASES``): the index follows them at the end of each, and would have all of them read again."""
_UNUSED: Final = "导入中断，没有立成"


@dataclass(frozen=True, slots=True)
class OpenedFromRoster:
    """What a run opened; ``overtaken`` are households somebody else opened while it ran."""

    opened: tuple[CaseNo, ...]
    overtaken: tuple[RosterHousehold, ...]


def require_sure(look: RosterLook, name: str) -> None:
    """Refuse to take a roster by columns that nobody looked at: one that is unknown, or known by a part of its heading.

    Raises:
        UsageError: E001, with the columns.
    """
    doubtful = [
        f"{look.letters[c.column]} 列“{c.heading}”：{f'像是 {c.field}，没有把握' if c.field else '不认识'}"
        for c in look.columns
        if not c.field or (c.field != LEFT and c.score < SURE)
    ]
    if doubtful:
        raise UsageError(
            "有的列没有把握，没有导入", file=name, problems=doubtful,
            remedy="先不加 --apply 运行，得到对应表；核对、改好 field，再用 --map 对应表 --apply。",
        )  # fmt: skip


def require_good(look: RosterLook, name: str) -> None:
    """Refuse a roster of which not every household can be taken.

    Raises:
        InvalidValue: E002, with every fault.
    """
    problems = [f"{f.at} {f.value}：{f.reason}" for one in look.households for f in one.faults]
    problems += [
        f"{one.sheet}!{one.rows[0]}：户主已有在办户档 {look.opened[one.key]}"
        for one in look.households
        if one.key in look.opened
    ]
    if problems:
        raise InvalidValue(
            "有的户不能收，一户也没有导入", file=name, problems=problems,
            remedy="改正名册再导入；或加 --partial，只导入没有问题的户。",
        )  # fmt: skip


def require_lasting(category: Category) -> None:
    """Refuse a category that nobody enjoys for longer.

    Raises:
        UsageError: E001.
    """
    if category in TEMPORARY:
        raise UsageError(
            f"{category.label}一次一办，没有“在享”，不能由名册接管", remedy="逐户用 case open 立户。"
        )


def open_households(
    workspace: Workspace,
    by: By,
    category: Category,
    look: RosterLook,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> OpenedFromRoster:
    """Open a file for each good household of a roster that has none.

    Args:
        workspace: the open workspace.
        by: who opens them, and when.
        category: what they are in; the pack must delegate it.
        look: the roster as it was looked over.
        progress: called with how many are done, and of how many, whenever some more are there for good.

    Raises:
        NotDelegated: E503. UsageError: E001, nobody is in benefit of the category for longer. WriteFailed: E204; what was
            opened stays, and the same roster given again goes on after it.

    Survives: a kill at any point; the next writer puts into their places those that were opened together, or enters the numbers
        that were taken for them as vacant.
    """
    workspace.pack.require_delegated(category, by.today)
    require_lasting(category)
    seen = {*workspace.archive.case_numbers()}
    opened: list[CaseNo] = []
    overtaken: list[RosterHousehold] = []
    wanted = look.good
    with workspace.writing(by):
        _complete_drop_folders(workspace, look.before.values())
    for start in range(0, len(wanted), BATCH):
        part = wanted[start : start + BATCH]
        with workspace.together(by):
            new = [n for n in workspace.archive.case_numbers() if n not in seen]
            late = _taken_meanwhile(workspace, look, category, part, new)
            overtaken += late
            rest = [one for one in part if one not in late]
            opened += _open(
                workspace, by, category, look.sha256, rest, lambda n: progress(n, len(wanted)), start
            )
            seen.update(new, opened)
    return OpenedFromRoster(tuple(opened), tuple(overtaken))


def _taken_meanwhile(
    workspace: Workspace,
    look: RosterLook,
    category: Category,
    part: Sequence[RosterHousehold],
    new: Sequence[CaseNo],
) -> list[RosterHousehold]:
    """Return the households of a part that stand in cases which others opened since the roster was looked over."""
    if not new:
        return []
    rows = opened_from(workspace, look.sha256, category, new)
    people = frozenset[str]().union(*(ids_of(workspace.archive.read(n).facts) for n in new))
    return [one for one in part if (one.sheet, one.rows[0]) in rows or people & ids_of(one.facts)]


def _open(
    workspace: Workspace,
    by: By,
    category: Category,
    digest: str,
    households: Sequence[RosterHousehold],
    done: Callable[[int], None],
    before: int,
) -> list[CaseNo]:
    """Open the files of one part, all or none, under the lock; numbers that stay unused are entered as vacant."""
    if not households:
        return []
    for one in households:
        require_identity(single(one.facts, APPLICANT.key))
    office, stamp, year = workspace.config.office, workspace.stamp(by), by.today.year
    sequence = f"{office.code}-{category.value}"
    taken = workspace.archive.allocate(sequence, year, stamp, len(households))
    numbers = [CaseNo(office.code, category, year, n) for n in taken]
    drafts = {
        number: _taken_over(workspace, by, number, one, digest)
        for one, number in zip(households, numbers, strict=True)
    }
    try:
        made = workspace.archive.openings.open(drafts, office.name, stamp)
    except BaseException:
        unused = [number.sequence for number in numbers if not workspace.archive.openings.is_open(number)]
        if unused:
            with suppress(ArchiveError):  # the ledger's own check finds them else
                vacant = {"sequence": sequence, "year": year, "numbers": unused}
                workspace.archive.note(Op.NUMBERS_VACANT, vacant, stamp, _UNUSED)
        raise
    for case in made:
        workspace.follow(case.number)
    _make_drop_folders(workspace, made)
    done(before + len(made))
    return numbers


def _taken_over(workspace: Workspace, by: By, number: CaseNo, one: RosterHousehold, digest: str) -> Draft:
    since = str(single(one.facts, BENEFIT.key).get("start") or "")
    more = {"taken_over": BegunInBenefit(State.IN_BENEFIT, since).to_plain()}
    source = {"sha256": digest, "sheet": one.sheet, "row": one.rows[0]}
    return opening(workspace, number, one.facts, by.today, "", more, source=source)


def _make_drop_folders(workspace: Workspace, cases: Iterable[Case]) -> None:
    for case in cases:
        with durable_files.writing(f"户档 {case.number} 已经建立，只是投放文件夹没有建成"):
            make_drop_folder(drop_folder(workspace, case))


def _complete_drop_folders(workspace: Workspace, numbers: Iterable[CaseNo]) -> None:
    """Make the drop folders that a run lacked which died after it had opened its files, before it made them."""
    there = {path.name.partition(" ")[0] for path in workspace.archive.inbox.iterdir()}
    cases = (workspace.archive.read(number) for number in numbers if str(number) not in there)
    _make_drop_folders(workspace, (case for case in cases if case.status is CaseStatus.OPEN))
