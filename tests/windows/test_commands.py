"""A day in the office on Windows, by commands alone, each a process of its own as its console starts it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from archivist.api.windows_checks import CHECKS, LONG_PATHS, POWER, REPLACED
from tests.command_line import INIT, Office
from tests.people import WANG
from tests.waiting import PATIENCE_S, until

pytestmark = pytest.mark.skipif(
    sys.platform != "win32", reason="the same is tried everywhere else in tests/cli"
)
WATCH_S = PATIENCE_S


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with one household, made by commands."""
    office = Office(tmp_path_factory.mktemp("镇"))
    office.process(*INIT)
    (office.root / "wang.json").write_text(json.dumps(WANG, ensure_ascii=False), encoding="utf-8")
    office.process("case", "open", "低保", "--from", "wang.json", "--on", "2024-03-04")
    return office


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_household_is_found_and_shown(desk: Office) -> None:
    assert "王秀兰" in desk.process("case", "list").stdout
    assert "王秀兰" in desk.process("search", "王秀兰").stdout


def test_the_machine_is_examined(desk: Office) -> None:
    """``doctor`` reads the access list back and flushes a folder."""
    shown = desk.process("doctor", check=None)
    assert "只有本用户、系统和管理员能打开档案库" in shown.stdout
    assert "文件夹可同步到磁盘" in shown.stdout


def test_what_wine_cannot_prove_is_tried(desk: Office) -> None:
    """``doctor --windows`` tries each thing and says how it went; none of them stops the others."""
    shown = desk.process("doctor", "--windows", "--json", check=None)
    checks = {one["check"]: one for one in json.loads(shown.stdout)["checks"]}
    assert list(checks) == list(CHECKS)
    assert checks[REPLACED]["state"] == checks[LONG_PATHS]["state"] == "正常", checks
    assert "没有查成" not in "".join(one["detail"] for one in checks.values()), checks
    assert "拔掉电源" in checks[POWER]["detail"]


def test_what_is_dropped_is_filed_and_the_original_goes(desk: Office) -> None:
    """A text that names the household and its paper is filed from the inbox; it is checked; a backup is made."""
    dropped = desk.root / "archive/inbox/送达.txt"
    dropped.write_text("送达回证\n受送达人 王秀兰", encoding="gb18030")
    shown = desk.process("watch", "--once", check=None)
    assert not dropped.exists(), shown.stdout + shown.stderr
    waits = files_in(desk.root / "archive/review")
    filed = [path for path in files_in(desk.root / "archive/cases") if path.suffix == ".txt"]
    assert waits or filed
    assert desk.process("verify").returncode == 0
    (desk.root.parent / "盘").mkdir()
    desk.process("backup", str(desk.root.parent / "盘"))


def test_a_paper_is_issued(desk: Office) -> None:
    desk.come_to("application_form")
    before = set(files_in(desk.root / "archive/cases"))
    desk.process("generate", "低保申请书", "王秀兰", check=None)
    made = set(files_in(desk.root / "archive/cases")) - before
    assert any(path.suffix == ".docx" for path in made)


def test_a_watch_ends_by_its_stop_file(desk: Office) -> None:
    """``index/watch.stop``: “whoever makes it asks the watch to end, also where no signal arrives”."""
    watch = subprocess.Popen(
        [sys.executable, "-m", "archivist", "watch"],
        cwd=desk.root,
        env=dict(desk.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        until(
            lambda: (
                b"}" in (desk.root / "index/watch.lock").read_bytes()
                if (desk.root / "index/watch.lock").exists()
                else (desk.root / "index/watch.json").exists()
            )
        )
        (desk.root / "index/watch.stop").touch()
        out, _ = watch.communicate(timeout=WATCH_S)
    finally:
        watch.kill()
    assert watch.returncode in (0, 10), out.decode()
    assert not (desk.root / "index/watch.stop").exists()


def test_a_console_that_prints_gbk(desk: Office) -> None:
    """A Chinese Windows prints GBK into a pipe; a name that is not in it stops nothing."""
    gbk = Office(desk.root, desk.settings | {"PYTHONIOENCODING": "gbk", "PYTHONUTF8": "0"})
    done = subprocess.run(
        [sys.executable, "-m", "archivist", "case", "list"],
        cwd=gbk.root, env=dict(gbk.environment), stdin=subprocess.DEVNULL, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "王秀兰" in done.stdout.decode("gbk")


def test_settings_that_the_notepad_saved_as_ansi(desk: Office) -> None:
    """记事本 "ANSI" is GBK: read with a warning, never E700."""
    path = desk.root / "archivist.toml"
    was = path.read_bytes()
    path.write_bytes(was.decode("utf-8").encode("gbk"))
    try:
        shown = desk.process("case", "list")
        assert "王秀兰" in shown.stdout
        assert "GBK" in shown.stderr
    finally:
        path.write_bytes(was)
