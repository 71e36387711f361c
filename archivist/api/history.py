"""The history of a case: who did what and when, event by event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.result import Result
from archivist.errors import UsageError
from archivist.model import field_schema
from archivist.model.by import in_words
from archivist.model.event import Op
from archivist.model.holds import Hold
from archivist.model.ids import RecordNo
from archivist.model.record import RECEIVED_ON, SERVES
from archivist.model.states import State

if TYPE_CHECKING:
    from archivist.model.event import Event
    from archivist.model.ids import CaseNo
    from archivist.workspace import Workspace

TITLES: Final[Mapping[Op, str]] = MappingProxyType(
    {
        Op.CASE_OPENED: "立户",
        Op.FACTS_CHANGED: "信息变更",
        Op.RECORD_FILED: "归档",
        Op.DOCUMENT_ISSUED: "制发文书",
        Op.SIGNED_COPY_FILED: "签署件归档",
        Op.STEP_TAKEN: "办理环节",
        Op.STEP_CORRECTED: "更正环节",
        Op.DEREGISTERED: "注销",
        Op.CHECK_CONFIRMED: "人工核对",
        Op.RECORD_MOVED_OUT: "移出",
        Op.RECORD_EXPUNGED: "剔除",
        Op.RECORD_TAKEN_BACK: "撤回归入",
        Op.RECORD_RETYPED: "改种类",
        Op.RECORD_VOIDED: "作废",
        Op.SERVICE_RECORDED: "送达登记",
        Op.REOPENED: "撤销注销",
        Op.RETENTION_EXTENDED: "延长保管期限",
        Op.HOLD_PLACED: "冻结",
        Op.HOLD_RELEASED: "解除冻结",
        Op.APPLICANT_CHANGED: "变更申请人",
        Op.HOUSEHOLD_SPLIT: "分户",
        Op.HOUSEHOLD_MERGED: "并户",
        Op.CASE_BOUND: "绑定户号",
        Op.CHECK_FEEDBACK: "区民政局反馈",
        Op.VOLUME_FINISHED: "立卷",
    }
)
"""What people call an event of a case."""


@dataclass(frozen=True, slots=True)
class EventFile:
    """A file an event added to the bag: its path there, size in bytes, the record it belongs to."""

    path: str
    sha256: str
    size: int
    record: str | None


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One committed change as it stands in ``events/NNNNNN.json``, with what it did in words.

    Attributes:
        seq: its number, from 1; ``prev`` is the SHA-256 of the previous event's file.
        time: ISO 8601 with offset.
        title: what people call the operation; ``text`` what it did.
        data: of the operation; see ``docs/formats.md``.
        moves: paths in the bag before and after; ``removed`` those that left the manifest.
        source: what is remembered of the file it came from, with its ``name`` unless that was taken away.
        pack: the rule pack it was done under.
        on_behalf_of: for whom the actor acted; ``account`` and ``host`` where it came from. Empty where not known.
        clock: what the machine's clock said, where ``time`` was told otherwise; else empty.
        known_by: by what it is known who acted: ``pin``, ``account``; empty where it is only said.
        registered_account: the account registered for the actor, where it came from another one; else empty.
        format: of the event; 0 where it says none.
    """

    seq: int
    prev: str
    time: str
    actor: str
    op: Op
    title: str
    text: str
    data: Mapping[str, object]
    reason: str
    files: tuple[EventFile, ...]
    moves: tuple[tuple[str, str], ...]
    removed: tuple[str, ...]
    source: Mapping[str, object] | None
    pack: str
    on_behalf_of: str
    account: str
    host: str
    format: int
    clock: str
    known_by: str
    registered_account: str

    @property
    def who(self) -> str:
        """Who acted, for whom, and by what that is known, in Chinese; a name alone is only said."""
        return in_words(self.actor, self.on_behalf_of, self.known_by, self.registered_account)

    @classmethod
    def of(cls, event: Event, title: str, text: str) -> LoggedEvent:
        """Return an event with what it is called and what it did."""
        return cls(
            seq=event.seq,
            prev=event.prev,
            time=event.time,
            actor=event.actor,
            op=event.op,
            title=title,
            text=text,
            data=event.data,
            reason=event.reason,
            files=tuple(EventFile(f.path, f.sha256, f.size, f.record) for f in event.files),
            moves=event.moves,
            removed=event.removed,
            source=event.source,
            pack=event.pack,
            on_behalf_of=event.on_behalf_of,
            account=event.account,
            host=event.host,
            format=event.format,
            clock=event.clock,
            known_by=event.known_by,
            registered_account=event.registered_account,
        )


@dataclass(frozen=True, slots=True)
class CaseLog(Result):
    """The events of a case in their order."""

    SCHEMA: ClassVar[str] = "archivist/case-log/1"

    case: str
    events: tuple[LoggedEvent, ...]


def case_log(workspace: Workspace, case: str) -> CaseLog:
    """Return the history of a case.

    Raises:
        CaseNotFound: E201. IntegrityAlarm: E202. NewerFormat: E210.
    """
    number = workspace.find_case(case)
    events = workspace.archive.chain(number).events
    logged = (_logged(workspace, number, event) for event, _ in events)
    return CaseLog(str(number), tuple(logged))


@contextmanager
def acting_on(workspace: Workspace, case: str, head: str) -> Iterator[None]:
    """Act, within the block, on a household as it was seen: compared at once, and again under the lock of the act itself.

    Args:
        workspace: the open workspace.
        case: the household as people name it.
        head: SHA-256 of the last event that whoever decides has seen; empty where nothing is to be compared.

    Raises: as ``require_head``.
    """
    require_head(workspace, case, head)
    number = workspace.find_case(case)
    with workspace.looking_again(number, lambda: require_head(workspace, str(number), head)):
        yield


def require_head(workspace: Workspace, case: str, head: str) -> None:
    """Refuse an act that was decided on a household as it no longer stands; nothing is asked where no head is told.

    Args:
        workspace: the open workspace.
        case: the household as people name it.
        head: SHA-256 of the last event that whoever decides has seen.

    Raises:
        UsageError: E001, with what was done meanwhile and by whom. CaseNotFound: E201. IntegrityAlarm: E202.
    """
    number = workspace.find_case(case)
    chain = workspace.archive.chain(number)
    if head and head != chain.head:
        digests = [str(digest) for _, digest in chain.events]
        since = chain.events[digests.index(head) + 1 :] if head in digests else chain.events[-1:]
        done = [
            f"{event.time[11:16]} {event.actor} {TITLES[event.op]}：{event_text(workspace, event)}"
            for event, _ in since
        ]
        raise UsageError(
            "这一户在您打开以后有人改过，没有写入",
            file=str(number),
            problems=done,
            remedy="看过新的内容，再办一次。",
        )


def _logged(workspace: Workspace, number: CaseNo, event: Event) -> LoggedEvent:
    if event.source and "record" in event.data:
        record = RecordNo(event.data["record"]["no"])
        event = replace(event, source=workspace.archive.source(number, record, event.source))
    return LoggedEvent.of(event, TITLES[event.op], event_text(workspace, event))


def event_text(workspace: Workspace, event: Event) -> str:
    """Say what an event did; the rules are asked only where it corrected what a step was told."""
    match event.op:
        case Op.RECORD_FILED | Op.DOCUMENT_ISSUED | Op.SIGNED_COPY_FILED:
            return _filed(event)
        case Op.RECORD_MOVED_OUT | Op.RECORD_EXPUNGED | Op.RECORD_TAKEN_BACK:
            return _gone(event) + _because(event)
        case Op.SERVICE_RECORDED:
            return _served(event)
        case Op.RECORD_VOIDED | Op.RECORD_RETYPED:
            became = f"改为 {event.data['title']}" if event.op is Op.RECORD_RETYPED else "作废"
            return f"第 {event.data['record']} 件{became}{_because(event)}"
        case Op.FACTS_CHANGED:
            groups = "、".join(field_schema.GROUP_BY_NAME[g].label for g in event.data["facts"])
            return groups + _because(event)
        case Op.CASE_OPENED | Op.APPLICANT_CHANGED | Op.HOUSEHOLD_SPLIT | Op.HOUSEHOLD_MERGED:
            said = _household(event)
            return said + _because(event) if said else event.reason
        case Op.STEP_TAKEN:
            people = "、".join(event.data.get("by", ()))
            after = State(event.data["to"]).label
            parts = (event.data["on"], event.data.get("at", ""), event.data["title"], people)
            return f"{' '.join(filter(None, parts))} → {after}{_because(event)}"
        case Op.STEP_CORRECTED:
            return _correction(workspace, event)
        case Op.DEREGISTERED | Op.VOLUME_FINISHED:
            return _ending(event)
        case Op.RETENTION_EXTENDED | Op.HOLD_PLACED | Op.HOLD_RELEASED:
            return _kept(event) + _because(event)
        case Op.CHECK_CONFIRMED | Op.CHECK_FEEDBACK:
            return _checked(event)
        case _:
            return event.reason


def _filed(event: Event) -> str:
    entry, source = event.data["record"], event.source or {}
    name, moved = source.get("name"), source.get("moved_from")
    device = source.get("device")
    origin = f" ← {name}" if name else f" ← 设备 {device}" if device else ""
    origin += f" ← {moved['case']} 第 {moved['record']} 件移入" if moved else ""
    old = entry.get("data", {}).get("replaces")
    instead = f"，代替作废的第 {old} 件" if old else ""
    return f"第 {entry['no']} 件 {entry['title']}{instead}{origin}{_because(event)}"


def _checked(event: Event) -> str:
    """Say what people looked up, or what the bureau found."""
    data = event.data
    if event.op is Op.CHECK_CONFIRMED:
        numbers = data.get("records", ())
        what = f"第 {'、'.join(numbers)} 件" if numbers else "、".join(data["checks"])
        return f"{data['on']} {what} {'、'.join(data['by'])}（{event.reason}）"
    where = f"第 {data['record']} 件" if data.get("record") else ""
    until = f"（{data['until']} 前）" if data.get("until") else ""
    what = "合格" if data["passed"] else f"需整改：{data['text']}{until}"
    return f"{data['submission']} {where}{what}"


def _kept(event: Event) -> str:
    """Say how much longer a file is kept, or what forbids or no longer forbids its end."""
    data = event.data
    match event.op:
        case Op.RETENTION_EXTENDED:
            return f"至 {data['until']}，鉴定：{'、'.join(data['appraisers'])}"
        case Op.HOLD_PLACED:
            return f"{data['hold']} {Hold.from_plain(data, event).words}"
        case _:
            return f"{data['hold']}，{'、'.join(data['by'])}，凭第 {data['paper']} 件：{data['basis']}"


def _gone(event: Event) -> str:
    """Say which paper the file holds no more, and where it is."""
    data = event.data
    to = data.get("to", {})
    if event.op is Op.RECORD_MOVED_OUT:
        return f"第 {data['record']} 件 → {to['case']} 第 {to['record']} 件"
    if event.op is Op.RECORD_TAKEN_BACK:
        return f"第 {data['record']} 件 → 待认领 {data['item']}"
    there = f"，现存 {to['case']} 第 {to['record']} 件" if to else ""
    return f"第 {data['record']} 件{data['why']}{there}，{'、'.join(data['by'])}，凭第 {data['paper']} 件"


def _served(event: Event) -> str:
    told = f"，收到日期 {event.data[RECEIVED_ON]}" if RECEIVED_ON in event.data else ""
    papers = "、".join(event.data[SERVES])
    return f"第 {event.data['receipt']} 件送达回证送达的是第 {papers} 件{told}{_because(event)}"


def _ending(event: Event) -> str:
    """Say how the file was closed, or made a volume."""
    data = event.data
    if event.op is Op.VOLUME_FINISHED:
        pages = data["pages"]
        return f"档号 {data['no']}，{len(pages)} 件，第 {pages[0][1]} 至 {pages[-1][2]} 页"
    return f"{data.get('stated') or data['date']} {event.reason}"


def _household(event: Event) -> str:
    """Say who came, went or took another's place."""
    data = event.data
    match event.op:
        case Op.APPLICANT_CHANGED:
            told, left = data["values"], data["left"]
            day = f" {left[0]['on']}" if left else ""
            return f"{data['on']} {told['old']} → {told['new']}（{told['why']}{day}）"
        case Op.HOUSEHOLD_SPLIT:
            names = "、".join(str(gone["person"].get("name", "")) for gone in data["left"])
            return f"{data['on']} {names} → {data['case']}"
        case Op.HOUSEHOLD_MERGED:
            held = "、".join(plain["hold"] for plain in data.get("holds", ()))
            return f"{data['on']} {data['case']} 并入" + (f"，冻结 {held} 随附" if held else "")
        case _:
            return f"由 {data['split_from']['case']} 分户" if "split_from" in data else ""


def _because(event: Event) -> str:
    return f"（{event.reason}）" if event.reason else ""


def _correction(workspace: Workspace, event: Event) -> str:
    data = event.data
    if data.get("void"):
        return f"第 {data['seq']} 号撤回（{event.reason}）"
    new = [f"日期 {data['on']}"] if "on" in data else []
    new += [f"时间 {data['at'] or '不记'}"] if "at" in data else []
    new += [f"办理人 {'、'.join(data['by'])}"] if "by" in data else []
    for name, value in data.get("values", {}).items():
        labels = (step.labels for step in workspace.pack.steps)
        label = next((known[name] for known in labels if name in known), name)
        new.append(f"{label} {'去掉' if value is None else value}")
    return f"第 {data['seq']} 号改为 {'，'.join(new)}（{event.reason}）"
