"""Cases that failed a check: read-only until they are restored or a person decides, with a record in the ledger.

``alarms/<case>.json`` holds the findings. It is made from the ledger's last word about the case; the ledger stays
the truth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from archivist.errors import IntegrityAlarm, InvalidValue
from archivist.model.ids import CaseNo
from archivist.model.plain_json import JsonList, JsonMap, JsonTable
from archivist.store import durable_files, notes
from archivist.store.bag_fixity import FixityFault, FixityFinding
from archivist.store.notes import DamagedNote

_NOTE: Final = JsonTable({"findings": JsonList(JsonMap(str))})


class Alarms:
    """The folder ``alarms/``. Callers hold the workspace's lock for everything that writes."""

    def __init__(self, folder: Path, work: Path) -> None:
        self.folder = folder
        self.work = work

    def refuse(self, number: CaseNo) -> None:
        """Refuse to write to a case that failed its last check.

        Raises:
            IntegrityAlarm: E202, with the findings.
        """
        if (self.folder / f"{number}.json").exists():
            listed = [f"{f.file or '户档'}：{f.problem.label}" for f in self.findings(number)]
            raise IntegrityAlarm(
                "未通过检查，在恢复或作出决定之前不再接受写入",
                file=str(number),
                problems=listed,
                remedy="用 archivist restore 从备份恢复；核实无误的，用 archivist verify --accept 记录决定。",
            )

    def findings(self, number: CaseNo) -> tuple[FixityFinding, ...]:
        """Return what the last check of an alarmed case found; nothing when it has no alarm.

        Where the alarm is damaged, that is what was found: the case stays read-only.
        """
        path = self.folder / f"{number}.json"
        if not path.exists():
            return ()
        told, damaged = notes.read_all([path], _NOTE, _findings)
        return told[0] if told else tuple(map(finding_of, damaged))

    def numbers(self) -> list[CaseNo]:
        """Return the alarmed cases."""
        found = []
        for path in self.folder.glob("*.json") if self.folder.is_dir() else ():
            try:
                found.append(CaseNo.parse(path.stem))
            except InvalidValue:
                continue
        return sorted(found)

    def damaged(self) -> Sequence[DamagedNote]:
        """Return the alarms that do not say any more what was found."""
        return notes.read_all(self.folder.glob("*.json"), _NOTE, _findings)[1]

    def set(self, number: CaseNo, findings: Sequence[FixityFinding]) -> None:
        """Make a case read-only; durable when this returns. Raises ``WriteFailed``, E204."""
        data = notes.seal({"findings": [f.to_plain() for f in findings]})
        staged = self.work / f"alarm-{number}"
        with durable_files.writing("警报没有记下，再运行一次 archivist verify", file=str(number)):
            durable_files.unlink(staged)
            durable_files.write_new(staged, data)
            durable_files.replace(staged, self.folder / f"{number}.json")
            durable_files.sync_folder(self.folder)

    def clear(self, number: CaseNo) -> None:
        """Let a case be written to again. Raises ``WriteFailed``, E204."""
        with durable_files.writing("警报的记录没有删去，再办一次", file=str(number)):
            durable_files.unlink(self.folder / f"{number}.json")
            durable_files.sync_folder(self.folder)


def finding_of(note: DamagedNote) -> FixityFinding:
    """Return what is to be said of a damaged note."""
    return FixityFinding(note.folder, note.file, FixityFault.CHANGED, "", note.why.what)


def _findings(note: Mapping[str, Any]) -> tuple[FixityFinding, ...]:
    return tuple(map(FixityFinding.from_plain, note["findings"]))
