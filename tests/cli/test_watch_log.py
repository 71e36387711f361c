"""“`watch --log`: `logs/`, daily, 90 kept, 0600, no names”."""

from __future__ import annotations

import datetime as dt
import stat
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from archivist.model.by import CHINA
from archivist.store.run_log import KEPT, RunLog
from tests.command_line import Office
from tests.people import WANG, WANG_ID
from tests.waiting import PATIENCE_S, until

NOON = dt.datetime(2024, 3, 8, 12, tzinfo=CHINA)
SECRETS = (WANG["applicant"]["name"], WANG_ID, "李样例", "身份证", "赵无名", "旧名称")


def test_what_was_filed_is_told_by_number_and_never_by_name(office: Office) -> None:
    """“no names in logs”: whatever files are called and say, the log has case, record, item, reason and code alone."""
    inbox = office.root / "archive/inbox"
    (inbox / "王秀兰 身份证.txt").write_text(
        f"居民身份证\n姓名 王秀兰\n公民身份号码 {WANG_ID}", encoding="utf-8"
    )
    (inbox / "赵无名.txt").write_text("看不出是什么", encoding="utf-8")
    (inbox / ".旧名称.txt").write_text("藏着", encoding="utf-8")
    office.run("watch", "--once", "--log", "logs/watch.log", check=1)
    path = office.root / "logs/watch.log"
    text = path.read_text("utf-8")
    assert "归档 TJHQ-DB-2024-000001 第 0001 件" in text and " no_case\n" in text
    assert text.startswith("2024-03-08T10:30:00+08:00 守候开始\n") and text.endswith("守候结束\n")
    assert not [secret for secret in SECRETS if secret in text]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    office.run("watch", "--once", "--log", "logs/watch.log")
    assert path.read_text("utf-8").startswith(text), "it grows"


def test_a_new_day_has_a_new_file_and_ninety_are_kept(tmp_path: Path) -> None:
    """“rotating”: daily; what is older than ninety days goes, and no file that is none of the log."""
    path = tmp_path / "watch[1].log"
    log = RunLog.begun(path, tmp_path / "archive")
    (tmp_path / "watch[1]-说明.log").write_text("别人的", encoding="utf-8")
    for day in range(KEPT + 5):
        assert log.write(NOON + dt.timedelta(days=day), "归档", str(day)) == ""
        assert log.write(NOON + dt.timedelta(days=day, minutes=1), "又") == ""
    files = sorted(p.name for p in tmp_path.glob("*.log"))
    assert len(files) == KEPT + 2 and "watch[1]-说明.log" in files
    assert "watch[1]-2024-03-12.log" in files and "watch[1]-2024-03-11.log" not in files
    first = (tmp_path / "watch[1]-2024-03-12.log").read_text("utf-8").splitlines()
    assert first == ["2024-03-12T12:00:00+08:00 归档 4", "2024-03-12T12:01:00+08:00 又"]
    late = dt.datetime(2024, 3, 31, 16, 30, tzinfo=dt.UTC)
    assert RunLog.begun(tmp_path / "b.log", tmp_path / "archive").write(late, "x") == ""
    assert (tmp_path / "b.log").read_text("utf-8").startswith("2024-04-01T00:30:00+08:00"), (
        "the day is China's"
    )


def test_a_log_that_cannot_be_written_is_refused_and_later_stops_nobody(office: Office) -> None:
    """What cannot be written is told at the start; a disk that fills up while it is watched stops no scan."""
    for where, why in (
        ("archive/watch.log", "档案库"),
        ("archivist.toml/x.log", "写不了"),
        ("archive/../..", "写不了"),
    ):
        said = office.run("watch", "--once", "--log", where, check=2).stderr
        assert "E001" in said and why in said
    (office.root / "archive/inbox/身份证.txt").write_text(
        f"居民身份证\n姓名 王秀兰\n{WANG_ID}", encoding="utf-8"
    )
    with mock.patch.object(RunLog, "_turn", side_effect=OSError(28, "full")):
        done = office.run("watch", "--once", "--log", "logs/watch.log", check=None)
    assert done.stderr.count("运行日志写不了") == 1
    assert not (office.root / "archive/inbox/身份证.txt").exists()


@pytest.mark.parametrize("link", ["watch.log"])
def test_a_log_follows_no_link(office: Office, link: str) -> None:
    """A log never grows into a file that a link leads to."""
    (office.root / "别处.txt").write_text("原样", encoding="utf-8")
    (office.root / link).symlink_to(office.root / "别处.txt")
    office.run("watch", "--once", "--log", link, check=2)
    assert (office.root / "别处.txt").read_text("utf-8") == "原样"


def test_a_service_s_watch_shows_no_name_to_the_journal(office: Office) -> None:
    """“no names in logs”: where nobody sits and a log is kept, neither stream names a file; the log has the numbers."""
    inbox = office.root / "archive/inbox"
    (inbox / "王秀兰 身份证.txt").write_text(
        f"居民身份证\n姓名 王秀兰\n公民身份号码 {WANG_ID}", encoding="utf-8"
    )
    (inbox / "赵无名.txt").write_text("看不出是什么", encoding="utf-8")
    (office.root / "archive/cases/TJHQ-DB-2024-000001/赵无名.txt").write_text("别人放的", encoding="utf-8")
    running = subprocess.Popen(
        [sys.executable, "-m", "archivist", "watch", "--log", "logs/watch.log"],
        cwd=office.root, env=office.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        until(lambda: not [*inbox.glob("*.txt")])
    finally:
        running.terminate()
        shown = "".join(running.communicate(timeout=PATIENCE_S))
    told = shown + (office.root / "logs/watch.log").read_text("utf-8")
    assert "归档 TJHQ-DB-2024-000001 第 0001 件" in told
    assert not [secret for secret in SECRETS if secret in told], told
