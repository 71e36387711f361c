"""The checks by the item they are of: exactly one for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final

from archivist.preservation.four_nature.evidence import CaseEvidence
from archivist.preservation.four_nature.outcome import ItemOutcome

ItemCheck = Callable[[CaseEvidence], ItemOutcome]
_ROOMS: Final = ("fixity_checks", "metadata_checks", "content_checks", "volume_checks", "safety_checks")
_CHECKS: Final[dict[str, ItemCheck]] = {}


def checks_item(name: str) -> Callable[[ItemCheck], ItemCheck]:
    """Register a check for an item by its id."""

    def add(check: ItemCheck) -> ItemCheck:
        if name in _CHECKS:
            raise ValueError(f"two checks for {name}")
        _CHECKS[name] = check
        return check

    return add


def all_checks() -> Mapping[str, ItemCheck]:
    """Return every check by the id of its item, after importing the modules that have them."""
    for room in _ROOMS:
        import_module(f"{__package__}.{room}")
    return MappingProxyType(_CHECKS)
