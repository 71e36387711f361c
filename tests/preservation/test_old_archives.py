"""What programs of before wrote is opened, checked, bound, continued, mended and indexed by today's, for ever.

``tests/data/old_archives`` holds an archive of each format, written by the program of its time: ``tools/make_old_archive.py``.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from archivist.api import fixity, history
from archivist.ingest.filing import commit_file
from archivist.model.case import CaseStatus
from archivist.model.event import BOUND_FROM, EVENT_FORMAT, SALTED_FROM, Op
from archivist.model.ids import CaseNo, RecordNo
from archivist.preservation.restore import restore
from archivist.preservation.verification import verify
from archivist.procedure.cases import change_facts
from archivist.procedure.steps import take_step
from archivist.store import Original, bag
from archivist.store.archive_format import LINE
from archivist.store.bag_fixity import FixityFault
from archivist.workspace import Workspace
from tests.kit import BY, TODAY, make_workspace
from tests.tamper.hands import event, flip, swap

OLD: Final = Path(__file__).parent.parent / "data/old_archives"
ARCHIVES: Final = sorted(path.stem for path in OLD.glob("*.zip"))
ONE: Final = CaseNo.parse("TJHQ-DB-2024-000001")
TWO: Final = CaseNo.parse("TJHQ-DB-2024-000002")


@pytest.fixture(params=ARCHIVES)
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """The archive as it was found, its index made by today's program."""
    with make_workspace(tmp_path / "ws") as made:
        (made.archive.root / "FORMAT").unlink()
        with zipfile.ZipFile(OLD / f"{request.param}.zip") as packed:
            packed.extractall(made.archive.root)
        made.index.rebuild()
        yield made


def formats(workspace: Workspace, number: CaseNo) -> list[int]:
    return [e.format for e, _ in workspace.archive.chain(number).events]


def test_there_is_an_archive_of_every_format_of_before() -> None:
    """A corpus of old bags in tests/data, that of commit 2d22bd4 first."""
    assert ARCHIVES[0] == "format-0-2d22bd4"
    assert {int(name.split("-")[1]) for name in ARCHIVES} >= set(range(EVENT_FORMAT))


def test_it_is_read(workspace: Workspace) -> None:
    """An older archive is read for ever: who, which papers, how it ended, what waits."""
    one, two = (workspace.archive.read(n) for n in (ONE, TWO))
    assert (one.applicant_name, one.seq, len(one.records)) == ("王样例", 6, 3)
    assert (two.applicant_name, two.status) == ("赵样例", CaseStatus.DEREGISTERED)
    assert set(formats(workspace, ONE)) <= set(range(EVENT_FORMAT))
    assert workspace.archive.text(ONE, RecordNo("0001")).startswith("诊断证明书")
    assert workspace.archive.source_name(ONE, one.records[RecordNo("0001")]) == "诊断证明.txt"
    assert [item.reason for item in workspace.archive.tray.items()] == ["no_case"]
    assert [r.applicant for r in workspace.index.cases()] == ["王样例", "赵样例"]
    assert len(history.case_log(workspace, str(ONE)).events) == 6


def test_it_is_checked_bound_continued_and_checked_again(workspace: Workspace, tmp_path: Path) -> None:
    """Old archive of today's format opened, bound, verified, continued."""
    before = {n: formats(workspace, n) for n in (ONE, TWO)}
    bound = fixity.verify_and_bind(workspace, BY)
    assert bound.findings == ()
    if before[ONE][-1] < BOUND_FROM:
        assert bound.bound == (str(ONE), str(TWO))
        assert {n: formats(workspace, n)[:-1] for n in (ONE, TWO)} == before
        last = workspace.archive.chain(ONE).events[-1][0]
        assert (last.op, last.case, last.format) == (Op.CASE_BOUND, str(ONE), EVENT_FORMAT)
    else:
        assert (bound.bound, {n: formats(workspace, n) for n in (ONE, TWO)}) == ((), before)
    assert fixity.verify_and_bind(workspace, BY).bound == ()
    continued(workspace, tmp_path)
    assert verify(workspace, BY).findings == ()
    assert (workspace.archive.root / "FORMAT").read_text(encoding="utf-8") == LINE


def test_the_first_commit_binds_it_too(workspace: Workspace, tmp_path: Path) -> None:
    """Old cases are bound by an event at the first commit."""
    named, salted = (formats(workspace, ONE)[-1] >= since for since in (BOUND_FROM, SALTED_FROM))
    continued(workspace, tmp_path)
    events = [e for e, _ in workspace.archive.chain(ONE).events]
    assert [e.case for e in events] == [str(ONE) if named else ""] * 6 + [str(ONE)] * (len(events) - 6)
    assert [bool(e.salt) for e in events] == [salted] * 6 + [True] * (len(events) - 6)
    assert fixity.verify_and_bind(workspace, BY).bound == (() if named else (str(TWO),))
    assert verify(workspace, BY).findings == ()


def continued(workspace: Workspace, tmp_path: Path) -> None:
    """Change a fact, file a paper, take the next step."""
    change_facts(workspace, BY, ONE, [("applicant.phone", "022-00002222")])
    path = tmp_path / "续.txt"
    path.write_text("后来的一件", encoding="utf-8")
    kind = workspace.catalogue.get("other")
    commit_file(
        workspace, BY, ONE, kind, Original.of(path, path.name), None, type_score=None, text="后来的一件"
    )
    take_step(workspace, BY, ONE, "withdraw", on=TODAY, reason="本人要求", values={})
    case = workspace.archive.read(ONE)
    assert len(case.records) == 4 and case.applicant_name == "王样例"


def test_its_households_swapped_are_found(workspace: Workspace) -> None:
    """Two household folders swapped must be found, each named with whom it really is."""
    swap(workspace.archive.folder(ONE), workspace.archive.folder(TWO))
    found = [(f.bag, f.file, f.problem, f.found) for f in verify(workspace, BY).findings]
    assert found == [
        (str(ONE), "", FixityFault.MISPLACED, str(TWO)),
        (str(TWO), "", FixityFault.MISPLACED, str(ONE)),
    ]
    assert fixity.verify_and_bind(workspace, BY).bound == ()


def test_it_is_mended_and_indexed(workspace: Workspace, tmp_path: Path) -> None:
    """``restore`` from a copy, by digest, and ``reindex``."""
    shutil.copytree(workspace.archive.root, tmp_path / "backup")
    folder = workspace.archive.folder(ONE)
    flip(event(folder, 2))
    flip(folder / bag.MANIFEST)
    shutil.rmtree(folder / "text")
    assert verify(workspace, BY).findings
    mended = restore(workspace, BY, ONE, tmp_path / "backup")
    assert mended.left == ()
    assert verify(workspace, BY).findings == ()
    assert workspace.index.rebuild() == 2
    assert [r.applicant for r in workspace.index.cases()] == ["王样例", "赵样例"]
