"""A month in an office: forty households, scans every day, decisions, reports on the 25th, the quarter handed over.

``python -m examples.month [folder]`` plays December 2026 in a new workspace by the commands a clerk types. What the reports
say is counted again from the events on disk by ``recount``, which knows nothing of the program.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from examples import recount
from examples.desk import APPROVER, INTAKE, KEEPER, REVIEWER, SECOND, Desk, invented
from examples.stories import FIRE, MONEY, MONTH, QUARTER, Household, households

PACK, CODE, STANDARD = "national", "YLJD", "1100"
FIRST, LAST = dt.date.fromisoformat(f"{MONTH}-01"), dt.date.fromisoformat(f"{MONTH}-31")
REPORT_DAY: Final = 25
REPORTS: Final = (
    "monthly_statistics", "monthly_roster", "fund_disbursement_detail", "acceptance_register", "filing_summary",
)  # fmt: skip
AT_THE_DESK: Final = {"intake": INTAKE, "reviewer": REVIEWER, "approver": APPROVER, "panel": APPROVER}
OUTSIDE: Final = "样例区民政局"
"""Who decides where a step is the bureau's; the office records it."""
PATIENCE: Final = 4
"""A household nothing came for is looked at again after so many days."""
TELL: Final = (
    "decision.findings=家庭人均收入低于标准",
    "meeting.time=2026-12-10 09:00",
    "meeting.place=会议室",
)
"""What only a clerk knows of the papers that ``do`` issues."""
STEP_TOLD: Final = {
    "quick_relief": ("--set", "amount=1000", "--reason", "当日无处居住，须立即救助"),
    "refuse": ("--reason", "家庭财产超过标准"),
}
SHEETS: Final = {
    "mat_id_card": ("居民身份证", "姓名 {name} 性别女 民族汉", "出生1956年 住址样例路1号", "公民身份号码 {number}"),
    "mat_household_register": ("居民户口簿", "户别 家庭户 户主姓名 {name}", "户号 001 住址 样例路1号 户口登记机关 样例派出所", "公民身份号码 {number}"),
    "mat_id_or_other": ("户籍证明", "兹证明 {name} 户籍在本辖区", "样例派出所", "公民身份号码 {number}"),
    "mat_event_evidence": ("受灾证明", "{name} 家中发生火灾事故，房屋受损", "公民身份号码 {number}", "样例里社区居民委员会证明"),
    "mat_medical_bill": ("医疗收费票据", "票据代码 001 交款人 {name}", "公民身份号码 {number}", "金额合计 12000 元 医保统筹 4000 元 自费 8000 元", "收款单位 样例医院"),
    "mat_bank_card": ("样例农商银行 借记卡", "持卡人 {name}", "公民身份号码 {number}", "账号 6200 0000 0000 0000"),
    "mat_disability_cert": ("残疾人证", "姓名 {name} 公民身份号码 {number}", "残疾类别 肢体 残疾等级 二级", "发证日期 2020年1月1日 批准残联 样例区残疾人联合会"),
    "mat_dibao_cert": ("最低生活保障证明", "户主 {name} 公民身份号码 {number}", "保障人数 1 保障金额 600 元", "样例街道办事处"),
    "verification_report": ("家庭经济状况信息核对报告", "核对对象 {name} 公民身份号码 {number}", "家庭成员 银行存款 车辆 不动产均未见异常", "核对机构 样例区核对中心 核对结果：未发现不符"),
}  # fmt: skip
"""Paper that comes in → what stands on it."""


@dataclass
class Open:
    """A household whose application is under way."""

    household: Household
    case: str
    asked_on: dt.date
    came: bool = True
    done: bool = False


@dataclass
class Month:
    """The month as it goes; ``played`` is what it came to."""

    desk: Desk
    households: Sequence[Household]
    under_way: list[Open] = field(default_factory=list)
    in_benefit: dict[int, str] = field(default_factory=dict)
    to_sign: list[tuple[str, str, str]] = field(default_factory=list)
    to_bring: list[tuple[Open, str]] = field(default_factory=list)
    brought: set[tuple[str, str]] = field(default_factory=set)
    reported: dict[str, recount.Totals] = field(default_factory=dict)
    counted: dict[str, recount.Totals] = field(default_factory=dict)
    scans: int = 0

    def play(self) -> None:
        """Play the month; the reports of the 25th and of the last day are counted again."""
        self.desk.open_office(PACK, CODE, STANDARD)
        self.take_over()
        day = FIRST
        while day <= LAST:
            self.desk.day = day
            if day.weekday() < 5:
                self.work()
            if day.day == REPORT_DAY or day == LAST:
                self.report()
            day += dt.timedelta(days=1)
        self.hand_over()
        self.desk.run("verify", who=KEEPER, done=(0,))

    # ── the days ─────────────────────────────────────────────────────────────────────────────────────────
    def take_over(self) -> None:
        """Take over who is in benefit from the rosters that the office kept, one for each category."""
        self.desk.day = FIRST
        by_category = defaultdict(list)
        for one in self.households:
            if not one.day:
                by_category[one.category].append(one)
        for category, those in by_category.items():
            roster = self.desk.folder / f"{category}名册.csv"
            with roster.open("w", encoding="utf-8", newline="") as file:
                lines = csv.writer(file)
                money = MONEY[category]
                heads = ["户编号", "姓名", "身份证号", "与户主关系", "村（社区）", "保障人数"]
                lines.writerow([*heads, *(["起发年月", "保障金额"] if "amount" in money else [])])
                for one in those:
                    name, number = invented(one.number)
                    paid = ["2026-01", money["amount"]] if "amount" in money else []
                    lines.writerow([one.number, name, number, "户主", "样例里社区", one.persons, *paid])
            self.desk.run("import", roster.name, "--category", category)
            done = self.desk.run(
                "import", roster.name, "--category", category, "--map", f"{category}名册.toml", "--apply"
            )
            self.in_benefit |= {one.number: case for one, case in zip(those, done["opened"], strict=True)}

    def work(self) -> None:
        """A working day: what was signed comes back, what people bring is scanned, who can go on goes on."""
        for one in self.households:
            if one.day == self.desk.day.day:
                self.apply(one)
            elif not one.day and one.what:
                self.in_benefit_on(one)
        signed, self.to_sign = self.to_sign, []
        for case, record, title in signed:
            self.desk.sign(case, record, title)
            self._came(case)
        brought, self.to_bring = self.to_bring, []
        for open_, kind in brought:
            name, number = invented(open_.household.number)
            self.desk.scan(*(line.format(name=name, number=number) for line in SHEETS[kind]))
            self._came(open_.case)
        self.scans += len(signed) + len(brought)
        if brought:
            filed = self.desk.file_inbox()
            assert len(filed["filed"]) == len(brought), filed
        for open_ in self.under_way:
            waited = (self.desk.day - open_.asked_on).days >= PATIENCE
            if not open_.done and (open_.came or waited):
                self.go_on(open_)

    def _came(self, case: str) -> None:
        for open_ in self.under_way:
            open_.came = open_.came or open_.case == case

    def apply(self, one: Household) -> None:
        """Open the file of a household that applies."""
        name, number = invented(one.number)
        facts: dict[str, Any] = {
            "applicant": {
                "name": name, "id_type": "居民身份证", "id_number": number, "household_address": "样例市样例区样例路1号",
                "address": "样例市样例区样例路1号", "village": "样例里社区", "hukou": "城镇", "phone": "022-00001111",
            },
            "application": {"date": f"{self.desk.day}", "cause": "因病致贫", "received_on": f"{self.desk.day}", "kinship": False},
            "benefit": {**MONEY[one.category], "persons": one.persons},
        }  # fmt: skip
        if one.category in ("急难型", "支出型"):
            facts["application"] |= {**FIRE, "quick": one.what == "quick"} if one.category == "急难型" else {}
        else:
            facts["benefit"]["start"] = "2027-01"
        if one.category == "残疾人两项补贴":
            facts["applicant"] |= {"disability": "肢体二级", "disability_cert": f"{number}42"}
        opened = self.desk.run("case", "open", one.category, "--from", self.desk.facts(facts, "户.json"))
        self.under_way.append(Open(one, opened["case"], self.desk.day))

    def go_on(self, open_: Open) -> None:
        """Take a household as far as it goes today: what the desk may do by itself, then what others decide."""
        open_.came, open_.asked_on = False, self.desk.day
        told = [word for value in TELL for word in ("--set", value)]
        went = self.desk.run("do", open_.case, "--yes", "--by", INTAKE, "--by", SECOND, *told)
        left = _ahead(went["left"])
        while act := self._decision(left, went["left"], open_):
            self._step(open_.case, act["id"], act["role"])
            shown = self.desk.run("next", open_.case)["households"]
            went["left"] = shown[0]["acts"] if shown else []
            left = _ahead(went["left"])
            open_.came = True
        self._carry(open_, left)
        open_.done = not left or went["after"] == "in_benefit"

    def _decision(self, left: Sequence[Any], every: Sequence[Any], open_: Open) -> Any:
        """Return the step that is somebody else's turn today; ``None`` where there is none."""
        wanted = {"refuse": "refuse"}.get(open_.household.what)
        if any(act["id"] == "confirm" for act in left) and wanted:
            return next(act for act in every if act["id"] == wanted)
        steps = (act for act in left if act["kind"] == "step" and act["ready"] and act["role"] != "intake")
        return next((a for a in steps if a["id"] != "quick_relief" or open_.household.what == "quick"), None)

    def _step(self, case: str, step: str, role: str, *more: str) -> None:
        by = OUTSIDE if role == "outside" else AT_THE_DESK[role]
        words = ("--on", f"{self.desk.day}", "--by", by, *STEP_TOLD.get(step, ()), *more)
        self.desk.run("case", "step", case, step, *words, who=AT_THE_DESK.get(role, INTAKE))

    def _carry(self, open_: Open, left: Sequence[Any]) -> None:
        """What was printed today comes back signed on the next working day, and people bring what is missing."""
        for act in left:
            if act["kind"] == "sign":
                self.to_sign.append((open_.case, act["id"], act["title"]))
            elif (
                act["kind"] == "receive"
                and act["id"] in SHEETS
                and (open_.case, act["id"]) not in self.brought
            ):
                if open_.household.what == "late" and act["id"] == "verification_report":
                    continue
                self.brought.add((open_.case, act["id"]))
                self.to_bring.append((open_, act["id"]))

    # ── those in benefit ─────────────────────────────────────────────────────────────────────────────────
    def in_benefit_on(self, one: Household) -> None:
        """What happens on a day to a household in benefit: a visit, a changed amount, the end."""
        case = self.in_benefit[one.number]
        match one.what, self.desk.day.day:
            case "visit", 3:
                self._issue(case, "home_visit_record")
            case "visit", 4:
                self._step(case, "visit", "intake")
            case "change" | "end", 7:
                self._step(case, "start_review", "intake")
                self._issue(case, "benefit_change_form")
            case "change", 9:
                self.desk.run(
                    "case", "set", case, "benefit.amount=750", "benefit.start=2027-01", "--reason", "收入减少"
                )
                self._step(case, "change", "approver", "--reason", "收入减少")
            case "end", 9:
                self._issue(
                    case,
                    "hearing_record",
                    "--set",
                    "hearing.proposed=终止",
                    "--set",
                    "hearing.reasons=家庭收入超过标准",
                )
            case "end", 10:
                self._step(
                    case,
                    "hear",
                    "intake",
                    "--set",
                    "proposed=终止",
                    "--set",
                    f"heard={invented(one.number)[0]}",
                    "--set",
                    "said=没有意见",
                )
                self._step(case, "terminate", "approver", "--reason", "家庭收入超过标准")

    def _issue(self, case: str, document: str, *more: str) -> None:
        done = self.desk.run("generate", document, case, *more)
        self.to_sign += [(case, made["record"], made["title"]) for made in done["issued"]]

    # ── reports ──────────────────────────────────────────────────────────────────────────────────────────
    def report(self) -> None:
        """Make the month's reports, and count the same from the events."""
        shown = {
            name: self.desk.run("report", name, "--month", MONTH, "--xlsx", who=REVIEWER) for name in REPORTS
        }
        day = f"{self.desk.day}"
        self.reported[day] = recount.of_reports(shown)
        self.counted[day] = recount.of_events(self.desk.folder / "archive" / "cases", MONTH)

    def hand_over(self) -> None:
        """Hand the quarter's new households over to the bureau, and count what lies on the stick."""
        stick = self.desk.plug_in()
        done = self.desk.run(
            "submit", "make", "--quarter", QUARTER, "--to", str(stick), "--no-pdf", who=KEEPER
        )
        packages = sorted(stick.rglob("*.zip"))
        self.reported["报送"] = {"cases": sorted(one["case"] for one in done["cases"])}
        self.counted["报送"] = recount.of_packages(packages, self.desk.folder / "archive" / "cases", QUARTER)


def _ahead(acts: Sequence[Any]) -> list[Any]:
    """Return what leads on; files are closed in another month, when every time limit has run out."""
    return [act for act in acts if not act["aside"] and act["id"] != "deregister"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the month; say what it came to. Exit status 1 where a report and the recount differ."""
    asked = argparse.ArgumentParser(description="一个月：四十户，每天扫描，25 日出报表，季末报送。")
    asked.add_argument("folder", nargs="?", type=Path, help="新的工作区；不写用临时文件夹。")
    asked.add_argument("--seed", type=int, help="只演其中十户，由这个数抽取。")
    options = asked.parse_args(arguments)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="archivist-month-"))
    month = Month(Desk(folder.resolve(), FIRST), households(options.seed))
    month.play()
    say = sys.stdout.write
    say(f"{folder}：{len(month.households)} 户，{month.scans} 份扫描件，{len(month.desk.typed)} 条命令\n")
    differ = 0
    for when, told in month.reported.items():
        counted = month.counted[when]
        wrong = [key for key in {**told, **counted} if told.get(key) != counted.get(key)]
        differ += len(wrong)
        say(f"{when}：{len(told)} 项与由事件另行清点的" + ("一致\n" if not wrong else "不一致\n"))
        for key in wrong:
            say(f"  {key}：报表 {told.get(key)}，清点 {counted.get(key)}\n")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
