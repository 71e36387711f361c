"""A place to work in: in memory where there is one, for the harness runs the commands thousands of times."""

from __future__ import annotations

import functools
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.bureau import build_bureau
from tests.faults.commands import COMMANDS
from tests.faults.office import build
from tests.faults.strike import Site

MEMORY = Path("/dev/shm")

if not Path("/proc/self/fd").is_dir() or not hasattr(os, "fork"):
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="package", autouse=True)
def same_salt() -> Iterator[None]:
    """Salt the clerks' names, and make keys, alike every time: the same strike then leaves the same bytes, looked at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "token_hex", lambda count: "5a" * count)
        patch.setattr(secrets, "token_bytes", lambda count: b"\x5a" * count)
        patch.setattr(os, "sync", lambda: None)  # what is struck lies in memory; the machine's disks are not
        yield


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


@pytest.fixture(scope="session")
def sites(base: Path, scratch: Path) -> Callable[[str], Site]:
    """Every command at work in the office, or the bureau, by name; each prepared when it is first asked for."""

    @functools.cache
    def at_bureau() -> Path:
        build_bureau(scratch / "bureau", base)
        return scratch / "bureau"

    def at_work(name: str) -> Site:
        command = COMMANDS[name]
        return Site.of(at_bureau() if command.at_bureau else base, scratch, command)

    return functools.cache(at_work)


def together(name: str) -> Any:
    """Return a command's name as a parameter; tests of one stay in one process, for they share its site."""
    return pytest.param(name, id=name.replace(" ", "-"))


@pytest.fixture(params=map(together, COMMANDS))
def site(request: pytest.FixtureRequest, sites: Callable[[str], Site]) -> Site:
    """One command at work in the office."""
    return sites(request.param)
