"""``archivist demo``: the main job on real files, from empty folder to retention list, in a workspace of its own."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archivist.api.demonstration import Deed, Demonstration
from archivist.cli.session import Session, now, with_session
from archivist.errors import UnlawfulDocument, UsageError
from archivist.model.by import CHINA

if TYPE_CHECKING:
    from archivist.api.document_results import IssuedDocument
    from archivist.api.inbox import DropOutcomeView
    from archivist.cli.demo.households import DemoHousehold
    from archivist.cli.demo.scans import Scan
    from archivist.workspace import Workspace


@click.command()
@click.argument(
    "folder", required=False, type=click.Path(path_type=Path, file_okay=False), metavar="[文件夹]"
)
@with_session
def demo(session: Session, folder: Path | None) -> int:
    """演示：在临时（或指定的空）文件夹里立户、收件、制发文书、检索、列出保管期限。"""
    if folder is not None and folder.exists() and any(folder.iterdir()):
        raise UsageError(
            "演示要在空文件夹里进行", file=folder.name, remedy="换一个空文件夹，或不写文件夹用临时的。"
        )
    root = folder or Path(tempfile.mkdtemp(prefix="archivist-demo-"))
    root.mkdir(parents=True, exist_ok=True)
    run = _Demonstration(session, root.resolve())
    run.open_office()
    run.open_households()
    run.issue_first_form()
    run.drop_scans()
    run.file_scans()
    run.take_steps()
    run.issue_notices()
    run.return_signed_copy()
    run.search()
    run.list_retention()
    return run.summary()


TODAY = dt.datetime(2024, 11, 21, 9, 0, tzinfo=CHINA)
"""The papers of the sample households are of this month; the demonstration plays on this day."""


@dataclass
class _Demonstration:
    """One demonstration; each step tells what it did and adds a row to the closing table."""

    session: Session
    root: Path
    cases: dict[str, str] = field(default_factory=dict)
    households: Mapping[str, DemoHousehold] = field(default_factory=dict)
    issued: list[IssuedDocument] = field(default_factory=list)
    scans: list[Scan] = field(default_factory=list)
    rows: list[Deed] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    form: IssuedDocument | None = None

    @property
    def workspace(self) -> Workspace:
        return self.session.workspace

    def heading(self, text: str) -> None:
        self.session.say(f"\n▌{text}", "bold cyan")

    def did(self, what: str, result: str, where: Path | str = "") -> None:
        if isinstance(where, Path):
            where = where.relative_to(self.root).as_posix()
        self.rows.append(Deed(what, result, str(where)))

    # ── the steps ────────────────────────────────────────────────────────────────────────────────────────
    def open_office(self) -> None:
        from archivist.api.setup import lay_out
        from archivist.cli.demo.households import config_toml

        self.heading("建立工作区")
        lay_out(self.root, config_toml())
        self.session.folder = self.root
        start = now()
        self.session.clock = lambda: TODAY + (now() - start)
        config = self.workspace.config
        if not config.person(self.session.actor):
            self.session.actor = config.people[0].name
        self.session.say(f"{config.office.name}，规则包 {self.workspace.pack.title}")
        self.did("工作区", "已建立", str(self.root))

    def open_households(self) -> None:
        from archivist.api.cases import deregister, open_case
        from archivist.cli.demo.households import households

        self.heading("立户")
        self.households = {h.key: h for h in households()}
        with self.session.progress("立户") as progress, tempfile.TemporaryDirectory() as work:
            for n, household in enumerate(self.households.values(), 1):
                facts = Path(work, f"{household.key}.json")
                facts.write_text(json.dumps(household.facts, ensure_ascii=False, default=str), "utf-8")
                made = open_case(
                    self.workspace,
                    self.session.by(),
                    household.category,
                    [],
                    source=facts,
                    opened_on=household.opened_on,
                )
                self.cases[household.key] = made.case
                if household.deregistered_on:
                    deregister(
                        self.workspace,
                        self.session.by(),
                        made.case,
                        on=household.deregistered_on,
                        reason=household.reason or "不再符合条件",
                    )
                progress(n, len(self.households))
        self.session.table(
            ("户号", "申请人", "类别"),
            [(self.cases[k], h.applicant, h.category.label) for k, h in self.households.items()],
        )
        self.did("立户", f"{len(self.cases)} 户（其中 1 户已注销）", self.workspace.archive.cases)

    def issue(
        self, document: str, keys: list[str], settings: Mapping[str, object] = {}, *, pdf: bool = False
    ) -> tuple[IssuedDocument, ...]:
        from archivist.api import documents
        from archivist.api.diagnosis import can_convert

        todo = documents.prepare(
            self.workspace,
            self.session.by(),
            document,
            [self.cases[k] for k in keys],
            settings=settings,
            on=self.session.today(),
            pdf=pdf and can_convert(),
        )
        with self.session.progress(document) as progress:
            done = documents.issue(self.workspace, self.session.by(), todo, progress)
        self.surprises += [f"{r.case}：{r}" for r in done.refused]
        self.issued += done.issued
        return done.issued

    def issue_first_form(self) -> None:
        self.heading("制发申请书（带二维码），打印后由申请人签字")
        (self.form,) = self.issue("社会救助申请书", ["wang"], pdf=True)
        self.session.say(f"{self.form.title} → 第 {self.form.record} 件（待签）")

    def drop_scans(self) -> None:
        from archivist.cli.demo.scans import make_scans

        self.heading("扫描件落入收件箱")
        assert self.form is not None
        printed = self.form.files[-1]
        with self.session.progress("制作扫描件"):
            self.scans = make_scans(
                {k: str(n) for k, n in self.cases.items()},
                {"wang": printed} if printed.suffix == ".pdf" else {},
                self.workspace.archive.inbox,
            )
        self.session.table(("文件", "内容", "样子"), [(s.path.name, s.title, _look(s)) for s in self.scans])

    def file_scans(self) -> None:
        self.heading("守候收件箱：识别、归档")
        outcomes = self.watch_once()
        expected = {s.path.name: s for s in self.scans}
        from archivist.cli.inbox import describe

        for outcome in sorted(outcomes, key=lambda o: o.name):
            self.session.say(describe(outcome))
            scan = expected[outcome.name]
            if outcome.filed:
                right = scan.filed and outcome.filed.case == self.cases.get(scan.household)
                right = right and (outcome.filed.signs is not None) == scan.signed
            else:
                right = bool(outcome.waiting and not scan.filed and outcome.waiting.reason == scan.reason)
            if not right:
                self.surprises.append(f"{outcome.name}：预期 {scan.expected}，实际 {describe(outcome)}")
        filed = sum(o.filed is not None for o in outcomes)
        signed = sum(o.filed is not None and o.filed.signs is not None for o in outcomes)
        self.did(
            "收件",
            f"{len(outcomes)} 个文件 → 归档 {filed} 件（签署件 {signed}），待认领 {len(outcomes) - filed} 件",
            self.workspace.archive.review,
        )

    def watch_once(self) -> list[DropOutcomeView]:
        from archivist.api.inbox import file_inbox

        outcomes: list[DropOutcomeView] = []
        with self.session.progress("识别并归档") as step:

            def report(outcome: DropOutcomeView, done: int, total: int) -> None:
                outcomes.append(outcome)
                step(done, total)

            file_inbox(self.workspace, self.session.by, report)
        return outcomes

    def take_steps(self) -> None:
        from archivist.api.steps import take_step

        self.heading("办理环节：收件、一次性告知补正；还不该办的，说明缺什么")
        for step in ("submit", "ask_correction"):
            done = take_step(
                self.workspace, self.session.by(), self.cases["wang"], step, on=self.session.today()
            )
            self.session.say(f"{done.title} → 户档现为“{done.to.label}”")
        self.refused_before_its_step("确认决定书")

    def refused_before_its_step(self, document: str) -> None:
        """Ask for a decision long before anybody could decide."""
        from archivist.api import documents

        try:
            documents.prepare(self.workspace, self.session.by(), document, [self.cases["wang"]])
        except UnlawfulDocument as error:
            self.session.say(str(error))
            self.did("环节未到的文书", f"{document}不予制发")
        else:
            self.surprises.append(f"{document}在补正阶段竟可以制发")

    def issue_notices(self) -> None:
        self.heading("制发文书：单份与成批")
        (receipt,) = self.issue("申请材料接收凭证", ["wang"], pdf=True)
        self.session.say(f"{receipt.title} → {receipt.case} 第 {receipt.record} 件；收到什么由程序列出")
        for one in self.issue("补正材料告知书", ["wang"]):
            self.session.say(f"{one.title} → {one.case} 第 {one.record} 件；所缺材料由程序列出")
        others = [k for k, h in self.households.items() if k != "wang" and not h.deregistered_on]
        batch = self.issue("核对授权书", others, pdf=True)
        self.session.say(f"核对授权书成批制发 {len(batch)} 份，逐人列出须签名的成员")
        pdfs = sum(1 for i in self.issued for f in i.files if f.suffix == ".pdf")
        self.did(
            "制发文书",
            f"{len(self.issued)} 份，均为待签"
            + (f"，其中 {pdfs} 份另有 PDF" if pdfs else "（未装 LibreOffice，不出 PDF）"),
            self.workspace.archive.cases / self.cases["wang"] / "data",
        )

    def return_signed_copy(self) -> None:
        from archivist.cli.demo.scans import signed_copy
        from archivist.cli.inbox import describe

        printed = next(
            (
                i
                for i in self.issued
                if i is not self.form and i.case == self.cases["wang"] and i.files[-1].suffix == ".pdf"
            ),
            None,
        )
        if printed is None:
            return
        self.heading("打印 → 签字 → 扫描 → 由二维码归为签署件")
        signed_copy(printed.files[-1], self.workspace.archive.inbox / "SCAN0099.pdf")
        for outcome in self.watch_once():
            self.session.say(describe(outcome))
            filed = outcome.filed
            if filed is None or filed.signs != printed.record:
                self.surprises.append(f"签署件没有对应上：{describe(outcome)}")
            else:
                self.did(
                    "签署件往返",
                    f"第 {filed.record} 件 = 第 {filed.signs} 件{printed.title}的签署件",
                    str(self.cases["wang"]),
                )

    def search(self) -> None:
        from archivist.api import searching
        from archivist.api.search_pages import HitsWanted
        from archivist.cli.demo.scans import PHRASE
        from archivist.cli.find import show_hits

        self.heading("检索")
        tail = self.households["wang"].id_number[-4:]
        for label, query in (
            ("姓名", "王秀兰"),
            ("拼音", "wxl"),
            ("证号后四位", tail),
            ("扫描页上的一句话", PHRASE),
        ):
            begin = time.perf_counter()
            found = searching.search(self.workspace, query, wanted=HitsWanted(limit=3))
            took = (time.perf_counter() - begin) * 1000
            self.session.say(f"“{query}”（{label}）：{found.total} 条，{took:.0f} 毫秒")
            if not self.session.json:
                show_hits(self.session, found.hits)
            if not found.hits:
                self.surprises.append(f"没有检索到“{query}”")
            self.did(f"检索 {label}", f"“{query}” {found.total} 条，{took:.0f} 毫秒")

    def list_retention(self) -> None:
        from archivist.api.retention import retention_list

        self.heading("保管期限")
        kept = retention_list(self.workspace, on=self.session.today()).cases
        self.session.table(
            ("户号", "注销", "保管至", "剩余", "依据"),
            [
                (
                    k.case,
                    k.deregistered_on,
                    k.keep_until,
                    k.status if k.days_left is None or k.days_left < 0 else f"{k.days_left} 天",
                    k.source,
                )
                for k in kept
            ],
        )
        self.did(
            "保管期限",
            f"{len(kept)} 户已注销，{sum((k.days_left or 0) < 0 for k in kept)} 户可鉴定（不自动销毁）",
        )

    def summary(self) -> int:
        self.heading("结果")
        self.session.table(("事项", "结果", "在哪里看"), [(d.what, d.result, d.where) for d in self.rows])
        self.session.emit(Demonstration(self.root, now(), tuple(self.rows), tuple(self.surprises)))
        for line in self.surprises:
            self.session.warn(f"与预期不符：{line}")
        self.session.say(f"用时 {time.monotonic() - self.started:.0f} 秒。接着可以试：", "bold")
        for line in (
            f"cd {self.root}",
            "archivist review list",
            "archivist case show 王秀兰",
            "archivist search 漏雨的北墙",
            f"sha256sum -c manifest-sha256.txt   （在 archive/cases/{self.cases['wang']}/ 里，不用本程序也能核对）",
        ):
            self.session.say(f"  {line}")
        return 70 if self.surprises else 0


def _look(scan: Scan) -> str:
    from archivist.cli.demo.scans import LOOKS

    return LOOKS.get(scan.look, scan.look)
