"""The program in the workspace of a test, by a clock its module sets (``CLOCK``)."""

from __future__ import annotations

from typing import Any

import pytest

from archivist.cli.main import main
from archivist.workspace import Workspace
from tests.answers import answer


@pytest.fixture
def command(
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> Any:
    """Return what runs a command and returns all it prints, or with ``--json`` what that says."""
    monkeypatch.chdir(workspace.root)
    monkeypatch.setenv("ARCHIVIST_NOW", request.module.CLOCK)

    def command(*words: str, status: int = 0) -> Any:
        code = main([*words])
        out, err = capsys.readouterr()
        assert code == status, out + err
        return answer(out) if "--json" in words else out + err

    return command
