"""Whether what the events say has the length, the type, the domain, the sense and the characters it ought to have."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from archivist.model.case import Case
from archivist.model.event_shapes import require_event
from archivist.model.ids import IdType, is_id
from archivist.model.plain_json import MalformedData
from archivist.model.step_ids import StepId
from archivist.preservation.four_nature.evidence import CaseEvidence
from archivist.preservation.four_nature.outcome import ItemOutcome, not_checked
from archivist.preservation.four_nature.registry import checks_item
from archivist.rules.completeness.dossier import Dossier
from archivist.rules.completeness.procedure_checks import dates
from archivist.rules.disposition.arrangement import items

Plain = Mapping[str, Any]
LENGTHS: Final[Mapping[str, tuple[int, int]]] = {
    "actor": (1, 60), "case": (18, 60), "record.no": (4, 6), "record.title": (1, 200), "record.type": (1, 80),
    "record.folder": (1, 80), "record.doc_no": (1, 80), "record.date": (10, 10),
}  # fmt: skip
"""Least and most characters of what describes an event and a record, by what it is."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_DAYS: Final = ("on", "date", "opened_on")
"""Keys whose value is a civil day, wherever they stand."""
_BAD: Final = {"Cc": "控制字符", "Co": "私用区字符", "Cs": "未配对代理"}


def _events(evidence: CaseEvidence) -> Iterator[tuple[int, Plain]]:
    yield from sorted(evidence.plain.items())


def _unread(evidence: CaseEvidence) -> list[str]:
    """Return the events that could not be looked at, as sentences."""
    if not evidence.events:
        return [evidence.unread or "没有事件可读"]
    lost = sorted(evidence.events.keys() - evidence.plain.keys())
    return [f"第 {seq} 号事件解析不了（见元数据可读）" for seq in lost]


def _over_events(evidence: CaseEvidence, look: Callable[[Plain], Iterator[str]], seen: str) -> ItemOutcome:
    wrong = [f"第 {seq} 号事件 {fault}" for seq, plain in _events(evidence) for fault in look(plain)]
    return ItemOutcome.of(wrong, _unread(evidence), [f"{len(evidence.plain)} 个事件{seen}"])


@checks_item("ZS05")
def lengths(evidence: CaseEvidence) -> ItemOutcome:
    """What describes events and records is neither empty nor longer than it may be."""
    return _over_events(evidence, _wrong_lengths, "的户号、件号、题名、日期长度都在限内")


def _wrong_lengths(plain: Plain) -> Iterator[str]:
    said: dict[str, object] = {name: plain[name] for name in ("actor", "case") if name in plain}
    record = _table(_table(plain.get("data")).get("record"))
    said |= {f"record.{name}": record[name] for name in ("no", "title", "type", "folder") if name in record}
    more = _table(record.get("data"))
    said |= {f"record.{name}": more[name] for name in ("doc_no", "date") if name in more}
    for name, value in said.items():
        least, most = LENGTHS[name]
        if isinstance(value, str) and not least <= len(value.strip()) <= most:
            yield f"{name} 长 {len(value.strip())} 字，应为 {least} 至 {most}"


def _table(value: object) -> Plain:
    return value if isinstance(value, dict) else {}


@checks_item("ZS06")
def types(evidence: CaseEvidence) -> ItemOutcome:
    """Every value is of the type the format gives it: shapes, ISO dates, digests of 64 hexadecimal digits."""
    return _over_events(evidence, _wrong_types, "类型、日期、摘要的格式都合")


def _wrong_types(plain: Plain) -> Iterator[str]:
    try:
        require_event(plain)
    except MalformedData as error:
        yield str(error)
    for path, key, value in _leaves(plain):
        if not isinstance(value, str):
            continue
        if (key.endswith("sha256") or key == "prev") and value and not _DIGEST.fullmatch(value):
            yield f"{path} 不是 64 位十六进制摘要"
        if key in _DAYS and value and not _is_day(value):
            yield f"{path} 不是日期"


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _leaves(value: object, path: str = "", key: str = "") -> Iterator[tuple[str, str, object]]:
    """Yield every value that is no table or list, with its path and the key it stands under; facts are checked as they are folded."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in ("facts", "values", "given"):
                yield from _leaves(inner, f"{path}.{name}" if path else str(name), str(name))
    elif isinstance(value, list):
        for n, inner in enumerate(value, 1):
            yield from _leaves(inner, f"{path}[{n}]", key)
    else:
        yield path, key, value


@checks_item("ZS07")
def domains(evidence: CaseEvidence) -> ItemOutcome:
    """Operations, states, categories, document types and steps are those of the lists; the fold has looked at the first three."""
    case = evidence.case
    if case is None:
        return not_checked(evidence.unread)
    types_known = {document.id for document in evidence.office.workspace.catalogue}
    steps_known = {*StepId, *(row.id for row in evidence.office.workspace.pack.steps)}
    strange = [
        f"第 {r.no} 件的文书种类 {r.type} 不在目录内"
        for r in case.records.values()
        if r.type not in types_known
    ]
    strange += [f"环节 {step.id} 不在目录内" for step in case.steps if step.id not in steps_known]
    seen = [f"{len(case.records)} 件、{len(case.steps)} 个环节的种类都在目录内"]
    if evidence.office.settings_of is None:  # an office may have types and steps of its own
        return ItemOutcome.of((), [f"{one}（本局的目录）" for one in strange], seen)
    return ItemOutcome.of(strange, seen=seen)


@checks_item("ZS08")
def sense(evidence: CaseEvidence) -> ItemOutcome:
    """The days follow one another, identity numbers have their check digit, papers have pages."""
    case = evidence.case
    if case is None:
        return not_checked(evidence.unread)
    workspace, on = evidence.office.workspace, evidence.office.on
    order = dates(Dossier(case, workspace.pack, workspace.catalogue, on, lambda _: None))
    wrong = [*order.wrong, *_closed_too_early(case), *_wrong_numbers(case)]
    wrong += [f"第 {i.kept.no} 件页数为 {i.kept.pages}" for i in items(case) if i.kept.pages < 0]
    return ItemOutcome.of(wrong, order.unknown, [f"{len(case.steps)} 个环节的日期依次，证号校验码相符"])


def _closed_too_early(case: Case) -> Iterator[str]:
    last = max((step.on for step in case.steps), default=None)
    if case.deregistered_on and last and case.deregistered_on < last:
        yield f"注销 {case.deregistered_on} 早于最后一个环节 {last}"


def _wrong_numbers(case: Case) -> Iterator[str]:
    for part, row in case.people():
        number = str(row.get("id_number") or "")
        if number and str(row.get("id_type") or IdType.RESIDENT) == IdType.RESIDENT and not is_id(number):
            yield f"{part.value}的身份证号校验码不符"


@checks_item("ZS09")
def characters(evidence: CaseEvidence) -> ItemOutcome:
    """No control characters, private ones, halves of characters or marks of lost ones stand anywhere."""
    return _over_events(evidence, _bad_characters, "没有控制字符、私用区字符、U+FFFD、未配对代理")


def _bad_characters(value: object, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _bad_characters(str(key), f"{path}.?" if path else "?")
            yield from _bad_characters(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for n, inner in enumerate(value, 1):
            yield from _bad_characters(inner, f"{path}[{n}]")
    elif isinstance(value, str):
        for char in dict.fromkeys(value):
            if what := _what_is_bad(char):
                yield f"{path} 有{what} U+{ord(char):04X}"


def _what_is_bad(char: str) -> str:
    if char in "\n\t":
        return ""
    return "替换字符" if char == "\ufffd" else _BAD.get(unicodedata.category(char), "")
