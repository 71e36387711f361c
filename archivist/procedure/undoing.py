"""Taking back what one did last to a household: what the opposite of an event is, and whether somebody stands on it.

Nothing is erased: the opposite is an act of its own with an event of its own, and there is none where the law, a paper that
went out, or two signatures stand against it. What is said here is read from the chain; doing it is the matter of that act.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from archivist.model.case import Case
from archivist.model.case_fold import apply, fold
from archivist.model.event import Event, Op
from archivist.model.facts import NO_FACTS, Facts, Part, Path, people, single
from archivist.model.ids import CaseNo, RecordNo, Sha256
from archivist.model.record import SERVES
from archivist.model.staff import alike
from archivist.model.values import Value
from archivist.procedure.cases import Change, differences
from archivist.store.record_moves import MOVED_FROM

Chain = Sequence[tuple[Event, Sha256]]


class UndoKind(StrEnum):
    """What the opposite of an event is."""

    STEP_BACK = "step_back"
    STEP_AGAIN = "step_again"
    STEP_AS_BEFORE = "step_as_before"
    FACTS_BACK = "facts_back"
    TYPE_BACK = "type_back"
    RECORD_BACK = "record_back"
    TRAY_BACK = "tray_back"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Inverse:
    """The opposite of an event.

    Attributes:
        words: what it does, in Chinese.
        at: the household in which it is done.
        record: the paper it is about; ``None`` where none is.
        target: the household the paper goes back to; ``type`` the one it gets back.
        leaves: what stays all the same, in Chinese.
    """

    kind: UndoKind
    words: str
    at: CaseNo
    record: RecordNo | None = None
    target: CaseNo | None = None
    type: str = ""
    leaves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """The last event of somebody in a household: the event, the case just before and just after it, and the case as it stands."""

    event: Event
    before: Case
    after: Case
    now: Case


@dataclass(frozen=True, slots=True)
class FactsBack:
    """Facts as they were before an event, as they are laid over those of now; ``emptied`` are told as empty."""

    laid_over: Facts
    emptied: tuple[tuple[str, object], ...]


INSTEAD: Final[Mapping[Op, str]] = MappingProxyType(
    {
        Op.CASE_OPENED: "户号给出以后不收回。立错了的，注销：archivist case deregister {case} --reason 理由",
        Op.RECORD_FILED: "归档的件不退回。归错户的，移走：archivist case record move {case} {record} 应归户 --reason 理由；"
        "认错种类的，改种类：archivist case record retype {case} {record} 种类 --reason 理由；"
        "不该在卷内的，由两人剔除：archivist case expunge {case} {record} --why 理由 --form",
        Op.DOCUMENT_ISSUED: "制发的文书和它的编号不收回。错了的，作废：archivist case record void {case} {record} --reason 理由；"
        "要重制的：archivist case record replace {case} {record} --reason 理由",
        Op.SIGNED_COPY_FILED: "签署件随它所签的文书。文书错了的，作废：archivist case record void {case} {signs} --reason 理由；"
        "扫错了户的，请把原件另行扫描归入正确的户档，并在备考表注明",
        Op.CHECK_CONFIRMED: "人工核对的结论不收回。看错了的，重新核对，后一次为准：archivist check {case}",
        Op.RECORD_TAKEN_BACK: "撤回的在待认领中，重新归入：archivist review assign {item} {case} --type 种类",
        Op.RECORD_EXPUNGED: "剔除的件不恢复。须再入卷的，另行扫描归档：archivist file {case} 文件",
        Op.RECORD_VOIDED: "作废的文书不恢复。须用的，另行制发：archivist generate 文书 {case}",
        Op.SERVICE_RECORDED: "送达登记不收回。登记错了的，再登记一次，后一次为准：archivist case record serves {case} {receipt} 件号",
        Op.APPLICANT_CHANGED: "变更申请人不能撤回。变更错了的，再办一次：archivist case applicant {case} --to 成员 --why 缘由 --reason 理由",
        Op.HOUSEHOLD_SPLIT: "分户不能撤回。又要合到一户的，并户：archivist case merge {case} {other} --reason 理由",
        Op.HOUSEHOLD_MERGED: "并户不能撤回。又要分开的，分户：archivist case split {case} --members 姓名 --reason 理由",
        Op.REOPENED: "撤销注销以后再要注销的，照常办理注销：archivist case deregister {case} --reason 理由",
        Op.RETENTION_EXTENDED: "延长的保管期限凭鉴定人签字的表，不收回。又有新的鉴定的，再登记一次：archivist retention extend {case}",
        Op.HOLD_PLACED: "冻结只能凭两人签字的登记表解除：archivist retention release {case} {hold} --basis 依据 --by 甲 --by 乙 --paper 登记表",
        Op.HOLD_RELEASED: "解除冻结不收回。仍须冻结的，重新冻结：archivist retention hold {case} --cause 事由",
        Op.CASE_BOUND: "绑定户号是给旧版户档补的，没有相反的操作，也不改动内容",
        Op.CHECK_FEEDBACK: "反馈是民政局的，不由本机关撤回。有误的，请民政局另发回执：archivist submit import 回执",
        Op.VOLUME_FINISHED: "立卷不撤回。户档又有变动的，再立卷一次：archivist case finish {case}",
    }
)
"""Op → what to do instead where nothing is the opposite of it, for this or any such event."""
_STEPS, _PAPERS, _EVERYTHING = "steps", "papers", "everything"
_TOUCH_STEPS: Final = frozenset(
    {Op.STEP_TAKEN, Op.STEP_CORRECTED, Op.APPLICANT_CHANGED, Op.HOUSEHOLD_SPLIT, Op.HOUSEHOLD_MERGED}
)
_TOUCH_ALL: Final = frozenset({Op.DEREGISTERED, Op.REOPENED, Op.VOLUME_FINISHED})


# ── whose event ──────────────────────────────────────────────────────────────────────────────────────────
def last_own(chain: Chain, actor: str) -> Event | None:
    """Return the last event of a chain by somebody; ``None`` where there is none."""
    wanted = alike(actor)
    return next((event for event, _ in reversed(chain) if alike(event.actor) == wanted), None)


def own_event(number: CaseNo, chain: Chain, event: Event) -> OwnEvent:
    """Return an event of a chain with the case around it."""
    before = fold(number, chain[: event.seq - 1])
    after = apply(before, *chain[event.seq - 1])
    now = after
    for later in chain[event.seq :]:
        now = apply(now, *later)
    return OwnEvent(event, before, after, now)


def filing_of(chain: Chain, record: RecordNo) -> Event:
    """Return the event that filed a record."""
    return next(e for e, _ in chain if e.op is Op.RECORD_FILED and e.data["record"]["no"] == record)


def from_tray(event: Event) -> bool:
    """Tell whether an event filed a paper that somebody, or the program, took from the tray; one moved here came from a household."""
    source = event.source or {}
    return event.op is Op.RECORD_FILED and "tray" in source and MOVED_FROM not in source


# ── its opposite ─────────────────────────────────────────────────────────────────────────────────────────
def inverse(own: OwnEvent) -> Inverse | None:
    """Return the opposite of an event; ``None`` where there is none (``instead`` says what is done then)."""
    event, data, at = own.event, own.event.data, own.now.number
    match event.op:
        case Op.STEP_TAKEN:
            step = own.after.steps[-1]
            return Inverse(UndoKind.STEP_BACK, f"撤回环节“{step.title}”", at)
        case Op.STEP_CORRECTED if data.get("void"):
            step = own.before.steps[-1]
            return Inverse(UndoKind.STEP_AGAIN, f"照原样再办环节“{step.title}”（{step.on}）", at)
        case Op.STEP_CORRECTED:
            step = next(s for s in own.before.steps if s.seq == data["seq"])
            return Inverse(UndoKind.STEP_AS_BEFORE, f"环节“{step.title}”改回更正以前的", at)
        case Op.FACTS_CHANGED:
            return Inverse(UndoKind.FACTS_BACK, "户档信息改回原来的", at, leaves=tuple(_names_kept(own)))
        case Op.RECORD_RETYPED:
            record = own.before.records[RecordNo(data["record"])]
            words = f"第 {record.no} 件的种类改回《{record.title}》"
            return Inverse(UndoKind.TYPE_BACK, words, at, record=record.no, type=record.type)
        case Op.RECORD_MOVED_OUT:
            gone = own.after.moved_out[RecordNo(data["record"])]
            words = f"{gone.case} 第 {gone.new} 件移回本户"
            leaves = (f"件号不重给：移回后是本户新的一件，第 {gone.record.no} 件仍记为移出",)
            return Inverse(
                UndoKind.RECORD_BACK, words, gone.case, record=gone.new, target=at, type=gone.record.type, leaves=leaves
            )  # fmt: skip
        case Op.RECORD_FILED if moved := (event.source or {}).get(MOVED_FROM):
            number = RecordNo(data["record"]["no"])
            words = f"第 {number} 件移回 {moved['case']}"
            leaves = (f"件号不重给：在 {moved['case']} 是新的一件，本户第 {number} 件记为移出",)
            return Inverse(
                UndoKind.RECORD_BACK, words, at, record=number, target=CaseNo.parse(moved["case"]), leaves=leaves
            )  # fmt: skip
        case Op.RECORD_FILED if from_tray(event):
            number = RecordNo(data["record"]["no"])
            words = f"第 {number} 件 {data['record']['title']} 从本户撤回，回到待认领"
            leaves = (f"件号不重给：本户第 {number} 件记为撤回",)
            return Inverse(UndoKind.TRAY_BACK, words, at, record=number, leaves=leaves)
        case Op.DEREGISTERED:
            return Inverse(UndoKind.REOPENED, "撤销注销，户档回到注销以前", at)
        case _:
            return None


def instead(own: OwnEvent) -> str:
    """Return what is done where an event has no opposite."""
    data, entry = own.event.data, own.event.data.get("record")
    named = entry if isinstance(entry, dict) else {"no": entry}
    said = {
        "case": own.now.number,
        "record": named.get("no") or "",
        "signs": named.get("signs") or "",
        "receipt": data.get("receipt", ""),
        "other": data.get("case", ""),
        "hold": data.get("hold", ""),
        "item": data.get("item", ""),
    }
    return INSTEAD[own.event.op].format(**said)


def _names_kept(own: OwnEvent) -> Iterator[str]:
    """Yield the names that will be former ones though they were written by mistake: a search by them still finds the household."""
    new = dict(_named(own.after.facts))
    for who, name in _named(own.before.facts):
        if (wrong := new.get(who, name)) != name:
            yield f"“{wrong}”记为{who[0].value}的曾用名，按它仍检索得到本户"


def _named(facts: Facts) -> Iterator[tuple[tuple[Part, str], str]]:
    for part, row in people(facts):
        yield (part, str(row.get("id_number") or "")), str(row.get("name") or "")


# ── facts ────────────────────────────────────────────────────────────────────────────────────────────────
def facts_back(own: OwnEvent) -> FactsBack:
    """Return what puts back the facts an event changed: single ones each for itself, tables as a whole."""
    over: dict[str, Any] = {}
    emptied: list[tuple[str, object]] = []
    for change in own_changes(own):
        path = Path.parse(change.path)
        group, field = path.group, path.field
        assert field is not None
        if group.many:
            if rows := own.before.facts.get(group.key):
                over[group.key] = rows
            elif (group.key, "") not in emptied:
                emptied.append((group.key, ""))
            continue
        value: Value | None = single(own.before.facts, group.key).get(field.key)
        if value is None:
            emptied.append((change.path, ""))
        else:
            over.setdefault(group.key, {})[field.key] = value
    frozen = {
        key: MappingProxyType(value) if isinstance(value, dict) else value for key, value in over.items()
    }
    return FactsBack(MappingProxyType(frozen) if frozen else NO_FACTS, tuple(emptied))


def own_changes(own: OwnEvent) -> tuple[Change, ...]:
    """Return what an event changed of the facts."""
    return differences(own.before.facts, own.after.facts)


# ── who stands on it ─────────────────────────────────────────────────────────────────────────────────────
def since(own: OwnEvent, chain: Chain) -> tuple[Event, ...]:
    """Return the later events that touch what the opposite of an event would touch, or rest on it.

    A paper issued since tells what was known and how far the household had come: it rests on any fact and any step. A step taken
    since may rest on any paper that was there.
    """
    mine, case = _touched(own.event, own.before, own.after), own.after
    if from_tray(own.event):
        mine |= {_STEPS}
    found = []
    for event, digest in chain[own.event.seq :]:
        after = apply(case, event, digest)
        if meets(mine, _touched(event, case, after)):
            found.append(event)
        case = after
    return tuple(found)


def meets(mine: frozenset[str], later: frozenset[str]) -> bool:
    """Tell whether a later act is about what an earlier one was about."""
    rests = _PAPERS in later and any(not one.startswith("record ") for one in mine)
    return bool(mine & later) or rests or _EVERYTHING in later


def _touched(event: Event, before: Case, after: Case) -> frozenset[str]:
    """Return what an event is about: facts by path (tables as a whole), records by number, the steps."""
    found = set()
    for change in differences(before.facts, after.facts) if before.facts is not after.facts else ():
        group = Path.parse(change.path).group
        found.add(group.key if group.many else change.path)
    if event.op in _TOUCH_STEPS:
        found.add(_STEPS)
    if event.op in _TOUCH_ALL:
        found.add(_EVERYTHING)
    if event.op is Op.DOCUMENT_ISSUED:
        found.add(_PAPERS)
    entry = event.data.get("record")
    numbers = [entry["no"], entry.get("signs")] if isinstance(entry, dict) else [entry]
    for key in ("records", SERVES):
        numbers += event.data.get(key, ())
    numbers += [event.data.get("receipt"), event.data.get("paper")]
    return frozenset(found | {f"record {n}" for n in numbers if isinstance(n, str) and n})
