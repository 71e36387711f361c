"""One small real archive: three households, a ledger, a batch, a paper in the tray, and an older copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.ingest.filing import commit_file
from archivist.model.event import Op
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo
from archivist.preservation.verification import verify
from archivist.procedure.cases import change_facts
from archivist.store import Original
from archivist.store.bag_fixity import FixityFault
from archivist.store.batches import BatchChange
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace, open_household
from tests.people import WANG, make_id
from tests.tamper.hands import unbind

FIRST: Final = "TJHQ-DB-2024-000001"
"""Four events, two papers."""
SECOND: Final = "TJHQ-DB-2024-000002"
"""Three events, one paper."""
OLD: Final = "TJHQ-DB-2024-000003"
"""As a program wrote it before events named their case: two events, one paper."""
YEAR: Final = "2024"
ITEM: Final = "20240308-15f506d4"
"""What waits in the tray."""
PAPERS: Final = ("data/11 归档/0001 其他材料.txt", "data/11 归档/0002 其他材料.txt")
"""Of the first household."""
PAPER: Final = PAPERS[0]
"""Of each of the others."""


@dataclass(frozen=True)
class Scene:
    """A copy of the archive to lay hands on. ``older`` is a copy of ``archive/`` from before the last changes."""

    root: Path

    @property
    def archive(self) -> Path:
        return self.root / "ws/archive"

    @property
    def older(self) -> Path:
        return self.root / "older"

    @property
    def cases(self) -> Path:
        return self.archive / "cases"

    @property
    def first(self) -> Path:
        return self.cases / FIRST

    @property
    def second(self) -> Path:
        return self.cases / SECOND

    @property
    def old(self) -> Path:
        return self.cases / OLD

    @property
    def ledger(self) -> Path:
        return self.archive / "ledger" / YEAR

    @property
    def batch(self) -> Path:
        (folder,) = (self.archive / "batches").iterdir()
        return folder

    @property
    def item(self) -> Path:
        (folder,) = (self.archive / "review").iterdir()
        return folder


@dataclass(frozen=True)
class Way:
    """One way of tampering.

    Attributes:
        name: what is done, in a few words.
        do: does it.
        expected: what ``verify`` must find, all of it and nothing else: bag, file, problem.
        needs_anchor: nothing in the bag contradicts it, only a head that somebody else holds: the ledger, the index, a seal.
        by_hand: ``restore`` does not mend it from a copy, people have to.
        drift: households whose index is then behind; asked of those that need an anchor.
    """

    name: str
    do: Callable[[Scene], object]
    expected: tuple[tuple[str, str, FixityFault], ...] = ()
    needs_anchor: bool = False
    drift: tuple[str, ...] = ()
    by_hand: bool = False


def make_scene(root: Path) -> Scene:
    """Make the archive, in a folder that is there."""
    scene = Scene(root)
    with make_workspace(root / "ws") as made:
        for sequence, papers in (("002", 1), ("019", 1), ("027", 1)):
            facts = {**WANG, "applicant": {**WANG["applicant"], "id_number": make_id("19620305", sequence)}}
            case = open_household(made, parse_facts(facts))
            for n in range(papers):
                _paper(made, root, case.number, f"{case.number.sequence}{n}")
        unbind(scene.old)
        made.adopt(OLD)
        shutil.copytree(scene.archive, scene.older)
        first, second, _ = made.archive.case_numbers()
        _paper(made, root, first, "later")
        for number in (first, second):
            change_facts(made, BY, number, [("applicant.phone", "022-00009999")])
        _batch(made, root)
        with made.archive.writing("x"):
            path = _file(root, "tray")
            made.archive.tray.put(
                Original.of(path, path.name), ".txt", made.stamp(BY), reason="no_case", message="不知是哪一户"
            )
        made.index.rebuild()
        assert verify(made, BY, processes=1).findings == ()
    return scene


def _file(root: Path, content: str) -> Path:
    path = root / f"{content}.txt"
    path.write_text(f"{content} " * 300, encoding="utf-8")
    return path


def _paper(workspace: Workspace, root: Path, number: CaseNo, content: str) -> None:
    path = _file(root, content)
    original = Original.of(path, path.name)
    kind = workspace.catalogue.get("other")
    commit_file(workspace, BY, number, kind, original, None, type_score=None, text=f"{content} 的文字")


def _batch(workspace: Workspace, root: Path) -> None:
    path = _file(root, "batch")
    with workspace.archive.writing("x"):
        change = BatchChange(Op.BATCH_SPLIT, (), {})
        workspace.archive.batches.create([Original.of(path, path.name)], change, workspace.stamp(BY))
