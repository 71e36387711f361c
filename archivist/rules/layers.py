"""The files of rule packs, laid over each other: national rows, a jurisdiction's over them, the office's own on top.

What comes out are tables as TOML gives them; each row carries under ``FROM`` where it stands, for messages.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from archivist.declarations.forms import Words
from archivist.errors import RuleFault, UnknownPack
from archivist.model.ids import Category
from archivist.rules.rule import DelegatedPower

TABLES: Final = ("rule", "material", "step", "check")
FROM: Final = "_from"
SETTINGS: Final = "archivist.toml"
Row = Mapping[str, Any]
Rows = Sequence[Row]
NO_OVERRIDES: Final[Mapping[str, Rows]] = {}


@dataclass(frozen=True, slots=True)
class Head:
    """What a pack says of itself, apart from its rows.

    Attributes:
        extends: the pack whose rows hold where this one has none.
        measures: short names of measures → full titles.
        delegated: what the office was given of each category; ``undelegated``: why it was not given others.
        without: ids of rows of the packs below that do not hold here.
    """

    title: Words
    district: str = ""
    extends: str = ""
    measures: Mapping[str, Words] = field(default_factory=dict)
    delegated: Mapping[Category, DelegatedPower] = field(default_factory=dict)
    undelegated: Mapping[Category, Words] = field(default_factory=dict)
    without: tuple[str, ...] = ()


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
    """Return the tables of a pack: the keys of ``Head`` but ``extends`` and ``without``, and the rows by table.

    Args:
        layers: see ``chain``.
        overrides: the office's own rows, by table.
        faults: what is wrong with a pack's head is added here.
    """
    from archivist.declarations.reader import read

    tables: dict[str, Any] = {
        "measures": {},
        "delegated": {},
        "undelegated": {},
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
        gone = set(said.without)
        for name in TABLES:
            tables[name] = _over([r for r in tables[name] if _id(r) not in gone], rows[name])
        powers = ("delegated", "undelegated") if said.delegated else ()
        tables |= {key: dict(getattr(said, key)) for key in powers} | {
            "title": said.title,
            "district": said.district,
        }
        tables["measures"] |= said.measures
    for name, own in overrides.items():
        tables[name] = _over(tables[name], _named(own, f"{SETTINGS} [[override.{name}]]"))
    return tables


def _named(rows: Rows, where: str) -> list[Row]:
    return [
        {**row, FROM: f"{where} 第 {number} 行 {_id(row)}".rstrip()} for number, row in enumerate(rows, 1)
    ]


def _over(below: Rows, above: Rows) -> list[Row]:
    """Return the rows of one table with a layer's rows over them, in the order of the lower layer."""
    patches = [{k: v for k, v in row.items() if k != "patch"} for row in above if row.get("patch")]
    above_rows = [{k: v for k, v in row.items() if k != "patch"} for row in above if not row.get("patch")]
    own = {_id(r) for r in above_rows}
    rows = [r for r in below if _id(r) not in own]
    for patch in patches:
        fitting = [n for n, r in enumerate(rows) if _id(r) == _id(patch) and _fits(patch, r)]
        if not fitting:
            rows.append(patch)  # refused when it is read: it has not all its columns
        for n in fitting:
            rows[n] = {**rows[n], **{k: v for k, v in patch.items() if k != "categories"}}
    places = {row_id: n for n, row_id in enumerate(dict.fromkeys(map(_id, below)))}
    return sorted([*rows, *above_rows], key=lambda r: places.get(_id(r), len(places)))


def _fits(patch: Row, row: Row) -> bool:
    wanted = patch.get("categories")
    return not isinstance(wanted, list) or set(row.get("categories", Category.__members__)) <= set(wanted)


def _id(row: Row) -> str:
    return str(row.get("id", row.get("document", "")))
