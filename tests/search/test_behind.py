"""Killed between the archive's commit and the index: the paper is found all the same, or the search says it may be missing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from archivist.api import searching
from archivist.errors import IndexNotWritten
from archivist.model.event import Op
from archivist.search.index import Index
from archivist.store import Draft
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace, open_household
from tests.people import WANG
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[2]
CHANGE = """
    import os, signal, sys
    from pathlib import Path
    from archivist.model.event import Op
    from archivist.search.index import Index
    from archivist.store import Draft
    from archivist.workspace import Workspace
    from tests.kit import BY
    from tests.people import WANG

    def kill(*_):
        os.kill(os.getpid(), signal.SIGKILL)

    Index.follow_many = kill
    with Workspace.open(Path(sys.argv[1])) as workspace:
        (number,) = workspace.archive.case_numbers()
        applicant = {**WANG["applicant"], "village": "绝无仅有村"}
        workspace.commit(number, lambda _: Draft(Op.FACTS_CHANGED, {"facts": {"applicant": applicant}}), BY)
"""


def killed(root: Path) -> None:
    """Let a process change a fact and be killed before its index follows."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(CHANGE), str(root)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.fixture
def root(tmp_path: Path) -> Path:
    with make_workspace(tmp_path) as workspace:
        open_household(workspace)
    return tmp_path


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_search_follows_what_a_killed_writer_left_out(root: Path) -> None:
    """«killed after the commit: search misses the paper with exit 0 until some writer heals it»."""
    killed(root)
    with Workspace.open(root) as workspace:
        assert len(workspace.index.behind()) == 1
        answer = searching.search(workspace, "绝无仅有村")
        assert (answer.total, answer.notices) == (1, ())
        assert workspace.drift() == []


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_what_cannot_be_followed_is_told_by_every_search_until_it_is(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """«a "behind" mark survives kills and is told by every search until healed»."""
    killed(root)

    def refused(*_: object) -> None:
        raise IndexNotWritten("磁盘已满")

    with monkeypatch.context() as patch:
        patch.setattr(Index, "follow_many", refused)
        for _ in range(2):
            with Workspace.open(root) as workspace, workspace.archive.writing(BY.actor):
                answer = searching.search(workspace, str(WANG["applicant"]["name"]))
                assert answer.total
                assert "还缺 1 户" in answer.notices[0]
    with Workspace.open(root) as workspace:
        assert searching.search(workspace, "绝无仅有村").notices == ()


def test_an_index_brought_back_from_a_copy_lacks_nothing(root: Path, tmp_path: Path) -> None:
    """«an index … of an older copy of this archive is told apart»."""
    shutil.copytree(root / "index", tmp_path / "older")
    with Workspace.open(root) as workspace:
        (number,) = workspace.archive.case_numbers()
        applicant = {**WANG["applicant"], "village": "绝无仅有村"}
        workspace.commit(number, lambda _: Draft(Op.FACTS_CHANGED, {"facts": {"applicant": applicant}}), BY)
    shutil.rmtree(root / "index")
    shutil.copytree(tmp_path / "older", root / "index")
    with Workspace.open(root) as workspace:
        assert searching.search(workspace, "绝无仅有村").total == 1
