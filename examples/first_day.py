"""An office's first day: the roster taken over, the first scans filed, the first decision made, everything checked.

``python -m examples.first_day [folder]`` plays it in a new workspace by the commands a clerk types. What goes wrong on such
a day goes wrong here: the roster has a wrong number, and one sheet says nobody's name.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from archivist.cli.demo.scans import signed_copy
from examples.desk import APPROVER, INTAKE, KEEPER, REVIEWER, SECOND, Desk, invented
from examples.month import SHEETS

DAY: Final = dt.date(2026, 12, 1)
HOUSEHOLDS: Final = 6
HEADS: Final = ("户编号", "姓名", "身份证号", "与户主关系", "村（社区）", "保障人数", "起发年月", "保障金额")
CAUSE: Final = "当日无处居住，须立即救助"


@dataclass
class FirstDay:
    """The day; what it came to.

    Attributes:
        faults: what the roster's first look found, each ``place: reason``.
        opened: case numbers taken over.
        filed: titles of the papers that the watcher filed by itself.
        waited: how many sheets waited for a person, and were assigned.
        signs: record of the form whose signed scan was known by its code.
        helped: case number of the family helped on this day.
        answers: what the closing questions answered, by command.
    """

    desk: Desk
    faults: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    filed: list[str] = field(default_factory=list)
    waited: int = 0
    signs: str = ""
    helped: str = ""
    answers: dict[str, Any] = field(default_factory=dict)

    def play(self) -> None:
        """Play the day from the empty folder on."""
        self.desk.open_office("national", "YLJD", "1100")
        self.take_over()
        self.first_scans()
        self.first_decision()
        self.in_the_evening()

    def take_over(self) -> None:
        """Read the roster, mend what is wrong in it, take the households over as they stand in benefit."""
        _, good = invented(1)
        self._roster(good[:-1] + ("0" if good[-1] != "0" else "1"))
        look = self.desk.run("import", "名册.csv", done=(1,))
        self.faults = [f"{fault['at']}：{fault['reason']}" for fault in look["faults"]]
        self._roster(good)
        self.desk.run("import", "名册.csv", "--map", "名册.toml", done=(0,))
        self.opened = self.desk.run("import", "名册.csv", "--map", "名册.toml", "--apply", done=(0,))[
            "opened"
        ]

    def _roster(self, second: str) -> None:
        with (self.desk.folder / "名册.csv").open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(HEADS)
            for n in range(HOUSEHOLDS):
                name, number = invented(n)
                lines.writerow(
                    [n + 1, name, second if n == 1 else number, "户主", "样例里社区", 1, "2026-01", "600"]
                )

    def first_scans(self) -> None:
        """Scan what the old folders hold; a sheet that names nobody waits, and somebody says whose it is."""
        for n in range(3):
            name, number = invented(n)
            for kind in ("mat_id_card", "mat_household_register"):
                self.desk.scan(*(line.format(name=name, number=number) for line in SHEETS[kind]))
        self.desk.scan("最低生活保障证明", "样例街道办事处")
        done = self.desk.file_inbox()
        self.filed = sorted(one["title"] for one in done["filed"])
        waiting = self.desk.run("review", "list")["items"]
        self.waited = len(waiting)
        for item in waiting:
            self.desk.run("review", "assign", item["item"], self.opened[0], "--type", "低保证明")

    def first_decision(self) -> None:
        """A family whose home burnt is helped at once (小额快救): the form printed, signed, scanned; the decision; the money."""
        name, number = invented(50)
        facts = {
            "applicant": {"name": name, "id_type": "居民身份证", "id_number": number, "address": "样例路12号", "village": "样例里社区"},
            "application": {
                "date": f"{DAY}", "received_on": f"{DAY}", "cause": "意外事件", "quick": True,
                "event": "家中电线老化引发火灾", "event_date": f"{DAY}", "event_place": "样例路12号",
            },
            "benefit": {"persons": 1},
        }  # fmt: skip
        self.helped = self.desk.run("case", "open", "急难型", "--from", self.desk.facts(facts))["case"]
        (form,) = self.desk.run("generate", "社会救助申请书", self.helped, "--pdf")["issued"]
        (printed,) = (Path(path) for path in form["files"] if path.endswith(".pdf"))
        signed_copy(printed, self.desk.inbox / "扫描 申请书.pdf")
        (came_back,) = self.desk.file_inbox()["filed"]
        self.signs = came_back["signs"]
        self.desk.run("do", self.helped, "--yes", "--by", INTAKE, "--by", SECOND)
        told = ("--by", APPROVER, "--set", "amount=1000", "--reason", CAUSE)
        self.desk.run("case", "step", self.helped, "quick_relief", *told, who=APPROVER)
        self.desk.run("case", "step", self.helped, "pay", "--by", REVIEWER, who=REVIEWER)
        self.desk.run("do", self.helped, "--yes")

    def in_the_evening(self) -> None:
        """Look at what is due, who is on the roll, whether everything holds; take the archive along on a stick."""
        self.answers = {
            "due": self.desk.run("due"),
            "report": self.desk.run("report", "小额快救登记册", "--month", f"{DAY:%Y-%m}", "--dry-run"),
            "search": self.desk.run("search", invented(0)[0]),
            "verify": self.desk.run("verify", who=KEEPER, done=(0,)),
            "backup": self.desk.run("backup", str(self.desk.plug_in()), who=KEEPER, done=(0,)),
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the day; say what it came to."""
    asked = argparse.ArgumentParser(description="第一天：接收名册，收第一批扫描件，作第一个决定。")
    asked.add_argument("folder", nargs="?", type=Path, help="新的工作区；不写用临时文件夹。")
    folder = asked.parse_args(arguments).folder or Path(tempfile.mkdtemp(prefix="archivist-first-day-"))
    day = FirstDay(Desk(folder.resolve(), DAY))
    day.play()
    say = sys.stdout.write
    say(f"{folder}：{len(day.desk.typed)} 条命令\n")
    for when, who, words in day.desk.typed:
        say(f"  {when} {who}  archivist {' '.join(words)}\n")
    say(
        f"名册问题 {day.faults}；接管 {len(day.opened)} 户；自动归档 {len(day.filed)} 件，指定归属 {day.waited} 件；"
    )
    say(f"{day.helped} 当日救助\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
