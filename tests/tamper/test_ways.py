"""Every way of tampering is found, by its own name and at its own place, and what was not touched goes on."""

from __future__ import annotations

import importlib
import pkgutil
import shutil
from pathlib import Path
from typing import Final

import pytest

import tests.tamper
from archivist.api.fixity import verify as verify_views
from archivist.errors import IntegrityAlarm
from archivist.model.by import By
from archivist.model.ids import CaseNo
from archivist.preservation.losses import Decision
from archivist.preservation.restore import restore
from archivist.preservation.verification import verify
from archivist.procedure.cases import change_facts
from archivist.store.bag_fixity import FixityFault, check_bag
from archivist.workspace import Workspace
from tests.kit import BY
from tests.sampling import sweep
from tests.tamper.scene import FIRST, OLD, SECOND, Scene, Way, make_scene


def _ways() -> list[Way]:
    names = sorted(m.name for m in pkgutil.iter_modules(tests.tamper.__path__) if m.name.startswith("ways_"))
    return [way for name in names for way in importlib.import_module(f"tests.tamper.{name}").WAYS]


WAYS: Final = _ways()


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Made once; every way has a copy of it."""
    return make_scene(tmp_path_factory.mktemp("tamper"))


@pytest.fixture
def mine(scene: Scene, tmp_path: Path) -> Scene:
    """A copy of the archive, and of the older copy of it."""
    shutil.copytree(scene.root, tmp_path / "copy", symlinks=True)
    return Scene(tmp_path / "copy")


def test_there_are_many_ways_and_no_two_bear_one_name() -> None:
    names = [way.name for way in WAYS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("way", [w for w in WAYS if not w.needs_anchor], ids=lambda way: way.name)
def test_what_was_done_is_found_and_nothing_else(mine: Scene, way: Way) -> None:
    """``verify`` names the file that is wrong, not its neighbour; everything else goes on."""
    way.do(mine)
    with Workspace.open(mine.root / "ws") as workspace:
        done = verify(workspace, BY, processes=1)
        found = sorted((f.bag, f.file, f.problem.value) for f in done.findings)
        assert found == sorted((bag, file, problem.value) for bag, file, problem in way.expected)
        goes_on(workspace, {f.bag for f in done.findings})
    with Workspace.open(mine.root / "ws") as workspace:
        assert all(view.remedy and view.label for view in verify_views(workspace, BY).findings)


@pytest.mark.parametrize("way", [w for w in WAYS if w.needs_anchor], ids=lambda way: way.name)
def test_what_only_a_head_held_elsewhere_shows(mine: Scene, way: Way) -> None:
    """A history that is whole, with manifests that fit it, is contradicted by nothing in its bag, only by an anchor."""
    way.do(mine)
    bags = [*mine.cases.iterdir(), mine.ledger, mine.batch]
    assert [finding for folder in bags for finding in check_bag(folder).findings] == []
    with Workspace.open(mine.root / "ws") as workspace:
        done = verify(workspace, BY, processes=1)
        assert sorted((f.bag, f.file, f.problem) for f in done.findings) == sorted(way.expected)
        assert done.drift == way.drift
        goes_on(workspace, {f.bag for f in done.findings})


IN_BAGS: Final = [
    way
    for way in WAYS
    if way.expected and not way.by_hand and {bag for bag, _, _ in way.expected} <= {FIRST, SECOND, OLD}
]
_ELSEWHERE: Final = frozenset({FixityFault.MISPLACED, FixityFault.DOUBLE, FixityFault.GONE})


@sweep(1 / 8)
@pytest.mark.parametrize(
    "way",
    [w for w in IN_BAGS if not _ELSEWHERE & {problem for _, file, problem in w.expected if not file}],
    ids=lambda way: way.name,
)
def test_what_was_done_is_mended_from_a_copy(scene: Scene, mine: Scene, way: Way) -> None:
    """``restore`` mends it from another copy, by digest; everything goes on."""
    way.do(mine)
    with Workspace.open(mine.root / "ws") as workspace:
        for name in sorted({f.bag for f in verify(workspace, BY, processes=1).findings}):
            number = CaseNo.parse(name)
            for _ in range(2):  # what lay behind a link is only seen to be missing once that is gone
                decision = (
                    Decision(By("赵分管", BY.time), "总账不认", hold_again=True) if way.needs_anchor else None
                )
                left = restore(workspace, BY, number, scene.archive, decision=decision).left
            assert left == ()
        assert verify(workspace, BY, processes=1).findings == ()
        goes_on(workspace, set())


def goes_on(workspace: Workspace, alarmed: set[str]) -> None:
    """Write to every household: those in which something was found refuse, the others do not."""
    for name in (FIRST, SECOND, OLD):
        number = CaseNo.parse(name)
        if number not in workspace.archive.case_numbers():
            continue
        change = [("applicant.phone", "022-00001111")]
        if name in alarmed:
            with pytest.raises(IntegrityAlarm):
                change_facts(workspace, BY, number, change)
        else:
            change_facts(workspace, BY, number, change)
