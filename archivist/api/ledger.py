"""The ledger: numbers given, documents of the office, checks and decisions; the office's own permanent chain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.authorisation import authorised
from archivist.api.history import LoggedEvent
from archivist.api.result import Result
from archivist.model.event import Op
from archivist.model.group_holds import HeldCases
from archivist.model.holds import WHOLE_CASE, Hold
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.issuing.number_series import NumberLine
    from archivist.model.by import By
    from archivist.model.event import Event
    from archivist.workspace import Workspace

TITLES: Final[Mapping[Op, str]] = MappingProxyType(
    {
        Op.LEDGER_OPENED: "启用总账",
        Op.NUMBERS_ALLOCATED: "给出编号",
        Op.NUMBERS_VACANT: "空号",
        Op.OFFICE_DOCUMENT_ISSUED: "制发机关文书",
        Op.VERIFIED: "核对",
        Op.CASE_BOUND: "绑定",
        Op.ALARM_CLEARED: "警报了结",
        Op.HEADS_RECORDED: "登记链头",
        Op.SEALED: "封存",
        Op.CLOCK_ACCEPTED: "认可机器时间",
        Op.PIN_CHANGED: "口令",
        Op.ACCESS_LOG_DESTROYED: "销毁查阅登记",
        Op.BACKUP_MADE: "备份",
        Op.FOUR_NATURE_CHECKED: "四性检测",
        Op.RESTORED: "恢复",
        Op.TRANSFERRED_OUT: "转出",
        Op.SUBMISSION_STARTED: "报送开始",
        Op.SUBMISSION_MADE: "报送包做完",
        Op.SUBMISSION_ACKNOWLEDGED: "报送回执",
        Op.SUBMISSION_RECEIVED: "接收报送",
        Op.CUSTODY_RECEIVED: "接管户档",
        Op.CUSTODY_TAKEN_BACK: "收回移交",
        Op.SAMPLE_DRAWN: "抽取抽查名单",
        Op.FEEDBACK_GIVEN: "抽查反馈",
        Op.HOLD_DECLARED: "成批冻结",
        Op.GROUP_HOLD_RELEASED: "解除成批冻结",
        Op.DISPOSAL_PROPOSED: "拟销毁",
        Op.DISPOSAL_APPRAISED: "鉴定",
        Op.DISPOSAL_APPROVED: "批准销毁",
        Op.DISPOSAL_ROW_WITHDRAWN: "退出销毁批次",
        Op.DISPOSAL_CANCELLED: "撤销销毁批次",
        Op.DISPOSAL_STARTED: "开始销毁",
        Op.CASE_DESTROYING: "销毁中",
        Op.CASE_DESTROYED: "已销毁",
        Op.DISPOSAL_EXECUTED: "销毁办毕",
        Op.DISPOSAL_RESIDUE_CLEARED: "残留已清",
        Op.RECORD_RESIDUE_CLEARED: "已剔除的件残留已清",
        Op.DISPOSAL_CLOSED: "销毁批次完成",
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


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """One reference number (文号) and what bears it; see ``issuing.number_series.NumberLine`` for what is not said here.

    Attributes:
        number: within the year; ``None`` for a document of the office that bears none, and then ``doc_no`` is empty.
        state: ``filed``, ``handed_out`` (by the office), ``void``, ``vacant``, ``in_progress``, ``unexplained``;
            ``state_label`` says it in Chinese.
        by_hand: a person chose it.
        reason: why it is void or vacant.
        noted: what a document of the office says of itself, by the names of its fields.
    """

    year: int
    number: int | None
    doc_no: str
    state: str
    state_label: str
    by_hand: bool
    document: str
    title: str
    date: str
    case: str
    record: str
    reason: str
    noted: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DocumentNumbers(Result):
    """The unbroken series of reference numbers, year by year.

    Attributes:
        unexplained: the numbers that no document bears and of which nobody said why.
        repeated: the numbers that more than one document bears.
        unread: the households whose file could not be read, with why.
        made_vacant: the numbers that were entered as vacant (空号) now.
    """

    SCHEMA: ClassVar[str] = "archivist/document-numbers/1"

    numbers: tuple[DocumentNumber, ...]
    unexplained: tuple[str, ...]
    repeated: tuple[str, ...]
    unread: tuple[str, ...]
    made_vacant: tuple[str, ...] = ()


def document_numbers(workspace: Workspace, *, year: int | None = None) -> DocumentNumbers:
    """Return the series of reference numbers, of one year when it is given: what bears each, or why nothing does.

    Raises:
        IntegrityAlarm: E202, of the ledger. NewerFormat: E210.
    """
    from archivist.issuing.number_series import series

    found = series(workspace, year)
    return DocumentNumbers(
        tuple(
            DocumentNumber(
                year=line.year,
                number=line.number,
                doc_no=line.doc_no,
                state=line.state.value,
                state_label=line.state.label,
                by_hand=line.by_hand,
                document=line.document,
                title=line.title or _title(workspace, line.document),
                date=line.date,
                case=line.case,
                record=line.record,
                reason=line.reason,
                noted=_noted(workspace, line),
            )
            for line in found.lines
        ),
        tuple(line.doc_no for line in found.unexplained),
        found.repeated,
        tuple(f"{number}：{why}" for number, why in found.unread.items()),
    )


def _noted(workspace: Workspace, line: NumberLine) -> dict[str, str]:
    """Return what a document says of itself, by the names its type gives its fields."""
    if not line.noted or line.document not in workspace.catalogue:
        return {}
    fields = {f.path: f.label for f in workspace.catalogue.get(line.document).fields}
    return {fields.get(path, path): str(value) for path, value in line.noted.items()}


def _title(workspace: Workspace, document: str) -> str:
    """Return the name of the type a number was taken for, empty when nobody noted it."""
    return workspace.catalogue.get(document).title if document in workspace.catalogue else ""


@authorised(Act.ENTER_VACANT)
def make_vacant(workspace: Workspace, by: By, reason: str, *, year: int | None = None) -> DocumentNumbers:
    """Enter as vacant (空号) the numbers that no document bears and of which nobody said why; return the series then.

    Raises:
        InvalidValue: E002, no reason. ArchiveError: E200, a household's file cannot be read or is gone. WriteFailed: E204.
    """
    from archivist.issuing.number_series import enter_vacant

    made = enter_vacant(workspace, by, reason, year)
    return replace(document_numbers(workspace, year=year), made_vacant=made)


def ledger_entries(workspace: Workspace, *, year: int | None = None) -> LedgerEntries:
    """Return the events of the ledger, of one year when it is given.

    Raises:
        IntegrityAlarm: E202. NewerFormat: E210.
    """
    return LedgerEntries(
        tuple(
            LedgerEntry(when, LoggedEvent.of(event, TITLES.get(event.op, event.op.value), _text(event)))
            for event, when in _by_year(workspace.archive.ledger_events())
            if year in (None, when)
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
        case Op.NUMBERS_ALLOCATED | Op.NUMBERS_VACANT:
            return _text_of_numbers(event)
        case Op.OFFICE_DOCUMENT_ISSUED:
            names = "、".join(f["path"].rpartition("/")[2] for f in data["files"])
            number = f"，{data['doc_no']}" if data["doc_no"] else ""
            return f"{data['title']}（{data['date']}{number}）：{names}"
        case Op.VERIFIED | Op.FOUR_NATURE_CHECKED:
            return _text_of_checks(event)
        case Op.ALARM_CLEARED:
            how = {
                "accepted": "决定维持现状",
                "clean": "再次核对无误",
                "loss": f"恢复时放弃：{'；'.join(data.get('lost', ()))}",
            }.get(data["how"], "已恢复")
            return f"{data['case']} {how}" + (f"（{event.reason}）" if event.reason else "")
        case Op.HEADS_RECORDED:
            return f"{len(data['heads'])} 个"
        case Op.CLOCK_ACCEPTED | Op.PIN_CHANGED:
            return _of_who(event)
        case Op.SEALED:
            return f"{data['seal']}，户档 {data['cases']} 个，摘要 {data['sha256'][:20]}…"
        case Op.ACCESS_LOG_DESTROYED:
            months = "、".join(m["month"] for m in data["months"])
            return f"{months}，与 {data['witness']} 一同；{event.reason}"
        case (
            Op.RESTORED
            | Op.TRANSFERRED_OUT
            | Op.BACKUP_MADE
            | Op.SUBMISSION_STARTED
            | Op.SUBMISSION_MADE
            | Op.SUBMISSION_ACKNOWLEDGED
        ):
            return _text_of_copies(event)
        case Op.HOLD_DECLARED | Op.GROUP_HOLD_RELEASED:
            return _text_of_group_holds(event)
        case _:
            of_disposal = "disposal" in data or event.op is Op.RECORD_RESIDUE_CLEARED
            return _text_of_disposal(event) if of_disposal else _text_of_bureau(event)


def _text_of_checks(event: Event) -> str:
    """Return what was looked at, and what came of it."""
    data = event.data
    if event.op is Op.FOUR_NATURE_CHECKED:
        return f"{len(data['cases'])} 户，{data['conclusion']}"
    return f"{'只查链与大小' if data['quick'] else '全部内容'}，{len(data['checked'])} 个，不符 {len(data['findings'])} 处"


def _text_of_numbers(event: Event) -> str:
    """Return which numbers were taken, or are vacant and why."""
    data = event.data
    if event.op is Op.NUMBERS_VACANT:
        numbers = "、".join(map(str, data["numbers"]))
        return f"{data['sequence']} {data['year']} 年第 {numbers} 号：{event.reason}"
    numbers = "—".join(dict.fromkeys((str(data["first"]), str(data["last"]))))
    by_hand = "（手填）" if data.get("by_hand") else ""
    return f"{data['sequence']} {data['year']} 年第 {numbers} 号{by_hand}"


def _text_of_copies(event: Event) -> str:
    """Return what a backup made or a restoration did, or how far a submission to the bureau has come."""
    data = event.data
    if event.op is Op.TRANSFERRED_OUT:
        return f"{data['case']} → {data['to']}，{data['files'][0]['path']}"
    if "submission" in data:
        return _text_of_submission(event)
    if event.op is Op.BACKUP_MADE:
        damaged = f"，其中 {data['damaged']} 处已损坏" if data["damaged"] else ""
        return f"{data['generation']}（{data['medium']}），{data['bags']} 个档案袋{damaged}"
    lost = f"，放弃 {len(data['lost'])} 处" if data["lost"] else ""
    return f"{data['what']}：取回 {len(data['restored'])} 个、移出 {len(data['aside'])} 个{lost}，仍有 {data['left']} 处不符"


def _text_of_group_holds(event: Event) -> str:
    """Return which cases are held, or by whom a hold on them was released."""
    data = event.data
    if event.op is Op.GROUP_HOLD_RELEASED:
        return f"{data['hold']}，{'、'.join(data['by'])}：{data['basis']}"
    hold = Hold.from_plain({**data, "scope": WHOLE_CASE}, event)
    return f"{hold.id} {hold.words}：{HeldCases.from_plain(data).words}"


def _text_of_submission(event: Event) -> str:
    data = event.data
    match event.op:
        case Op.SUBMISSION_STARTED:
            to = f"移交 {data['custody']['to']}，" if "custody" in data else ""
            return f"{data['submission']}：{to}{data['cases']} 户，{data['parts']} 个分包，锚 {data['anchor'][:20]}…"
        case Op.SUBMISSION_MADE:
            return f"{data['submission']}：{len(data['parts'])} 个分包，逐包读回相符"
    returned = f"，退回 {len(data['returned'])} 户" if data["returned"] else ""
    return f"{data['submission']}：{data['bureau']} {data['received_at'][:10]} 接收{returned}"


def _text_of_disposal(event: Event) -> str:
    """Return what became of a batch that is to be destroyed, of one of its cases, of a record that was taken out."""
    data = event.data
    if event.op is Op.RECORD_RESIDUE_CLEARED:
        return f"{data['case']} 第 {data['record']} 件：{data['place']}，{'、'.join(data['by'])}"
    match event.op:
        case Op.DISPOSAL_PROPOSED | Op.DISPOSAL_APPROVED:
            what = f"{len(data['cases'])} 户，清册 {data['list_sha256'][:8]}…"
        case Op.DISPOSAL_APPRAISED:
            what = f"{len(data['opinions'])} 户，{'、'.join(data['appraisers'])}"
        case Op.DISPOSAL_ROW_WITHDRAWN:
            what = f"{data['case']}：{data['why']}"
        case Op.DISPOSAL_STARTED:
            what = f"{data['executor']}，监销 {'、'.join(data['witnesses'])}"
        case Op.CASE_DESTROYING | Op.CASE_DESTROYED:
            what = str(data["case"]) + ("（补完）" if data.get("resumed") else "")
        case Op.DISPOSAL_EXECUTED:
            what = f"销毁 {len(data['destroyed'])} 户，退出 {len(data['withdrawn'])} 户"
        case Op.DISPOSAL_RESIDUE_CLEARED:
            what = f"{data['place']}，{'、'.join(data['by'])}"
        case _:
            what = event.reason
    return f"{data['disposal']} {what}".strip()


def _text_of_bureau(event: Event) -> str:
    """Say what the bureau received, drew or answered; of any other event, why it is there."""
    data = event.data
    if event.op is Op.SUBMISSION_RECEIVED:
        taken = sum(not str(head[0]).startswith("ledger-") for head in data["heads"])
        return f"{data['submission']}：接收 {taken} 户，退回 {len(data['returned'])} 户，锚 {data['anchor'][:20]}…"
    if event.op is Op.CUSTODY_RECEIVED:
        return f"{data['submission']}：接管 {data['office']} 的 {len(data['heads'])} 个档案袋，锚 {data['anchor'][:20]}…"
    if event.op is Op.CUSTODY_TAKEN_BACK:
        return f"{data['submission']}，{'、'.join(data['by'])}：{event.reason}"
    if event.op is Op.SAMPLE_DRAWN:
        return f"{data['draw']}（{data['month']}，抽签“{data['lot']}”）：近亲属 {len(data['kin'])} 户，抽取 {len(data['drawn'])} 户，种子 {data['seed'][:20]}…"
    if event.op is Op.FEEDBACK_GIVEN:
        return f"{data['submission']}：{len(data['cases'])} 户，需整改 {len(data.get('to_mend', ()))} 户"
    return event.reason


def _of_who(event: Event) -> str:
    """Say what was decided about a clock, or done with a PIN."""
    data = event.data
    if event.op is Op.PIN_CHANGED:
        return f"{data['person']} {'设口令' if data['how'] == 'set' else '清除口令'}"
    moment = str(data["time"])[:16].replace("T", " ")
    return f"早于 {data['year']} 年第 {data['seq']} 号事件的 {moment}（{event.reason}）"
