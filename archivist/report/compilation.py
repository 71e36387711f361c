"""Making a register from the archive: which households, which days, what must be said of it, what its document is given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from archivist.config import Office
from archivist.doctypes.catalogue import Catalogue, DocumentType, FieldSpec
from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.errors import ArchivistError, DocumentNotApplicable, IntegrityAlarm, UsageError
from archivist.model.case import Case
from archivist.model.chinese import format_date
from archivist.model.custody import Handover
from archivist.model.event import Event
from archivist.model.group_holds import GroupHold
from archivist.model.ids import CaseNo, Category
from archivist.model.step_ids import GRANTING, StepId
from archivist.model.tombstone import Tombstone
from archivist.report.case_history import HouseholdHistory
from archivist.report.listed_payments import ListedPayment
from archivist.report.notice_members import POSTED
from archivist.report.query import Period, Query
from archivist.report.register import NIL, Register, RegisterRequest
from archivist.report.registers.registry import Kind, registers
from archivist.rules.pack import Pack
from archivist.rules.payment_months import first_month
from archivist.rules.rule_ids import RuleId
from archivist.store import bag, bag_fixity, durable_files, held_files
from archivist.store import chain as chains
from archivist.workspace import Workspace

_OFFICE: Final = Office()
REGISTERS: Final = registers()
"""Document → how it is made."""
OF_HOLDS: Final = (
    DocumentId.EXPIRY_LIST,
    DocumentId.DISPOSAL_APPRAISAL_OPINION,
    DocumentId.DESTRUCTION_REGISTER,
    DocumentId.DESTRUCTION_APPROVAL,
    DocumentId.DESTRUCTION_SUPERVISION_RECORD,
    DocumentId.CUSTODY_REGISTER,
    DocumentId.HOLD_REGISTER,
)
"""Registers of what becomes of files: they ask the ledger for holds on many cases, and are not made where it cannot say."""

OF_THE_GONE: Final = (DocumentId.ELECTRONIC_DESTRUCTION_LOG, DocumentId.HANDOVER_REGISTER)
"""Registers that tell of files which are not here any more."""


OF_ONE_OFFICE: Final = frozenset({*OF_HOLDS, *OF_THE_GONE, DocumentId.ARCHIVE_TRANSFER_LIST})
"""Registers of what an office does with its own files: the bureau, which has copies, makes none of them."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """The households a register is made from.

    Attributes:
        houses: those wanted.
        unread: which cases could not be looked at, and why.
        named: the case numbers that were asked for one by one.
        sealed: see ``RegisterRequest``; ``groups``, ``destroyed`` and ``handovers`` too.
        notes: what a reader must know of where they come from.
    """

    houses: tuple[HouseholdHistory, ...] = ()
    unread: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    sealed: Callable[[CaseNo], str] = field(default=lambda _number: "", compare=False)
    groups: tuple[GroupHold, ...] = ()
    destroyed: tuple[Tombstone, ...] = ()
    notes: tuple[str, ...] = ()
    handovers: Mapping[CaseNo, Handover] = field(default_factory=dict)


def is_of_one_office(document: DocumentType) -> bool:
    """Tell whether only the office whose files they are makes a document: sheets that it issues, and lists of what becomes of files."""
    return bool(sheetwise(document)) or document.id in OF_ONE_OFFICE


def sheetwise(document: DocumentType) -> str:
    """Return the period of a document that is issued sheet by sheet, a village's or a meeting's; empty for registers."""
    if document.id == DocumentId.MINUTES_ORIGINAL:
        return "month"
    return POSTED[document.id][0] if document.id in POSTED else ""


def offered(catalogue: Catalogue, pack: Pack) -> list[tuple[DocumentType, str]]:
    """Return what an office can have made over many households, each with its period when none is named."""
    found = [d for d in catalogue if d.id in REGISTERS or sheetwise(d)]
    return [(d, sheetwise(d) or REGISTERS[d.id].period) for d in found if not d.packs or pack.id in d.packs]


def kind_of(document: DocumentType, pack: Pack, period: Period | None = None) -> Kind:
    """Return how a document is made.

    Raises:
        UsageError: E001, it is no document over many households, or not about such a period.
        DocumentNotApplicable: E307, the office's rule pack does not know it.
    """
    kind = REGISTERS.get(document.id)
    if kind is None:
        raise UsageError(
            f"{document.title}不是汇总的册表；有哪些册表：archivist report",
            remedy="机关文书请用 archivist generate，不写户号。"
            if document.of_office
            else "为一户制发的文书请用 archivist generate。",
        )
    if document.packs and pack.id not in document.packs:
        raise DocumentNotApplicable(
            f"{document.title}只用于规则包 {'、'.join(document.packs)}，本单位适用 {pack.id}"
        )
    if period and kind.one_month and (period.first.day != 1 or period.slug != period.month):
        raise UsageError(f"{document.title}按月编制，请用 --month 写明月份")
    return kind


def collect(
    workspace: Workspace,
    document: DocumentType,
    query: Query,
    step: Callable[[int, int], None] = lambda _done, _all: None,
) -> Compiled:
    """Read the cases a register is about, each from its own chain; one that cannot be read is named, never left out.

    Args:
        workspace: the open workspace.
        document: the register; only cases of its categories.
        query: which of them.
        step: called with the cases read and all those to be.
    """
    numbers = [
        n
        for n in workspace.archive.case_numbers()
        if n.category in (document.categories or Category)
        and query.wants(n.category)
        and (not query.named or str(n) in query.named)
    ]
    houses, unread = [], []
    for done, number in enumerate(numbers, 1):
        try:
            chain = workspace.archive.chain(number)
            case = chains.state(number, chain)
        except ArchivistError as error:
            unread.append(str(error))
        except chains.UNFIT as error:
            unread.append(f"{number}：事件内容前后矛盾（{error}）")
        else:
            if query.holds(case):
                houses.append(_history(case, (event for event, _ in chain.events), workspace.pack))
        step(done, len(numbers))
    groups = held_files.group_holds(workspace.archive) if document.id in OF_HOLDS else ()
    return Compiled(
        tuple(houses),
        tuple(unread),
        query.named,
        lambda number: _sealed(workspace, number),
        groups,
        _destroyed(workspace) if document.id in OF_THE_GONE else (),
        handovers=workspace.archive.custody.handed_over()
        if document.id == DocumentId.HANDOVER_REGISTER
        else {},
    )


def _destroyed(workspace: Workspace) -> tuple[Tombstone, ...]:
    stones = workspace.archive.tombstones().values()
    return tuple(sorted(stones, key=lambda stone: (stone.destroyed_at or "9", stone.case)))


def _history(case: Case, events: Iterable[Event], pack: Pack) -> HouseholdHistory:
    granted = case.step(*GRANTING)
    first = first_month(case, pack, granted.on if granted else None)
    stopping = case.step(StepId.SUSPEND, StepId.TERMINATE)
    stop = pack.rule_for(RuleId.PAY_STOP, case, stopping.on if stopping else case.rules_on)
    return HouseholdHistory.read(
        case, events, lawful_from=first[0] if first else "", stops_after=int(stop.value) if stop else 0
    )


def _sealed(workspace: Workspace, number: CaseNo) -> str:
    """Return the digest of a case's tag manifest, once chain, manifests and sizes were found to agree."""
    folder = workspace.archive.folder(number)
    findings = workspace.archive.alarms.findings(number) or bag_fixity.check_bag(folder, quick=True).findings
    if findings:
        raise IntegrityAlarm(f"{len(findings)}处与事件链不符，恢复之前不能移交", file=str(number))
    return durable_files.digest_of(folder / bag.TAG_MANIFEST)[0]


def make(
    document: DocumentType,
    found: Compiled,
    pack: Pack,
    period: Period,
    *,
    today: dt.date,
    words: str = "",
    told: Mapping[str, str] = {},
    office: Office = _OFFICE,
    listed: Sequence[ListedPayment] = (),
) -> Register:
    """Make a register and say on it what a reader must know: which cases, which days, what could not be read.

    Args:
        document: the register.
        found: the households.
        pack: the office's rules.
        period: the days it is about.
        today: nothing is known of later days.
        words: of the query, when not all cases were wanted.
        told: what the clerk tells besides, by path.
        office: who makes it.
        listed: the payments of a list that was handed in.

    Raises:
        UsageError: E001, what the register cannot do without was not told.
    """
    kind = kind_of(document, pack, period)
    register = kind.make(
        RegisterRequest(
            found.houses,
            pack,
            period,
            office,
            told,
            found.named,
            found.sealed,
            listed,
            found.groups,
            found.destroyed,
            found.handovers,
        )
    )
    if heading := document.field(kind.heading):
        register.values[heading.path] = period.month if heading.kind == "ym" else period.label
    if words and not kind.named:
        register.notes.append(f"本表只列符合条件的户：{words}。")
    if period.last > today and not kind.ahead:
        register.notes.append(f"统计期尚未结束，只计至{format_date(today)}已登记的事项。")
    register.notes += found.notes
    if found.unread:
        names = "、".join(line.split("：")[0] for line in found.unread)
        register.notes.append(f"未检{len(found.unread)}户，没有计入：{names}。")
    return register


def lists_lines(document: DocumentType) -> bool:
    """Tell whether a document has lines at all; an approval of a destruction is a form about its sums."""
    return any(f.kind == "table" for f in document.fields)


def register_values(document: DocumentType, register: Register, *, nil: bool = False) -> dict[str, object]:
    """Return what a register tells the document: declared fields only, lines without the columns it has not.

    Args:
        document: the register's document.
        register: its content.
        nil: there is nothing to list and that is what is reported: each empty table says so in a line.
    """
    told: dict[str, object] = {}
    for spec in document.fields:
        value = register.values.get(spec.path)
        if isinstance(value, list):
            keys = {c.key for c in spec.columns}
            told[spec.path] = [{k: v for k, v in row.items() if k in keys} for row in value]
            if (nil or register.tells) and not value:
                told[spec.path] = [_nil_line(spec)]
        elif value is not None and value != "":
            told[spec.path] = value
    if nil:
        told = {k: v for k, v in register.nil.items() if document.field(k)} | told
    if register.notes and document.field(FieldPath.REGISTER_NOTES):
        told[FieldPath.REGISTER_NOTES] = register.notes
    return told


def _nil_line(spec: FieldSpec) -> dict[str, object]:
    """Return the line that says there is none: numbered nought, the words where a name stands, else the first text."""
    first = next(c.key for kind in ("name", "str", "text") for c in spec.columns if c.kind == kind)
    return {first: NIL} | ({"n": 0} if any(c.key == "n" for c in spec.columns) else {})
