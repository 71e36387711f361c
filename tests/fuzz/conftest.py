from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture
def fuzzed(record_property: Callable[[str, object], None]) -> Callable[[str, str, int], None]:
    def count(kind: str, what: str, number: int) -> None:
        record_property(f"fuzz:{kind}", [what, number])

    return count
