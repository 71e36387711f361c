"""A bureau, and a package it would receive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.workspace import Workspace
from tests.bureau.kit import make_bureau
from tests.preservation.packages import make_package
from tests.tamper.scene import make_scene


@pytest.fixture(scope="package")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole part, with three households."""
    folder = tmp_path_factory.mktemp("good")
    scene = make_scene(folder / "scene")
    with Workspace.open(scene.root / "ws") as workspace:
        (part,) = make_package(workspace, folder)
    return part


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Workspace]:
    with make_bureau(tmp_path / "bureau") as workspace:
        yield workspace
