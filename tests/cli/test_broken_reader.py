"""A machine that cannot read: a package that is missing, raises or kills the process when it is loaded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from archivist.api import status as standing
from archivist.api import watching
from archivist.api.diagnosis import Condition, diagnose
from archivist.api.inbox import DropOutcomeView
from archivist.api.result import Problem
from archivist.errors import UnreadableFile
from archivist.ingest.batches import Outcome
from archivist.ingest.filing import LeftInInbox, NeedsReview, prepare
from archivist.ingest.watch_folder import file_once
from archivist.reader_errors import ReaderBroken
from archivist.reading.reader_process import Reader
from archivist.reading.reader_trial import TRIAL_PAGE, fault_of_reader
from archivist.store import watch_note
from archivist.workspace import Workspace
from tests.command_line import Office
from tests.kit import BY, make_workspace

WAYS = {
    "raises": "raise RuntimeError('this numpy was built for another machine')\n",
    "missing": "raise ModuleNotFoundError('no such module', name='numpy')\n",
    "half": "raise ImportError('libopenblas.so.0: cannot open shared object file')\n",
    "empty": "",
    "kills": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n",
    "leaves": "import os\nos._exit(3)\n",
}
"""What ``numpy.py`` holds that the reading process finds first."""
PACKAGES = ("numpy", "PIL", "cv2", "onnxruntime", "rapidocr", "zxingcpp")

Break = Callable[[str, str], None]


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Break:
    """Put a module first on the path of the processes that are started from now on."""

    def do(package: str, way: str) -> None:
        folder = tmp_path / "first-on-the-path"
        folder.mkdir(exist_ok=True)
        (folder / f"{package}.py").write_text(WAYS[way], encoding="utf-8")
        monkeypatch.setenv("PYTHONPATH", str(folder))

    return do


def drop(root: Path, name: str = "身份证.png") -> Path:
    place = root / "archive/inbox" / name
    place.write_bytes(TRIAL_PAGE.read_bytes())
    return place


def filed_once(root: Path) -> list[Outcome]:
    outcomes: list[Outcome] = []
    with Workspace.open(root) as workspace:
        file_once(workspace, lambda: BY, lambda outcome, *_: outcomes.append(outcome))
        assert len(workspace.archive.tray.folders()) == sum(isinstance(o, NeedsReview) for o in outcomes)
    return outcomes


@pytest.mark.parametrize("way", WAYS)
def test_scans_stay_in_the_inbox_where_nothing_can_be_read(tmp_path: Path, broken: Break, way: str) -> None:
    """“Without a working reader scans stay in the inbox”: never the tray, never “已损坏”; mended, the same scan is taken."""
    root = tmp_path / "ws"
    make_workspace(root).close()
    scan = drop(root)
    before = scan.read_bytes()
    broken("numpy", way)
    (left,) = filed_once(root)
    assert isinstance(left, LeftInInbox) and isinstance(left.error, ReaderBroken)
    assert scan.read_bytes() == before
    (tmp_path / "first-on-the-path/numpy.py").unlink()
    (taken,) = filed_once(root)
    assert isinstance(taken, NeedsReview) and not scan.exists()  # nobody's: that is for a person


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_that_reading_needs_is_missed(broken: Break, package: str) -> None:
    """“They read a test line in the worker process”: whichever of its packages does not load, the trial says so."""
    assert fault_of_reader() == ""
    broken(package, "raises")
    assert fault_of_reader()


def test_a_damaged_scan_is_still_the_scans_fault(tmp_path: Path) -> None:
    """Where a known page can be read, a file that cannot goes to the tray as before."""
    path = tmp_path / "破损.png"
    path.write_bytes(TRIAL_PAGE.read_bytes()[:90])
    with Reader() as reader:
        assert isinstance(prepare(path, path.name, reader).error, UnreadableFile)


def test_doctor_and_watch_and_status_say_so(office: Office, broken: Break) -> None:
    """“`doctor` and `watch` say so”: an alarm each, and status ends with 20 until the watch reads again."""
    broken("numpy", "raises")
    scan = drop(office.root)
    stop, said = threading.Event(), list[Problem]()
    left: list[DropOutcomeView] = []

    def tell(outcome: DropOutcomeView, _done: int, _known: int) -> None:
        left.append(outcome)
        stop.set()

    with Workspace.open(office.root) as workspace:
        timer = threading.Timer(120, stop.set)
        timer.start()
        watching.watch_inbox(
            workspace,
            lambda: BY,
            tell,
            stop,
            lambda found: said.append(found) if isinstance(found, Problem) else None,
        )
        timer.cancel()
        (reading,) = (c for c in diagnose(lambda: workspace, BY).checks if c.check == "文字识别")
        (standing_so,) = (
            c for c in standing.status(workspace, on=BY.real_time).checks if c.check == "文字识别"
        )
    assert reading.state is standing_so.state is Condition.ALARM
    assert said and said[0].code == ReaderBroken.code
    assert left[0].left and left[0].left.error.code == ReaderBroken.code and scan.exists()
    shown = office.run("status", check=20)
    assert "文字识别" in shown.stdout and ReaderBroken.code in shown.stderr
    assert "留在收件箱" in office.process("watch", "--once", check=1).stdout


def test_a_file_filed_by_hand_is_not_called_damaged(office: Office, broken: Break, tmp_path: Path) -> None:
    """The same by hand: E109, the clerk's file untouched."""
    broken("numpy", "kills")
    mine = tmp_path / "身份证.png"
    mine.write_bytes(TRIAL_PAGE.read_bytes())
    shown = office.run("file", "王秀兰", str(mine), "--type", "身份证", check=ReaderBroken.exit_status)
    assert ReaderBroken.code in shown.stderr and "已损坏" not in shown.stderr and mine.exists()
    assert watch_note.read(office.root) == watch_note.WatchNote()
