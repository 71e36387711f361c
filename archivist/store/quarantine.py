"""Cases that failed a check: read-only until they are restored or a person decides, with a record in the ledger.

``alarms/<case>.json`` holds the findings. It is made from the ledger's last word about the case; the ledger stays
the truth.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from archivist.errors import IntegrityAlarm, InvalidValue
from archivist.model.ids import CaseNo
from archivist.store import durable_files
from archivist.store.bag_fixity import FixityFinding


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
        """Return what the last check of an alarmed case found; nothing when it has no alarm."""
        path = self.folder / f"{number}.json"
        if not path.exists():
            return ()
        return tuple(FixityFinding.from_plain(f) for f in json.loads(path.read_bytes())["findings"])

    def numbers(self) -> list[CaseNo]:
        """Return the alarmed cases."""
        found = []
        for path in self.folder.glob("*.json") if self.folder.is_dir() else ():
            try:
                found.append(CaseNo.parse(path.stem))
            except InvalidValue:
                continue
        return sorted(found)

    def set(self, number: CaseNo, findings: Sequence[FixityFinding]) -> None:
        """Make a case read-only; durable when this returns."""
        data = json.dumps({"findings": [f.to_plain() for f in findings]}, ensure_ascii=False, indent=1)
        staged = self.work / f"alarm-{number}"
        durable_files.unlink(staged)
        durable_files.write_new(staged, data.encode())
        durable_files.replace(staged, self.folder / f"{number}.json")
        durable_files.sync_folder(self.folder)

    def clear(self, number: CaseNo) -> None:
        """Let a case be written to again."""
        durable_files.unlink(self.folder / f"{number}.json")
        durable_files.sync_folder(self.folder)
