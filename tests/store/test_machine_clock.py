"""A clock that went back: no numbers by it until somebody decides, once; what is written all the same is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from archivist.errors import ClockBehind
from archivist.model.by import By
from archivist.model.event import Event, Op
from archivist.model.ids import GENESIS
from archivist.store import Archive, Stamp
from archivist.store.machine_clock import TOLERANCE, set_back
from tests.kit import on
from tests.store.kit import new_archive

NOON = on("2024-03-08 12:00")
SECOND = dt.timedelta(seconds=1)


def at(moment: dt.datetime, **more: str) -> Stamp:
    """Return the stamp of somebody at a machine."""
    return Stamp(By("林经办", moment, account="lin", host="前台", **more), "test@1")  # type: ignore[arg-type]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An archive whose first number was given at noon."""
    made = new_archive(tmp_path)
    assert made.allocate("A", 2024, at(NOON)) == (1,)
    return made


def give(archive: Archive, stamp: Stamp) -> int:
    return archive.allocate("A", 2024, stamp)[0]


def ledger(archive: Archive) -> list[Op]:
    return [event.op for event in archive.ledger_events()]


@pytest.mark.parametrize(
    "back", [TOLERANCE + SECOND, dt.timedelta(days=1), dt.timedelta(days=400), dt.timedelta(days=19_000)]
)
def test_a_clock_that_went_back_gives_no_numbers(archive: Archive, back: dt.timedelta) -> None:
    """For giving numbers refused with a clear error; a clock that fell back by years begins no ledger of a year long past."""
    before = ledger(archive)
    with pytest.raises(ClockBehind, match="不能给号"):
        give(archive, at(NOON - back))
    with pytest.raises(ClockBehind), archive.taking_numbers(at(NOON - back)):
        pass
    assert ledger(archive) == before and [p.name for p in archive.ledger_folders()] == ["2024"]
    assert give(archive, at(NOON + SECOND)) == 2


@pytest.mark.parametrize("back", [-dt.timedelta(days=400), -SECOND, dt.timedelta(), TOLERANCE])
def test_a_clock_set_right_by_moments_gives_numbers(archive: Archive, back: dt.timedelta) -> None:
    """Clocks of two machines differ, and one that is set right by the network goes back by seconds; an office may be closed for a year."""
    assert give(archive, at(NOON - back)) == 2


def test_a_told_moment_is_not_the_clock(archive: Archive) -> None:
    """Only what a machine's clock said is compared, never a moment that was told."""
    told = By("林经办", on("2023-01-02"), host="前台", clock=NOON + SECOND)
    assert give(archive, Stamp(told)) == 2
    ahead = By("林经办", on("2031-01-02"), host="前台", clock=NOON + 2 * SECOND)
    assert give(archive, Stamp(ahead)) == 3
    assert give(archive, at(NOON + 3 * SECOND)) == 4
    with pytest.raises(ClockBehind):
        give(archive, Stamp(replace(ahead, clock=NOON - dt.timedelta(days=1))))


@pytest.mark.parametrize("wrong", [dt.timedelta(days=30), dt.timedelta(days=2_500)])
def test_a_decision_holds_for_what_was_decided(archive: Archive, wrong: dt.timedelta) -> None:
    """--despite-clock only once: a number given by a clock that was ahead does not stop the office until then."""
    assert give(archive, at(NOON + wrong)) == 2
    right = at(NOON + dt.timedelta(hours=1))
    with pytest.raises(ClockBehind):
        give(archive, right)
    assert give(archive, at(right.by.time, despite_clock="前台电脑的电池坏了")) == 3
    decided = [e for e in archive.ledger_events() if e.op is Op.CLOCK_ACCEPTED]
    assert {(e.reason, e.data["time"]) for e in decided} == {
        ("前台电脑的电池坏了", (NOON + wrong).isoformat(timespec="seconds"))
    }
    assert give(archive, at(right.by.time + SECOND)) == 4
    if wrong.days > 365:  # the ledger of the far year grows again: decided about anew
        assert give(archive, at(NOON + wrong + SECOND)) == 5
        with pytest.raises(ClockBehind):
            give(archive, at(right.by.time + 2 * SECOND))


def test_what_never_kept_its_clock_says_nothing(archive: Archive) -> None:
    """Who acts from no machine; events before format 4 did not keep the two apart."""
    assert archive.allocate("A", 2024, Stamp(By("林经办", NOON - dt.timedelta(days=9)))) == (2,)
    old = [
        Event(n, GENESIS, f"2024-03-0{9 - n}T09:00:00+08:00", "x", Op.FACTS_CHANGED, {}, format=3)
        for n in (1, 2)
    ]
    assert set_back(old) == []


def test_the_events_whose_clock_went_back_are_named() -> None:
    """Told in check and verify: by the clock, not by the moment told."""

    def event(seq: int, time: str, clock: str = "") -> Event:
        return Event(seq, GENESIS, time, "林经办", Op.FACTS_CHANGED, {}, clock=clock)

    day = "2024-03-0{}T09:00:00+08:00".format
    events = [
        event(1, day(5)), event(2, day(4)), event(3, day(3), day(6)), event(4, day(7)),
        event(5, day(8), day(2)), event(6, "?"), event(7, day(9)),
    ]  # fmt: skip
    assert set_back(events) == [2, 5, 6]
