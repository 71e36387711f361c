"""「every bit of files up to 4 KB, 2,000 random places of larger ones, every kind of file; plus 20,000 random mutations」: all of it here."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Final

import pytest

from tests import sampling
from tests.fuzz import damages
from tests.fuzz.battery import Tally, resealed, strike
from tests.fuzz.office import Office

KINDS: Final = {
    "cases": "archive/cases/",
    "ledger": "archive/ledger/",
    "batches": "archive/batches/",
    "tray": "archive/review/",
    "alarms": "archive/alarms/",
    "moves": "archive/moves/",
    "runs": "archive/runs/",
    "access log": "archive/access/",
    "format": "archive/FORMAT",
    "settings": "archivist.toml",
    "packs": "packs/",
    "document types": "doc_templates/",
    "keys": "keys/",
    "saved searches": "searches/",
    "index": "index/0",
    "current index": "index/CURRENT",
    "caches": "index/",
}
"""Every kind of file, by how its path begins; the first that fits."""
SLOW: Final = frozenset({"packs", "document types", "index", "caches"})
SHARE: Final = 1 / 200
SHARE_SLOW: Final = 1 / 1_000
FULL_EVERY: Final = 200
"""One damage of so many is followed by all questions."""
SEARCHED_EVERY: Final = 20
"""After one damage of so many to a file of the index it is searched too; after each its checksums are asked, which every search asks first."""
PARTS: Final = {"cases": 8, "ledger": 3, "batches": 3, "tray": 4, "index": 10, "caches": 3}
"""Into so many tests the bits of a kind are divided, for as many processes; the others are one."""
RESEALED: Final = ("cases", "ledger", "batches", "tray", "alarms", "moves", "runs", "saved searches")
Counted = Callable[[str, str, int], None]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.of(tmp_path_factory.mktemp("fuzz") / "ws")


def kind_of(path: str) -> str:
    return next((kind for kind, start in KINDS.items() if path.startswith(start)), "")


def files_of(office: Office, kind: str) -> dict[str, bytes]:
    return {path: data for path, data in sorted(office.all().items()) if kind_of(path) == kind and data}


def test_every_file_of_the_office_is_of_some_kind(office: Office) -> None:
    """「every kind of file」: whatever the office comes to hold has to be damaged here."""
    without = [path for path, data in office.all().items() if data and not kind_of(path)]
    assert not without
    assert all(files_of(office, kind) for kind in KINDS)


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        pytest.param(kind, part, id=f"{kind}-{part}" if kind in PARTS else kind)
        for kind in KINDS
        for part in range(PARTS.get(kind, 1))
    ],
)
def test_every_bit_that_turns_over(office: Office, kind: str, part: int, fuzzed: Counted) -> None:
    """「one bad thing is one finding with its path, everything else goes on writing; no E700 from any content」: each bit."""
    everything = [
        one
        for path, data in files_of(office, kind).items()
        for one in damages.flips(path, data)[part :: PARTS.get(kind, 1)]
    ]
    sweep = f"{kind} {part}"
    tally, draw = Tally(), random.Random(sampling.drawn(sweep))
    for path, bit in sampling.sample(everything, SHARE_SLOW if kind in SLOW else SHARE, f"flips {sweep}"):
        changed = damages.flipped(office.all()[path], bit)
        strike(
            office, path, changed, f"{path} bit {bit}", tally,
            full=draw.randrange(FULL_EVERY) == 0, search=draw.randrange(SEARCHED_EVERY) == 0,
        )  # fmt: skip
    _count(fuzzed, kind, "bits", tally)


@pytest.mark.parametrize("kind", KINDS)
def test_what_disks_copies_and_hands_do(office: Office, kind: str, fuzzed: Counted) -> None:
    """「truncate, extend, duplicate chunk, zero, swap, random JSON value replaced by another type」: none of it falls over."""
    files, tally = list(files_of(office, kind).items()), Tally()
    many = damages.MUTATIONS // len(KINDS)
    for number in range(sampling.examples(8 if kind in SLOW else 60, many)):
        draw = random.Random(f"{sampling.drawn(kind)} {number}")
        path, data = draw.choice(files)
        how, changed = damages.mutated(data, draw)
        strike(
            office, path, changed, f"{path} {how} ({number})", tally,
            full=draw.randrange(FULL_EVERY) == 0, names=_is_damage(path, data, changed),
        )  # fmt: skip
    _count(fuzzed, kind, "mutations", tally)


@pytest.mark.parametrize("kind", ["cases", "ledger", "batches"])
def test_a_piece_of_a_manifest_that_is_zeroed(office: Office, kind: str, fuzzed: Counted) -> None:
    """「100 % named rightly」: as a disk loses a sector; digests that are none any more speak of no event."""
    pieces = [
        (path, data, at, size)
        for path, data in files_of(office, kind).items()
        if path.endswith("sha256.txt")
        for size in (8, 17, 31, 48, 64, 200)
        for at in range(0, max(len(data) - size, 1), 3)
    ]
    tally = Tally()
    for path, data, at, size in sampling.sample(pieces, 1 / 100, f"{kind} zeroed"):
        changed = (data[:at] + bytes(size) + data[at + size :])[: len(data)]
        strike(office, path, changed, f"{path} zeroed at {at}, {size}", tally, full=False, names=True)
    _count(fuzzed, kind, "pieces zeroed", tally)


@pytest.mark.parametrize("kind", ["cases", "ledger", "batches"])
def test_pieces_of_a_manifest_that_are_swapped(office: Office, kind: str, fuzzed: Counted) -> None:
    """「swap」 within one digest and over the lines: their places move, and they are still known for what they were."""
    draw, tally = random.Random(sampling.drawn(f"{kind} swapped")), Tally()
    manifests = [(p, d) for p, d in files_of(office, kind).items() if p.endswith("sha256.txt")]
    for number in range(sampling.examples(40, 2_000)):
        path, data = draw.choice(manifests)
        start, size = 1 + data.rfind(b"\n", 0, draw.randrange(len(data))), 65
        if number % 2:  # anywhere: lines then begin with one digest and end with another
            start, size = 0, len(data) + 1
        one, two, three, four = sorted(start + draw.randrange(size) for _ in range(4))
        changed = data[:one] + data[three:four] + data[two:three] + data[one:two] + data[four:]
        if changed != data:
            strike(office, path, changed, f"{path} swapped ({number})", tally, full=False, names=True)
    _count(fuzzed, kind, "pieces swapped", tally)


def _is_damage(path: str, data: bytes, changed: bytes) -> bool:
    """Whether what a file says is another now: a line end in FORMAT says nothing, nor is a note another without its digest."""
    if path == "archive/FORMAT":
        return changed.rstrip() != data.rstrip()
    try:
        note, now = json.loads(data), json.loads(changed)
    except (ValueError, RecursionError):
        return True
    return (
        not isinstance(note, dict)
        or "digest" not in note
        or now != {key: value for key, value in note.items() if key != "digest"}
    )


@pytest.mark.parametrize("kind", RESEALED)
def test_what_is_strange_though_its_digest_fits(office: Office, kind: str, fuzzed: Counted) -> None:
    """「everything read from disk is untrusted: parsed with limits and typed」: rewritten with its digest, it is read or refused."""
    of_json = (".json", ".split", ".src")
    files = [(p, d) for p, d in files_of(office, kind).items() if p.endswith(of_json) and "pages" not in p]
    tally = Tally()
    for number in range(sampling.examples(20, 1_000)):
        draw = random.Random(f"resealed {sampling.drawn(kind)} {number}")
        path, data = draw.choice(files)
        together = resealed(office, path, damages.with_other_value(json.loads(data), draw))
        changed = together.pop(path)
        strike(
            office, path, changed, f"{path} resealed ({number})", tally,
            full=number % 10 == 9, names=False, beside=together,
        )  # fmt: skip
    _count(fuzzed, kind, "resealed", tally)


def _count(fuzzed: Counted, kind: str, what: str, tally: Tally) -> None:
    counts = {
        what: tally.tried,
        "searched": tally.searched,
        "asked everything": tally.full,
        "wrong": len(tally.wrong),
    }
    for name, number in counts.items():
        fuzzed(kind, name, number)
    assert not tally.wrong, "\n".join([f"{len(tally.wrong)} of {tally.tried}", *tally.wrong[:40]])
