"""``archivist status`` and ``archivist unsigned``: what stands where, and what is out to be signed."""

from __future__ import annotations

import configparser
import datetime as dt
import json
import os
import shlex
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from archivist.api import services, watching
from archivist.api import status as standing
from archivist.api.inbox import DropOutcomeView
from archivist.model.by import CHINA, By
from archivist.store import watch_note
from archivist.workspace import Workspace
from tests.command_line import Office
from tests.people import WANG_ID, make_id
from tests.waiting import until

BROKEN = "破损.pdf"
NOW = dt.datetime(2024, 3, 8, 10, 30, tzinfo=CHINA)


def watched(root: Path, until_left: str) -> None:
    """Watch the inbox until a file was told of as left there."""
    stop = threading.Event()

    def tell(outcome: DropOutcomeView, _done: int, _known: int) -> None:
        if outcome.left and outcome.name == until_left:
            stop.set()

    with Workspace.open(root) as workspace:
        timer = threading.Timer(60, stop.set)
        timer.start()
        watching.watch_inbox(workspace, lambda: By("林经办", NOW), tell, stop, lambda _: None)
        timer.cancel()


def test_a_failed_file_stays_listed_until_it_is_solved(office: Office) -> None:
    """“failed files stay listed until solved”: with the reason the watch gave, until the file is gone from the inbox."""
    inbox = office.root / "archive/inbox"
    (inbox / BROKEN).write_bytes(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\n")
    watched(office.root, BROKEN)
    with Workspace.open(office.root) as workspace:
        (failed,) = standing.status(workspace, on=NOW).failed
    assert failed.name == BROKEN
    assert failed.code and failed.why and failed.remedy
    shown = office.run("status", check=20)  # it lies there, and nobody watches
    assert BROKEN in shown.stderr and failed.code in shown.stderr
    (inbox / BROKEN).unlink()
    assert BROKEN not in office.run("status", check=1).stderr


def test_who_watches_is_said_and_since_when_nobody_does(office: Office) -> None:
    """“守候已停”: nobody watches, when a watch was last heard of; while one runs, who."""
    assert not office.json("status", check=1)["watched_by"]
    stop = threading.Event()
    with Workspace.open(office.root) as workspace:
        thread = threading.Thread(
            target=watching.watch_inbox,
            args=(workspace, lambda: By("林经办", NOW), lambda *_: None, stop, lambda _: None),
        )
        thread.start()
        try:
            for _ in range(600):
                said = office.json("status", check=1)["watched_by"]
                if "林经办" in said:  # the lock is taken a moment before its holder is written there
                    break
                stop.wait(0.1)
        finally:
            stop.set()
            thread.join()
    assert "林经办" in said
    after = office.json("status", check=1)
    assert (after["watched_by"], after["heard"][:16]) == ("", "2024-03-08T10:30")


def test_a_watch_that_was_killed_is_an_alarm_after_three_beats(office: Office) -> None:
    """“watcher dead after 3 beats”: killed it cannot say so; `status` sees that it fell silent, and ends with 20."""
    settings = {k: v for k, v in office.environment.items() if k != "ARCHIVIST_NOW"}
    running = subprocess.Popen(
        [sys.executable, "-m", "archivist", "watch"],
        cwd=office.root, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until(lambda: watch_note.read(office.root).runs)
    finally:
        running.kill()
        running.wait()
    heard = dt.datetime.fromisoformat(watch_note.read(office.root).heard)
    for later, ends in ((60, 1), (100, 20)):
        office.settings["ARCHIVIST_NOW"] = (heard + dt.timedelta(seconds=later)).isoformat()
        shown = office.run("status", check=ends)
        assert ("守候中断" in shown.stdout) == (ends == 20)


def test_a_watch_beats_while_it_has_nothing_to_do(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """“heartbeat `index/watch.json`”: the note is written again without anything being dropped, and says when the watch ended."""
    monkeypatch.setattr(watching, "BEAT_S", 0.05)
    heard, stop = set[str](), threading.Event()

    def by() -> By:
        heard.add(watch_note.read(office.root).heard)
        return By("林经办", NOW + dt.timedelta(seconds=len(heard)))

    with Workspace.open(office.root) as workspace:
        thread = threading.Thread(
            target=watching.watch_inbox, args=(workspace, by, lambda *_: None, stop, lambda _: None)
        )
        thread.start()
        try:
            until(lambda: len(heard) > 5)
            assert watch_note.read(office.root).runs
        finally:
            stop.set()
            thread.join()
    assert not watch_note.read(office.root).runs


def test_a_damaged_note_of_the_watch_says_nothing(office: Office) -> None:
    """“index/ is disposable”: what is damaged there is not used, and stops nothing."""
    (office.root / watch_note.FILE).write_bytes(b"\xff{")
    assert watch_note.read(office.root) == watch_note.WatchNote()
    assert office.json("status", check=1)["heard"] == ""


def test_status_says_what_was_not_looked_at(office: Office) -> None:
    """“核对 412/6103 │ 备份”: nothing that was never read again or backed up passes for fine."""
    said = {c["check"]: (c["state"], c["detail"]) for c in office.json("status", check=1)["checks"]}
    assert said["核对"][0] == "注意" and "0/1 户" in said["核对"][1]
    assert said["备份"][0] == "注意"
    office.run("verify")
    said = {c["check"]: (c["state"], c["detail"]) for c in office.json("status", check=1)["checks"]}
    assert said["核对"] == ("正常", "1/1 户在 30 天内全文核对过")


def test_what_is_out_to_be_signed_and_for_how_many_days(office: Office) -> None:
    """“待签 9: 件 打印日 天数”: each document by the day it was issued, the longest out first."""
    assert office.json("unsigned")["waiting"] == []
    office.come_to("受理通知书")
    office.run("generate", "受理通知书", "王秀兰")
    office.settings["ARCHIVIST_NOW"] = "2024-03-18T09:00:00+08:00"
    (paper,) = office.json("unsigned")["waiting"]
    assert (paper["title"], paper["days"], paper["made_on"]) == ("受理通知书", 10, "2024-03-08")
    assert "待签 1 件" in office.run("unsigned").stdout


def test_only_what_is_named_is_printed(office: Office) -> None:
    """“再打印”: one document of one household, and nothing else; a record alone names none."""
    office.come_to("受理通知书")
    office.run("generate", "受理通知书", "王秀兰")
    record = office.json("unsigned")["waiting"][0]["record"]
    shown = office.json("print", "王秀兰", "--record", record, "--dry-run")
    assert [p["record"] for p in shown["papers"]] == [record]
    assert office.json("print", "王秀兰", "--record", "99", "--dry-run")["papers"] == []
    assert office.run("print", "--record", record, "--dry-run", check=None).returncode == 2


def test_what_a_watch_met_is_told_for_a_day(office: Office) -> None:
    """“errors of 24 h”, “last filed”: by code and number, kept when the watch begins anew; waiting for a writer is no error."""
    inbox = office.root / "archive/inbox"
    (inbox / BROKEN).write_bytes(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\n")
    watched(office.root, BROKEN)  # waits for its end
    assert office.json("status", check=20)["errors"] == 0
    (inbox / BROKEN).unlink()
    note = watch_note.read(office.root)
    early, late = (NOW - dt.timedelta(hours=h) for h in (25, 2))
    errors = tuple(
        watch_note.NotedError(at.isoformat(), code)
        for at, code in ((early, "E101"), (late, "E204"), (late, "E204"))
    )
    watch_note.write(office.root, replace(note, errors=errors, filed=late.isoformat()))
    said = office.json("status", check=1)
    assert (said["errors"], said["filed"]) == (2, late.isoformat())
    assert "24 小时内守候出错 2 次：E204 2 次" in office.run("status", check=1).stdout
    (inbox / "身份证.txt").write_text(f"居民身份证\n姓名 王秀兰\n{WANG_ID}", encoding="utf-8")
    stop = threading.Event()
    with Workspace.open(office.root) as workspace:
        timer = threading.Timer(60, stop.set)
        timer.start()
        watching.watch_inbox(
            workspace, lambda: By("林经办", NOW), lambda *_: stop.set(), stop, lambda _: None
        )
        timer.cancel()
    after = watch_note.read(office.root)
    assert [one.code for one in after.errors] == ["E204", "E204"], (
        "those of before, but what is older than a day"
    )
    assert after.filed == NOW.isoformat(timespec="seconds")


def test_how_long_the_disk_lasts_is_reckoned_from_what_was_noted(office: Office) -> None:
    """“disk in days”: at the pace of the last two months; from a day or two, or where it does not fill, nothing is said."""
    free = office.json("status", check=1)["free"]
    for noted, days in (
        ({}, None),
        ({"2024-03-07": free + 10**12}, None),
        ({"2024-02-27": free + 10**12}, 10),
        ({"2024-02-27": free - 10**6}, None),
        ({"昨天": free}, None),
    ):
        watch_note.write(office.root, watch_note.WatchNote(NOW.isoformat(), free=noted))
        found = office.json("status", check=1)
        if days is None:
            assert found["disk_days"] is None
        else:
            assert found["disk_days"] == found["free"] * days // (free + 10**12 - found["free"])
            said = {c["check"]: (c["state"], c["detail"]) for c in found["checks"]}["磁盘"]
            assert f"还够 {found['disk_days']} 天" in said[1]


def test_since_when_the_oldest_lies_there_and_what_is_stuck(office: Office) -> None:
    """“inbox and its oldest”: by when it came, not by the time it bears; after a day it is stuck."""
    path = office.root / "archive/inbox/扫描.txt"
    path.write_text("x", encoding="utf-8")
    os.utime(path, (0, 0))
    came = dt.datetime.fromtimestamp(path.lstat().st_ctime, CHINA)
    with Workspace.open(office.root) as workspace:
        for hours, state in ((1, "正常"), (25, "注意")):
            found = standing.status(workspace, on=came + dt.timedelta(hours=hours))
            assert found.oldest[:19] == came.isoformat()[:19]
            assert next(c.state.value for c in found.checks if c.check == "收件箱") == state


def test_an_inbox_that_is_away_or_may_not_be_there_is_an_alarm(office: Office, tmp_path: Path) -> None:
    """“exit 20”: nothing comes in; what was left in the archive's own inbox is told of."""
    settings = office.root / "archivist.toml"
    text = settings.read_text("utf-8")
    for place, why in (
        (tmp_path / "扫描", "没有这个文件夹"),
        (office.root / "archive/cases", "在工作区里面"),
    ):
        settings.write_text(text.replace("inbox = ''", f"inbox = '{place}'"), encoding="utf-8")
        assert why in office.run("status", check=20).stdout.replace("\n", "")
        assert office.run("doctor", check=1).stdout.count("警报")
    (tmp_path / "扫描").mkdir()
    settings.write_text(text.replace("inbox = ''", f"inbox = '{tmp_path / '扫描'}'"), encoding="utf-8")
    (office.root / "archive/inbox/旧.txt").write_text("x", encoding="utf-8")
    found = office.json("status", check=1)
    said = {c["check"]: c["detail"] for c in found["checks"]}
    assert "还有 1 个文件不会收取" in said["旧收件箱"] and found["inbox"] == 0


def test_what_is_overdue_and_when_something_was_read_again(office: Office) -> None:
    """“last verify”, “overdue”, “index lag”: as `due --overdue` says, as the ledger says."""
    assert office.json("status", check=1)["verified"] is None
    office.run("verify")
    office.settings["ARCHIVIST_NOW"] = "2024-12-08T10:30:00+08:00"
    found = office.json("status", check=1)
    assert found["verified"][:10] == "2024-03-08" and found["lag"] == 0
    assert found["overdue"] == len(office.json("due", "--overdue", check=None)["entries"])


def test_status_opens_no_case_however_many_there_are(office: Office) -> None:
    """“`status` on thousands … must not read each case”: below ``cases/`` it looks only whether the marked ones went on."""
    for n in range(3):
        given = (
            "--name",
            f"李样例{n}",
            "--id",
            make_id("19800101", f"02{n}"),
            "--set",
            "申请人.村社区=样例里",
        )
        office.run("case", "open", "低保", *given)
    office.settings["ARCHIVIST_NOW"] = "2024-03-09T10:30:00+08:00"  # marks are kept for a day
    office.run("case", "set", "李样例0", "申请人.联系电话=022-00001111", "--reason", "来电告知")
    with Workspace.open(office.root) as workspace:
        standing.status(workspace, on=NOW)  # what is due is worked out once, and kept
    opened: list[str] = []
    cases = str(office.root / "archive" / "cases")
    listening = True

    def hear(event: str, told: tuple[object, ...]) -> None:
        if (
            listening
            and event in ("open", "os.listdir", "os.scandir")
            and str(told[0]).startswith(f"{cases}/")
        ):
            opened.append(str(told[0]))

    sys.addaudithook(hear)
    with Workspace.open(office.root) as workspace:
        marked = set(workspace.archive.heads.changed.names())
        found = standing.status(workspace, on=NOW)
    listening = False
    assert found.cases == 4 and len(marked) == 2, "the case that changed, and the ledger"
    assert {path.removeprefix(f"{cases}/").split("/")[0] for path in opened} <= marked


@pytest.mark.skipif(sys.platform != "linux", reason="units of systemd")
def test_a_watch_that_was_killed_runs_again_within_a_minute(office: Office) -> None:
    """“kill -9 watch → … running again within 60 s”: systemd is played by what the unit says, for there is none here."""
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]  # its keys have capitals
    with Workspace.open(office.root) as workspace:
        unit.read_string(services.show(workspace, "收件服务").text)
    told = unit["Service"]
    assert told["Restart"] == "always" and int(unit["Unit"]["StartLimitBurst"]) > 1
    assert int(told["RestartSec"]) <= 30, "and half a minute to begin"
    settings = {k: v for k, v in office.environment.items() if k != "ARCHIVIST_NOW"}
    command = shlex.split(told["ExecStart"])
    first = subprocess.Popen(command, cwd=office.root, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    until(lambda: watch_note.read(office.root).runs)
    first.kill()
    first.wait()
    before = watch_note.read(office.root).heard
    second = subprocess.Popen(command, cwd=office.root, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        until(lambda: watch_note.read(office.root).heard > before)
        office.settings["ARCHIVIST_NOW"] = watch_note.read(office.root).heard
        assert "守候中断" not in office.run("status", check=None).stdout
    finally:
        second.terminate()
        second.wait()


def test_a_cluster_that_does_not_answer_is_told_of_and_not_waited_for(office: Office) -> None:
    """“A cluster that is down never blocks filing; `status` shows the lag”: two nodes that take a call and say nothing are asked once each."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        urls = [f"http://127.0.0.1:{node.getsockname()[1]}" for node in (one, two)]
        with (office.root / "archivist.toml").open("a", encoding="utf-8") as settings:
            settings.write(f"\n[cluster]\nurls = {json.dumps(urls)}\n")
        found = office.json("status", check=1)
        for node in (one, two):
            node.setblocking(False)
            node.accept()[0].close()
            with pytest.raises(BlockingIOError):
                node.accept()
    (line,) = (c for c in found["checks"] if c["check"] == "检索集群")
    assert found["cluster_lag"] is None and line["state"] == "注意" and "没有应答" in line["detail"]
    (index,) = (c for c in found["checks"] if c["check"] == "索引")
    assert found["lag"] == 0 and index["state"] == "正常", "the index of this machine is another matter"
