"""The packs themselves: which there are, what an office was given, a new one begun, two compared."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from archivist import user_cache
from archivist.api.result import Result
from archivist.errors import InvalidValue, WriteFailed
from archivist.model.ids import Category
from archivist.os_reasons import reason_of
from archivist.rules.rule import DelegatedPower as DelegatedPower

if TYPE_CHECKING:
    from archivist.rules.pack import Pack
    from archivist.workspace import Workspace

SUMMARIES: Final = "rule_packs.json"
"""Kept in the index beside the document types, outside a workspace in the account's cache."""
_ID: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


# ── which packs ──────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class PackSummary:
    """A pack in a list.

    Attributes:
        looked_at: up to which day the law was looked at.
        own: whether it is of the workspace, not of the program.
        delegated: category → the power given (审核确认, 审核).
        undelegated: category → why not.
    """

    id: str
    title: str
    version: str
    looked_at: dt.date
    own: bool
    delegated: Mapping[Category, str]
    undelegated: Mapping[Category, str]


@dataclass(frozen=True, slots=True)
class PackList(Result):
    """The packs of the workspace, then those of the program, in the order of their names."""

    SCHEMA: ClassVar[str] = "archivist/rules-list/1"

    packs: tuple[PackSummary, ...]


@dataclass(frozen=True, slots=True)
class Power:
    """What an office may do in a category under a pack: ``power`` is None where nothing was given; then why."""

    category: Category
    power: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class PackPowers(Result):
    """A pack, category by category. ``stamp`` is its id with version and digest, as events keep it."""

    SCHEMA: ClassVar[str] = "archivist/rules-powers/1"

    id: str
    title: str
    version: str
    stamp: str
    looked_at: dt.date
    categories: tuple[Power, ...]


def list_packs(workspace: Workspace | None) -> PackList:
    """Return every pack with the powers it says were given.

    Args:
        workspace: whose own packs are listed too; None where there is none.

    Raises:
        RuleFault: E502.
    """
    from archivist.rules.summaries import all_packs

    if workspace is None:
        cache = user_cache.folder()
        heads = all_packs(None, cache / SUMMARIES if cache else None)
    else:
        heads = all_packs(workspace.packs, workspace.root / "index" / SUMMARIES)
    return PackList(
        tuple(
            PackSummary(p.id, p.title, p.version, p.looked_at, p.own, dict(p.delegated), dict(p.undelegated))
            for p in heads
        )
    )


def powers(workspace: Workspace | None, pack: str) -> PackPowers:
    """Return one pack's powers by category; of the office's own pack with what its settings say.

    Raises:
        UnknownPack: E501. RuleFault: E502.
    """
    found = named(workspace, pack)
    rows = tuple(Power(c, found.delegated.get(c), found.undelegated.get(c, "")) for c in Category)
    return PackPowers(found.id, found.title, found.version, found.stamp, found.looked_at, rows)


def named(workspace: Workspace | None, pack: str) -> Pack:
    """Return a pack by its id, as its files say it.

    Raises:
        UnknownPack: E501. RuleFault: E502.
    """
    from archivist.rules.pack import load

    return load(pack, own=workspace.packs if workspace else None)


# ── a new one ────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class PackBegun(Result):
    """The files of a new pack."""

    SCHEMA: ClassVar[str] = "archivist/rules-new/1"

    id: str
    extends: str
    folder: Path
    files: tuple[str, ...]


def begin(workspace: Workspace, pack: str, base: str, title: str) -> PackBegun:
    """Write the files of a new pack of the office, each with commented examples; as they are they say what the base says.

    Args:
        workspace: gets ``packs/<id>/``.
        pack: id of the new pack.
        base: id of the pack it extends.
        title: as lists and documents call the place.

    Survives: a kill leaves a folder ``.<id>.part`` that nothing reads, and the next call makes anew.

    Raises:
        InvalidValue: E002, an id that cannot be or is taken. UnknownPack: E501. WriteFailed: E204.
    """
    from archivist.rules import skeleton
    from archivist.rules.layers import available, own_packs

    if not _ID.fullmatch(pack):
        raise InvalidValue(f"规则包的名字“{pack}”应为小写字母、数字，以 - 相连，如 hebei-mouxian")
    folder = workspace.packs / pack
    if pack in available() or pack in own_packs(workspace.packs) or folder.exists():
        raise InvalidValue(f"已经有规则包“{pack}”，请换一个名字")
    texts = skeleton.files(named(workspace, base), title or pack)
    part = workspace.packs / f".{pack}.part"
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for name, text in texts.items():
            part.joinpath(name).write_text(text, encoding="utf-8")
        part.rename(folder)
    except OSError as error:
        raise WriteFailed(f"写不进 packs/{pack}：{reason_of(error)}") from None
    return PackBegun(pack, base, folder, tuple(texts))


# ── two of them ──────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class ColumnDifference:
    """What a column says in the one pack and in the other."""

    column: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A row that differs for some categories; see ``rules.comparison.PackDifference``.

    Attributes:
        side: ``first`` or ``second`` where only that pack has it, else ``both``.
        first: the sentence in the first pack; ``second``: in the second.
    """

    table: str
    id: str
    title: str
    side: str
    categories: tuple[Category, ...]
    columns: tuple[ColumnDifference, ...]
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class PackDifferences(Result):
    """What two packs say differently."""

    SCHEMA: ClassVar[str] = "archivist/rules-diff/1"

    first: str
    second: str
    rows: tuple[RowDifference, ...]


def compare(
    workspace: Workspace | None, first: str, second: str, category: Category | None
) -> PackDifferences:
    """Return the rows only one of two packs has, and the columns in which the others differ, with both sentences.

    Args:
        workspace: whose own packs may be meant; None where there is none.
        first: id of a pack.
        second: id of the other.
        category: only what concerns it.

    Raises:
        UnknownPack: E501. RuleFault: E502.
    """
    from archivist.rules.comparison import differences

    one, other = named(workspace, first), named(workspace, second)
    rows = tuple(
        RowDifference(
            d.table, d.id, d.title, d.side, d.categories,
            tuple(ColumnDifference(name, a, b) for name, (a, b) in d.columns.items()), d.first, d.second,
        )
        for d in differences(one, other)
        if category is None or category in d.categories
    )  # fmt: skip
    return PackDifferences(one.stamp, other.stamp, rows)
