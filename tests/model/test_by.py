"""Who acts: the moment of an act and its civil date."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from archivist.errors import InvalidValue
from archivist.model.by import CHINA, By, KnownBy


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2024-03-08T23:59:59+08:00", "2024-03-08"),
        ("2024-03-08T15:59:59+00:00", "2024-03-08"),
        ("2024-03-08T16:00:00+00:00", "2024-03-09"),
        ("2024-12-31T12:00:00-05:00", "2025-01-01"),
    ],
)
def test_the_day_of_an_act_is_the_civil_date_in_shanghai(moment: str, day: str) -> None:
    """The civil date of the law, Asia/Shanghai, at the moment of the act."""
    told = dt.datetime.fromisoformat(moment)
    by = By("林经办", told)
    assert by.today == dt.date.fromisoformat(day)
    assert by.time == told and by.time.tzinfo is CHINA


@pytest.mark.parametrize("name", ["", " ", "\u3000"])
def test_nobody_cannot_act(name: str) -> None:
    """InvalidValue: E002, nobody is named; an event that names nobody could not be read back."""
    with pytest.raises(InvalidValue):
        By(name, dt.datetime(2024, 3, 8, 10, 30, tzinfo=CHINA))


def test_a_moment_without_an_offset_is_none() -> None:
    """The moment, aware; ValueError: the time is not aware."""
    with pytest.raises(ValueError, match="offset"):
        By("林经办", dt.datetime(2024, 3, 8, 10, 30))  # noqa: DTZ001 (that is what is refused)


@pytest.mark.parametrize("known_by", [None, *KnownBy])
@pytest.mark.parametrize("clock", [None, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)])
def test_a_note_of_who_acts_is_read_back_as_it_was(
    known_by: KnownBy | None, clock: dt.datetime | None
) -> None:
    """Return the object a note of the archive keeps of who acts; read it back."""
    moment = dt.datetime(2024, 3, 8, 10, 30, tzinfo=CHINA)
    by = By("林经办", moment, "王秀兰", "lin", "前台一号机", clock, known_by, "su" if clock else "")
    assert By.from_plain(json.loads(json.dumps(by.to_plain()))) == by
    assert by.real_time == (clock or moment)


def test_a_note_of_an_older_program_is_read() -> None:
    """Data on disk of older formats stays readable: such a note has neither clock nor how somebody is known."""
    plain = {
        "actor": "林经办",
        "time": "2024-03-08T10:30:00+08:00",
        "on_behalf_of": "",
        "account": "",
        "host": "",
    }
    assert By.from_plain(plain) == By("林经办", dt.datetime(2024, 3, 8, 10, 30, tzinfo=CHINA))


@pytest.mark.parametrize(
    "wrong", [{"time": ""}, {"time": None}, {"time": 0}, {"clock": 1}, {"known_by": "x"}]
)
def test_a_note_whose_values_are_of_another_type_is_refused_as_such(wrong: dict[str, object]) -> None:
    """「everything read from disk is untrusted: parsed with limits and typed」: also what is empty where a moment must stand."""
    plain = By("林经办", dt.datetime(2024, 3, 8, 10, 30, tzinfo=CHINA)).to_plain()
    with pytest.raises((ValueError, KeyError, TypeError)):
        By.from_plain(plain | wrong)
