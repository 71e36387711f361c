"""The measure of filing measures: its judgement on planted outcomes, and one small run of the real filing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from archivist.model.ids import CaseNo
from archivist.workspace import Workspace
from benchmarks.filing_quality import table
from benchmarks.filing_quality.households import Town, settle
from benchmarks.filing_quality.outcome import file_all, look_up, records
from benchmarks.filing_quality.plan import KINDS, draw_all, share_out
from benchmarks.filing_quality.run import resolver
from benchmarks.filing_quality.truth import Drop, Must, Outcome, Part, Placement, Verdict, judge
from tests.kit import make_workspace

TYPES = {"居民身份证": "mat_id_card", "收入证明": "mat_income", "form": "form"}


def resolve(names: tuple[str, ...]) -> str | None:
    return next((TYPES[n] for n in names if n in TYPES), None)


def judged(parts: tuple[Part, ...], *placements: Placement, **more: Any) -> Verdict:
    drop = Drop("kind", "SCAN0001.pdf", "0" * 64, parts)
    return judge(drop, replace(Outcome(placements), **more), resolve)


def one(household: str | None = "H01", must: Must = "file", signs: str | None = None) -> tuple[Part, ...]:
    return (Part(household, ("收入证明",), must, signs),)


def filed(household: str = "H01", type_: str = "mat_income", **more: Any) -> Placement:
    return replace(Placement(household, type_, suffix=".pdf"), **more)


# ── the judgement ────────────────────────────────────────────────────────────────────────────────────────
def test_a_paper_where_it_belongs_is_right() -> None:
    found = judged(one(), filed())
    assert (found.due, found.due_right, found.right, found.typed, found.type_right) == (1, 1, 1, 1, 1)
    assert (found.harm, found.hasty, found.ending_changed) == (0, 0, 0)


@pytest.mark.parametrize("truth", [one("H02"), one(None, "wait"), one("H02", "wait"), one("H02", "either")])
def test_another_household_is_wrong_whatever_the_truth(truth: tuple[Part, ...]) -> None:
    """「filed WRONG household」, also when it may wait."""
    found = judged(truth, filed())
    assert (found.wrong_household, found.right, found.due_right, found.hasty) == (1, 0, 0, 0)


def test_in_the_right_household_but_a_person_had_to_look() -> None:
    found = judged(one(must="wait"), filed())
    assert (found.hasty, found.right, found.harm, found.due) == (1, 0, 0, 0)


def test_what_waits_is_not_wrong() -> None:
    found = judged(one(), waits=("no_case",))
    assert (found.in_tray, found.reasons, found.due, found.due_right, found.harm) == (
        1,
        {"no_case": 1},
        1,
        0,
        0,
    )
    assert judged(one(), in_inbox=True).in_inbox == 1


def test_bytes_that_are_nowhere_are_lost() -> None:
    assert judged(one(), kept=False).lost == 1
    assert judged(one(), filed(), kept=False).lost == 1, "also where something was filed"


@pytest.mark.parametrize(
    ("truth", "wrong", "right"),
    [
        (one(signs="0003"), 0, 1),
        (one(signs="0004"), 1, 0),
        (one(must="wait"), 1, 0),
        (one("H02", signs="0003"), 1, 0),
    ],
)
def test_signed_copies(truth: tuple[Part, ...], wrong: int, right: int) -> None:
    """A signed copy is wrong when the paper is none, or one of another record or household."""
    found = judged(truth, filed(signs="0003"))
    assert (found.wrong_signed, found.signatures_right) == (wrong, right)


def test_a_signed_form_filed_as_an_ordinary_paper_is_not_wrong_but_not_found_either() -> None:
    found = judged(one(signs="0003"), filed())
    assert (found.due_right, found.signatures, found.signatures_right, found.wrong_signed) == (1, 1, 0, 0)


def test_types() -> None:
    assert judged(one(), filed(type_="mat_id_card")).type_right == 0
    receipt = (Part("H01", (), "either"),)
    assert judged(receipt, filed(type_="mat_id_card")).type_right == 0, "「a receipt … become 居民身份证」"
    assert judged(receipt, filed(type_="other")).type_right == 1
    unheard_of = (Part("H01", ("火化证明",)),)
    assert judged(unheard_of).due == 0, "no type for it yet: it may wait"


def test_an_ending_that_no_double_click_opens() -> None:
    assert judged(one(), filed(suffix=".txt")).ending_changed == 1
    assert judged(one(), filed(suffix=".txt", whole=False)).ending_changed == 0


BATCH = (
    Part("H01", ("form",), "file", "0001", pages=2, blanks=1),
    Part("H02", ("form",), "file", "0001", pages=1),
    Part("H02", ("form",), "either", "0002", pages=1),
)


def form(household: str, signs: str | None, pages: int, *, whole: bool = False) -> Placement:
    return filed(household, "form", signs=signs, pages=pages, whole=whole)


def test_a_batch_taken_apart() -> None:
    found = judged(BATCH, form("H01", "0001", 3), form("H02", "0002", 1), form("H02", "0001", 1))
    assert (found.batch_due, found.batch_right, found.right, found.harm) == (2, 2, 3, 0)
    assert (found.due, found.signatures) == (0, 0), "batches have a line of their own"


def test_a_batch_in_one_household_is_wrong() -> None:
    found = judged(BATCH, form("H01", "0001", 5, whole=True))
    assert (found.wrong_household, found.wrong_signed, found.batch_right) == (1, 1, 0)


@pytest.mark.parametrize("pages", [1, 4])
def test_a_part_with_a_sheet_too_few_or_too_many(pages: int) -> None:
    found = judged(BATCH, form("H01", "0001", pages))
    assert (found.batch_right, found.wrong_signed) == (0, 1)


def test_two_households_in_one_file_filed_whole() -> None:
    """「a drop folder + a two-household PDF → filed whole」 is wrong."""
    parts = (*one("H01", "wait"), *one("H02", "wait"))
    assert judged(parts, filed("H01")).wrong_household == 1
    taken_apart = judged(parts, filed("H01"), filed("H02", whole=False))
    assert (taken_apart.wrong_household, taken_apart.hasty) == (1, 1), "the part is judged by itself"
    bundle = (*one("H01", "either"), *one("H01", "either"))
    found = judged(bundle, filed("H01"))
    assert (found.wrong_household, found.hasty) == (0, 1)


def test_a_mail_and_its_attachment_are_two_records_of_one_household() -> None:
    assert judged(one(), filed(), filed(whole=False)).harm == 0
    assert judged(one(), filed(), filed("H09", whole=False)).wrong_household == 1


def test_the_table_adds_up() -> None:
    verdicts = {"a": judged(one(), filed()), "b": judged(one("H02"), filed(), waits=("no_type",))}
    whole = table.totals(verdicts)
    assert (whole.files, whole.due_right, whole.wrong_household, whole.reasons) == (2, 1, 1, {"no_type": 1})
    text = table.table(verdicts)
    assert "wrong household     1\n" in text and "50.0% (1 of 2)" in text
    plain = table.as_plain(verdicts, seed=1)
    assert (plain["seed"], plain["totals"]["right_household_percent"]) == (1, 50.0)
    assert plain["kinds"]["b"]["wrong_household"] == 1


def test_every_kind_once_then_by_weight() -> None:
    names = [k.name for k in KINDS]
    assert len(set(names)) == len(names)
    many = share_out(KINDS, 200)
    assert len(many) == 200 and {k.name for k in many} == set(names)
    assert [k.name for k in many if k.batch] == [k.name for k in KINDS if k.batch], "batches are costly"
    assert len(share_out(KINDS, 5)) == 5


# ── a small run ──────────────────────────────────────────────────────────────────────────────────────────
SMALL = (
    "format: .docx",
    "format: .docx",
    "format: .xlsx",
    "format: .txt in UTF-8",
    "format: .txt in GBK",
    "format: .zip, two households",
    "loose: income proof",
    "stranger: valid number on no file",
    "two households in one PDF",
    "closed file: paper with number",
    "broken: noise",
    "broken: empty",
)
HOLDS_TODAY = SMALL
"""Kinds of which no paper is filed in a wrong household."""


@dataclass
class Small:
    """Twelve files and what became of them."""

    workspace: Workspace
    town: Town
    drops: list[Drop]
    before: list[tuple[CaseNo, str]]

    def verdicts(self, numbers: dict[str, CaseNo] | None = None) -> dict[str, Verdict]:
        outcomes, strays = look_up(self.workspace, self.drops, numbers or self.town.numbers, self.before)
        assert not strays
        lookup = resolver(self.workspace)
        found: dict[str, Verdict] = {}
        for drop, outcome in zip(self.drops, outcomes, strict=True):
            found.setdefault(drop.kind, Verdict()).add(judge(drop, outcome, lookup))
        return found


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    by_name = {k.name: k for k in KINDS}
    with make_workspace(tmp_path_factory.mktemp("quality") / "ws") as workspace:
        town = settle(workspace, 1)
        kinds = [by_name[name] for name in SMALL]
        drops = draw_all(workspace, town, kinds, seed=1, batch=3, progress=lambda _: None)
        before = [(number, str(record.no)) for number, record in records(workspace)]
        file_all(workspace, lambda _done, _total: None)
        yield Small(workspace, town, drops, before)


def test_a_small_run(small: Small) -> None:
    """「wrong household 0 … only for kinds that hold today」, and every byte is accounted for."""
    verdicts = small.verdicts()
    assert sum(v.files for v in verdicts.values()) == len(SMALL)
    assert not [name for name in HOLDS_TODAY if verdicts[name].wrong_household]
    assert not [name for name, v in verdicts.items() if v.lost]
    assert not [name for name, v in verdicts.items() if not v.right + v.hasty + v.in_tray + v.in_inbox]
    assert verdicts["format: .docx"].due_right == verdicts["format: .docx"].type_right == 2
    assert verdicts["broken: noise"].in_tray == 1


def test_the_same_seed_makes_the_same_files(tmp_path: Path) -> None:
    kinds = [k for k in KINDS if k.name in ("format: .txt in UTF-8", "loose: passbook")]
    with make_workspace(tmp_path / "ws") as workspace:
        town = settle(workspace, 1)

        def draw(seed: int) -> list[Drop]:
            return draw_all(workspace, town, kinds, seed=seed, batch=3, progress=lambda _: None)

        first, again, other = draw(1), draw(1), draw(2)
    assert first == again
    assert not {d.sha256 for d in first} & {d.sha256 for d in other}


def test_households_exchanged_are_found_wrong(small: Small) -> None:
    """The same archive, with the truth of two households exchanged: what was right is wrong now."""
    home = next(d.parts[0].household for d in small.drops if d.kind == "format: .docx")
    assert home is not None
    other = "H12" if home != "H12" else "H13"
    numbers = small.town.numbers
    swapped = dict(numbers) | {home: numbers[other], other: numbers[home]}
    right, wrong = (table.totals(v) for v in (small.verdicts(), small.verdicts(swapped)))
    assert right.wrong_household == 0
    assert wrong.wrong_household > 0
    assert wrong.due_right < right.due_right


def test_a_file_that_vanishes_is_found_lost(small: Small) -> None:
    noise = next(d for d in small.drops if d.kind == "broken: noise")
    item = next(i for i in small.workspace.archive.tray.items() if i.sha256 == noise.sha256)
    away = small.workspace.root / "away"
    item.folder.rename(away)
    try:
        assert table.totals(small.verdicts()).lost == 1
    finally:
        away.rename(item.folder)
