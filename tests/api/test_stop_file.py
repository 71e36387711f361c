"""``index/watch.stop``: whoever makes it asks the watch to end, also where no signal arrives."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from archivist.api import watching
from archivist.errors import AlreadyWatched
from archivist.ingest.watch_folder import watcher_lock
from archivist.reading import reader_trial
from archivist.store import watch_note
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace
from tests.waiting import PATIENCE_S, until


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "ws")


def watched(office: Workspace) -> threading.Thread:
    thread = threading.Thread(
        target=lambda: watching.watch_inbox(
            office, lambda: BY, lambda *_: None, threading.Event(), lambda _: None
        )
    )
    thread.start()
    return thread


def test_whoever_sees_the_note_of_a_watch_can_end_it(
    office: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked while the reader is still being tried, which takes its time, it ends as well: the question is not taken for one of before."""
    tried, go_on = threading.Event(), threading.Event()

    def trial() -> str:
        tried.set()
        assert go_on.wait(PATIENCE_S)
        return ""

    monkeypatch.setattr(reader_trial, "fault_of_reader", trial)
    (office.root / "index").mkdir(exist_ok=True)
    (office.root / watch_note.STOP).touch()  # of before: ends nothing
    thread = watched(office)
    assert tried.wait(PATIENCE_S)
    assert watch_note.read(office.root).runs
    (office.root / watch_note.STOP).touch()
    go_on.set()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert not (office.root / watch_note.STOP).exists()
    assert not watch_note.read(office.root).runs


def test_a_second_watch_leaves_the_first_one_s_note_and_stop_file_alone(office: Workspace) -> None:
    """“One watches at a time”: who is refused writes no note, and takes away no question to the one that watches."""
    first = watched(office)
    until(lambda: watch_note.read(office.root).runs)
    before = (office.root / watch_note.FILE).read_bytes()
    with pytest.raises(AlreadyWatched):
        watching.watch_inbox(office, lambda: BY, lambda *_: None, threading.Event(), lambda _: None)
    assert (office.root / watch_note.FILE).read_bytes() == before
    assert watcher_lock(office).watcher()
    (office.root / watch_note.STOP).touch()
    first.join(PATIENCE_S)
    assert not first.is_alive()
