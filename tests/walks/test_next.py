"""A clerk who does nothing but what ``archivist next`` says arrives: the household is in benefit, and nothing was refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from archivist.model.states import State
from tests.sampling import sweep
from tests.walks.clerk import INTAKE, Clerk
from tests.walks.paths import BASIC, BENEFIT, TEKUN, TEKUN_PAPERS

MOST = 120
"""Acts after which nobody arrives any more."""


def told(word: str) -> str:
    """Return a word of a command with what only the clerk knows filled in."""
    return {"HH:MM": "10:00"}.get(word, word.replace("…", "样例"))


def do(clerk: Clerk, act: dict[str, Any]) -> None:
    """Do what is said, by the very command where it is a step, with papers in hand where it is a paper."""
    match act["kind"]:
        case "document":
            clerk.issue(act["id"])
        case "receive":
            clerk.papers(act["id"])
        case "step":
            if act["id"] == "confirm":
                clerk.first_month()
            people = [] if act["people"] or act["role"] == "outside" else ["--by", INTAKE]
            words = re.findall(r'"[^"]*"|\S+', act["command"])[1:]
            clerk.run(*(told(w.strip('"')) for w in words), "--on", str(clerk.day), *people)


@sweep(1 / 24, of="walks")
@pytest.mark.parametrize(
    ("category", "facts", "papers"), [("低保", BENEFIT, BASIC), ("特困", TEKUN, TEKUN_PAPERS)]
)
def test_who_only_follows_arrives(
    tmp_path: Path, category: str, facts: dict[str, Any], papers: tuple[str, ...]
) -> None:
    """«names the next lawful step or paper of each open case with the very command to type»."""
    clerk = Clerk(tmp_path, "tianjin-hongqiao", "2024-03-04")
    clerk.open(category, **facts)
    clerk.papers(*(p for p in papers if not clerk.catalogue.get(p).generated))
    said: list[str] = []
    for _ in range(MOST):
        if clerk.state == State.IN_BENEFIT:
            break
        (household,) = clerk.run("next", clerk.number)["households"]
        acts = [a for a in household["acts"] if a["ready"] and not a["aside"]]
        last = (clerk.day, household["state"], acts[0]["command"] if acts else household["acts"])
        said.append(str(last)[:300])
        if acts:
            do(clerk, acts[0])
        else:
            clerk.wait(1)
    assert clerk.state == State.IN_BENEFIT, said[-5:]
