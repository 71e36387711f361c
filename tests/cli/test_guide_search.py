"""The examples of the clerk's guide, run in the office that the guide describes: what it says is found is what is found.

The guide is read, not copied: households, papers and examples stand there alone.
"""

from __future__ import annotations

import json
import re
import shlex
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.command_line import INIT, Office

GUIDE: Final = Path(__file__).parents[2] / "docs/clerk-guide.md"
TODAY: Final = "2024-03-08"


def section() -> str:
    text = GUIDE.read_text(encoding="utf-8")
    return text[text.index("## 五、检索") : text.index("## 六、")]


def tables() -> list[list[dict[str, str]]]:
    """Return the rows of every table of the section by the heads of their columns."""
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", section(), re.MULTILINE):
        head, _, *rows = (
            [cell.strip() for cell in line.strip().strip("|").split("|")] for line in block.splitlines()
        )
        found.append([dict(zip(head, row, strict=True)) for row in rows])
    return found


@dataclass(frozen=True)
class Example:
    """A line of the guide: the words behind ``archivist``, and what it says comes of them."""

    words: tuple[str, ...]
    said: tuple[str, ...]


def examples() -> list[Example]:
    lines = re.findall(r"^archivist (search .*?)\s*→ (.*)$", section(), re.MULTILINE)
    return [
        Example(tuple(shlex.split(words)), tuple(re.split("；", re.split(r"\s{2,}", said)[0])))
        for words, said in lines
    ]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The office of the guide."""
    office = Office(tmp_path_factory.mktemp("guide"))
    office.settings["ARCHIVIST_NOW"] = "2024-02-19T09:00:00+08:00"
    office.run(*INIT)
    households, papers = tables()
    for row in households:
        facts: dict[str, Any] = {
            "applicant": {"name": row["户"], "id_number": row["证号"], "village": row["村（社区）"]},
            "members": [{"name": name} for name in row["成员"].split()],
        }
        (office.root / "facts.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        office.run("case", "open", row["类别"], "--from", "facts.json")
    for row in sorted(papers, key=lambda row: row["归档"] or "9999"):
        day = row["归档"] or TODAY
        office.settings["ARCHIVIST_NOW"] = f"{day}T09:00:00+08:00"
        inbox = office.root if row["件"] else office.root / "archive/inbox"
        (inbox / row["原文件名"]).write_text(row["上面写着"], encoding="utf-8")
        if row["件"]:
            filed = office.json("file", row["户"], row["原文件名"], "--type", row["材料"])["filed"]
            assert [int(one["record"]) for one in filed] == [int(row["件"])]
        else:
            office.run("watch", "--once", check=1)
    office.settings["ARCHIVIST_NOW"] = f"{TODAY}T10:30:00+08:00"
    return office


def test_there_are_twenty_examples_and_more() -> None:
    """“Twenty examples that a test runs”."""
    assert len(examples()) >= 20
    assert len({example.words for example in examples()}) == len(examples())


def test_each_example_finds_what_the_guide_says(described: Office) -> None:
    wrong = {}
    for example in examples():
        found = described.json(*example.words)
        if problems := [said for said in example.said if not _holds(said, found)] + _unsaid(example, found):
            wrong[shlex.join(example.words)] = (problems, _hits(found), found["notices"], found["waiting"])
    assert wrong == {}


def _hits(found: Any) -> dict[str, list[str]]:
    hits: defaultdict[str, list[str]] = defaultdict(list)
    for hit in found["hits"]:
        hits[hit["applicant"]].append(str(int(hit["record"])) if hit["record"] else "户")
    return {name: sorted(parts, key=lambda part: (part != "户", part)) for name, parts in hits.items()}


def _holds(said: str, found: Any) -> bool:
    """Tell whether one thing that the guide says of an answer is so."""
    what, _, rest = said.strip().partition(" ")
    if what == "无":
        return not found["hits"]
    if what == "待认领":
        return [one["name"] for one in found["waiting"]] == ([] if rest == "无" else [rest])
    if what == "注明":
        return any(rest in notice for notice in found["notices"])
    if what == "您是不是要找":
        return rest in [one["word"] for one in found["meant"]]
    for facet in found["facets"]:
        if facet["label"] == what:
            return "、".join(f"{value['label']} {value['count']}" for value in facet["values"]) == rest
    return _hits(found).get(what) == rest.split("、")


def _unsaid(example: Example, found: Any) -> list[str]:
    """Return what is found of which the guide says nothing."""
    named = {said.strip().partition(" ")[0] for said in example.said}
    others = [name for name in _hits(found) if name not in named]
    waiting = [one["name"] for one in found["waiting"] if "待认领" not in named]
    told = [
        *(["notices"] if found["notices"] and "注明" not in named else []),
        *(["meant"] if found["meant"] and "您是不是要找" not in named else []),
    ]
    return [*others, *waiting, *told]
