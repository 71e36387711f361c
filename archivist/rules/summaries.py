"""What packs say of themselves, apart from their rows: known from before where their files have not changed since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from archivist.declarations.builder import build
from archivist.declarations.cache import CheckedTables
from archivist.model.ids import Category
from archivist.rules.layers import available, chain, own_packs, version
from archivist.rules.pack import Pack, assemble
from archivist.rules.rule import DelegatedPower


@dataclass(frozen=True, slots=True)
class PackHead:
    """A pack without its rows.

    Attributes:
        looked_at: up to which day the law was looked at.
        delegated: category → the power given; ``undelegated``: category → why none was.
        own: whether it is of the workspace.
    """

    id: str
    title: str
    version: str
    looked_at: dt.date
    delegated: Mapping[Category, DelegatedPower] = field(default_factory=dict)
    undelegated: Mapping[Category, str] = field(default_factory=dict)
    own: bool = False


def all_packs(own: Path | None, cache: Path | None) -> list[PackHead]:
    """Return every pack, the workspace's own first; each was read without a fault, now or before.

    Args:
        own: the workspace's folder of packs.
        cache: a file that may be lost or damaged at any time.

    Raises:
        RuleFault: E502.
    """
    mine = own_packs(own)
    kept = CheckedTables(cache)
    heads: list[PackHead] = []
    for pack_id in (*mine, *(name for name in available() if name not in mine)):
        layers = chain(pack_id, own)
        made_of = version(layers, {})
        head = None
        if said := kept.get(pack_id, made_of):
            with suppress(TypeError, ValueError, KeyError, AttributeError):  # of a program with other columns
                head = build(PackHead, said)
        if head is None:
            head = _head(assemble(layers), own=pack_id in mine)
            kept.put(pack_id, made_of, _plain(head))
        heads.append(head)
    kept.save()
    return heads


def _head(pack: Pack, *, own: bool) -> PackHead:
    return PackHead(
        pack.id, pack.title, pack.version, pack.looked_at, dict(pack.delegated), dict(pack.undelegated), own
    )


def _plain(head: PackHead) -> dict[str, object]:
    return {
        "id": head.id, "title": head.title, "version": head.version, "looked_at": head.looked_at.isoformat(),
        "delegated": dict(head.delegated), "undelegated": dict(head.undelegated), "own": head.own,
    }  # fmt: skip
