"""Who was shown which households: chained, whole after a power cut, written by many at once."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import threading
from pathlib import Path

import pytest

from archivist.errors import AccessNotLogged
from archivist.model.by import CHINA, By
from archivist.model.ids import CaseNo, Category
from archivist.store.access_log import NONE_BEFORE, Access, AccessLog


def seen(day: str, *sequences: int, clock: str = "") -> Access:
    def moment(text: str) -> dt.datetime:
        return dt.datetime.fromisoformat(text).replace(hour=10, tzinfo=CHINA)

    by = By("张三", moment(day), account="zhang", host="pc1", clock=moment(clock) if clock else None)
    return Access(by, "cli", "search", frozenset(CaseNo("TJHQ", Category.DB, 2024, n) for n in sequences))


@pytest.fixture
def log(tmp_path: Path) -> AccessLog:
    (tmp_path / "archive").mkdir()
    return AccessLog(tmp_path / "archive")


def test_each_line_names_the_one_before_also_across_months(log: AccessLog) -> None:
    """«append-only, hash-chained, by month»: checked here without the program's own reader."""
    for day in ("2024-03-08", "2024-03-09", "2024-04-01", "2024-06-01"):
        log.enter(seen(day, 1))
    lines = [
        line for month in log.months() for line in log.path(month).read_bytes().splitlines(keepends=True)
    ]
    before = str(NONE_BEFORE)
    for line in lines:
        assert json.loads(line)["prev"] == before
        before = hashlib.sha256(line).hexdigest()
    assert log.months() == ["2024-03", "2024-04", "2024-06"] and len(lines) == 4


@pytest.mark.parametrize("damage", ["changed", "removed", "swapped", "inserted"])
def test_a_line_that_somebody_touched_is_told(log: AccessLog, damage: str) -> None:
    for day in range(1, 6):
        log.enter(seen(f"2024-03-0{day}", day))
    path = log.path("2024-03")
    lines = path.read_bytes().splitlines(keepends=True)
    match damage:
        case "changed":
            lines[1] = lines[1].replace("张三".encode(), "李四".encode())
        case "removed":
            del lines[1]
        case "swapped":
            lines[1], lines[2] = lines[2], lines[1]
        case "inserted":
            lines.insert(2, lines[0])
    path.write_bytes(b"".join(lines))
    broken = [line.line for line in log.lines("2024-03") if not line.is_chained]
    assert broken and set(broken) <= {2, 3, 4}


@pytest.mark.parametrize("left", [1, 7, -2])
def test_a_line_a_power_cut_left_unfinished_stays_and_breaks_nothing(log: AccessLog, left: int) -> None:
    """Nothing it names was shown: the entry is durable before the answer."""
    for day in ("2024-03-01", "2024-03-02"):
        log.enter(seen(day, 1))
    path = log.path("2024-03")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1][:left])
    log.enter(seen("2024-03-03", 2))
    found = list(log.lines("2024-03"))
    assert [bool(line.entry) for line in found] == [True, False, True]
    assert all(line.is_chained for line in found)
    assert path.read_bytes().startswith(lines[0] + lines[1][:left])


def test_a_line_longer_than_what_is_read_at_once(log: AccessLog) -> None:
    log.enter(seen("2024-03-01", *range(1, 20_000, 2)))
    log.enter(seen("2024-03-02", 1))
    assert log.path("2024-03").stat().st_size > 1 << 17
    assert all(line.is_chained and line.entry for line in log.lines("2024-03"))


def test_the_file_is_of_the_machines_month_and_never_an_earlier_one(log: AccessLog) -> None:
    """A told moment, or a clock set back, does not bring a line before those that are there."""
    log.enter(seen("2020-01-01", 1, clock="2024-03-08"))
    log.enter(seen("2024-02-01", 1))
    assert log.months() == ["2024-03"]
    assert [line.entry["time"][:10] for line in log.lines("2024-03")] == ["2020-01-01", "2024-02-01"]


def test_where_it_ends_is_known_and_found_again(log: AccessLog) -> None:
    """What the ledger keeps of it: month, bytes, digest of the last line."""
    assert log.anchor() == []
    for day in ("2024-03-01", "2024-03-02"):
        log.enter(seen(day, 1))
    path = log.path("2024-03")
    month, size, digest = log.anchor()
    assert (month, size) == ("2024-03", path.stat().st_size)
    assert digest == hashlib.sha256(path.read_bytes().splitlines(keepends=True)[-1]).hexdigest()
    log.enter(seen("2024-03-03", 1))
    assert log.has("2024-03", path.stat().st_size, str(log.anchor()[2])) and log.has(
        str(month), int(str(size)), str(digest)
    )
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0])
    assert not log.has("2024-03", int(str(size)), str(digest))


def test_many_at_once(log: AccessLog) -> None:
    def look() -> None:
        for _ in range(10):
            log.enter(seen("2024-03-08", 1))

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = list(log.lines("2024-03"))
    assert len(found) == 80 and all(line.is_chained and line.entry for line in found)


def test_what_cannot_be_written_is_refused(log: AccessLog) -> None:
    """«if the entry cannot be written nothing personal is shown»."""
    log.folder.write_bytes(b"a file in its place")
    with pytest.raises(AccessNotLogged) as refused:
        log.enter(seen("2024-03-08", 1))
    assert not refused.value.read_only and refused.value.code == "E213"
