"""The files of rule packs, laid over each other: national rows, a jurisdiction's over them, the office's own on top.

What comes out are tables as TOML gives them; each row carries under ``FROM`` where it stands, for messages.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from archivist.declarations.forms import NOT_DECLARED, Words
from archivist.errors import RuleFault, UnknownPack
from archivist.model.ids import Category
from archivist.rules import series
from archivist.rules.rule import DelegatedPower, Source
from archivist.rules.rule_days import HoldsBy, RuleDays, in_force
from archivist.rules.series import FROM, Row, Rows

TABLES: Final = ("rule", "material", "step", "check")
SETTINGS: Final = "archivist.toml"
_CHANGE: Final = ("categories", "valid_from", "valid_to", "holds_by", "note")
RETENTION: Final = "retention."
NO_OVERRIDES: Final[Mapping[str, Rows]] = {}


@dataclass(frozen=True, slots=True)
class Head:
    """What a pack says of itself, apart from its rows.

    Attributes:
        extends: the pack whose rows hold where this one has none.
        measures: short names of measures → full titles.
        delegated: what the office was given of each category; ``undelegated``: why it was not given others.
    """

    title: Words
    district: str = ""
    extends: str = ""
    measures: Mapping[str, Words] = field(default_factory=dict)
    delegated: Mapping[Category, DelegatedPower] = field(default_factory=dict)
    undelegated: Mapping[Category, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PackChange:
    """What a layer did to rows below that the rows themselves do not show: one taken away, one changed in part.

    Attributes:
        table: ``rule``, ``material``, ``step``, ``check``.
        act: ``withdraw`` or ``patch``; see ``series``.
        source: the sentence on which it did so.
    """

    table: str
    id: str
    act: str
    source: Source
    categories: tuple[Category, ...] = ()
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    holds_by: HoldsBy = HoldsBy.ACCEPTANCE
    note: str = ""
    place: str = field(default="", compare=False, metadata=NOT_DECLARED)

    def applies(self, category: Category | None, days: RuleDays) -> bool:
        """Tell whether it holds for a category; see ``in_force``."""
        return in_force(self, category, days)


@dataclass(frozen=True, slots=True)
class Layer:
    """One pack's files, by name."""

    id: str
    files: Mapping[str, bytes]


def available() -> list[str]:
    """Return the ids of the packs that ship."""
    return sorted(p.name for p in files("archivist.rules").joinpath("packs").iterdir() if p.is_dir())


def chain(pack_id: str) -> list[Layer]:
    """Return a pack and what it extends, itself first.

    Raises:
        UnknownPack: E501.
    """
    found: list[Layer] = []
    wanted = pack_id
    while wanted:
        if wanted not in available():
            raise UnknownPack(f"没有规则包“{wanted}”；可用：{'、'.join(available())}")
        folder = files("archivist.rules").joinpath("packs", wanted)
        paths = sorted((p for p in folder.iterdir() if p.name.endswith(".toml")), key=lambda p: p.name)
        found.append(Layer(wanted, {p.name: p.read_bytes() for p in paths}))
        wanted = parsed(found[-1].files["pack.toml"], f"{wanted}/pack.toml").get("extends", "")
    return found


def version(layers: Sequence[Layer], overrides: Mapping[str, Rows]) -> str:
    """Return a digest of everything a pack is made of."""
    texts = [b"\0".join(layer.files.values()) for layer in layers]
    if overrides:
        texts.append(json.dumps(overrides, ensure_ascii=False, sort_keys=True, default=str).encode())
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:12]


@lru_cache(maxsize=32)
def parsed(text: bytes, name: str) -> Mapping[str, Any]:
    """Return what a file says; nobody changes it, and a process that loads packs again need not parse again."""
    try:
        return tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleFault(f"TOML 写法有误：{error}", file=name) from None


def laid_over(layers: Sequence[Layer], overrides: Mapping[str, Rows], faults: list[str]) -> dict[str, Any]:
    """Return the tables of a pack: the keys of ``Head`` but ``extends``, the rows by table, and ``changes``.

    Args:
        layers: see ``chain``.
        overrides: the office's own rows, by table.
        faults: what is wrong with a pack's head, or with what rows do to those below, is added here.
    """
    from archivist.declarations.reader import read

    tables: dict[str, Any] = {
        "measures": {},
        "delegated": {},
        "undelegated": {},
        "changes": [],
        **{name: [] for name in TABLES},
    }
    for layer in reversed(layers):
        head: dict[str, Any] = {}
        rows: dict[str, list[Row]] = {name: [] for name in TABLES}
        for name, text in layer.files.items():
            for key, value in parsed(text, f"{layer.id}/{name}").items():
                if key in TABLES:
                    rows[key] += _named(value, f"{layer.id}/{name} [[{key}]]")
                else:
                    head[key] = value
        said = read(Head, head, f"{layer.id}/pack.toml", faults) or Head("?")
        for name in TABLES:
            _lay(tables, name, rows[name], faults)
        powers = ("delegated", "undelegated") if said.delegated else ()
        tables |= {key: dict(getattr(said, key)) for key in powers} | {
            "title": said.title,
            "district": said.district,
        }
        tables["measures"] |= said.measures
    for name, own in overrides.items():
        office = _named(own, f"{SETTINGS} [[override.{name}]]")
        faults += [f"{row[FROM]}：{fault}" for row in office for fault in _shortened(row, tables[name])]
        _lay(tables, name, office, faults)
    return tables


def _shortened(own: Row, below: Rows) -> Iterator[str]:
    """Yield that an office would keep files for a shorter time than the rules below: those are least periods."""
    if not series.id_of(own).startswith(RETENTION):
        return
    if own.get(series.WITHDRAW):
        yield f"{series.id_of(own)} 不能由本机关取消：保管期限只可延长"
    if type(years := own.get("value")) is not int:
        return
    for row in below:
        if series.id_of(row) == series.id_of(own) and series.meet(own, row):
            least = row.get("value")
            if type(least) is int and years < least and own.get("unit", row.get("unit")) == row.get("unit"):
                yield f"{series.id_of(own)} 是 {years}，短于规则包所定的 {least}{row.get('unit')}"


def _lay(tables: dict[str, Any], name: str, rows: Rows, faults: list[str]) -> None:
    from archivist.declarations.reader import read

    tables[name], changes = series.lay(tables[name], rows, faults)
    for row in changes:
        said: dict[str, Any] = {key: row[key] for key in _CHANGE if key in row}
        said |= {"table": name, "id": series.id_of(row), "act": next(a for a in series.ACTS if a in row)}
        said["source"] = row.get(series.BECAUSE, row.get("source"))
        read(PackChange, said, row[FROM], faults)
        tables["changes"].append({**said, FROM: row[FROM]})


def _named(rows: Rows, where: str) -> list[Row]:
    return [
        {**row, FROM: f"{where} 第 {number} 行 {series.id_of(row)}".rstrip()}
        for number, row in enumerate(rows, 1)
    ]
