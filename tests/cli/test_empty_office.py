"""“never E700”: whatever is asked of an office on its first day, with not one household, is answered or refused in words."""

from __future__ import annotations

from typing import Final

import pytest

from archivist.cli.main import cli
from tests.cli.test_json import leaves
from tests.cli.test_permissions import WRITES
from tests.command_line import INIT, Office
from tests.sampling import sample, sweep

WITHOUT: Final = {
    ("serve",), ("watch",), ("demo",), ("service", "install"), ("service", "remove"), ("templates", "check"),
}  # fmt: skip
"""Commands that run on until they are ended, make a place of their own, ask the machine's system, or print all that was
shipped to look at each page."""
ASKED: Final[dict[tuple[str, ...], list[list[str]]]] = {
    ("export",): [["全部", "--full"], ["遮挡"]],
    ("search",): [["王秀兰"], ["--saved"], ["--facets", "王"], ["王", "--csv", "表.csv"]],
    ("retention", "list"): [["--on", "2030-01-01"]],
    ("case", "list"): [["--due"], ["--csv", "户.csv"]],
    ("submit", "make"): [["--month", "2024-03"], ["--quarter", "2024-1"]],
    ("due",): [["--ics", "期限.ics"], ["--days", "30"]],
    ("print",): [["--out", "打印.pdf"]],
}
"""What is asked of a command besides nothing, and what ``WRITES`` says to it."""


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office(tmp_path_factory.mktemp("first day"))
    office.run(*INIT)
    return office


@sweep(1 / 4)
@pytest.mark.parametrize("path", sorted(set(leaves(cli)) - WITHOUT), ids=" ".join)
def test_every_command_answers(first_day: Office, path: tuple[str, ...]) -> None:
    """“Bad input gets a clear error … never E700”; nothing there is no bad input, and no reason to fail in words nobody knows."""
    said = [[], *(words for _, words in WRITES.get(path, ())), *ASKED.get(path, ())]
    for words in said:
        shown = first_day.run(*path, *words, check=None)
        assert "E700" not in shown.stdout + shown.stderr, (path, words, shown.stderr)


def test_every_register_of_nothing_is_made(first_day: Office) -> None:
    """A register of a month in which nothing was done says so."""
    reports = [row["id"] for row in first_day.json("report")["reports"]]
    assert len(reports) > 20
    for name in sample(reports, 1 / 4, "registers of nothing"):
        shown = first_day.run("report", name, "--month", "2024-03", check=None)
        assert "E700" not in shown.stdout + shown.stderr, shown.stderr
