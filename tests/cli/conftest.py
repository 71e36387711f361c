"""One office with one household's file, made once; every test works on a copy of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.command_line import Office, opened


@pytest.fixture(scope="session")
def first_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office as it was made; nobody works in it."""
    return opened(tmp_path_factory.mktemp("office")).root


@pytest.fixture
def office(first_office: Path, tmp_path: Path) -> Office:
    """An office with the file of 王秀兰 opened on 4 March 2024, four days ago."""
    shutil.copytree(first_office, tmp_path / "office")
    return Office(tmp_path / "office")
