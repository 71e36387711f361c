"""The law stands once: a row changed by the office changes the paper, the time limits and the check that rest on it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import pytest

from archivist.documents.values.resolve import document_values
from archivist.errors import MissingFields
from archivist.rules import pack, remedies
from archivist.rules.pack import Pack
from tests.documents.samples import CATALOGUE, CHAIN, CONFIG, EXTRA, GIVEN, ON, SOURCES, a_case
from tests.rules.walking import due, walk

SOURCE: Final = {"measure": "《样例街道办事规程》", "article": "第三条", "sentence": "自行规定的一句"}
REFUSED: Final = (
    "submit 2024-03-01", "accept 2024-03-04", "verify 2024-03-05", "survey 2024-03-06", "prelim 2024-03-07",
    "publicize 2024-03-08", "review 2024-03-18", "refuse 2024-03-20", "deliver 2024-03-21",
)  # fmt: skip


def overridden(rule_id: str, **columns: object) -> Pack:
    """Return the national rules with some columns of an id's rows as an office has them."""
    row = {"id": rule_id, "patch": True, "source": SOURCE, **columns}
    return pack.load("national", overrides={"rule": [row]})


def paper(name: str, rules: Pack, given: Mapping[str, object] = {}) -> dict[str, Any]:
    """Return what a document prints under some rules."""
    return document_values(
        CATALOGUE.get(name),
        a_case(),
        CONFIG,
        on=ON,
        given=GIVEN.get(name, {}) | dict(given),
        extra=CHAIN | EXTRA.get(name, {}),
        sources=dataclasses.replace(SOURCES, pack=rules),
    )


# ── remedies ─────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("rule_id", "columns", "words"),
    [
        ("remedy.reconsideration", {"value": 75}, "自收到本决定书之日起75日内，向示范区人民政府申请行政复议"),
        ("remedy.reconsideration.authority", {"value": "示范市人民政府"}, "向示范市人民政府申请行政复议"),
        ("remedy.reconsideration.respondent", {"value": "本机关"}, f"被申请人为{CONFIG.office.name}"),
        ("remedy.litigation", {"value": 1, "unit": "年"}, "自收到本决定书之日起1年内，依法向示范区人民法院"),
        ("remedy.litigation.court", {"value": "示范铁路运输法院"}, "向示范铁路运输法院提起行政诉讼"),
        ("remedy.litigation.defendant", {"value": "本机关"}, f"被告为{CONFIG.office.name}"),
    ],
)
def test_a_decision_tells_the_remedies_as_the_rows_say(
    rule_id: str, columns: dict[str, object], words: str
) -> None:
    rules = overridden(rule_id, **columns)
    told = paper("refusal_decision", rules)["remedies"]
    assert words in told["reconsideration"] + told["litigation"]
    assert words not in "".join(paper("refusal_decision", pack.load("national"))["remedies"].values())


def test_the_times_of_the_remedies_run_and_are_checked_as_their_rows_say() -> None:
    shipped = pack.load("national")
    for rules, day, words in (
        (shipped, "2024-05-20", ("60日内", "六十日内")),
        (overridden("remedy.reconsideration", value=75), "2024-06-04", ("75日内", "七十五日内")),
    ):
        case = walk(rules, "DB", *REFUSED)
        assert due(case, rules, "remedy.reconsideration") == day
        assert words in remedies.phrases(partial(rules.rule_for, case=case, on=case.steps[-1].on))


@pytest.mark.parametrize("remedy", remedies.REMEDIES, ids=lambda r: r.title)
def test_without_a_row_no_decision_tells_anything(remedy: remedies.Remedy) -> None:
    """A missing rule stops the paper instead of letting it say what the program thinks."""
    shipped = pack.load("national")
    for row_id in (remedy.term, remedy.authority, remedy.opponent):
        rules = dataclasses.replace(shipped, rules=tuple(r for r in shipped.rules if r.id != row_id))
        with pytest.raises(
            MissingFields, match=f"救济途径不全：规则包对这一户没有写{remedy.title}的 {row_id}"
        ):
            paper("refusal_decision", rules)
