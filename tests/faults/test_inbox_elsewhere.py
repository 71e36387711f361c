"""An inbox on another disk than the archive: killed or refused at any call below either, no paper is lost and none is filed twice.

“no clerk's file lost (copy, fsync, verify; then the original goes), crash-proof”; the original cannot be renamed into the archive here.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from archivist.ingest.filing import AlreadyFiled, Filed, LeftInInbox, ReadDrop, file_dropped
from archivist.ingest.settling import look
from archivist.model.event import Data
from archivist.store import Archive, Original, inbox_claim, originals
from tests.faults.office import CARD, WANG, lay, opened, scan, words
from tests.faults.shim import BROKEN, DONE, KILLED, RAW, Ack, Fail, Fault, Kill, NoFault, strike
from tests.faults.truth import start, strangers_check
from tests.kit import BY
from tests.people import WANG_ID
from tests.sampling import sample, sweep

NAME: Final = "设备/柜台/扫描 0009.jpg"
SAYS: Final = f"居民身份证\n姓名 王秀兰\n公民身份号码 {WANG_ID}\n九"
assert CARD != SAYS


@pytest.fixture(scope="module")
def inbox(scratch: Path) -> Iterator[Path]:
    """A folder on another disk than the office."""
    for base in map(Path, ("/dev/shm", tempfile.gettempdir(), "/var/tmp")):
        if os.access(base, os.W_OK) and base.stat().st_dev != scratch.stat().st_dev:
            folder = Path(tempfile.mkdtemp(prefix="archivist-inbox-", dir=base))
            yield folder / "收件箱"
            shutil.rmtree(folder)
            return
    pytest.skip("all is on one disk here")


@pytest.fixture(scope="module")
def apart(base: Path, scratch: Path, inbox: Path) -> Path:
    """The office, told of the inbox."""
    lay(base, scratch / "apart")
    with (scratch / "apart/archivist.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"inbox = '{inbox}'\n")
    return scratch / "apart"


def dropped(apart: Path, work: Path, inbox: Path) -> None:
    """Lay the office, and one paper into the inbox."""
    lay(apart, work)
    shutil.rmtree(inbox, ignore_errors=True)
    (inbox / NAME).parent.mkdir(parents=True)
    (inbox / NAME).write_bytes(scan(NAME))


def take(work: Path, ack: Ack) -> None:
    """What a watch does with what lies in the inbox."""
    with opened(work) as workspace:
        inbox = workspace.archive.inbox
        originals.give_back(inbox)
        for one in look(inbox):
            read = ReadDrop(Original.of(one.path, one.name), words(SAYS), None)
            outcome = file_dropped(workspace, BY, read)
            if isinstance(outcome, LeftInInbox):
                raise outcome.error
            assert isinstance(outcome, Filed | AlreadyFiled), outcome
            ack(type(outcome).__name__)


def filed(work: Path) -> list[Data]:
    """Return the sources of the records that are this paper."""
    case = Archive(work / "archive").read(WANG)
    return [
        record.source
        for record in case.records.values()
        if any((work / "archive/cases" / str(WANG) / f.path).read_bytes() == scan(NAME) for f in record.files)
    ]


def lying(inbox: Path) -> list[Path]:
    return [p for p in inbox.rglob("*") if p.is_file() and not p.name.startswith(inbox_claim.FILE)]


def whole(work: Path, inbox: Path, fault: Fault, *, told: bool) -> None:
    """Check that the paper is somewhere, whole; start anew, take again: it is filed once, with where it came from, and gone."""
    start(work)
    here, there = filed(work), lying(inbox)
    assert here or there, (fault, "lost")
    assert not told or here, (fault, "told of, and not there")
    assert all(path.read_bytes() == scan(NAME) for path in there), (fault, "damaged")
    take(work, lambda _: None)
    assert [source["device"] for source in filed(work)] == ["柜台"], fault
    assert not lying(inbox), fault
    strangers_check(work)


@sweep(1 / 3)
def test_killed_at_any_call_it_is_filed_once(apart: Path, scratch: Path, inbox: Path) -> None:
    """“Killed … at any instruction: nothing acknowledged is lost, nothing is filed twice”, with two disks."""
    work = scratch / "work"
    dropped(apart, work, inbox)
    total = strike(work, lambda ack: take(work, ack), NoFault(), also=inbox).calls
    below = strike(work, lambda ack: take(work, ack), NoFault()).calls
    whole(work, inbox, NoFault(), told=True)
    assert total > below + 3, "calls in the inbox are struck too"
    seen = 0
    for n in sample(range(1, total + 1), 1 / 5, "kill points with the inbox on another disk", ends=True):
        dropped(apart, work, inbox)
        ended = strike(work, lambda ack: take(work, ack), Kill(n), also=inbox)
        assert ended.how == KILLED, (n, ended.error)
        seen += any(path.name.startswith(originals.LEAVING) for path in lying(inbox))
        whole(work, inbox, Kill(n), told=bool(ended.acks))
    assert seen, "one of the kills was between leaving and gone"


@sweep(1 / 3)
def test_refused_at_any_call_it_stays_or_is_filed(apart: Path, scratch: Path, inbox: Path) -> None:
    """A full or failing disk, the archive's or the inbox's: the paper is filed, or lies where it lay."""
    work = scratch / "work"
    dropped(apart, work, inbox)
    total = strike(work, lambda ack: take(work, ack), NoFault(), also=inbox).calls
    for n in sample(range(1, total + 1), 1 / 5, "failures with the inbox on another disk", ends=True):
        for fault in (Fail(n, errno.EIO), Fail(n, errno.ENOSPC, sticky=True)):
            dropped(apart, work, inbox)
            ended = strike(work, lambda ack: take(work, ack), fault, also=inbox)
            assert ended.how not in (BROKEN, RAW), (fault, ended.error)
            whole(work, inbox, fault, told=ended.how == DONE and bool(ended.acks))
