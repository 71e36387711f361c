"""``archivist status`` and ``archivist unsigned``: what stands where, and what is out to be signed."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from archivist.api import status as standing
from archivist.api import watching
from archivist.api.inbox import DropOutcomeView
from archivist.model.by import CHINA, By
from archivist.store import watch_note
from archivist.workspace import Workspace
from tests.command_line import Office
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
                if said := office.json("status", check=1)["watched_by"]:
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
