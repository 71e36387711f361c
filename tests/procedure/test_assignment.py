"""Who decides: where the rules name a post, somebody of another post, or of none, is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from archivist.config import Config, StaffMember
from archivist.model.roles import Role
from archivist.procedure import assignment
from archivist.rules.attempt import Attempt
from archivist.rules.pack import load
from tests.rules.walking import SURVEYED, step, walk

DAY = dt.date(2024, 3, 13)


@pytest.mark.parametrize(
    ("pack", "title", "refused"),
    [
        ("shanxi-jincheng-chengqu", "镇长", False),
        ("shanxi-jincheng-chengqu", "街道办事处主任", False),
        ("shanxi-jincheng-chengqu", "副镇长", True),
        ("shanxi-jincheng-chengqu", "街道办事处副主任", True),
        ("shanxi-jincheng-chengqu", "民政助理员", True),
        ("shanxi-jincheng-chengqu", "", True),
        ("national", "副镇长", False),
        ("national", "", False),
    ],
)
def test_the_post_of_who_decides(pack: str, title: str, refused: bool) -> None:
    """S2「镇长（主任）对本镇（街道）社会救助工作负总责」."""
    rules = load(pack)
    tail = ("review 2024-03-12",) if pack != "national" else ("publicize 2024-03-04", "review 2024-03-12")
    case = walk(rules, "DB", *SURVEYED, *tail)
    config = replace(Config(), people=(StaffMember("赵镇长", (Role.APPROVER,), title),))
    attempt = Attempt(case, rules, step(rules, case, "confirm"), DAY, by=("赵镇长",))
    assert any("镇长或主任" in reason for reason in assignment.people(attempt, config)) is refused
