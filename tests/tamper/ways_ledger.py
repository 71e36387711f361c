"""The ledger: its events, its pages, its years; households it gave no number to."""

from __future__ import annotations

import shutil
from typing import Final

from archivist.store import bag
from archivist.store.bag_fixity import FixityFault
from tests.tamper.hands import append, edit_event, event, flip, list_anew, rewrite, write
from tests.tamper.scene import SECOND, YEAR, Scene, Way

_CHANGED = FixityFault.CHANGED
_NINE: Final = "TJHQ-DB-2024-000009"
_NEXT: Final = "TJHQ-DB-2024-000004"
"""What the ledger would give next."""


def _forge_household(scene: Scene, number: str = _NINE) -> None:
    """A household of one's own making, right in itself, as this program's source would write it."""
    forged = scene.cases / number
    shutil.copytree(scene.second, forged)
    info = (forged / bag.INFO).read_bytes().replace(SECOND.encode(), number.encode())
    write(forged / bag.INFO, info)

    def named(plain: dict[str, object]) -> dict[str, object]:
        data = plain["data"]
        assert isinstance(data, dict)
        more = {"bag_info_sha256": bag.sha256(info)} if "bag_info_sha256" in data else {}
        return plain | {"case": number, "data": data | more}

    rewrite(forged, named)


def _forge_number(scene: Scene) -> None:
    """A household of one's own making, and its number in the ledger, all manifests made to fit."""
    _forge_household(scene, _NEXT)
    numbers = {"sequence": "TJHQ-DB", "year": int(YEAR), "first": 4, "last": 4}
    append(scene.ledger, manifests=True, op="numbers_allocated", data=numbers)


def _edit_number(scene: Scene) -> None:
    """The number that was given is another one; the tag manifest knows."""
    edit_event(scene.ledger, 2, reason="改")
    list_anew(scene.ledger, bag.TAG_MANIFEST)


WAYS: Final = (
    Way("a bit in an event of the ledger", lambda s: flip(event(s.ledger, 2)), ((YEAR, "events/000002.json", _CHANGED),)),
    Way("an event of the ledger edited", lambda s: edit_event(s.ledger, 3), ((YEAR, "events/000003.json", _CHANGED),)),
    Way("an event of the ledger edited and listed", _edit_number, ((YEAR, "events/000002.json", _CHANGED), (YEAR, bag.TAG_MANIFEST, _CHANGED))),
    Way("an event of the ledger removed", lambda s: event(s.ledger, 2).unlink(), ((YEAR, "events/000002.json", FixityFault.MISSING),)),
    Way("the ledger's leaflet removed", lambda s: (s.ledger / bag.LEAFLET).unlink(), ((YEAR, bag.LEAFLET, FixityFault.MISSING),)),
    Way("the ledger's leaflet changed", lambda s: flip(s.ledger / bag.LEAFLET), ((YEAR, bag.LEAFLET, _CHANGED),)),
    Way("the ledger's manifest emptied", lambda s: write(s.ledger / bag.MANIFEST, b""), ((YEAR, bag.MANIFEST, _CHANGED),)),
    Way("a bit in the ledger's bag-info.txt", lambda s: flip(s.ledger / bag.INFO), ((YEAR, bag.INFO, _CHANGED),)),
    Way("a year of the ledger removed", lambda s: shutil.rmtree(s.ledger), ((YEAR, "", FixityFault.GONE),)),
    Way("a year of the ledger under another year", lambda s: s.ledger.rename(s.ledger.with_name("2023")), (("2023", "", FixityFault.MISPLACED),)),
    Way("a household of one's own making", _forge_household, ((_NINE, "", FixityFault.EXTRA),)),
    Way("a household of one's own making, and its number", _forge_number, needs_anchor=True, drift=(_NEXT,)),
)  # fmt: skip
