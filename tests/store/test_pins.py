"""PINs on disk: what is kept, what is refused, how long wrong ones have to wait."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from archivist.errors import DamagedFile, InvalidValue, NotIdentified
from archivist.store import notes, pins
from tests.kit import NOW

GOOD, BAD = "582913", "582914"
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace in which somebody has a PIN."""
    pins.put(tmp_path, "林经办", GOOD)
    return tmp_path


def test_no_pin_is_stored(root: Path) -> None:
    """Stored as scrypt hash with salt and parameters, in a file of its own with mode 0600."""
    path = root / "keys/pins.json"
    assert GOOD not in path.read_text(encoding="utf-8") and path.stat().st_mode & 0o077 == 0
    (kept,) = json.loads(path.read_bytes())["people"].values()
    assert {"salt", "hash", "cost", "r", "p"} <= kept.keys()
    pins.put(root, "苏调查", GOOD)
    both = pins.read(root)
    assert both["林经办"].salt != both["苏调查"].salt and both["林经办"].hash != both["苏调查"].hash


@pytest.mark.parametrize("typed", [GOOD, "５８２９１３"])
def test_the_right_one_is_known_however_it_is_typed(root: Path, typed: str) -> None:
    """An input method may give digits of full width."""
    pins.check(root, "林经办", typed, NOW)


@pytest.mark.parametrize(
    "pin", ["", "12345", "111111", "123456", "987654", " 582913", "x" * 65, "58291\t3", "abcdef"]
)
def test_what_is_too_easy_is_refused(tmp_path: Path, pin: str) -> None:
    """InvalidValue: it is too short, too long or too easy; nothing is written."""
    with pytest.raises(InvalidValue):
        pins.put(tmp_path, "林经办", pin)
    assert not (tmp_path / "keys").exists()


def test_five_wrong_ones_slow_it_down(root: Path) -> None:
    """“5 fails → 1…60 s wait, never a lock-out”: with a stored counter; the right one has to wait too."""
    for n in range(1, pins.FREE + 1):
        with pytest.raises(NotIdentified, match=f"连续第 {n} 次"):
            pins.check(root, "林经办", BAD, NOW)
    for moment in (NOW, NOW + SECOND / 2, NOW - 400 * dt.timedelta(days=1)):  # a clock set back gains nothing
        with pytest.raises(NotIdentified, match="还要等 1 秒"):
            pins.check(root, "林经办", GOOD, moment)
    with pytest.raises(NotIdentified, match="连续第 6 次"):
        pins.check(root, "林经办", BAD, NOW + SECOND)
    with pytest.raises(NotIdentified, match="还要等 1 秒"):
        pins.check(root, "林经办", GOOD, NOW + 2 * SECOND)
    pins.check(root, "林经办", GOOD, NOW + 3 * SECOND)
    with pytest.raises(NotIdentified, match="连续第 1 次"):
        pins.check(root, "林经办", BAD, NOW + 4 * SECOND)


def test_however_many_wrong_ones_lock_nobody_out(root: Path) -> None:
    """“1…60 s wait, never a lock-out”: each wait is twice the one before, and the longest a minute."""
    moment, waits = NOW, []
    for _ in range(pins.FREE + 12):
        with pytest.raises(NotIdentified, match="口令不对"):
            pins.check(root, "林经办", BAD, moment)
        until = pins.read(root)["林经办"].until
        waits.append((dt.datetime.fromisoformat(until) - moment).total_seconds() if until else 0)
        moment += dt.timedelta(seconds=waits[-1])
    assert waits[pins.FREE - 1 :] == [1, 2, 4, 8, 16, 32, *[60] * 7]
    pins.check(root, "林经办", GOOD, moment)


def test_wrong_ones_of_one_are_not_another_s(root: Path) -> None:
    pins.put(root, "苏调查", "tiger-lily")
    for _ in range(pins.FREE):
        with pytest.raises(NotIdentified):
            pins.check(root, "苏调查", BAD, NOW)
    pins.check(root, "林经办", GOOD, NOW)
    assert pins.remove(root, "苏调查") and not pins.remove(root, "苏调查")
    with pytest.raises(NotIdentified, match="没有设口令"):
        pins.check(root, "苏调查", "tiger-lily", NOW)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("cost", 60),
        ("cost", 0),
        ("r", 1 << 30),
        ("p", -1),
        ("salt", "xyz"),
        ("hash", ""),
        ("until", "morgen"),
        ("wrong", -1),
        ("wrong", "0"),
    ],
)
def test_a_file_that_asks_for_the_impossible_is_damaged(root: Path, key: str, value: object) -> None:
    """Everything read from disk is parsed with limits: never an E700, and nobody passes for somebody by damage."""
    path = root / "keys/pins.json"
    note = json.loads(path.read_bytes())
    note["people"]["林经办"][key] = value
    path.write_bytes(notes.seal(note))
    with pytest.raises(DamagedFile):
        pins.check(root, "林经办", GOOD, NOW)
    path.write_bytes(b"\xff")
    with pytest.raises(DamagedFile):
        pins.read(root)
