"""The posts of an office, as ``archivist.toml`` and the steps of rule packs name them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """A post; ``OUTSIDE`` is another body, whose step the office only records."""

    INTAKE = "intake"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    ARCHIVIST = "archivist"
    PANEL = "panel"
    APPRAISER = "appraiser"
    WITNESS = "witness"
    OUTSIDE = "outside"

    @property
    def label(self) -> str:
        """How people call it."""
        return _LABELS[self]


_LABELS: Final[Mapping[Role, str]] = MappingProxyType(
    {
        Role.INTAKE: "经办（受理、调查、初审）",
        Role.REVIEWER: "管理部门（复审）",
        Role.APPROVER: "分管领导（决定）",
        Role.ARCHIVIST: "档案管理",
        Role.PANEL: "议事协商机构成员",
        Role.APPRAISER: "鉴定小组成员",
        Role.WITNESS: "监销人",
        Role.OUTSIDE: "其他机构",
    }
)
HELD: Final = tuple(role for role in Role if role is not Role.OUTSIDE)
"""The roles people of the office hold."""
