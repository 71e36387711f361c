"""A clerk of the place whose walks a module holds (``PACK``), from the day it begins on (``START``)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.walks.clerk import Clerk


@pytest.fixture
def clerk(tmp_path: Path, request: pytest.FixtureRequest) -> Clerk:
    """A clerk in an office with nothing in it, on 4 March 2024 where the module does not say otherwise."""
    return Clerk(tmp_path, request.module.PACK, getattr(request.module, "START", "2024-03-04"))
