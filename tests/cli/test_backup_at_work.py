"""“during watch, then `verify --at SNAP` → 0; flipped byte → 22”: here ``backup check`` is what looks at one."""

from __future__ import annotations

import threading
from pathlib import Path

from archivist.api import watching
from archivist.api.inbox import DropOutcomeView
from archivist.model.by import By
from archivist.workspace import Workspace
from tests.command_line import Office
from tests.kit import NOW
from tests.people import WANG_ID
from tests.waiting import PATIENCE_S


def test_a_backup_made_during_a_watch_is_whole_and_says_what_was_changed(
    office: Office, tmp_path: Path
) -> None:
    """A watch files while it is made; check says 0, with one byte turned 22."""
    disk = tmp_path / "盘"
    disk.mkdir()
    card = f"居民身份证\n姓名 王秀兰\n公民身份号码 {WANG_ID}\n第"
    stop, filed = threading.Event(), threading.Event()

    def tell(_: DropOutcomeView, _done: int, _of: int) -> None:
        filed.set()

    def watch() -> None:
        with Workspace.open(office.root) as workspace:
            watching.watch_inbox(workspace, lambda: By("林经办", NOW), tell, stop, lambda _: None)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for n in range(4):
            (office.root / "archive/inbox" / f"身份证{n}.txt").write_text(f"{card}{n}次", encoding="utf-8")
        assert filed.wait(PATIENCE_S)
        office.process("backup", "make", str(disk))
    finally:
        stop.set()
        watcher.join()
    (made,) = (p for p in disk.iterdir() if p.is_dir())
    office.run("backup", "check", str(made), check=0)
    path = next(p for p in sorted((made / "archive/cases").rglob("data/*/*")) if p.is_file())
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    office.run("backup", "check", str(made), check=22)
