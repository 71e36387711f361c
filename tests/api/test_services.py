"""``archivist service``: what the system is told, and that nothing is left of what it refuses."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path, PureWindowsPath

import pytest

from archivist.api import services
from archivist.api.service_units import windows_task
from archivist.errors import UsageError
from archivist.workspace import Workspace
from tests.command_line import Office, opened
from tests.kit import make_workspace

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="units of systemd")
CALLED = """#!/bin/sh
echo "$@" >>"$CALLS"
[ -z "${REFUSES:-}" ] || case "$*" in *"$REFUSES"*) echo "Failed to connect to bus" >&2; exit 1;; esac
"""


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ``systemctl`` that writes down what it is told: no test may tell it to the machine; returns where."""
    (tools := tmp_path / "bin").mkdir()
    (tools / "systemctl").write_text(CALLED)
    (tools / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    return tmp_path / "calls"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze")
@pytest.mark.parametrize("account", ["", "daemon"])
@pytest.mark.parametrize("folder", ["街道", '我的 街道 100% "新" $HOME'])
def test_systemd_finds_no_fault_in_the_unit(tmp_path: Path, account: str, folder: str) -> None:
    """«``systemd-analyze verify`` clean», wherever the workspace is, and its inbox."""
    office = make_workspace(tmp_path / folder)
    with (office.root / "archivist.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"inbox = '{tmp_path / '扫描 100%'}'\n" if account else "")
    made = services.show(office, "收件服务", account=account)
    assert made.place is not None
    unit = tmp_path / made.name
    unit.write_text(made.text, encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False)  # fmt: skip
    if "Failed to initialize manager" in done.stderr:
        pytest.skip(f"systemd-analyze cannot run here: {done.stderr.splitlines()[0]}")
    assert [line for line in done.stderr.splitlines() if made.name in line] == []
    assert done.returncode == 0, done.stderr


def test_it_is_installed_and_removed(tmp_path: Path, system: Path) -> None:
    """«``archivist service install|show|remove``»: the file, then what makes it known; taken away the other way round."""
    office = make_workspace(tmp_path / "ws")
    done = services.install(office, "收件服务")
    assert done.done and done.place == tmp_path / "config/systemd/user/archivist-watch-tjhq.service"
    assert done.place.read_text(encoding="utf-8") == done.text and '"--as" "收件服务"' in done.text
    services.remove(office)
    assert not done.place.exists()
    name = "archivist-watch-tjhq.service"
    assert system.read_text().splitlines() == [
        "--user daemon-reload", f"--user enable --now {name}", f"--user disable --now {name}", "--user daemon-reload",
    ]  # fmt: skip
    with pytest.raises(UsageError, match="没有登记"):
        services.remove(office)


def test_it_keeps_its_log_and_shows_nothing_to_the_journal(tmp_path: Path) -> None:
    """“no names in logs”: what the watch shows names files, and so people; an inbox outside may be written, when it comes."""
    office = make_workspace(tmp_path / "ws")
    unit = services.show(office, "甲", account="daemon").text
    assert f'"--log" "{office.root / "logs/watch.log"}"' in unit and "StandardOutput=null\n" in unit
    assert f'ReadWritePaths="{office.root}"\n' in unit
    with (office.root / "archivist.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"inbox = '{tmp_path / '扫描 件'}'\n")
    with Workspace.open(office.root) as apart:
        unit = services.show(apart, "甲", account="daemon").text
    assert f'ReadWritePaths="{office.root}" "-{tmp_path / "扫描 件"}"\n' in unit
    assert "After=local-fs.target remote-fs.target\n" in unit


@pytest.mark.parametrize("refuses", ["daemon-reload", "enable"])
@pytest.mark.parametrize("before", [None, "earlier"])
@pytest.mark.usefixtures("system")
def test_what_the_system_refuses_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refuses: str, before: str | None
) -> None:
    """“nothing half-done”: the system's own words, and the file as it was."""
    office = make_workspace(tmp_path / "ws")
    place = services.show(office, "甲").place
    assert place is not None
    if before:
        place.parent.mkdir(parents=True)
        place.write_text(before)
    monkeypatch.setenv("REFUSES", refuses)
    with pytest.raises(UsageError, match="Failed to connect to bus"):
        services.install(office, "甲")
    assert (place.read_text() if place.exists() else None) == before


def test_without_systemd_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="没有 systemctl"):
        services.install(make_workspace(tmp_path / "ws"), "甲")
    assert not list((tmp_path / "config").rglob("*.service"))


def test_of_a_bundle_the_name_that_an_upgrade_switches_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“switch ``current``; rollback by switching back”: the service follows it."""
    (launcher := tmp_path / "archivist").touch()
    monkeypatch.setenv("ARCHIVIST_LAUNCHER", str(launcher))
    office = make_workspace(tmp_path / "ws")
    assert f'ExecStart="{launcher}" "watch"' in services.show(office, "甲").text
    launcher.unlink()
    assert f'ExecStart="{sys.executable}" "-m" "archivist" "watch"' in services.show(office, "甲").text


def test_a_task_of_windows_is_what_its_schema_asks_for() -> None:
    """UTF-16 with its mark, words with blanks in quotes, signs of XML escaped."""
    task = windows_task("TJHQ", "archivist-watch-tjhq", PureWindowsPath(r"D:\档案 & 库"), ("D:\\a\\pythonw.exe", "-m", "archivist", "watch", "--workspace", r"D:\档案 & 库"))  # fmt: skip
    assert task[:2] in (b"\xff\xfe", b"\xfe\xff")
    root = ET.fromstring(task)
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    assert root.findtext(f".//{space}Command") == "D:\\a\\pythonw.exe"
    assert root.findtext(f".//{space}Arguments") == r'-m archivist watch --workspace "D:\档案 & 库"'
    assert root.findtext(f".//{space}WorkingDirectory") == r"D:\档案 & 库"


def test_a_dry_run_tells_the_system_nothing(tmp_path: Path, system: Path) -> None:
    """«sane defaults, dry runs»."""
    (tmp_path / "ws").mkdir()
    office: Office = opened(tmp_path / "ws")
    shown = office.run("service", "install", "--dry-run")
    assert "[Service]" in shown.stdout and "daemon-reload" in shown.stdout
    assert not system.exists() and not (tmp_path / "config").exists()
    with Workspace.open(office.root) as workspace:
        assert services.show(workspace, "林经办").text.strip() in shown.stdout
