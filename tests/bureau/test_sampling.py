"""The draw: the same on any machine, another with another frame, near kin always, at least three tenths of the rest."""

from __future__ import annotations

import hashlib
import math
import subprocess
import sys
from collections import Counter
from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st

from archivist.bureau.sampling import draw, encode
from archivist.model.ids import CaseNo, Category

NUMBERS = st.builds(
    CaseNo,
    st.sampled_from(["TJHQ", "NKDX", "HQSG"]),
    st.sampled_from([Category.DB, Category.TK, Category.JN]),
    st.sampled_from([2025, 2026]),
    st.integers(1, 999_999),
)
FRAMES = st.lists(NUMBERS, max_size=60)
LOTS = st.text(min_size=1, max_size=20)
MONTH = [CaseNo("TJHQ", Category.DB, 2026, n) for n in range(1, 41)]


@given(FRAMES, LOTS, st.randoms(use_true_random=False))
def test_the_same_frame_and_lot_draw_the_same(frame: list[CaseNo], lot: str, chance: object) -> None:
    """F28: “same frame and lot on two machines: same draw”, in whatever order the frame is told, however often one stands there."""
    other = [*frame, *frame[:3]]
    chance.shuffle(other)  # type: ignore[attr-defined]
    assert draw(frame, lot) == draw(other, lot)


def test_another_machine_draws_the_same() -> None:
    """F28: two machines. Another process, another seed of Python's hashes; and the recipe of the paper: cat, printf, sha256sum."""
    numbers = ",".join(map(repr, map(str, MONTH)))
    script = (
        "from archivist.bureau.sampling import draw; from archivist.model.ids import CaseNo;"
        f"print(*draw(set(map(CaseNo.parse,[{numbers}])), '3 17 22').drawn)"
    )
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
        assert done.stdout.split() == [str(n) for n in draw(MONTH, "3 17 22").drawn]
    seed_by_hand = hashlib.sha256(b"".join(f"{n}\n".encode() for n in MONTH) + b"3 17 22").hexdigest()
    by_hand = sorted(MONTH, key=lambda n: hashlib.sha256(f"{seed_by_hand}{n}".encode()).hexdigest())[:12]
    assert draw(MONTH, "3 17 22").seed == seed_by_hand
    assert draw(MONTH, "3 17 22").drawn == tuple(sorted(by_hand))


@given(FRAMES, NUMBERS, LOTS, LOTS)
def test_one_case_more_is_another_seed(frame: list[CaseNo], more: CaseNo, lot: str, other: str) -> None:
    """F28: “one case added: other seed”; another lot too."""
    assume(more not in frame and lot != other)
    seeds = {draw(frame, lot).seed, draw([*frame, more], lot).seed, draw(frame, other).seed}
    assert len(seeds) == 3


@given(FRAMES, LOTS, st.data())
def test_near_kin_always_and_three_tenths_of_the_rest(
    frame: list[CaseNo], lot: str, data: st.DataObject
) -> None:
    """F28: “near-kin always in, share ≥ 30 % of the rest, rounded up”, by office and category."""
    named = data.draw(st.sets(st.sampled_from(frame))) if frame else set()
    found = draw(frame, lot, named | {CaseNo("ZZZZ", Category.DB, 2026, 1)})
    assert set(found.kin) == named
    rest = Counter((n.office, n.category) for n in {*frame} - named)
    drawn = Counter((n.office, n.category) for n in found.drawn)
    assert {key: math.ceil(count * 3 / 10) for key, count in rest.items()} == dict(drawn)
    assert not {*found.drawn} & named and {*found.drawn} <= {*frame}
    assert {(s.office, s.category): s.size for s in found.strata} == dict(rest)


def test_everybody_can_be_drawn() -> None:
    """No place in the list is safe: over a hundred lots each of forty households is drawn at least once, none always."""
    times = Counter(n for lot in range(100) for n in draw(MONTH, str(lot)).drawn)
    assert set(times) == set(MONTH) and max(times.values()) < 100


def test_the_frame_is_a_number_a_line_in_order() -> None:
    assert encode([MONTH[1], MONTH[0], MONTH[1]]) == b"TJHQ-DB-2026-000001\nTJHQ-DB-2026-000002\n"
