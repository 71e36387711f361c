"""Everything one document may draw on: the case, the office, the day, the rules, what the clerk adds, what the archive tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

from archivist.config import Config
from archivist.doctypes.catalogue import PLACES, Catalogue, DocumentType, FieldSpec
from archivist.doctypes.field_paths import FieldPath
from archivist.documents.values.nested import flattened
from archivist.errors import InvalidValue
from archivist.model import chinese
from archivist.model.case import Case
from archivist.model.fact_paths import FactPath
from archivist.model.facts import Path, rows, set_fact
from archivist.model.ids import CaseNo, IdNumber, id_birth_date
from archivist.model.invisible import without_invisible
from archivist.model.office_papers import OfficePaper
from archivist.model.persons import impossible_birth
from archivist.model.record import Record
from archivist.model.states import StepTaken
from archivist.model.values import parse_value, table_cells
from archivist.rules import admissibility
from archivist.rules.pack import Pack
from archivist.rules.rule import Rule
from archivist.rules.rule_days import RuleDays

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Fixity:
    """What comparing the files of a case with its manifests came to.

    Attributes:
        findings: how many disagreements.
        files: the paths that disagree, relative to the bag.
        filed_by: number of an event → who recorded it.
        at: when they were compared; aware.
    """

    findings: int
    files: frozenset[str]
    filed_by: Mapping[int, str]
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class DocumentSources:
    """What a document of a workspace draws on besides its own case: the rules, and what the archive alone can tell.

    Attributes:
        pack: the office's rules, with its working days.
        catalogue: the document types.
        read_case: a case by its number; raises ArchivistError.
        case_numbers: the number of every case of the archive.
        words: the text of a record of the case, ``None`` when there is none to be read.
        recipients: the persons in benefit, in all cases; reads every one.
        office_papers: the documents of the office that the ledger tells of.
        fixity: compares the files of the case with its manifests; reads all of them. ``None`` for a document of the office.
    """

    pack: Pack
    catalogue: Catalogue
    read_case: Callable[[CaseNo], Case]
    case_numbers: Callable[[], Iterable[CaseNo]]
    words: Callable[[Record], str | None] = lambda _: None
    recipients: Callable[[], int] = lambda: 0
    office_papers: Callable[[], Sequence[OfficePaper]] = tuple
    fixity: Callable[[], Fixity] | None = None


@dataclass
class DocumentContext:
    """Everything one document may draw on, and what was found on the way.

    Attributes:
        on: date of the document (成文日期) unless ``made_on`` is given.
        sources: what a workspace tells; without it nothing the rules say is known.
        given: what the clerk adds, checked, by path, in stored form (dates ``YYYY-MM-DD`` …).
        extra: the same for what is settled elsewhere, such as the reference number.
        problems: what stops the document.
        doubts: what a person must look at before it is signed; none of them stops it.
        draft: it is only looked at: what is not known yet stands as 〔待填〕, and nothing stops it but what was told wrongly.
        provisional: last days that were reckoned and that an announcement still to come may move (暂算).
        results: what was worked out so far, by the function that did; see ``once``.
    """

    document: DocumentType
    case: Case
    config: Config
    on: dt.date
    sources: DocumentSources | None = None
    given: dict[str, object] = field(default_factory=dict)
    extra: dict[str, object] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    draft: bool = False
    provisional: set[dt.date] = field(default_factory=set)
    results: dict[Callable[[DocumentContext], object], object] = field(default_factory=dict)

    @classmethod
    def read(
        cls,
        document: DocumentType,
        case: Case,
        config: Config,
        *,
        on: dt.date,
        given: Mapping[str, object],
        extra: Mapping[str, object] = {},
        sources: DocumentSources | None = None,
        draft: bool = False,
    ) -> DocumentContext:
        """Return the context of a document, with the faults of what it was told.

        Args:
            document: the type, from the catalogue.
            case: the household as it stands; a document never contradicts it.
            config: office, people, standards.
            on: date of the document unless ``made_on`` is given.
            given: what the clerk adds, by dotted path or Chinese name.
            extra: what is settled elsewhere and wins over all else; nested or with dotted keys.
            sources: what the workspace tells.
            draft: it is only looked at.
        """
        context = cls(document, case, config, on, sources, draft=draft)
        context._read_extra(extra)
        context._read_given(given)
        accepted = context.given.get(FactPath.APPLICATION_ACCEPTED_ON)
        if accepted and case.accepted_on is None:  # by its day the rules are chosen
            told = Path.parse(FactPath.APPLICATION_ACCEPTED_ON)
            context.case = replace(case, facts=set_fact(case.facts, told, accepted))
        return context

    def _read_given(self, given: Mapping[str, object]) -> None:
        """Check what the clerk gave: known names, right types."""
        for name, value in given.items():
            spec = self.document.field(str(name))
            if spec is None:
                self.problems.append(f"“{self.document.title}”没有“{name}”这一项")
            elif spec.kind in PLACES:
                self.problems.append(f"{spec.named}须在纸上签章，不能填写")
            elif (parsed := self.checked(spec, value)) is not None:
                self.given[spec.path] = parsed
                self.problems += [f"{spec.named}：{why}" for why in _impossible_births(spec, parsed, self.on)]

    def _read_extra(self, extra: Mapping[str, object]) -> None:
        """Take what is settled elsewhere; names this document does not declare are not its business."""
        flat = dict(flattened(extra))
        for spec in self.document.fields:
            if spec.path in flat and (parsed := self.checked(spec, flat[spec.path])) is not None:
                self.extra[spec.path] = parsed

    def checked(self, spec: FieldSpec, value: object) -> object:
        """Return a value as stored; ``None`` when there is nothing, or when it does not fit, which is a problem."""
        try:
            parsed = stored(spec, value)
        except InvalidValue as error:
            self.problems.append(f"{spec.named}：{error.what}")
            self.problems += [f"{spec.named}：{p}" for p in error.problems]
            return None
        return None if parsed in ("", ()) else parsed

    # ── what is asked of it ──────────────────────────────────────────────────────────────────────────────
    @property
    def pack(self) -> Pack:
        """The office's rules; asked only where there are sources."""
        assert self.sources is not None
        return self.sources.pack

    @property
    def catalogue(self) -> Catalogue:
        """The document types; asked only where there are sources."""
        assert self.sources is not None
        return self.sources.catalogue

    def fact(self, path: str) -> object:
        """Return a fact of the case as stored, or what the clerk gave for it; a table as its rows."""
        group, _, key = path.partition(".")
        if not key:
            return rows(self.case.facts, group) or self.given.get(path)
        found = self.case.fact(path)
        return found if found is not None else self.given.get(path)

    def text(self, path: str) -> str:
        """Return what was told at a path as plain text, empty when nothing was."""
        value = self.extra.get(path) or self.fact(path)
        return "" if value is None else str(value)

    def day(self, path: str) -> dt.date | None:
        """Return the day that was told at a path, of a date and time its day."""
        told = self.text(path)
        return dt.date.fromisoformat(told[:10]) if told else None

    def last_day(self, rule: Rule, start: dt.date) -> dt.date:
        """Return the last day of a time limit, and note where it may still move."""
        end = rule.deadline(start, self.pack.calendar)
        if end.provisional and end.day not in self.provisional:
            self.provisional.add(end.day)
            self.doubts.append(f"{rule.title}至 {end.day} 为暂算：放假安排公布后可能变动，公布后请核对")
        return end.day

    def rows(self, path: str) -> tuple[Row, ...]:
        """Return the rows of a table that were told; none when nothing was."""
        found = self.extra.get(path) or self.fact(path)
        return tuple(row for row in found if isinstance(row, Mapping)) if isinstance(found, tuple) else ()

    @property
    def made_on(self) -> dt.date:
        """The date the document bears."""
        return self.day(FieldPath.MADE_ON) or self.on

    @property
    def acted_on(self) -> dt.date:
        """The day of the act it records: of the step it rests on, else the date it bears."""
        return self.rested_on.on if self.rested_on else self.made_on

    @property
    def rested_on(self) -> StepTaken | None:
        """The step it rests on, where one brought it forth."""
        return admissibility.rests_on(self.pack, self.case, self.document.id) if self.sources else None

    @property
    def days(self) -> RuleDays:
        """The days by which rows hold for it."""
        return RuleDays(self.case.rules_on, self.acted_on)

    def rule_for(self, rule_id: str) -> Rule | None:
        """Return the row that holds for its case on the day of its act; see ``Pack.rule_for``."""
        return self.pack.rule_for(rule_id, self.case, self.acted_on)

    @property
    def next_number(self) -> str:
        """The number of the record the document becomes when it is issued."""
        return f"{self.case.number}-{self.case.next_record()}"


T = TypeVar("T")


def once(work_out: Callable[[DocumentContext], T]) -> Callable[[DocumentContext], T]:
    """Return a function whose result is worked out once a document, however often it is asked for."""

    def result(context: DocumentContext) -> T:
        if work_out not in context.results:
            context.results[work_out] = work_out(context)
        return cast(T, context.results[work_out])

    return result


def stored(spec: FieldSpec, value: object) -> object:
    """Check a value against its field and return it as facts store it.

    A table is a list of rows (keys or Chinese column names), or text with one row on a line and ``|`` between cells;
    a list is a sequence or text with one item on a line.

    Raises:
        InvalidValue: E002.
    """
    if spec.kind == "list":
        items = value.splitlines() if isinstance(value, str) else list(_sequence(value))
        texts = (without_invisible(str(i)) for i in items)
        return tuple(chinese.clean_text(text) for text in texts if text.strip())
    if spec.kind == "table":
        if isinstance(value, str):
            named = [c for c in spec.columns if c.key != "n"]
            value = [{c.key: cell for c, cell in zip(named, row, strict=False)} for row in table_cells(value)]
        return tuple(_stored_row(spec, i, row) for i, row in enumerate(_sequence(value), 1))
    return parse_value(spec.kind, value, spec.choices)


def _impossible_births(spec: FieldSpec, parsed: object, on: dt.date) -> Iterator[str]:
    """Yield the ID numbers among what a field was told that nobody can have."""
    if spec.kind == "table" and isinstance(parsed, tuple):
        cells = [row.get(c.key) for row in parsed for c in spec.columns if c.kind == "id"]
    else:
        cells = [parsed] if spec.kind == "id" else []
    for cell in cells:
        if cell and (why := impossible_birth(id_birth_date(IdNumber(str(cell))), on)):
            yield f"证号表明的{why}"


def _sequence(value: object) -> Sequence[Any]:
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return value
    raise InvalidValue("应为多行")


def _stored_row(spec: FieldSpec, number: int, row: object) -> Row:
    if not isinstance(row, Mapping):
        raise InvalidValue(f"第 {number} 行不是表格的一行")
    names = {name: c for c in spec.columns for name in (c.key, c.label)}
    kept: dict[str, object] = {}
    for name, value in row.items():
        if (column := names.get(str(name))) is None:
            continue
        try:
            kept[column.key] = parse_value(column.kind, value, column.choices)
        except InvalidValue as error:
            raise InvalidValue(f"第 {number} 行{column.label}：{error.what}") from None
    return kept
