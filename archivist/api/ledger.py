"""The ledger: numbers given, documents of the office, checks and decisions; the office's own permanent chain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.history import LoggedEvent
from archivist.api.result import Result
from archivist.model.event import Op

if TYPE_CHECKING:
    from archivist.model.event import Event
    from archivist.workspace import Workspace

TITLES: Final[Mapping[Op, str]] = MappingProxyType(
    {
        Op.LEDGER_OPENED: "启用总账",
        Op.NUMBERS_ALLOCATED: "给出编号",
        Op.OFFICE_DOCUMENT_ISSUED: "制发机关文书",
        Op.VERIFIED: "核对",
        Op.ALARM_CLEARED: "警报了结",
    }
)
"""What people call an event of the ledger."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """An event of the ledger and the year whose ledger it stands in."""

    year: int
    event: LoggedEvent


@dataclass(frozen=True, slots=True)
class LedgerEntries(Result):
    """Events of the ledger in their order, year by year."""

    SCHEMA: ClassVar[str] = "archivist/ledger/1"

    entries: tuple[LedgerEntry, ...]


def ledger_entries(
    workspace: Workspace, *, year: int | None = None, documents: bool = False
) -> LedgerEntries:
    """Return the events of the ledger: of one year when it is given, only the documents issued when asked.

    Raises:
        IntegrityAlarm: E202. NewerFormat: E210.
    """
    return LedgerEntries(
        tuple(
            LedgerEntry(when, LoggedEvent.of(event, TITLES.get(event.op, event.op.value), _text(event)))
            for event, when in _by_year(workspace.archive.ledger_events())
            if year in (None, when) and (not documents or event.op is Op.OFFICE_DOCUMENT_ISSUED)
        )
    )


def _by_year(events: Iterable[Event]) -> Iterator[tuple[Event, int]]:
    """Yield each event with the year of the ledger it stands in; each year's begins by saying which it is."""
    year = 0
    for event in events:
        if event.op is Op.LEDGER_OPENED:
            year = int(event.data["year"])
        yield event, year


def _text(event: Event) -> str:
    """Say what an event of the ledger tells, in one line."""
    data = event.data
    match event.op:
        case Op.LEDGER_OPENED:
            return f"{data['year']} 年"
        case Op.NUMBERS_ALLOCATED:
            numbers = "—".join(dict.fromkeys((str(data["first"]), str(data["last"]))))
            return f"{data['sequence']} {data['year']} 年第 {numbers} 号"
        case Op.OFFICE_DOCUMENT_ISSUED:
            names = "、".join(f["path"].rpartition("/")[2] for f in data["files"])
            number = f"，{data['doc_no']}" if data["doc_no"] else ""
            return f"{data['title']}（{data['date']}{number}）：{names}"
        case Op.VERIFIED:
            return f"{'只查链与大小' if data['quick'] else '全部内容'}，{len(data['checked'])} 个，不符 {len(data['findings'])} 处"
        case Op.ALARM_CLEARED:
            how = {"accepted": "决定维持现状", "clean": "再次核对无误"}.get(data["how"], "已恢复")
            return f"{data['case']} {how}" + (f"（{event.reason}）" if event.reason else "")
        case _:
            return event.reason
