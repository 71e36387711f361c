"""The tables of a report as a screen shows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from archivist.model.ids import mask_id

if TYPE_CHECKING:
    from archivist.doctypes.catalogue import FieldSpec

Cell = str | int | bool | Decimal | dt.date | None
"""What one cell holds; ``None`` is blank."""
Row = Mapping[str, Cell]
"""A line by the keys of the columns."""
_PRIVATE: Final = ("id_number", "account")
"""Columns a screen shows in part only."""


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """One column of a table.

    Attributes:
        key: of the cells.
        label: its heading.
        kind: a kind of ``model.values``.
        private: a screen shows the cells in part only.
    """

    key: str
    label: str
    kind: str
    private: bool

    def text(self, value: Cell) -> str:
        """Return a cell as a screen shows it."""
        if self.private and isinstance(value, str) and value and "*" not in value:
            return mask_id(value) if len(value) == 18 else f"****{value[-4:]}"
        return plain_text(value)


def columns(spec: FieldSpec) -> tuple[ReportColumn, ...]:
    """Return the columns of a table but the running number."""
    return tuple(
        ReportColumn(c.key, c.label, c.kind, c.key in _PRIVATE) for c in spec.columns if c.key != "n"
    )


def plain_text(value: Cell) -> str:
    """Return a value as a screen shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value:,.2f}" if isinstance(value, Decimal) else str(value)
