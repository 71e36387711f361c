"""「every bit of files up to 4 KB, 2,000 random places of larger ones, every kind of file; plus 20,000 random mutations」"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests import sampling
from tests.fuzz import damages
from tests.fuzz.battery import Tally, strike
from tests.fuzz.office import Office

KINDS: Final = {
    "cases": "archive/cases/",
    "ledger": "archive/ledger/",
    "batches": "archive/batches/",
    "tray": "archive/review/",
    "alarms": "archive/alarms/",
    "moves": "archive/moves/",
    "runs": "archive/runs/",
    "format": "archive/FORMAT",
    "settings": "archivist.toml",
    "packs": "packs/",
    "document types": "doc_templates/",
    "keys": "keys/",
    "index": "index/0",
    "current index": "index/CURRENT",
    "caches": "index/",
}
"""Every kind of file, by how its path begins; the first that fits."""
SLOW: Final = frozenset({"packs", "document types", "index", "settings"})
SHARE: Final = 1 / 400
SHARE_SLOW: Final = 1 / 4_000
FULL_EVERY: Final = 400
"""One damage of so many is followed by all questions."""
MUTATIONS: Final = 20_000


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.of(tmp_path_factory.mktemp("fuzz") / "ws")


def kind_of(path: str) -> str:
    return next((kind for kind, start in KINDS.items() if path.startswith(start)), "")


def files_of(office: Office, kind: str) -> dict[str, bytes]:
    return {path: data for path, data in sorted(office.all().items()) if kind_of(path) == kind and data}


def told(tally: Tally) -> str:
    return "\n".join([f"{len(tally.wrong)} of {tally.tried}", *tally.wrong[:40]])


@pytest.mark.parametrize("kind", KINDS)
def test_every_bit_that_turns_over(office: Office, kind: str, fuzzed: Callable[[str, str, int], None]) -> None:
    """「one bad thing is one finding with its path; everything else goes on writing; no E700 from any content of any file」"""
    everything = [one for path, data in files_of(office, kind).items() for one in damages.flips(path, data)]
    share = SHARE_SLOW if kind in SLOW else SHARE
    tally = Tally()
    draw = random.Random(sampling.drawn(kind))
    for path, bit in sampling.sample(everything, share, f"flips {kind}"):
        data = office.all()[path]
        full = draw.randrange(FULL_EVERY) == 0
        strike(office, path, damages.flipped(data, bit), f"{path} bit {bit}", tally, full=full)
    for what, count in (("bits turned over", tally.tried), ("of them asked everything", tally.full), ("not as it must be", len(tally.wrong))):
        fuzzed(kind, what, count)
    assert not tally.wrong, told(tally)
