"""The watcher killed two hundred times over five hundred dropped files: every byte is filed once, or still waits.

A short run kills it forty times over a hundred. Two offices are tormented side by side, one on each core. Each round
starts a real ``archivist watch``, drops a few files while it runs, waits for some outcomes, then freezes it again and
again until it stands where it is to die (it holds the lock, a change is half-done, it has committed a file and not yet
removed it …), and kills it there. What is dropped is seeded, and so is where it dies; how fast the machine is decides
nothing.
"""

from __future__ import annotations

import dataclasses
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bagit
import pytest

from archivist.cli.main import COMMANDS
from archivist.ingest.settling import look
from archivist.model.case import Case
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo
from archivist.reading.child_process import Limits
from archivist.search.index import Index
from archivist.workspace import Workspace
from tests.conftest import Counted
from tests.faults.papers import TITLES, WORDS, Dropper, Household, papers, sha256
from tests.kit import NOW, make_workspace, open_household
from tests.people import make_id
from tests.reading.files import endless_pdf
from tests.sampling import drawn, examples
from tests.waiting import PATIENCE_S, cpu_s, gone, until

OFFICES, KILLS, FILES, HOUSEHOLDS = 2, examples(20, 100), examples(50, 250), 8
SETTLE_S = 0.1
AHEAD = 12
"""So many files are dropped ahead of the kills, so that a watcher that is killed was not idle."""
QUERIES = [*TITLES, *WORDS, "诊断证明书 AND NOT 外出务工", "wyj", "文书:诊断证明", "类别:低保 长期服药"]
ACKNOWLEDGED = re.compile(r"^已归档  (.+) → (\S+) 第 (\d{4}) 件", re.MULTILINE)

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="finds orphaned processes in /proc"),
]


# ── the rehearsal ────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Account:
    """What the kills met, and what was dropped."""

    root: Path
    dropped: Counter[str] = field(default_factory=Counter)
    halves: set[str] = field(default_factory=set)
    kills: int = 0
    writing: int = 0
    """Kills that hit the watcher while it held the writer's lock."""
    staged: int = 0
    """Kills that left a pending change or something in ``.work``."""
    reading: int = 0
    """Kills that hit the watcher while its reading child was alive."""
    committed: int = 0
    """Kills between the commit of a file and the removal of its original."""
    said: str = ""


def households(root: Path, rng: random.Random) -> list[Household]:
    """Open some cases; return what papers can say of them."""
    found = []
    with make_workspace(root) as workspace:
        settings = root / "archivist.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace("settle_s = 0.2", f"settle_s = {SETTLE_S}"), encoding="utf-8")
        for n in range(HOUSEHOLDS):
            identity = make_id(f"19{rng.randint(40, 89)}0{rng.randint(1, 9)}1{n}", f"{n:02d}1")
            person = {"name": "王李张刘陈杨赵黄"[n] + "样甲", "id_number": identity, "village": "样例里社区"}
            case = open_household(workspace, parse_facts({"applicant": person}))
            folder = next(
                p.name for p in workspace.archive.inbox.iterdir() if p.name.startswith(str(case.number))
            )
            found.append(Household(case.number, identity, folder))
    return found


def start(root: Path, mark: str, said: Path) -> subprocess.Popen[bytes]:
    """Start the watcher; what it acknowledges goes to a file, so that a kill loses none of it."""
    environment = {
        **os.environ,
        "ARCHIVIST_NOW": NOW.isoformat(),
        "TORTURE": mark,
        "PYTHONIOENCODING": "utf-8",
        "PYTHONDONTWRITEBYTECODE": "",  # two hundred starts need not compile two hundred times
        "PYTHONPYCACHEPREFIX": str(said.parent / "compiled"),
    }
    with said.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "archivist", "watch", "--workspace", str(root)],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
        )


def alive(mark: str) -> list[int]:
    """Return the processes that carry a mark in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"TORTURE={mark}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


class Place:
    """What the disk shows of a watcher that stands still."""

    def __init__(self, archive: Path) -> None:
        self.archive = archive
        self._looked_at: set[Path] = set()
        self._sources: set[tuple[int, int, int]] = set()

    def anywhere(self) -> bool:
        return True

    def writing(self) -> bool:
        """It holds the writer's lock."""
        lock = self.archive / ".lock"
        return lock.exists() and lock.stat().st_size > 0

    def half_done(self) -> bool:
        """It has staged something and not yet committed it."""
        return any((self.archive / ".work").iterdir()) or any((self.archive / "cases").glob("*/pending/*"))

    def committed(self) -> bool:
        """A file is committed and its original still lies in the inbox."""
        for path in set((self.archive / "cases").glob("*/events/*.json")) - self._looked_at:
            self._looked_at.add(path)
            if source := json.loads(path.read_bytes()).get("source"):
                self._sources.add((source["size"], source["mtime_ns"], source["inode"]))
        waiting = {dataclasses.astuple(d.seen) for d in look(self.archive / "inbox")}
        return not self._sources.isdisjoint(waiting)


def freeze(watcher: subprocess.Popen[bytes]) -> None:
    """Stop a process; return when it stands."""
    watcher.send_signal(signal.SIGSTOP)
    stat = Path(f"/proc/{watcher.pid}/stat")
    until(lambda: stat.read_text().rsplit(")", 1)[1].split()[0] in "TZ", step_s=0.0)


def torment(root: Path, seed: int) -> Account:
    """Drop the files and kill the watcher, round after round."""
    rng = random.Random(seed)
    scratch = root.parent / f"{root.name} staging"
    scratch.mkdir()
    stream = list(papers(rng, FILES, households(root, rng), scratch))
    archive = root / "archive"
    dropper = Dropper(archive / "inbox", scratch, seed, SETTLE_S)
    dropper.start()
    account, place, fed = Account(root), Place(archive), 0
    for k in range(KILLS):
        while fed < min(FILES, AHEAD + FILES * k // KILLS):
            dropper.todo.put(stream[fed])
            fed += 1
        said, mark = scratch / f"said {k}", f"{seed}-{k}"
        watcher = start(root, mark, said)
        try:
            bring_there(rng, place, k, said, watcher)
            account.reading += len(alive(mark)) > 1
        finally:
            watcher.kill()
            watcher.wait(timeout=PATIENCE_S)
        account.kills += watcher.returncode == -signal.SIGKILL
        account.writing += place.writing()
        account.staged += place.half_done()
        account.committed += place.committed()
        account.said += said.read_text("utf-8")
        until(lambda mark=mark: not alive(mark))  # type: ignore[misc]  # no reading child outlives its watcher
    dropper.finish()
    account.dropped, account.halves = dropper.dropped, dropper.halves
    return account


def bring_there(
    rng: random.Random, place: Place, k: int, said: Path, watcher: subprocess.Popen[bytes]
) -> None:
    """Let the watcher report some outcomes, then leave it standing at the place whose turn it is, or with no more to do."""
    outcomes = rng.choice((0, 0, 0, 1, 1, 2, 3, 5))
    holds = (place.anywhere, place.writing, place.half_done, place.committed)[k % 4]

    def drained() -> bool:
        return not any(look(place.archive / "inbox"))

    def far_enough() -> bool:
        # The first line says that it watches.
        return said.read_bytes().count(b"\n") > outcomes or drained() or watcher.poll() is not None

    until(far_enough)
    while True:
        assert watcher.poll() is None, said.read_text("utf-8")
        freeze(watcher)
        if holds() or drained():
            return
        watcher.send_signal(signal.SIGCONT)
        time.sleep(rng.uniform(0, 0.002))


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> list[Account]:
    folder = tmp_path_factory.mktemp("torture")
    with ThreadPoolExecutor(OFFICES) as pool:
        return list(pool.map(lambda n: torment(folder / f"office{n}", drawn(f"office {n}")), range(OFFICES)))


# ── the reckoning ────────────────────────────────────────────────────────────────────────────────────────
def archivist(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "archivist", *words, "--workspace", str(root), "--json"],
        env={**os.environ, "ARCHIVIST_NOW": NOW.isoformat()},
        capture_output=True,
        text=True,
        check=False,
    )


def filed(workspace: Workspace) -> Iterator[tuple[Case, str]]:
    """Yield every filed original with its case, by the digest of what really lies on the disk."""
    for number in workspace.archive.case_numbers():
        case = workspace.archive.read(number)
        for record in case.records.values():
            (payload,) = (f for f in record.files if f.path.startswith("data/"))
            digest = sha256((workspace.archive.folder(number) / payload.path).read_bytes())
            assert digest == payload.sha256 == record.source_sha256
            yield case, digest


def in_tray(workspace: Workspace) -> Counter[str]:
    items = workspace.archive.tray.items()
    for item in items:
        assert sha256(item.file.read_bytes()) == item.sha256
    return Counter(item.sha256 for item in items)


def in_inbox(workspace: Workspace) -> Counter[str]:
    return Counter(sha256(d.path.read_bytes()) for d in look(workspace.archive.inbox))


def reckon(account: Account) -> None:
    """Check the whole office after the last kill: first as the next start heals it, then with the inbox drained."""
    with Workspace.open(account.root) as workspace:
        archive = workspace.archive
        with archive.writing("林经办"):
            assert archive.recovered.alarms == ()
        assert (archive.root / ".lock").stat().st_size == 0
        assert not list(archive.work.iterdir())
        assert not list(archive.root.glob("*/*/pending/*"))
        somewhere = Counter(d for _, d in filed(workspace)) + in_tray(workspace) + in_inbox(workspace)
        assert not account.dropped - somewhere, "a dropped file is nowhere"

        drained = archivist(account.root, "watch", "--once")
        assert drained.returncode in (0, 1), drained.stdout + drained.stderr
        assert json.loads(drained.stdout)["left"] == []
        assert not in_inbox(workspace)
        found = Counter(d for _, d in filed(workspace)) + in_tray(workspace)
        extra = found - account.dropped
        assert not account.dropped - found
        assert set(extra) <= account.halves, "something is there twice"
        for case in {case.number: case for case, _ in filed(workspace)}.values():
            digests = [r.source_sha256 for r in case.records.values()]
            assert len(digests) == len(set(digests)), "filed twice within a case"
        check_bags(workspace, account.root)
        check_acknowledged(workspace, account.said)
        check_index(workspace, account.root.parent / f"{account.root.name} index")


def check_bags(workspace: Workspace, root: Path) -> None:
    for folder in [*workspace.archive.cases.iterdir(), *workspace.archive.ledger.iterdir()]:
        assert bagit.Bag(str(folder)).validate()
    if "verify" in COMMANDS:
        verified = archivist(root, "verify", "--all")
        assert verified.returncode == 0, verified.stdout + verified.stderr


def check_acknowledged(workspace: Workspace, said: str) -> None:
    """What the watcher said before it was killed stands: this file is that record of that case."""
    told = ACKNOWLEDGED.findall(said)
    assert len(told) > FILES // 10
    for name, number, record in told:
        case = workspace.archive.read(CaseNo.parse(number))
        assert workspace.archive.source_name(case.number, case.records[record]) == name


def check_index(workspace: Workspace, fresh: Path) -> None:
    """The index that followed through all the kills answers as one made anew from the archive does."""

    def answers(index: Index) -> list[Any]:
        return [
            (r.total, sorted((str(h.case), h.record or "") for h in r.hits))
            for q in QUERIES
            for r in [index.search(q, limit=999)]
        ]

    assert workspace.index.drift() == []
    with Index(fresh, workspace.archive) as anew:
        anew.rebuild()
        expected = answers(anew)
    assert answers(workspace.index) == expected
    assert sum(total > 0 for total, _ in expected) > len(QUERIES) // 2


@pytest.mark.parametrize("office", range(OFFICES))
def test_every_dropped_byte_is_filed_once_or_still_waits(accounts: list[Account], office: int) -> None:
    reckon(accounts[office])


def test_the_kills_met_work_in_flight(accounts: list[Account], counted: Counted) -> None:
    """A rehearsal that kills idle watchers proves nothing."""
    kills = sum(a.kills for a in accounts)
    met = {
        "kills": kills,
        "files dropped": sum(sum(a.dropped.values()) for a in accounts),
        "kills while it held the lock": sum(a.writing for a in accounts),
        "kills that left a change half-done": sum(a.staged for a in accounts),
        "kills while it read a file": sum(a.reading for a in accounts),
        "kills between commit and removal": sum(a.committed for a in accounts),
    }
    for what, number in met.items():
        counted("the watcher", what, number)
    assert kills == OFFICES * KILLS
    assert met["files dropped"] == OFFICES * FILES
    # A quarter is sought out in each place; a few find the inbox empty before.
    assert met["kills while it held the lock"] > kills // 8
    assert met["kills that left a change half-done"] > kills // 8
    assert met["kills between commit and removal"] > kills // 8
    assert met["kills while it read a file"] > kills // 8
    assert "上次已登记，移去原件" in "".join(a.said for a in accounts)


def test_a_child_in_the_middle_of_a_page_ends_with_its_watcher(tmp_path: Path) -> None:
    """The parent cannot say that it was killed: the child must notice by itself, not a page later."""
    with make_workspace(tmp_path / "ws") as workspace:
        inbox = workspace.archive.inbox
    endless_pdf(tmp_path / "endless.pdf").rename(inbox / "a.pdf")
    mark = str(tmp_path)
    watcher = start(tmp_path / "ws", mark, tmp_path / "said")
    used, reading = 0.0, set[int]()

    def look() -> bool:
        """Find the child that reads; the one by which the reader is tried at the start ends sooner."""
        for child in set(alive(mark)) - {watcher.pid}:
            with suppress(FileNotFoundError, ProcessLookupError):
                if cpu_s(child) > 2:
                    reading.add(child)
        return bool(reading)

    try:
        until(look)
    finally:
        watcher.kill()
        watcher.wait(timeout=PATIENCE_S)
    (child,) = reading
    assert (inbox / "a.pdf").exists()
    while not gone(child):
        with suppress(FileNotFoundError, ProcessLookupError):
            used = cpu_s(child)
    assert used < Limits().page_cpu_s / 2, "it read on until its time was up"
