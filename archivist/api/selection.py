"""Which households are meant: named one by one, on a list, found by a search."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archivist.errors import ArchivistError, CaseNotFound, UsageError
from archivist.model.ids import CaseNo, Category

if TYPE_CHECKING:
    from archivist.workspace import Workspace

PUT_RIGHT: Final = "按所列逐行改好，再运行一次。"
NUMBER: Final = "户号"
"""The column of a sheet, or the first line of a list, that names households."""
_ALL: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class ChosenHousehold:
    """A household that is meant, as a screen names it."""

    case: str
    applicant: str
    category: Category
    village: str


def chosen(workspace: Workspace, named: Iterable[str]) -> tuple[ChosenHousehold, ...]:
    """Return the households that are meant, each once, in the order they were named; see ``households``.

    Raises:
        CaseNotFound: E201. AmbiguousCase: E003. IndexFault: E400.
    """
    numbers = households(workspace, named)
    rows = [row for number in numbers for row in workspace.index.find_cases(str(number))]
    return tuple(ChosenHousehold(str(r.number), r.applicant, r.category, r.village) for r in rows)


def households(
    workspace: Workspace, named: Iterable[str] = (), *, listed: Path | None = None, search: str = ""
) -> tuple[CaseNo, ...]:
    """Return the households that are meant, each once, in the order they were asked for; none when nothing was asked.

    Args:
        workspace: the open workspace.
        named: by number, ID number or unambiguous name.
        listed: a list: a line each, named likewise, or a sheet with a column 户号.
        search: a query; the households it finds, themselves or by their papers.

    Raises:
        CaseNotFound: E201, a name fits nobody, or the query finds nothing. AmbiguousCase: E003. BadQuery: E401.
        UsageError: E001, with every line of the list that cannot be understood, or speaks of another household too; it is taken whole or not at all.
    """
    chosen = [workspace.find_case(text) for text in named]
    chosen += _on_list(workspace, listed) if listed else []
    chosen += _searched(workspace, search) if search else []
    return tuple(dict.fromkeys(chosen))


def _searched(workspace: Workspace, query: str) -> list[CaseNo]:
    hits = workspace.index.search(query, limit=_ALL).hits
    if not hits:
        raise CaseNotFound(f"没有户档与“{query}”相符")
    return sorted({hit.case for hit in hits}, key=str)


def _on_list(workspace: Workspace, path: Path) -> list[CaseNo]:
    from archivist.api import input_tables, row_owners  # who gives no list need not load what reads tables
    from archivist.tables.reader import EXTENSIONS

    lines = (
        [
            (row.number, str(row.cells.get(NUMBER, "")), row.cells, ())
            for row in input_tables.rows(path, NUMBER)
        ]
        if path.suffix.lower() in EXTENSIONS
        else _lines(path)
    )
    chosen: list[CaseNo] = []
    problems = []
    for line, text, by_heading, rest in lines:
        try:
            number = workspace.find_case(text)
        except ArchivistError as error:
            problems.append(f"第 {line} 行“{text}”：{error.what}")
            continue
        chosen.append(number)
        if wrong := row_owners.disagreement(workspace, number, by_heading) or row_owners.others_named(
            workspace, number, rest
        ):
            problems.append(f"第 {line} 行“{text}”：{wrong}")
    if problems:
        raise UsageError(
            f"名单有 {len(problems)} 行不能用，没有制发任何文书",
            file=path.name,
            problems=problems,
            remedy=PUT_RIGHT,
        )
    if not chosen:
        raise UsageError("名单是空的", file=path.name, remedy="每行写一户：户号、姓名或证号。")
    return chosen


def _lines(path: Path) -> list[tuple[int, str, Mapping[str, object], Sequence[str]]]:
    """Return of each line what names the household, what else it says by heading, and what it says without one.

    That is the first cell, or of a list whose first line has a column 户号 that one.
    """
    from archivist.tables.filled_in import read_text

    lines = list(enumerate(read_text(path).splitlines(), 1))
    parted = [(n, [cell.strip(' "') for cell in re.split(r"[,，;；\t]", line)]) for n, line in lines]
    heads = next((cells for _, cells in parted if cells[0] and not cells[0].startswith("#")), [])
    headed = NUMBER in heads
    column = heads.index(NUMBER) if headed else 0
    told = [(n, line[column] if column < len(line) else "", line) for n, line in parted]
    return [
        (n, cell, dict(zip(heads, line, strict=False)) if headed else {}, () if headed else line[1:])
        for n, cell, line in told
        if cell and not cell.startswith("#") and cell != NUMBER
    ]
