"""The demo's office and its six invented households, as ``samples/households.toml`` has them."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from archivist.model.ids import Category

SAMPLES: Final = Path(__file__).with_name("samples")


@dataclass(frozen=True, slots=True)
class DemoHousehold:
    """One household to open.

    Attributes:
        key: short name by which the samples refer to it; nothing a clerk ever sees.
        category: under which assistance it is opened.
        facts: raw groups, to be read by ``archivist.model.facts.parse_facts``.
        opened_on: civil date, Asia/Shanghai.
        deregistered_on: civil date, or None while the case is open.
        reason: why it was deregistered, empty while it is open.
    """

    key: str
    category: Category
    facts: Mapping[str, object]
    opened_on: dt.date
    deregistered_on: dt.date | None = None
    reason: str = ""

    @property
    def applicant(self) -> str:
        """The applicant's name."""
        return str(self._applicant.get("name") or self._applicant["姓名"])

    @property
    def id_number(self) -> str:
        """The applicant's ID number."""
        return str(self._applicant.get("id_number") or self._applicant["身份证号"])

    @property
    def _applicant(self) -> Mapping[str, object]:
        group: Any = self.facts.get("applicant") or self.facts["申请人"]
        return dict(group)


def households() -> tuple[DemoHousehold, ...]:
    """Return the six households, the deregistered one last."""
    raw = _read()
    return tuple(
        DemoHousehold(
            key=entry["key"],
            category=Category(entry["category"]),
            facts=entry["facts"],
            opened_on=raw["dates"][entry["key"]]["opened_on"],
            deregistered_on=raw["dates"][entry["key"]].get("deregistered_on"),
            reason=raw["dates"][entry["key"]].get("reason", ""),
        )
        for entry in raw["households"]
    )


def config_toml() -> str:
    """Return the text of the demo's ``archivist.toml``."""
    import tomlkit

    return tomlkit.dumps(_read()["config"])


def _read() -> dict[str, Any]:
    return tomllib.loads((SAMPLES / "households.toml").read_text(encoding="utf-8"))
