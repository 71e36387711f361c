"""Others who write: two processes at once, one that died, one on another host; and a clock that goes backwards."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final, cast

import pytest

from archivist.bureau import custody, received
from archivist.errors import ArchiveLocked
from archivist.model.by import By
from archivist.store import Archive, Original
from tests.conftest import Counted
from tests.faults.commands import COMMANDS
from tests.faults.office import WANG, lay, opened
from tests.faults.strike import Site
from tests.faults.truth import entered, fingerprint, look, must, same_index, start, whole
from tests.kit import BY
from tests.sampling import drawn, sample
from tests.store.kit import STAMP, file_draft
from tests.waiting import PATIENCE_S, until

EACH: Final = 25
"""Papers filed, and numbers taken, by each of two processes."""
ENDLESS: Final = 10**9
"""So many that a process is surely killed before it has filed them all."""
WRITER: Final = """
import sys
from pathlib import Path
from archivist.store import Archive, Original
from tests.faults.office import WANG
from tests.store.kit import STAMP, file_draft
root, name, each = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
archive = Archive(root / "archive", wait_s=600.0)
with open(f"{root}.{name}", "w", buffering=1) as told:
    print("ready", file=told)
    for n in range(each):
        path = archive.inbox / f"{name}{n}.jpg"
        whole = Path(f"{root}.{name}.jpg")
        whole.write_bytes(f"{name} {n}".encode() * 100)
        whole.rename(path)
        original = Original.of(path, path.name)
        archive.commit(WANG, lambda case: file_draft(case, original), STAMP)
        print("filed", path.name, file=told)
        original.remove(archive.work)
        print("number", archive.allocate("文号", 2024, STAMP)[0], file=told)
"""


@pytest.fixture
def office(base: Path, scratch: Path) -> Iterator[Path]:
    root = scratch / "neighbours"
    lay(base, root)
    yield root


def writer(root: Path, name: str, each: int = EACH) -> subprocess.Popen[bytes]:
    """Start a process that files papers into one case and takes numbers."""
    path = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen([sys.executable, "-c", WRITER, str(root), name, str(each)], env=path)


def lines(root: Path, *names: str) -> list[str]:
    found = []
    for name in names:
        path = Path(f"{root}.{name}")
        found += path.read_text().splitlines()[1:] if path.exists() else []
    return found


def all_is_well(root: Path, *names: str) -> None:
    """Everything told is there once, and no number was given twice."""
    archive = start(root)
    must(not archive.recovered.alarms, f"alarms: {archive.recovered.alarms}")
    for folder in (*archive.cases.iterdir(), *archive.ledger.iterdir()):
        whole(folder)
    must(not list(archive.work.iterdir()), ".work/ is not empty")
    told = lines(root, *names)
    sources = [archive.source_name(WANG, r) for r in archive.read(WANG).records.values()]
    must(len(sources) == len(set(sources)), "a paper is filed twice")
    for line in told:
        what, value = line.split()
        must(what != "filed" or value in sources, f"{value} was acknowledged and is not there")
    numbers = [line for line in told if line.startswith("number")]
    must(len(numbers) == len(set(numbers)), f"a number was given twice: {sorted(numbers)}")
    for path in archive.inbox.glob("[甲乙]*.jpg"):
        writer_name, n = path.stem[0], path.stem[1:]
        must(path.read_bytes() == f"{writer_name} {n}".encode() * 100, f"{path.name} is damaged")
    with opened(root) as workspace:
        workspace.catch_up(BY)
        same_index(workspace.index, workspace.archive, root)


def test_two_processes_at_once(office: Path, counted: Counted) -> None:
    both = [writer(office, name) for name in ("甲", "乙")]
    assert [p.wait(PATIENCE_S) for p in both] == [0, 0]
    all_is_well(office, "甲", "乙")
    told = lines(office, "甲", "乙")
    assert len([t for t in told if t.startswith("filed")]) == 2 * EACH
    assert Archive(office / "archive").read(WANG).next_record() == f"{2 * EACH + 2:04d}"
    counted("two processes", "papers filed", 2 * EACH)


def test_one_of_two_processes_is_killed_again_and_again(base: Path, scratch: Path, counted: Counted) -> None:
    """The survivor heals what the dead one left and goes on; nobody restarts anything."""
    chance = random.Random(drawn("moments of kills beside another"))
    root = scratch / "neighbours"
    rounds = sample(range(6), 1 / 3, "one of two processes killed")
    for _ in rounds:
        lay(base, root)
        for name in ("甲", "乙"):
            Path(f"{root}.{name}").unlink(missing_ok=True)
        one, two = writer(root, "甲", ENDLESS), writer(root, "乙")
        done = chance.randint(2, EACH)
        until(lambda done=done: len(lines(root, "甲")) >= done, step_s=0.0)  # type: ignore[misc]
        os.kill(one.pid, signal.SIGKILL)
        assert one.wait(PATIENCE_S) == -signal.SIGKILL
        assert two.wait(PATIENCE_S) == 0
        all_is_well(root, "甲", "乙")
    counted("two processes", "killed beside another", len(rounds))


# ── the lock ─────────────────────────────────────────────────────────────────────────────────────────────
def name_owner(root: Path, **owner: object) -> None:
    (root / "archive/.lock").write_text(json.dumps(owner, ensure_ascii=False), encoding="utf-8")


@pytest.mark.parametrize(
    "left",
    ['{"host": "elsewhere", "pid": 1, "actor": "别处", "since": "2024-03-08"}', "{half", "\0\0\0\0", "[]"],
)
def test_the_lock_of_somebody_dead_holds_nobody_up(office: Path, left: str) -> None:
    """A stale lock, also a torn one: the next writer recovers first, then goes on."""
    (office / "archive/.lock").write_text(left, encoding="utf-8")
    (office / "archive/.work/tray-half").mkdir()
    archive = Archive(office / "archive", wait_s=1.0)
    assert archive.allocate("文号", 2024, STAMP)[0] == 1
    assert not list(archive.work.iterdir())
    assert (office / "archive/.lock").read_bytes() == b""


def test_a_dead_owner_is_remembered_through_the_next_one_s_death(office: Path) -> None:
    """A process that was killed while it took the lock over must not make the lock look clean."""
    import fcntl

    one = Archive(office / "archive")
    assert one.allocate("文号", 2024, STAMP)[0] == 1  # it has recovered once and believes all is well
    name_owner(office, host="here", pid=1, actor="甲")
    real, sizes = os.ftruncate, []

    def watched(fd: int, length: int) -> None:
        sizes.append(length)
        real(fd, length)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "ftruncate", watched)
        with one.lock.held("乙") as dirty:
            assert dirty
            assert (office / "archive/.lock").stat().st_size > 0
            with (office / "archive/.lock").open("rb") as file, pytest.raises(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            assert 0 not in sizes, "an empty lock says that its last owner left in peace"
    assert sizes[-1] == 0


def test_a_lock_held_by_another_host_is_respected(office: Path) -> None:
    """Held, and named as somebody elsewhere: nothing is written, and the error says who."""
    import fcntl

    with (office / "archive/.lock").open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        name_owner(office, host="办公室二号机", pid=4242, actor="赵经办", since="2024-03-08T10:00:00+0800")
        before = fingerprint(office)
        with pytest.raises(ArchiveLocked, match=r"办公室二号机.*4242.*赵经办"):
            Archive(office / "archive", wait_s=0.2).allocate("文号", 2024, STAMP)
        assert fingerprint(office) == before
    assert Archive(office / "archive", wait_s=0.2).allocate("文号", 2024, STAMP)[0] == 1


DATED = (
    "deregister", "generate", "generate many", "replace a document", "merge two households", "finish a volume",
    "propose a disposal", "carry out a disposal", "take a filing back",
)  # fmt: skip
"""Commands that say a day, which would lie in the future, or before a period is over, or that are of one day with another."""
MAKING = ("transfer in", "import a roster")
"""Commands that make something named by the year."""


def backwards(by: By, ticks: Iterator[int]) -> By:
    """Return who acts, more than two years before it was, and an hour earlier each time."""
    return replace(by, time=by.time - dt.timedelta(days=800, hours=next(ticks)))


def test_the_clock_goes_backwards(base: Path, scratch: Path, counted: Counted) -> None:
    """A clock set back by years, between and within commands, changes no order and no number."""
    for command in (one for one in COMMANDS.values() if not one.at_bureau):
        site = Site.of(base, scratch, command)
        lay(site.base, site.work)
        with opened(site.work) as workspace:
            try:
                command.act(workspace, partial(backwards, command.by, count()), lambda _: None)
            except Exception as refused:
                must(command.name in DATED, f"{command.name}: {refused!r}")
        start(site.work)
        now = look(Archive(site.work / "archive"))
        come_to = [step.picture for step in (site.steps if command.name in DATED else site.steps[-1:])]
        if command.name not in MAKING:
            must(now.picture in come_to, f"{command.name}: {now.picture}")
        for folder in (site.work / "archive/cases").iterdir():
            whole(folder)
        with opened(site.work) as workspace:
            workspace.catch_up(BY)
            same_index(workspace.index, workspace.archive, site.work)
            if workspace.archive.custody.of(WANG):
                continue  # another office answers for it
            case = workspace.archive.commit(
                WANG, lambda case: file_draft(case, _paper(workspace.archive)), STAMP
            )[0]
            must(case.seq == len(workspace.archive.chain(WANG).events), "the chain goes on")
    counted("clock set back", "commands", sum(not one.at_bureau for one in COMMANDS.values()))


def test_the_clock_goes_backwards_at_the_bureau(sites: Callable[[str], Site], counted: Counted) -> None:
    """What was received before years ago stays in its order, is what it was, and the ledger goes on."""
    names = [one.name for one in COMMANDS.values() if one.at_bureau]
    for site in map(sites, names):
        command = site.command
        lay(site.base, site.work)
        with opened(site.work) as workspace:
            command.act(workspace, partial(backwards, command.by, count()), lambda _: None)
        start(site.work)
        now = look(Archive(site.work / "archive"))
        *there, said = site.steps[-1].picture
        must([*now.picture[:-1]] == there, f"{command.name}: {now.picture}")
        entries = cast(tuple[tuple[str, str], ...], said)
        must(sorted(entered(Archive(site.work / "archive"))) == sorted(entries), f"{command.name}: {entries}")
        with opened(site.work) as workspace:
            workspace.catch_up(BY)
            same_index(workspace.index, workspace.archive, site.work)
            for checked in custody.verify(workspace, BY):
                must(not checked.findings, f"{command.name}: {checked.findings}")
            for folder in workspace.archive.ledger_folders():
                whole(folder)
            if command.name == "give feedback":
                must(received.to_mend(workspace.archive) == {str(WANG)}, "what is asked is asked still")
    counted("clock set back at the bureau", "commands", len(names))


def _paper(archive: Archive) -> Original:
    path = archive.inbox / "later.jpg"
    path.write_bytes(b"later")
    return Original.of(path, path.name)
