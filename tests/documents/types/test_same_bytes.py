"""The same facts, template and day give the same bytes, whoever makes the paper, and when."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.documents.types.every import NAMES, made_for

MAKES: Final = """
import hashlib
from tests.documents.types.every import NAMES, made_for
for name in NAMES:
    print(name, hashlib.sha256(made_for(name, "ordinary").data).hexdigest())
"""


@pytest.fixture(scope="module")
def elsewhere() -> dict[str, str]:
    """Every paper as another process makes it, whose sets, clock and place are others."""
    run = subprocess.run(
        [sys.executable, "-c", MAKES], cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Pacific/Auckland", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    return dict(line.split() for line in run.stdout.splitlines())


@pytest.mark.parametrize("name", NAMES)
def test_a_paper_is_the_same_to_the_byte(name: str, elsewhere: dict[str, str]) -> None:
    """«Reproducible: same facts, template, day → same bytes of .docx»."""
    assert hashlib.sha256(made_for(name, "ordinary").data).hexdigest() == elsewhere[name]
