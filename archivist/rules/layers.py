"""The files of rule packs, laid over each other: national rows, a jurisdiction's over them, the office's own on top.

What comes out are tables as TOML gives them; each row carries under ``FROM`` where it stands, for messages.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from archivist.declarations.forms import NOT_DECLARED, Words
from archivist.errors import RuleFault, UnknownPack
from archivist.model.ids import Category
from archivist.model.plain_json import MalformedData, parse_toml
from archivist.model.roles import Role
from archivist.rules import series, unalterable
from archivist.rules.rule import DelegatedPower, Source
from archivist.rules.rule_days import HoldsBy, RuleDays, in_force
from archivist.rules.series import FROM, Row, Rows

TABLES: Final = ("rule", "material", "step", "check")
SETTINGS: Final = "archivist.toml"
HEAD: Final = "pack.toml"
OWN: Final = "packs"
"""The folder of a workspace that holds packs of its own."""
POWER: Final = "power"
"""The office's own rows of powers: ``[[override.power]]``."""
_CHANGE: Final = ("categories", "valid_from", "valid_to", "holds_by", "note")
NO_OVERRIDES: Final[Mapping[str, Rows]] = {}


@dataclass(frozen=True, slots=True)
class Head:
    """What a pack says of itself, apart from its rows.

    Attributes:
        extends: the pack whose rows hold where this one has none.
        measures: short names of measures → full titles.
        delegated: what the office was given of each category; ``undelegated``: why it was not given others.
        looked_at: up to which day the law was looked at.
        roles: how the place calls the posts.
    """

    title: Words
    looked_at: dt.date
    district: str = ""
    extends: str = ""
    measures: Mapping[str, Words] = field(default_factory=dict)
    delegated: Mapping[Category, DelegatedPower] = field(default_factory=dict)
    undelegated: Mapping[Category, Words] = field(default_factory=dict)
    roles: Mapping[Role, Words] = field(default_factory=dict)


class SaidPower(StrEnum):
    """What an office says of a category in its settings: what it was given, or that it was not."""

    CONFIRM = DelegatedPower.CONFIRM.value
    EXAMINE = DelegatedPower.EXAMINE.value
    NONE = "未下放"


@dataclass(frozen=True, slots=True)
class OfficePower:
    """A row ``[[override.power]]``: one category's power, with the sentence that gives or withholds it."""

    category: Category
    power: SaidPower
    source: Source
    note: str = ""


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
    """One pack's files, by name. ``place`` opens what messages call them: empty, or ``packs/`` of a workspace."""

    id: str
    files: Mapping[str, bytes]
    place: str = ""

    def called(self, name: str) -> str:
        """Return how messages call a file."""
        return f"{self.place}{self.id}/{name}"


def available() -> list[str]:
    """Return the ids of the packs that ship."""
    return sorted(p.name for p in _shipped().iterdir() if p.is_dir())


def own_packs(folder: Path | None) -> list[str]:
    """Return the ids of a workspace's own packs: the folders in its ``packs/`` that have a ``pack.toml``."""
    if folder is None or not folder.is_dir():
        return []
    return sorted(p.name for p in folder.iterdir() if p.joinpath(HEAD).is_file())


def chain(pack_id: str, own: Path | None = None) -> list[Layer]:
    """Return a pack and what it extends, itself first.

    Args:
        pack_id: a pack of the workspace or one that ships.
        own: the workspace's ``packs/``.

    Raises:
        UnknownPack: E501. RuleFault: E502, packs that extend each other, a pack named like one that ships.
    """
    shipped, mine = available(), own_packs(own)
    found: list[Layer] = []
    wanted = pack_id
    while wanted:
        if any(layer.id == wanted for layer in found):
            raise RuleFault(
                f"规则包互相沿用（extends）：{' → '.join([*(x.id for x in found), wanted])}", file=HEAD
            )
        if wanted in mine and wanted in shipped:
            raise RuleFault("与本程序自带的规则包同名，请改用别的名字", file=f"{OWN}/{wanted}")
        if wanted not in (*shipped, *mine):
            raise UnknownPack(f"没有规则包“{wanted}”；可用：{'、'.join((*mine, *shipped))}")
        folder = own.joinpath(wanted) if own is not None and wanted in mine else _shipped().joinpath(wanted)
        paths = sorted((p for p in folder.iterdir() if p.name.endswith(".toml")), key=_place)
        found.append(
            Layer(wanted, {p.name: p.read_bytes() for p in paths}, f"{OWN}/" if wanted in mine else "")
        )
        extends = parsed(found[-1].files[HEAD], found[-1].called(HEAD)).get("extends", "")
        wanted = extends if isinstance(extends, str) else ""
    return found


def _place(file: Traversable) -> tuple[bool, str]:
    """The files every pack has come first, then those of single laws: the sentences a decision stands on are printed in that order."""
    return file.name not in (HEAD, *(f"{table}s.toml" for table in TABLES)), file.name


def _shipped() -> Traversable:
    return files("archivist.rules").joinpath("packs")


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
        return parse_toml(text)
    except MalformedData as error:
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
        "roles": {},
        **{name: [] for name in TABLES},
    }
    for layer in reversed(layers):
        head: dict[str, Any] = {}
        rows: dict[str, list[Row]] = {name: [] for name in TABLES}
        for name, text in layer.files.items():
            for key, value in parsed(text, layer.called(name)).items():
                if key in TABLES:
                    rows[key] += _rows(value, f"{layer.called(name)} [[{key}]]", faults)
                else:
                    head[key] = value
        said = read(Head, head, layer.called(HEAD), faults) or Head("?", dt.date.min)
        for name in TABLES:
            _lay_whole(tables, name, rows[name], faults)
        powers = ("delegated", "undelegated") if said.delegated else ()
        tables |= {key: dict(getattr(said, key)) for key in powers} | {
            "title": said.title,
            "district": said.district or tables.get("district", ""),
            "looked_at": said.looked_at,
        }
        tables["roles"] |= said.roles
        tables["measures"] |= said.measures
    for row in _named(overrides.get(POWER, ()), f"{SETTINGS} [[override.{POWER}]]"):
        _empower(tables, row, faults)
    for name in TABLES:
        own = overrides.get(name, ())
        _lay_whole(tables, name, _named(own, f"{SETTINGS} [[override.{name}]]"), faults)
    return tables


def _lay_whole(tables: dict[str, Any], name: str, rows: Rows, faults: list[str]) -> None:
    """Lay the rows of a layer over those below; what they may not take away is refused, of a pack as of an office."""
    faults += [
        f"{row[FROM]}：{fault}"
        for before, row in enumerate(rows)
        for fault in unalterable.faults(
            name, row, itertools.chain(tables[name], itertools.islice(rows, before))
        )
    ]
    _lay(tables, name, rows, faults)


def _empower(tables: dict[str, Any], row: Row, faults: list[str]) -> None:
    from archivist.declarations.reader import read

    own = read(OfficePower, {k: v for k, v in row.items() if k != FROM}, row[FROM], faults)
    if own is None:
        return
    given, withheld = dict(tables["delegated"]), dict(tables["undelegated"])
    if own.power is SaidPower.NONE:
        given.pop(own.category, None)
        withheld[own.category] = str(own.source)
    else:
        withheld.pop(own.category, None)
        given[own.category] = DelegatedPower(own.power.value)
    tables |= {"delegated": given, "undelegated": withheld}


def _lay(tables: dict[str, Any], name: str, rows: Rows, faults: list[str]) -> None:
    from archivist.declarations.reader import read

    tables[name], changes = series.lay(tables[name], rows, faults)
    for row in changes:
        said: dict[str, Any] = {key: row[key] for key in _CHANGE if key in row}
        said |= {"table": name, "id": series.id_of(row), "act": next(a for a in series.ACTS if a in row)}
        said["source"] = row.get(series.BECAUSE, row.get("source"))
        read(PackChange, said, row[FROM], faults)
        tables["changes"].append({**said, FROM: row[FROM]})


def _rows(rows: object, where: str, faults: list[str]) -> list[Row]:
    """Return the rows of a table in a file; what is no table becomes a fault."""
    if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
        return _named(rows, where)
    faults.append(f"{where}：应写成 {where.rpartition(' ')[2]} 的表，每行一张")
    return []


def _named(rows: Rows, where: str) -> list[Row]:
    return [
        {**row, FROM: f"{where} 第 {number} 行 {series.id_of(row)}".rstrip()}
        for number, row in enumerate(rows, 1)
    ]
