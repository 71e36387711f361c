"""A small office that has a file of every kind, laid into memory so that one damage after the other can be tried."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.api import diagnosis, rule_packs, saved_searches
from archivist.ingest import batches
from archivist.ingest.filing import Filed, NeedsReview, ReadDrop, file_dropped
from archivist.model.event import Op
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo, RecordNo, Sha256
from archivist.search.paging import SortBy
from archivist.store import Draft, HouseholdSplit, Original, RecordMove, Stamp, office_keys
from archivist.store.access_log import Access
from archivist.store.bag_fixity import FixityFault, FixityFinding
from archivist.store.owed_entries import OwedEntries
from archivist.workspace import Workspace
from tests.faults.office import (
    BATCH,
    CARD,
    HELD_PAPER,
    OLD_PAPER,
    PARTS,
    pages,
    scan,
    stack,
    take_apart,
    words,
)
from tests.kit import BY, SETTINGS, make_workspace, open_household
from tests.people import make_id

WANG: Final = CaseNo.parse("TJHQ-DB-2024-000001")
ZHANG: Final = CaseNo.parse("TJHQ-DB-2024-000002")
LI: Final = CaseNo.parse("TJHQ-DB-2024-000003")
MOVE: Final = f"archive/moves/{WANG}-0001.json"
SPLIT: Final = f"archive/moves/{LI}.split"
ALARM: Final = f"archive/alarms/{LI}.json"
RUN: Final = "archive/runs/20240308T103000-1.json"
OWED: Final = "archive/moves/2024.ledger"
LATER: Final = (MOVE, SPLIT, ALARM, RUN, OWED)
"""Notes that stand only while what they tell of goes on: they are there only while they are damaged."""

_PACK: Final = """title = "样例县"
looked_at = 2026-11-20
extends = "national"
[measures]
X1 = "《样例县工作方案》"
"""
_RULES: Final = """[[rule]]
id = "publicity.initial"
patch = true
categories = ["DB"]
value = 10
source = { measure = "X1", article = "第三条", sentence = "公示期为十日" }
"""
_TEMPLATE: Final = """id = "own_form"
title = "本街道登记表"
code = "OWN"
kind = "form"
folder = "01 申请"
"""
_MATERIALS: Final = """[own_paper]
title = "本街道证明"
code = "OWP"
folder = "01 申请"
"""
_PEOPLE: Final = """[[people]]
name = "林经办"
roles = ["intake", "archivist"]
"""


def build(root: Path) -> None:
    """Make the office: three households, a filed paper, what waits, a batch, a key, own rules and types, an index, caches."""
    make_workspace(root).close()
    for place, text in {
        "packs/yangli/pack.toml": _PACK,
        "packs/yangli/rules.toml": _RULES,
        "doc_templates/own_form.toml": _TEMPLATE,
        "doc_templates/materials.toml": _MATERIALS,
        "archivist.toml": SETTINGS.replace("tianjin-hongqiao", "yangli") + _PEOPLE,
    }.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(text, encoding="utf-8")
        os.utime(root / place, (time.time() - 60,) * 2)  # old enough for its mark to be trusted
    with Workspace.open(root) as workspace:
        office_keys.make(root)
        saved_searches.save(
            workspace, BY, "本月的诊断", "诊断 日期:本月", {"category": "低保"}, SortBy.NUMBER
        )
        assert open_household(workspace).number == WANG
        for name, born in (("张三丰", "19710815"), ("李样例", "19600606")):
            person = {
                "name": name,
                "id_number": make_id(born, "013"),
                "address": "样例里9号",
                "village": "样例社区",
            }
            open_household(workspace, parse_facts({"applicant": person}))
        for name, text in {HELD_PAPER: CARD, OLD_PAPER: "不知道是什么"}.items():
            outcome = file_dropped(workspace, BY, _dropped(workspace, name, scan(name), text))
            assert isinstance(outcome, Filed if text == CARD else NeedsReview), outcome
        drop = ReadDrop(
            _dropped(workspace, BATCH, stack(BATCH), "").original, pages(*PARTS[BATCH], between=True), None
        )
        batches.take_apart(workspace, BY, drop, take_apart)
        rule_packs.list_packs(workspace)
        diagnosis.diagnose(lambda: workspace, BY)
        for number in (WANG, ZHANG, WANG):
            workspace.archive.access.enter(Access(BY, "cli", "case show", frozenset({number})))
        _note(workspace)


def _dropped(workspace: Workspace, name: str, data: bytes, text: str) -> ReadDrop:
    path = workspace.archive.inbox / name
    path.write_bytes(data)
    return ReadDrop(Original.of(path, name), words(text), None)


def _note(workspace: Workspace) -> None:
    """Write each note that tells of what goes on."""
    archive, stamp = workspace.archive, Stamp(BY, "yangli")
    with archive.writing(BY.actor):
        archive.two_case_changes.begin(RecordMove(WANG, RecordNo("0001"), ZHANG, "放错了", stamp))
        left = ({"person": {"name": "某某"}, "part": "成员", "why": "split", "on": "2024-03-08"},)
        archive.two_case_changes.begin(
            HouseholdSplit(WANG, LI, {"step": "split_household"}, left, "另立", stamp)
        )
        archive.alarms.set(LI, [FixityFinding(str(LI), "data/x", FixityFault.MISSING)])
        archive.runs.begin(stamp).release()
        taken = {"sequence": "文号 红样救字", "year": 2024, "first": 90, "last": 92}
        owed = ((2024, Draft(Op.NUMBERS_ALLOCATED, taken, "没有更新的备份")),)
        archive.debts.note(OwedEntries(2024, Sha256("0" * 64), frozenset({Sha256("1" * 64)}), owed, stamp))


@dataclass(frozen=True)
class Office:
    """The files of the office as they were made, and the folder they are laid into."""

    root: Path
    files: dict[str, bytes]
    notes: dict[str, bytes]

    @classmethod
    def of(cls, root: Path) -> Office:
        """Make it in a folder that is not there yet."""
        build(root)
        found = dict(_files(root))
        notes = {name: found.pop(name) for name in LATER}
        made = cls(root, found, notes)
        made.mend()
        with Workspace.open(root) as workspace:  # remember what was read of the files as they are now
            assert workspace.pack.id and workspace.catalogue is not None
            rule_packs.list_packs(workspace)
        made.files.update((path, data) for path, data in _files(root) if path.startswith("index/"))
        made.mend()
        return made

    def all(self) -> dict[str, bytes]:
        """Return every file that can be damaged, by its path from the workspace on."""
        return self.files | self.notes

    def put(self, path: str, data: bytes, *, as_now: bool = False) -> None:
        """Write a file, whatever its mode, with the time it had or the present one."""
        target = self.root / path
        target.unlink(missing_ok=True)
        target.write_bytes(data)
        if not as_now:
            os.utime(target, ns=(self._time,) * 2)

    def restore(self, path: str) -> None:
        """Bring one file back to what it was."""
        if path in self.files:
            self.put(path, self.files[path])
        else:
            (self.root / path).unlink(missing_ok=True)

    _time: int = 1_700_000_000_000_000_000

    def mend(self) -> None:
        """Bring every file back to what it was, and take away every other."""
        there = set()
        for path, stat in _stats(self.root):
            if path not in self.files:
                (self.root / path).unlink()
                continue
            there.add(path)
            if (stat.st_mtime_ns, stat.st_size) != (self._time, len(self.files[path])):
                self.put(path, self.files[path])
        for path in self.files.keys() - there:
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            self.put(path, self.files[path])


def _files(root: Path) -> Iterator[tuple[str, bytes]]:
    for path, _ in _stats(root):
        yield path, (root / path).read_bytes()


def _stats(root: Path) -> Iterator[tuple[str, os.stat_result]]:
    todo = [(str(root), "")]
    while todo:
        folder, prefix = todo.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    todo.append((entry.path, f"{prefix}{entry.name}/"))
                else:
                    yield prefix + entry.name, entry.stat(follow_symlinks=False)
