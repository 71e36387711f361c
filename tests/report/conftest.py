"""The program in the workspace of a test, by a clock its module sets (``CLOCK``)."""

from __future__ import annotations

from typing import Any

import pytest

from archivist.workspace import Workspace
from tests.answers import answer
from tests.command_line import Office


@pytest.fixture
def command(workspace: Workspace, request: pytest.FixtureRequest) -> Any:
    """Return what runs a command and returns all it prints, or with ``--json`` what that says."""
    office = Office(workspace.root)
    office.settings["ARCHIVIST_NOW"] = request.module.CLOCK

    def command(*words: str, status: int = 0) -> Any:
        shown = office.run(*words, check=status)
        return answer(shown.stdout) if "--json" in words else shown.stdout + shown.stderr

    return command
