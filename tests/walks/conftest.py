"""A clerk of the place whose walks a module holds (``PACK``)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.walks.clerk import Clerk


@pytest.fixture
def clerk(tmp_path: Path, request: pytest.FixtureRequest) -> Clerk:
    """A clerk on 4 March 2024, in an office with nothing in it."""
    return Clerk(tmp_path, request.module.PACK, "2024-03-04")
