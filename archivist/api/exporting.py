"""Everything the archive knows, given back as ordinary files: tables, events, and with whole numbers the papers too."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api import authorisation
from archivist.api.case_export import ExportedFile, write_records
from archivist.api.parcels import private
from archivist.api.result import Result
from archivist.errors import IntegrityAlarm, UsageError, WriteFailed
from archivist.model import field_schema
from archivist.model.case import Case
from archivist.model.facts import to_plain
from archivist.model.ids import CaseNo, mask_id
from archivist.model.permissions import Act
from archivist.model.values import value_text
from archivist.os_reasons import reason_of

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.model.field_schema import Group
    from archivist.workspace import Workspace

WORKBOOK: Final = "户档.xlsx"
TABLES: Final = "表格"
EVENTS: Final = "events.jsonl"
PAPERS: Final = "户档"
FACTS: Final = "户档信息.json"
"""Beside the papers of a household: ``case open --from`` reads it."""
_LONG: Final = re.compile(r"(?<![0-9A-Za-z])\d{15,19}[Xx]?(?![0-9A-Za-z])")
"""Numbers of papers and accounts; no digest, which has letters beside its digits."""
_PART: Final = ".没有导完"
"""After the folder's name until everything is in it."""


@dataclass(frozen=True, slots=True)
class EverythingExported(Result):
    """What was written out.

    Attributes:
        folder: where it is; only its owner may look into it.
        masked: whether of numbers only head and tail stand there; the papers themselves are then left out.
        tables: the names of the tables; that of applicants is there even where there is no household.
        damaged: households that could not be read, or some paper of which could not: number and why; all else is there.
    """

    SCHEMA: ClassVar[str] = "archivist/export/1"
    folder: Path
    households: int
    events: int
    papers: int
    masked: bool
    tables: tuple[str, ...]
    damaged: tuple[tuple[str, str], ...]


def export_everything(
    workspace: Workspace,
    by: By,
    folder: Path,
    *,
    cases: Sequence[str] = (),
    full: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> EverythingExported:
    """Write every household of the archive, or some, into a new folder: a workbook, a CSV a table, the events, and the papers by household.

    Args:
        workspace: the open workspace; nothing in it changes.
        by: who asks; whom the files name is on record before the first is written.
        folder: a new one.
        cases: only these households, as people name them.
        full: with whole numbers, and with the papers, on which no number can be covered.
        progress: called with how many households are done, and of how many.

    Raises:
        UnknownActor: E505. RoleMissing: E504. UsageError: E001, the folder is there already. WriteFailed: E204.
            CaseNotFound: E201, AmbiguousCase: E003, of ``cases``.
    """
    authorisation.require(workspace, by, Act.EXPORT)
    if full:
        authorisation.require(workspace, by, Act.SEE_NUMBERS)
    part = folder.with_name(f"{folder.name}{_PART}")
    for one in (folder, part):
        if one.exists():
            raise UsageError(
                f"{one.name} 已经存在，不覆盖", remedy="换一个文件夹，或先移走它。", file=one.name
            )
    numbers = _numbers(workspace, cases) if cases else workspace.archive.case_numbers()
    workspace.archive.access.disclose(numbers)
    shown: Callable[[str], str] = (lambda text: text) if full else _masked
    rows = _no_rows()
    events = papers = 0
    damaged: dict[CaseNo, str] = {}
    try:
        part.mkdir(mode=0o700, parents=True)
        with private(part / EVENTS) as told:
            for done, number in enumerate(numbers, 1):
                try:
                    case = workspace.archive.read(number)
                    for event, _ in workspace.archive.chain(number).events:
                        line = json.dumps(
                            _covered(event.to_plain(), shown), ensure_ascii=False, sort_keys=True
                        )
                        told.write(f"{line}\n".encode())
                        events += 1
                    _add(rows, case, shown)
                    if full:
                        written = _papers(workspace, case, part / PAPERS / str(number))
                        papers += sum(not paper.damaged for paper in written)
                        if lost := [f"第 {paper.record} 件" for paper in written if paper.damaged]:
                            damaged[number] = f"{'、'.join(lost)}与归档时不同，没有另存"
                except IntegrityAlarm as alarm:
                    damaged[number] = alarm.what
                progress(done, len(numbers))
        used = _used(rows)
        _write_tables(part, used)
        part.rename(folder)
    except OSError as error:
        raise WriteFailed(
            f"没有写成（{reason_of(error)}）；写了一半的在 {part.name}", file=folder.name
        ) from error
    return EverythingExported(
        folder,
        len(numbers),
        events,
        papers,
        not full,
        tuple(used),
        tuple((str(n), why) for n, why in damaged.items()),
    )


def household_workbook(workspace: Workspace, by: By, cases: Sequence[str]) -> bytes:
    """Return the workbook (.xlsx) that ``export_everything`` writes of some households; of numbers only head and tail.

    Raises:
        UnknownActor: E505. RoleMissing: E504. CaseNotFound: E201. AmbiguousCase: E003. IntegrityAlarm: E202, one cannot be read.
    """
    authorisation.require(workspace, by, Act.EXPORT)
    numbers = _numbers(workspace, cases)
    workspace.archive.access.disclose(numbers)
    rows = _no_rows()
    for number in numbers:
        _add(rows, workspace.archive.read(number), _masked)
    return _workbook(_used(rows))


def _numbers(workspace: Workspace, cases: Sequence[str]) -> list[CaseNo]:
    return list(dict.fromkeys(map(workspace.find_case, cases)))


Tables = dict[str, list[list[str]]]
"""By the label of a group of facts: a line a household, or several."""


def _no_rows() -> Tables:
    return {group.label: [] for group in field_schema.GROUPS}


def _add(rows: Tables, case: Case, shown: Callable[[str], str]) -> None:
    for group in field_schema.GROUPS:
        rows[group.label] += ([*_head(case), *map(shown, row)] for row in _rows(case, group))


def _used(rows: Tables) -> Tables:
    """Return the tables that say something; the first, of applicants, is always there."""
    return {label: found for n, (label, found) in enumerate(rows.items()) if found or not n}


def _head(case: Case) -> tuple[str, ...]:
    return str(case.number), case.category.label, case.state.label, case.opened_on.isoformat()


def _rows(case: Case, group: Group) -> Iterator[list[str]]:
    value = case.facts.get(group.key, ())
    for row in (value,) if isinstance(value, Mapping) else value:
        yield [value_text(row.get(field.key)) for field in group.fields]


def _papers(workspace: Workspace, case: Case, target: Path) -> list[ExportedFile]:
    target.mkdir(mode=0o700, parents=True)
    with private(target / FACTS) as out:
        out.write(json.dumps(to_plain(case.facts), ensure_ascii=False, indent=1).encode())
    folder = workspace.archive.folder(case.number)
    return [one for record in case.records.values() for one in write_records(record, folder, target, None)]


def _columns(label: str) -> list[tuple[str, str]]:
    """Return heading and kind of each column of a table."""
    from archivist.procedure import roster_exported

    group = next(group for group in field_schema.GROUPS if group.label == label)
    return [*((head, "str") for head in roster_exported.HEADS), *((f.label, f.kind) for f in group.fields)]


def _workbook(tables: Tables) -> bytes:
    from archivist.tables.writer import BookWriter, SheetColumn

    book = BookWriter()
    for label, rows in tables.items():
        sheet = book.sheet(label, [SheetColumn(head, kind) for head, kind in _columns(label)])
        sheet.heads()
        for row in rows:
            sheet.row(row)
    return book.data()


def _write_tables(part: Path, tables: Tables) -> None:
    from archivist.tables.writer import FORMULA

    (part / TABLES).mkdir(mode=0o700)
    for label, rows in tables.items():
        text = io.StringIO(newline="")
        table = csv.writer(text)
        table.writerow(head for head, _ in _columns(label))
        for row in rows:
            table.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row])
        name = re.sub(r'[\\/:*?"<>|]', "", label)
        with private(part / TABLES / f"{name}.csv") as out:
            out.write(text.getvalue().encode("utf-8-sig"))
    with private(part / WORKBOOK) as out:
        out.write(_workbook(tables))


def _covered(value: object, shown: Callable[[str], str]) -> object:
    if isinstance(value, Mapping):
        return {key: _covered(one, shown) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_covered(one, shown) for one in value]
    return shown(value) if isinstance(value, str) else value


def _masked(text: str) -> str:
    return _LONG.sub(lambda found: mask_id(found.group()), text)
