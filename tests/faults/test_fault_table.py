"""Each of the faults F01–F33 has its line in ``docs/reliability.md``, and each test named there is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
LINES: Final = dict(
    re.findall(
        r"^\| (F[0-9]{2}) \|.*\| ([^|]*) \|$", (ROOT / "docs/reliability.md").read_text("utf-8"), re.MULTILINE
    )
)


def test_every_fault_has_its_line() -> None:
    assert [*LINES] == [f"F{n:02d}" for n in range(1, 34)]


@pytest.mark.parametrize("fault", LINES)
def test_what_proves_it_is_there(fault: str) -> None:
    named = re.findall(r"`([^`]+)::(test_\w+)`", LINES[fault])
    assert named
    for module, test in named:
        assert f"def {test}(" in (ROOT / f"tests/{module}.py").read_text("utf-8"), f"{module}: {test}"
