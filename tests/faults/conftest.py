"""A place to work in: in memory where there is one, for the harness runs the commands thousands of times."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.office import COMMANDS, build
from tests.faults.strike import Site

MEMORY = Path("/dev/shm")

if not Path("/proc/self/fd").is_dir() or not hasattr(os, "fork"):
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A private folder that is gone afterwards."""
    place = MEMORY if os.access(MEMORY, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="archivist-faults-", dir=place))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def base(scratch: Path) -> Path:
    """The office, built once; every run works on a copy of it."""
    build(scratch / "base")
    return scratch / "base"


@pytest.fixture(params=COMMANDS, ids=lambda name: str(name).replace(" ", "-"))
def site(request: pytest.FixtureRequest, base: Path, scratch: Path) -> Site:
    """One command at work in the office."""
    return Site.of(base, scratch, COMMANDS[request.param])
