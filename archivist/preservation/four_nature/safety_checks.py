"""Whether nothing harmful or foreign lies there, the medium gives back what was written, people acted in pairs, a backup is there."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from archivist.model.event import Event, Op
from archivist.os_reasons import reason_of
from archivist.preservation import losses
from archivist.preservation.four_nature.evidence import CaseEvidence
from archivist.preservation.four_nature.fixity_checks import is_surplus, said_of
from archivist.preservation.four_nature.local_tools import ToolRun
from archivist.preservation.four_nature.outcome import ItemOutcome, not_checked
from archivist.preservation.four_nature.registry import checks_item
from archivist.store import durable_files
from archivist.store.immutable_copies import reread

_PEOPLE: Final[Mapping[Op, str]] = {
    Op.RETENTION_EXTENDED: "appraisers",
    Op.HOLD_RELEASED: "by",
    Op.RECORD_EXPUNGED: "by",
    Op.GROUP_HOLD_RELEASED: "by",
    Op.DISPOSAL_APPRAISED: "appraisers",
    Op.DISPOSAL_STARTED: "witnesses",
    Op.DISPOSAL_RESIDUE_CLEARED: "by",
    Op.RECORD_RESIDUE_CLEARED: "by",
}
"""Acts that two people answer for, in a case or for the office, and under which key of their event they stand."""


@checks_item("AQ01")
def viruses(evidence: CaseEvidence) -> ItemOutcome:
    """The office's own scanner, with data of a known day, finds nothing."""
    office = evidence.office
    run = office.virus_scan(evidence.folder)
    security = office.workspace.config.security
    name = security.virus_scan_name or (security.virus_scan[0] if security.virus_scan else "")
    if isinstance(run, str):
        return not_checked(run)
    if run is ToolRun.FOUND:
        return ItemOutcome.of([f"{name} 报有病毒"])
    if run is ToolRun.FAILED:
        return not_checked(f"{name} 没有给出结果")
    if office.virus_data is None:
        return not_checked(f"{name} 未发现，但病毒库日期不明：在 [security] 写 virus_data")
    return ItemOutcome.of(seen=[f"{name} 未发现病毒，病毒库 {office.virus_data}"])


@checks_item("AQ02")
def surplus(evidence: CaseEvidence) -> ItemOutcome:
    """Every file in the bag is in its chain, and beside the bags lies nothing that is none."""
    if evidence.contents is None:
        return not_checked(evidence.unread)
    wrong = [said_of(f) for f in evidence.fixity.findings if is_surplus(f)]
    wrong += [f"{f.file}：别的程序留下的" for f in evidence.fixity.foreign]
    wrong += [f"袋外 {f.bag}/{f.file}：{f.problem.label}" for f in evidence.office.strays]
    unread = [] if evidence.listed is not None else ["事件链断开，哪些文件多余没有依据"]
    return ItemOutcome.of(
        wrong, unread, [f"袋内 {len(evidence.contents.files)} 个文件都有着落，袋外没有不明文件夹"]
    )


@checks_item("AQ03")
def medium(evidence: CaseEvidence) -> ItemOutcome:
    """Read once more past the system's memory, each file is what the chain has; the look of the medium is for a person."""
    if evidence.contents is None or evidence.listed is None:
        return not_checked(evidence.unread or "事件链断开，没有可比的摘要")
    if sys.platform != "linux":
        return not_checked("本系统不能绕过缓存重读")
    damaged = {f.file for f in evidence.fixity.findings}
    wrong, unread = [], []
    for path in evidence.payload:
        if path not in evidence.listed:
            continue
        if path in damaged:
            unread.append(f"{path}：第一次读就不符（见固化信息有效性）")
            continue
        try:
            if reread(evidence.folder / path) != evidence.listed[path][0]:
                wrong.append(f"{path}：重读不符，疑有坏块")
        except OSError as error:
            unread.append(f"{path}：读不出来（{reason_of(error)}）")
    seen = [f"{len(evidence.payload)} 个文件绕过缓存重读相符；外观由人工查看"]
    return ItemOutcome.of(wrong, unread, seen if evidence.payload else [])


@checks_item("AQ04")
def operations(evidence: CaseEvidence) -> ItemOutcome:
    """What two answer for was done by two, the ledger tells of it, and nobody else may open the folders."""
    if isinstance(evidence.office.ledger, str):
        return not_checked(evidence.office.ledger)
    if evidence.case is None or evidence.contents is None:
        return not_checked(evidence.unread)
    events = [stored.event for _, stored in sorted(evidence.events.items()) if stored.event]
    ledger = evidence.office.ledger
    wrong = [*_alone(events, "第"), *_alone(ledger, "总账第"), *_accepted_alone(str(evidence.number), ledger)]
    unread: list[str] = []
    if sys.platform == "win32":
        unread.append("本系统没有文件夹权限可查")
    else:
        wrong += _open_to_others(evidence)
    return ItemOutcome.of(wrong, unread, ["两人办理的事都有两人，文件夹权限 0700"])


def _alone(events: Sequence[Event], where: str) -> Iterator[str]:
    for event in events:
        people = set(event.data.get(_PEOPLE.get(event.op, ""), ()))
        if event.op in _PEOPLE and len(people) < 2:
            yield f"{where} {event.seq} 号事件（{event.op.value}）须两人，没有两人"
        if event.op is Op.DISPOSAL_STARTED and event.data["executor"] in people:
            yield f"{where} {event.seq} 号事件（{event.op.value}）的监销人也是执行人"


def _accepted_alone(number: str, ledger: Sequence[Event]) -> Iterator[str]:
    for event in ledger:
        of_two = event.op is Op.ALARM_CLEARED and event.data["how"] in ("accepted", losses.HOW)
        if of_two and event.data["case"] == number:
            second = event.data.get("confirmed") or {}
            if not second.get("actor") or second["actor"] == event.actor:
                yield f"总账第 {event.seq} 笔认可问题，没有另一人确认"


def _open_to_others(evidence: CaseEvidence) -> Iterator[str]:
    archive = evidence.office.workspace.archive
    inside = sorted(p for p in evidence.folder.rglob("*") if p.is_dir() and not p.is_symlink())
    for folder in (archive.root, archive.cases, archive.ledger, evidence.folder, *inside):
        mode = stat.S_IMODE(folder.lstat().st_mode)
        if mode != durable_files.FOLDER_MODE:
            yield f"{_shown(folder, archive.root)} 的权限是 {mode:04o}，应为 0700"


def _shown(folder: Path, root: Path) -> str:
    return f"archive/{folder.relative_to(root).as_posix()}" if folder != root else "archive"


@checks_item("AQ05")
def backup(evidence: CaseEvidence) -> ItemOutcome:
    """The last backup is no older than a month, and whole."""
    return evidence.office.backup
