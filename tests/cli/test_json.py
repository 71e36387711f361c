"""“every command's ``--json`` is validated against its schema”: each leaf of the command tree, on one small office."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import click
import pytest
from PIL import Image

from archivist.cli.main import COMMANDS, cli
from archivist.model.household_ranges import expanded
from archivist.model.ids import CASE_NO_IN_TEXT
from archivist.workspace import Workspace
from tests import access_log
from tests.bureau.kit import make_bureau
from tests.command_line import Office, opened
from tests.people import make_id
from tests.preservation.packages import make_package
from tests.reading import files
from tests.reading.locked import locked_pdf


def leaves(command: click.Command, *above: str) -> Iterator[tuple[str, ...]]:
    """Yield every command that does something, by its words."""
    if not isinstance(command, click.Group):
        yield above
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None, name
        yield from leaves(below, *above, name)


RUNS: dict[tuple[str, ...], list[tuple[int, str, list[str]]]] = {
    ("init",): [(0, "init", ["新工作区", "--pack", "national", "--office", "某镇", "--code", "AB"])],
    ("doctor",): [(-1, "doctor", []), (0, "doctor-tidy", ["--tidy"]), (-1, "doctor", ["--windows"])],
    ("case", "open"): [
        (0, "case-open-look", ["低保", "--name", "赵一", "--id", make_id("19700101", "015"), "--dry-run"]),
        (1, "case-open-look", ["低保", "--name", "王秀兰", "--dry-run"]),
        (0, "case-open", ["低保", "--name", "赵一", "--id", make_id("19700101", "015")]),
    ],
    ("case", "show"): [(0, "case-show/3", ["王秀兰"])],
    ("case", "set"): [(0, "case-set", ["王秀兰", "申请人.联系电话=022-00001111"])],
    ("case", "list"): [(0, "case-list", []), (0, "case-list", ["--state", "填报", "--sort", "due"])],
    ("case", "step"): [
        (0, "case-steps", ["王秀兰"]),
        (0, "case-step", ["王秀兰", "discover", "--on", "2024-03-04"]),
        (29, "error", ["王秀兰", "confirm", "--on", "2024-03-05"]),
    ],
    ("case", "correct"): [(0, "case-correct", ["王秀兰", "{step}", "--void", "--reason", "误记"])],
    ("case", "applicant"): [
        (29, "error", ["王秀兰", "--to", "成员1", "--why", "死亡", "--reason", "申请人死亡"]),
    ],
    ("case", "merge"): [(2, "error", ["王秀兰", "王秀兰", "--reason", "结婚"])],
    ("case", "split"): [(29, "error", ["王秀兰", "--members", "成员1", "--reason", "分开生活"])],
    ("case", "finish"): [
        (27, "error", ["王秀兰", "--pdf"]),
        (27, "error", ["王秀兰", "--dry-run"]),
    ],
    ("case", "export"): [
        (0, "case-export", ["王秀兰", "--out", "移交"]),
        (2, "error", ["王秀兰", "--out", "移交", "--searchable"]),
    ],
    ("access", "list"): [
        (0, "access-list", []),
        (0, "access-list", ["--case", "王秀兰", "--since", "2024-01-01"]),
    ],
    ("access", "destroy"): [
        (0, "access-destroy", ["--dry-run"]),
        (2, "error", []),
        (0, "access-destroy", ["--with", "钱审核", "--reason", "期满"]),
    ],
    ("case", "sheet"): [
        (0, "case-sheet", ["低保", "-o", "空白.xlsx"]),
        (2, "error", ["低保", "-o", "空白.xlsx"]),
    ],
    ("export",): [
        (0, "export", ["全部", "--full"]),
        (0, "export", ["全部遮挡"]),
        (0, "export", ["一户", "--case", "王秀兰"]),
        (2, "error", ["全部"]),
    ],
    ("case", "log"): [(0, "case-log", ["王秀兰"])],
    ("case", "deregister"): [
        (0, "case-deregister-plan", ["赵一", "--reason", "自愿退出", "--dry-run"]),
        (0, "case-deregister", ["赵一", "--reason", "自愿退出", "--yes"]),
    ],
    ("case", "reopen"): [
        (0, "case-reopen", ["赵一", "--reason", "误办"]),
        (27, "error", ["赵一", "--reason", "误办"]),
    ],
    ("next",): [(0, "next", []), (0, "next", ["王秀兰"])],
    ("do",): [(0, "do", ["王秀兰", "--dry-run"]), (2, "error", ["王秀兰"])],
    ("undo",): [
        (0, "undo", ["王秀兰", "--dry-run"]),
        (2, "error", ["王秀兰"]),
        (0, "undo", ["王秀兰", "--yes"]),
        (0, "undo", ["王秀兰", "--yes"]),
        (20, "error", ["赵一", "--yes"]),
    ],
    ("due",): [(0, "due/2", []), (0, "due/2", ["--case", "王秀兰"])],
    ("check",): [
        (-1, "check/2", ["王秀兰"]),
        (-1, "check/2", []),
        (-1, "check-across", ["--across"]),
        (22, "four-nature", ["王秀兰", "--four"]),
        (-1, "four-nature", ["--four", "--phase", "移交", "--dry-run"]),
        (2, "error", ["--phase", "移交"]),
        (2, "error", ["--four", "--across"]),
    ],
    ("file",): [
        (0, "file", ["王秀兰", "诊断.txt", "--type", "其他材料"]),
        (0, "file", ["王秀兰", "回证.txt", "--type", "送达回证", "--serves", "1"]),
        (2, "error", ["王秀兰", "回证.txt", "--type", "其他材料", "--serves", "1"]),
    ],
    ("case", "record", "serves"): [
        (0, "case-record-serves", ["王秀兰", "2", "1", "--received-on", "2024-03-04"]),
        (2, "error", ["王秀兰", "2", "2", "--reason", "改正"]),
    ],
    ("case", "expunge"): [
        (0, "case-expunge", ["王秀兰", "1", "--why", "依法删除", "--dry-run"]),
        (66, "error", ["王秀兰", "2", "--why", "依法删除", "--dry-run"]),
        (0, "form-to-sign", ["王秀兰", "1", "--why", "依法删除", "--form"]),
        (65, "error", ["王秀兰", "1", "--why", "依法删除", "--by", "甲", "--paper", "诊断.txt"]),
    ],
    ("case", "residue"): [
        (26, "error", ["王秀兰", "1"]),
        (2, "error", ["王秀兰", "1", "--reason", "已删"]),
    ],
    ("case", "record", "move"): [
        (0, "case-record-move", ["王秀兰", "1", "赵一", "--reason", "归错", "--dry-run"]),
        (0, "case-record-move", ["王秀兰", "1", "赵一", "--reason", "归错"]),
        (26, "error", ["王秀兰", "1", "赵一", "--reason", "归错"]),
    ],
    ("case", "record", "retype"): [
        (0, "case-record-retype", ["赵一", "1", "身份证", "--reason", "认错"]),
        (2, "error", ["赵一", "1", "身份证", "--reason", "认错"]),
    ],
    ("case", "record", "image"): [(26, "error", ["赵一", "99", "--out", "页.jpg"])],
    ("case", "record", "confirm"): [(2, "error", ["赵一", "1", "--note", "看过原件"])],
    ("watch",): [(1, "watch", ["--once"])],
    ("review", "list"): [(0, "review-list/3", [])],
    ("review", "show"): [(0, "review-show/2", ["{item}"])],
    ("review", "open"): [(-1, "review-show/2", ["{item}"])],
    ("review", "work"): [(0, "review-assign/2", [])],
    ("review", "split"): [
        (0, "review-parts", ["{scan}", "1,2", "--dry-run"]),
        (0, "review-parts", ["{scan}", "1,2", "--rotate", "2:180"]),
        (2, "error", ["{scan}", "--proposed"]),
    ],
    ("review", "turn"): [(0, "review-turn", ["{scan}", "1", "90"]), (2, "error", ["{scan}", "99"])],
    ("review", "image"): [(0, "page-image", ["{scan}", "--page", "1", "--out", "页.jpg"])],
    ("review", "join"): [(0, "review-parts", ["{scan}", "{other scan}"])],
    ("review", "unsplit"): [(0, "review-unsplit", ["{scan}"])],
    ("review", "unlock"): [(0, "review-parts", ["{locked}"])],
    ("review", "assign"): [(0, "review-assign/2", ["{item}", "王秀兰", "--type", "其他材料"])],
    ("review", "return"): [(0, "review-return", ["{item}"])],
    ("generate",): [
        (0, "document-plan", ["卷内文件目录", "王秀兰", "--dry-run"]),
        (0, "drafts", ["受理通知书", "王秀兰", "--draft"]),
        (0, "issued-documents", ["卷内文件目录", "王秀兰"]),
        (35, "error", ["受理通知书", "王秀兰"]),
    ],
    ("case", "record", "void"): [
        (0, "case-record-void", ["王秀兰", "{issued}", "--reason", "写错", "--dry-run"]),
        (26, "error", ["王秀兰", "99", "--reason", "写错"]),
    ],
    ("case", "record", "replace"): [
        (0, "case-record-replace", ["王秀兰", "{issued}", "--reason", "写错", "--dry-run"]),
        (2, "error", ["王秀兰", "{issued}", "--reason", " "]),
    ],
    ("print",): [
        (0, "print-queue", ["--dry-run"]),
        (0, "print-queue", ["--today", "--dry-run"]),
        (0, "print-queue", ["王秀兰", "--record", "1", "--dry-run"]),
    ],
    ("unsigned",): [(0, "unsigned", [])],
    ("service", "show"): [(0, "service", [])],
    ("service", "install"): [(0, "service", ["--dry-run"])],
    ("service", "remove"): [(2, "error", [])],
    ("status",): [(1, "status", [])],
    ("report",): [
        (0, "reports", []),
        (0, "register", ["受理登记簿", "--month", "2024-03"]),
        (0, "report-sheets", ["初审公示", "--month", "2024-03", "--dry-run"]),
    ],
    ("search",): [
        (0, "search/4", ["wxl"]),
        (0, "search/4", ["王秀兰"]),
        (0, "search/4", ["王秀兰", "--facets", "--sort", "relevance", "--save", "王家"]),
        (0, "search-saved", ["--list-saved"]),
        (0, "search-saved", ["--forget", "王家"]),
        (50, "error", ["王秀兰", "--engine", "opensearch"]),
    ],
    ("open",): [(0, "open", ["王秀兰"]), (26, "error", ["王秀兰", "99"])],
    ("import",): [
        (0, "import", ["{roster}", "--category", "特困"]),
        (2, "error", ["没有.xls"]),
        (0, "import-apply", ["{roster}", "--category", "特困", "--apply"]),
    ],
    ("import-scans",): [
        (1, "import-scans", ["旧扫描", "--plan", "计划.xlsx"]),
        (1, "import-scans-apply", ["旧扫描", "--plan", "计划.xlsx", "--apply"]),
        (2, "error", ["没有"]),
    ],
    ("fields",): [(0, "fields", []), (0, "fields", ["受理通知书"]), (32, "error", ["没有这种"])],
    ("verify",): [
        (0, "verify", []),
        (0, "verify-against", ["--against", "archive"]),
        (2, "error", ["--anchor", "0"]),
    ],
    ("backup", "make"): [
        (0, "backup/2", ["{disk}"]),
        (0, "backup-plan", ["{disk}", "--keep", "1", "--dry-run"]),
        (2, "error", ["{disk}", "--keep", "1"]),
        (0, "backup/2", ["{disk}", "--keep", "1", "--yes"]),
        (2, "error", ["archive"]),
    ],
    ("backup", "list"): [(0, "backup-list", ["{disk}"])],
    ("backup", "check"): [(0, "backup-check", ["{disk}"]), (20, "error", ["没插盘"])],
    ("backup", "drill"): [(0, "backup-drill", ["{disk}"])],
    ("submit", "make"): [
        (0, "submit", ["--month", "2024-03", "--dry-run"]),
        (0, "submit", ["--month", "2024-03"]),
        (2, "error", ["--all", "--new"]),
        (0, "submit", ["--resume", "S-TJHQ-2024M03-01"]),
    ],
    ("submit", "sign"): [(1, "submit-sign", ["S-TJHQ-2024M03-01"]), (20, "error", ["S-TJHQ-2024M03-09"])],
    ("submit", "list"): [(0, "submit-list", [])],
    ("submit", "import"): [(22, "error", ["archivist.toml"])],
    ("restore",): [
        (0, "restore/2", ["王秀兰", "--from", "archive", "--dry-run"]),
        (0, "restore/2", ["王秀兰", "--from", "archive"]),
        (0, "restore/2", ["密钥", "--from", "{disk}"]),
        (0, "restore-all", ["设置", "--from", "{disk}"]),
        (-1, "restore-all", ["--all", "--from", "{disk}", "--dry-run"]),
        (14, "error", ["review/20240308-00000000", "--from", "{disk}"]),
    ],
    ("ledger",): [
        (0, "ledger", []),
        (0, "seal", ["seal"]),
        (2, "error", ["seal", "--documents"]),
        (0, "document-numbers", ["--documents"]),
        (0, "document-numbers", ["--vacant", "--reason", "打印中断"]),
        (2, "error", ["--vacant"]),
    ],
    ("people", "list"): [(0, "people", [])],
    ("people", "pin"): [(2, "error", ["赵一"])],
    ("retention", "list"): [(0, "retention-list/2", []), (0, "retention-office", ["--office"])],
    ("retention", "explain"): [(0, "retention-explain", ["王秀兰"])],
    ("retention", "extend"): [
        (60, "error", ["王秀兰", "--permanent", "--appraiser", "甲", "--reason", "有保存价值"]),
        (60, "error", ["王秀兰", "--permanent", "--reason", "有保存价值", "--form"]),
    ],
    ("retention", "propose"): [(29, "error", []), (29, "error", ["--dry-run"])],
    ("retention", "batches"): [(0, "disposals", [])],
    ("retention", "papers"): [(67, "error", ["XH-2024-001"])],
    ("retention", "appraise"): [(2, "error", ["XH-2024-001", "--opinions", "诊断.txt", "--by", "甲"])],
    ("retention", "approve"): [(67, "error", ["XH-2024-001", "--by", "赵主任"])],
    ("retention", "execute"): [(67, "error", ["XH-2024-001", "--witness", "甲", "--witness", "乙"])],
    ("retention", "cancel"): [(67, "error", ["XH-2024-001", "--reason", "有异议"])],
    ("retention", "residue"): [(67, "error", ["XH-2024-001"])],
    ("retention", "close"): [(67, "error", ["XH-2024-001"])],
    ("retention", "hold"): [
        (0, "retention-hold", ["王秀兰", "--cause", "行政诉讼", "--until", "判决生效", "--dry-run"]),
        (0, "retention-hold", ["王秀兰", "--cause", "行政诉讼", "--until", "判决生效"]),
        (2, "error", ["王秀兰", "--cause", "心情"]),
        (0, "retention-hold-group", ["--where", "category=TK year=2019", "--cause", "审计"]),
        (2, "error", ["--where", "猫=1", "--cause", "审计"]),
    ],
    ("retention", "release"): [
        (
            0,
            "retention-release",
            ["王秀兰", "H1", "--basis", "判决生效", "--by", "甲", "--by", "乙", "--dry-run"],
        ),
        (2, "error", ["王秀兰", "H1", "--basis", "判决生效", "--by", "甲", "--by", "乙"]),
        (65, "error", ["王秀兰", "H1", "--basis", "判决生效", "--by", "甲"]),
        (2, "error", ["--group", "G9", "--basis", "审计结束", "--by", "甲", "--by", "乙"]),
        (0, "form-to-sign", ["--group", "G1", "--basis", "审计结束", "--form"]),
        (2, "error", ["--group", "G1", "--basis", "审计结束", "--by", "甲", "--by", "乙"]),
    ],
    ("bureau", "receive"): [
        (0, "bureau-receive", ["{package}", "--workspace", "{bureau}"]),
        (11, "error", ["没有.zip", "--workspace", "{bureau}"]),
        (20, "error", ["{package}"]),
    ],
    ("bureau", "verify"): [
        (0, "bureau-verify", ["--workspace", "{bureau}"]),
        (22, "four-nature", ["--four", "--workspace", "{bureau}"]),
        (2, "error", ["--phase", "移交", "--workspace", "{bureau}"]),
    ],
    ("bureau", "sample"): [(2, "error", ["--month", "2024-03", "--workspace", "{bureau}"])],
    ("bureau", "feedback"): [
        (0, "bureau-feedback", ["S-TJHQ-2024Q1-01", "--findings", "{findings}", "--workspace", "{bureau}"]),
    ],
    ("bureau", "list"): [(0, "bureau-list", ["--workspace", "{bureau}"])],
    ("bureau", "due"): [
        (50, "error", ["--workspace", "{bureau}"])
    ],  # no cluster is set; its answer: ``tests/cluster``
    ("transfer", "out"): [
        (27, "error", ["王秀兰", "--to", "TJHX"]),
        (2, "error", ["王秀兰", "--to", "甲"]),
        (-1, "error", ["--custody", "--all", "--to", "TJHX", "--dry-run"]),
        (2, "error", ["--custody", "--all", "--to", "TJHX"]),
    ],
    ("transfer", "back"): [
        (20, "error", ["S-TJHQ-2024-01", "--reason", "写错代码"]),
        (2, "error", ["甲", "--reason", "写错"]),
    ],
    ("transfer", "in"): [(11, "error", ["诊断.txt"])],
    ("reindex",): [(0, "reindex", []), (50, "error", ["--to", "opensearch"]), (2, "error", ["--behind"])],
    ("templates", "list"): [(0, "document-types", [])],
    ("templates", "check"): [(0, "template-check", ["受理通知书"])],
    ("templates", "copy"): [(0, "templates-copied", ["受理通知书"])],
    ("templates", "build"): [
        (0, "templates-built", ["--out", "另存模板"]),
        (0, "templates-built", ["受理通知书"]),
        (2, "error", []),
    ],
    ("templates", "diff"): [(0, "template-diff", ["受理通知书"])],
    ("rules", "list"): [(0, "rules-list", []), (0, "rules-powers", ["--pack", "tianjin-hongqiao"])],
    ("rules", "show"): [(0, "rules-show", ["--category", "低保"])],
    ("rules", "check"): [(0, "rules-check", [])],
    ("rules", "new"): [(0, "rules-new", ["yangli-xian"]), (2, "error", ["national"])],
    ("rules", "diff"): [(0, "rules-diff", ["national", "tianjin-hongqiao"])],
    ("serve",): [(2, "error", ["--port", "0"])],
    ("completion",): [(0, "completion", ["bash"]), (2, "error", ["tcsh"])],
    ("demo",): [],
}
"""Command → exit status (-1: whatever it is), the schema's name, and what follows the command's words."""
ELSEWHERE = {("demo",): "tests/test_main_job.py"}
"""Commands that are too long to run again here, and the test that holds their answer against its schema."""


def test_every_command_prints_what_its_schema_says(tmp_path: Path) -> None:
    """Every leaf of the command tree, in the order of the table; a command without a line in it is found.

    «who opened, exported, printed, or was shown in answers which households»: whatever number is printed is in the access log.
    """
    assert {path for name in COMMANDS for path in leaves(cli, *()) if path[0] == name} == set(RUNS)
    office = opened(tmp_path)
    (tmp_path / "诊断.txt").write_text("门诊诊断证明", encoding="utf-8")
    (tmp_path / "回证.txt").write_text("送达回证 王秀兰", encoding="utf-8")
    seen: set[str] = set()
    for path, runs in RUNS.items():
        for status, schema, words in runs:
            prepare(office, path)
            said = [filled(office, word) for word in words]
            with mock.patch.object(office, "answers", "x1\n"):
                found = office.json(*path, *said, check=None if status < 0 else status)
            assert found["schema"] == f"archivist/{schema}" + ("" if "/" in schema else "/1"), path
            seen.add(schema)
            if path != ("access", "list"):
                root = tmp_path / "局" if "{bureau}" in words else tmp_path
                logged = {n for e in access_log.entries(root) for n in e.get("households", ())}
                assert set(CASE_NO_IN_TEXT.findall(json.dumps(found))) <= set(map(str, expanded(logged))), (
                    path
                )
    assert seen, "nothing ran"
    assert set(ELSEWHERE) == {path for path, runs in RUNS.items() if not runs}


def prepare(office: Office, path: tuple[str, ...]) -> None:
    """Lay down what some commands of the table are about."""
    if path == ("watch",):
        for n in range(3):
            (office.root / f"archive/inbox/不知何物{n}.txt").write_text(f"无人认领 {n}", encoding="utf-8")
        sheet = Image.new("L", (60, 40), 255)
        sheet.save(office.root / "archive/inbox/扫描.tif", save_all=True, append_images=[sheet])
    if path == ("import-scans",):
        (office.root / "旧扫描/王秀兰").mkdir(parents=True, exist_ok=True)
        (office.root / "旧扫描/王秀兰/0001.txt").write_text("看不出是什么", encoding="utf-8")
    if path == ("review", "unlock"):
        plain = files.text_pdf(office.root / "plain.pdf", "不知何物")
        locked_pdf(office.root / "archive/inbox/加锁.pdf", plain, "x1")
        office.run("watch", "--once", check=1)
    if path == ("restore",):
        shutil.copytree(office.root / "archive", office.root / "备份", dirs_exist_ok=True)


def filled(office: Office, word: str) -> str:
    """Return a word of the table with what there is in this office."""
    if word == "{disk}":
        disk = office.root.with_name(office.root.name + " 盘")
        disk.mkdir(exist_ok=True)
        return str(disk)
    if word == "{roster}":
        roster = office.root / "名册.csv"
        roster.write_text(f"户主姓名,身份证号\n孙样例,{make_id('19500101', '015')}\n", encoding="gbk")
        (office.root / "名册.toml").unlink(missing_ok=True)
        return str(roster)
    if word == "{bureau}":
        bureau = office.root / "局"
        if not bureau.exists():
            make_bureau(bureau).close()
        return str(bureau)
    if word == "{package}":
        (office.root / "报送").mkdir(exist_ok=True)
        with Workspace.open(office.root) as workspace:
            parts = sorted((office.root / "报送").iterdir())
            return str((parts or make_package(workspace, office.root / "报送"))[0])
    if word == "{findings}":
        table = office.root / "抽查.csv"
        table.write_text("户号,结果\nTJHQ-DB-2024-000001,合格\n", encoding="utf-8")
        return str(table)
    if word == "{item}":
        return str(office.json("review", "list")["items"][0]["item"])
    if word == "{locked}":
        waiting = office.json("review", "list", "--search", "加锁")["items"]
        return str(waiting[0]["item"])
    if "scan}" in word:
        scans = [i["item"] for i in office.json("review", "list")["items"] if "扫描" in i["name"]]
        return str(scans["other" in word])
    if word == "{issued}":
        records = office.json("case", "show", "王秀兰")["records"]
        return str(next(r["record"] for r in reversed(records) if r["code"] and not r["voided"]))
    if word == "{step}":
        steps = office.json("case", "show", "王秀兰")["steps"]
        return str(steps[-1]["event"])
    return word


@pytest.mark.parametrize(
    "words", [["case", "show", "查无此人"], ["generate", "没有这种文书", "王秀兰"], ["search"], ["nonsense"]]
)
def test_a_refusal_is_a_document_too(tmp_path: Path, words: list[str]) -> None:
    assert opened(tmp_path).json(*words, check=None)["schema"] == "archivist/error/1"
