"""Every duty of the five districts' papers, and the command that shows it: each command is run and says what is claimed of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.store import Draft
from archivist.workspace import Workspace
from tests.command_line import INIT, Office
from tests.kit import BY
from tests.people import make_id
from tests.sampling import sweep

TABLE: Final = Path(__file__).parents[1] / "data/duties.tsv"
PACKS: Final = {
    "S0": "chongqing-yongchuan", "S1": "heilongjiang-jiamusi", "S2": "shanxi-jincheng-chengqu",
    "S3": "tianjin-hongqiao", "S4": "shaanxi-ziyang",
}  # fmt: skip
NOT_YET: Final = 0
"""So many duties have no command yet; it may only become less."""
PEOPLE: Final = {
    name: make_id("19700101", f"{n:03d}")
    for n, name in enumerate(("户主甲", "户主乙", "户主丙", "户主丁"), 1)
}
GRANTED: Final = (
    "submit submitted 2024-03-04", "accept accepted 2024-03-05", "confirm confirmed 2024-04-10", "deliver delivered 2024-04-11",
    "announce announced 2024-04-12", "file filed 2024-04-20", "pay in_benefit 2024-04-28",
)  # fmt: skip
TRAILS: Final = {
    "户主甲": (*GRANTED, "classify in_benefit 2024-05-01 alert=红"),
    "户主乙": (),
    "户主丙": GRANTED[:2],
    "户主丁": (*GRANTED, "claim_back in_benefit 2024-05-02 amount=1600 due_on=2024-06-30"),
}


class Duty(NamedTuple):
    """A line of the table."""

    seed: str
    duty: str
    command: str
    shows: str


DUTIES: Final = [Duty(*line.split("\t")) for line in TABLE.read_text(encoding="utf-8").splitlines()[3:]]


def _made(seed: str, root: Path) -> tuple[Office, dict[str, str]]:
    office = Office(root)
    office.run(*(PACKS[seed] if word == "tianjin-hongqiao" else word for word in INIT))
    numbers = {}
    for name, identity in PEOPLE.items():
        opened = office.json("case", "open", "低保", "--name", name, "--id", identity, "--on", "2024-03-04")
        numbers[name] = str(opened["case"])
        facts = (
            "benefit.amount=800",
            "benefit.persons=1",
            "benefit.start=2024-05",
            "申请人.村（社区）=样例里社区",
            "application.alert=红",
        )
        office.run("case", "set", numbers[name], *facts)
    with Workspace.open(root) as workspace:
        for name, trail in TRAILS.items():
            for words in trail:
                _step(workspace, CaseNo.parse(numbers[name]), words)
    (root / "名单.csv").write_text(f"姓名,证件号,金额\n户主甲,{PEOPLE['户主甲']},850\n", encoding="utf-8")
    office.settings["ARCHIVIST_NOW"] = "2024-06-03T10:30:00+08:00"
    places = dict(zip(("case", "draft", "accepted", "claimed"), numbers.values(), strict=True))
    return office, places


def _step(workspace: Workspace, number: CaseNo, words: str) -> None:
    step, to, on, *told = words.split(" ")

    def draft(case: Case) -> Draft:
        values = dict(one.split("=", 1) for one in told)
        data: dict[str, Any] = {"step": step, "title": step, "from": case.state.value, "to": to, "on": on}
        return Draft(Op.STEP_TAKEN, data | {"values": values, "by": ["林经办"]})

    workspace.commit(number, draft, BY)


def test_the_table_is_whole() -> None:
    """«every row W, with a command that shows it»: ninety-odd duties, each once, and ever fewer without a command."""
    assert len({(one.seed, one.duty) for one in DUTIES}) == len(DUTIES)
    assert {one.seed for one in DUTIES} == PACKS.keys()
    assert sum(one.command == "-" for one in DUTIES) <= NOT_YET
    assert all((one.command == "-") == (one.shows == "-") for one in DUTIES)


@sweep(2 / 5)
@pytest.mark.parametrize("seed", PACKS)
def test_each_duty_is_shown_by_its_command(seed: str, tmp_path: Path) -> None:
    """«for each duty the command that shows it»; what has figures has them as JSON too."""
    office, places = _made(seed, tmp_path)
    said: dict[str, str] = {}
    wrong = []
    for one in DUTIES:
        if one.seed != seed or one.command == "-":
            continue
        command = one.command.replace("PACK", PACKS[seed]).format(**places)
        if command not in said:
            shown = office.run(*command.split(" "), check=None)
            said[command] = "".join((shown.stdout + shown.stderr).split())
            if command.startswith(("report", "due")):
                office.json(*command.split(" "), check=None)
        wanted = ["".join(words.format(**places).split()) for words in one.shows.split("|")]
        if not any(words in said[command] for words in wanted):
            wrong.append((one.duty, command, one.shows, said[command][:300]))
    assert not wrong, "\n".join(map(str, wrong))
