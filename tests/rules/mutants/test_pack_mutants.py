"""A mutated pack does not pass unseen: each row taken away, each value perturbed, one at a time."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from archivist.rules import pack as packs
from tests import sampling
from tests.rules.mutants import expectations, sentences
from tests.rules.mutants.mutations import mutants
from tests.rules.mutants.verdict import Layer, caught_by

KNOWN: Final = Path(__file__).parents[2] / "data" / "pack_mutants.toml"
SHARE: Final = 1 / 20
"""Of the rows that a long run went through, how many of the mutants a short one tries again."""
REPORT: Final = "ARCHIVIST_MUTANT_REPORT"
"""Names the folder in which a long run leaves its counts, one file a pack; see ``tools/mutant_report.py``."""


def known() -> dict[str, Any]:
    """Return the survivors known by now, and those that are equivalent, each with its sentence."""
    return tomllib.loads(KNOWN.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", packs.available())
def test_a_mutated_pack_is_caught(name: str) -> None:
    """“A mutated pack (each row removed, each value perturbed in turn) must be caught by check or by a walk”.

    Who escapes stands in the list of survivors; another one fails, with what to do. A short run takes all mutants of rows
    that are new or say something else since the list was written (``make long``), and a share of the others: of those not
    one can be new, unless what catches them was changed.
    """
    said, everything = known(), mutants(name)
    listed = {*said["survivors"], *said["equivalent"]}
    drawn = sampling.sample(everything, SHARE, f"mutants of {name}")
    long = len(drawn) == len(everything)
    new = [m for m in everything if said["rows"].get(m.row_id) != m.row_digest]
    tried = {m.id: m for m in (*drawn, *new) if long or m.id not in listed}
    verdicts = {number: caught_by(mutant) for number, mutant in tried.items()}
    if long and (folder := os.environ.get(REPORT)):
        told = {mutant: str(layer or "") for mutant, layer in verdicts.items()}
        Path(folder).mkdir(exist_ok=True)
        (Path(folder) / f"{name}.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    escaped = [number for number, layer in verdicts.items() if layer is None and number not in listed]
    assert escaped == [], "let a test catch them, or list them in tests/data/pack_mutants.toml"


@pytest.mark.parametrize("name", packs.available())
def test_the_shipped_packs_meet_every_expectation(name: str) -> None:
    """What the table demands, and the number in each sentence, are there before anything is mutated.

    A row that says otherwise than before gets its line anew: in ``tests/data/procedure_expectations.tsv`` what it must
    demand, in ``tests/data/rule_numbers.tsv`` a number that its own sentence does not say, with the one that does.
    """
    pack = packs.load(name)
    assert expectations.contradicted(pack) == []
    own = [r for r in pack.rules if r.place.startswith(f"{name}/")]
    assert [u for r in own for u in sentences.unsupported(name, r)] == []


def test_an_equivalent_mutant_has_a_sentence_and_is_no_survivor() -> None:
    """“survivors are listed by id, and "equivalent" needs a sentence”."""
    said = known()
    assert all(len(why) > 10 for why in said["equivalent"].values())
    assert not set(said["survivors"]) & set(said["equivalent"])


@pytest.mark.parametrize(
    ("change", "layer"),
    [
        ("rule overall [DB] (not step.extend): value", Layer.SENTENCES),
        (": display flipped", Layer.SOUNDNESS),
        ("step confirm [DB DX]: guards amount_lawful dropped", Layer.EXPECTATIONS),
        ("step accept: makes acceptance_notice dropped", Layer.EXPECTATIONS),
        ("material mat_id_card [CJ]: removed", Layer.EXPECTATIONS),
    ],
)
def test_who_catches_what(change: str, layer: Layer) -> None:
    """Each layer catches by itself: a number is in its sentence, a guard is demanded by the table."""
    found = [m for m in mutants("national") if change in m.id]
    assert found
    assert layer in {caught_by(m) for m in found[:6]}


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        ("公示期为7天", (7, "自然日")),
        ("自受理之日起30个工作日之内完成", (30, "工作日")),
        ("应当自申请受理之日起三十个工作日之内完成", (30, "工作日")),
        ("一般为5—7人", (5, "人数")),
        ("管理部门应在两个工作日内", (2, "工作日")),
        ("按照不低于30%的比例", (0.3, "比例")),
        ("当月 25 日前将花名册", (25, "当月日")),
        ("每半年核查一次", (6, "月")),
        ("其他案件自行政行为作出之日起超过五年", (5, "年")),
    ],
)
def test_a_sentence_says_its_number(sentence: str, number: tuple[float, str]) -> None:
    assert number in {(value, unit.value) for value, unit in sentences.said(sentence)}
