"""The commands as a clerk types them: what they print, what they return, what they load."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.golden_texts import agrees, typed
from tests.command_line import Office
from tests.people import WANG_ID, make_id
from tests.sampling import sweep


def test_help_lists_every_command_without_loading_any(tmp_path: Path) -> None:
    shown = Office(tmp_path).process("--help").stdout
    for words in ("case", "watch", "generate", "search", "retention", "户档：立户、查看、改动、注销"):
        assert words in shown


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("case-show", ["case", "show", "王秀兰"]),
        ("case-list", ["case", "list"]),
        ("case-log", ["case", "log", "王秀兰"]),
        ("search", ["search", "wxl"]),
        ("generate-before-its-step", ["generate", "受理通知书", "王秀兰"]),
        ("case-set-wrong", ["case", "set", "王秀兰", "申请人.联系电话=abc", "申请人.猫=1"]),
        ("retention-empty", ["retention", "list"]),
        ("unknown-case", ["case", "show", "查无此人"]),
        ("unknown-document", ["generate", "受理通知", "王秀兰"]),
        ("review-empty", ["review", "list"]),
        ("usage", ["case", "open"]),
    ],
)
def test_what_a_clerk_reads(office: Office, name: str, words: list[str]) -> None:
    agrees(name, typed(office, words))


@pytest.mark.parametrize(
    ("name", "document", "words"),
    [
        ("generate-missing", "confirmation_decision", ["确认决定书", "王秀兰"]),
        ("generate-dry-run", "acceptance_notice", ["受理通知书", "王秀兰", "--dry-run"]),
    ],
)
def test_what_a_clerk_reads_of_a_document_whose_step_was_taken(
    office: Office, name: str, document: str, words: list[str]
) -> None:
    office.come_to(document)
    agrees(name, typed(office, ["generate", *words]))


def test_a_day_s_work(office: Office) -> None:
    """What changes something as a process of its own, as the shell runs it."""
    number = office.json("case", "list")["cases"][0]["case"]
    office.come_to("受理通知书")
    shown = office.process("generate", "受理通知书", "王秀兰", "--out", "打印")
    assert "0001" in shown.stdout
    assert [p.name for p in (office.root / "打印").iterdir()] == [f"{number} 0001 受理通知书.docx"]
    office.process("case", "set", "王秀兰", "申请人.联系电话=022-00002222", "--reason", "来电告知")
    assert office.json("case", "show", number)["facts"]["applicant"]["phone"] == "022-00002222"
    office.process("case", "step", "王秀兰", "withdraw", "--reason", "自愿退出")
    office.process("case", "deregister", "王秀兰", "--reason", "自愿退出", "--yes")
    kept = office.json("retention", "list", "--on", "2029-03-09", "--expired")
    assert [(k["case"], k["keep_until"]) for k in kept["cases"]] == [(number, "2029-03-08")]
    assert "行政诉讼法" in kept["cases"][0]["source"], "an application that was withdrawn"


def test_a_text_too_long_is_told_before_and_after_it_is_printed(office: Office) -> None:
    text = "本人患病需长期治疗，家庭生活困难。" * 80
    office.run("case", "set", "王秀兰", f"申请.申请理由={text}", "--reason", "照申请书录入")
    told = ("generate", "社会救助申请书", "王秀兰")
    planned = office.json(*told, "--dry-run")
    assert planned["documents"][0]["continued"] == ["申请理由（致困原因）"]
    assert "另有续页：申请理由（致困原因）" in office.run(*told, "--dry-run").stdout
    assert "写不下的续在续页上，请一并签章：申请理由（致困原因）" in office.run(*told).stdout


def test_a_batch_from_a_sheet(office: Office) -> None:
    from openpyxl import Workbook

    office.come_to("受理通知书")
    second = office.json("case", "open", "特困", "--name", "赵𬭊", "--id", make_id("19500101", "015"),
                         "--set", "申请人.村社区=另一里社区", "--on", "2024-03-04")["case"]  # fmt: skip
    office.come_to("受理通知书", second)
    first = office.json("search", "--name", "王秀兰")["hits"][0]["case"]
    book = Workbook()
    assert book.active is not None
    book.active.append(["户号", "经办人"])
    for number in (first, second):
        book.active.append([number, "周立冬"])
    book.save(office.root / "rows.xlsx")
    issued = office.json("generate", "acceptance_notice", "--from", "rows.xlsx")
    assert [i["case"] for i in issued["issued"]] == [first, second]


def test_reindexing_gives_the_same_answers(office: Office) -> None:
    """`rm -rf index && archivist reindex` gives the same answers as before."""
    import shutil

    office.come_to("受理通知书")
    office.run("generate", "受理通知书", "王秀兰")
    queries = (
        ["王秀兰"],
        ["wangxiulan"],
        ["wxl"],
        [WANG_ID[-4:]],
        [WANG_ID],
        ["受理通知书"],
        ["样例里", "AND", "NOT", "张三"],
        ["--category", "DB"],
    )
    before = [office.json("search", *q) for q in queries]
    assert all(b["hits"] for b in before)
    shutil.rmtree(office.root / "index")
    assert office.run("search", "王秀兰", check=40).returncode == 40
    office.run("reindex")
    assert [office.json("search", *q) for q in queries] == before


@sweep(1 / 3)
@pytest.mark.parametrize("command", [["--help"], ["due", "--json"], ["templates", "list", "--json"]])
def test_what_was_read_before_needs_no_library_to_read_it(office: Office, command: list[str]) -> None:
    """The library that reads declarations is not imported by `--help`, nor by a command whose files have not changed."""
    code = (
        "import sys; from archivist.cli.main import main\n"
        f"status = main({command!r})\n"
        "sys.exit('cattrs' in sys.modules or status)"
    )
    for path in (office.root / "index").glob("*.json"):
        path.unlink()
    for _ in range(2):  # the first one reads, the second one knows
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=office.root,
            env=office.environment,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("words", "ends"), [(["search", "王秀兰"], 0), (["status"], 1)])
def test_a_quick_question_loads_nothing_heavy(office: Office, words: list[str], ends: int) -> None:
    """`archivist search 王秀兰 --json` loads neither OCR, docx nor watchdog; `status`, asked every few minutes by a monitor, neither."""
    code = (
        f"import sys, json; from archivist.cli.main import main; status = main([*{words!r}, '--json'])\n"
        "sys.stderr.write('\\n' + json.dumps(sorted(m.split('.')[0] for m in sys.modules)))\n"
        "sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=office.root,
        env=office.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ends and json.loads(done.stdout).get("hits", True)
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    heavy = {
        "cv2",
        "numpy",
        "onnxruntime",
        "rapidocr",
        "zxingcpp",
        "pypdfium2",
        "PIL",
        "docx",
        "docxtpl",
        "lxml",
        "jinja2",
        "watchdog",
        "openpyxl",
        "rich",
        "pypdf",
        "chinese_calendar",
        "cattrs",
    }
    if words == ["status"]:
        heavy -= {
            "cattrs",
            "chinese_calendar",
        }  # what is overdue is counted in working days, by the office's rules
    assert not loaded & heavy
    assert "archivist" in loaded


def test_errors_are_one_json_document_too(office: Office) -> None:
    error = office.json("case", "show", "TJHQ-DB-2024-000099", check=21)["error"]
    assert (error["code"], error["exit_status"]) == ("E201", 21)
    assert error["remedy"]


def test_a_second_init_overwrites_nothing(office: Office) -> None:
    before = (office.root / "archivist.toml").read_bytes()
    office.run("init", ".", "--pack", "national", "--office", "x街道", "--code", "XX", check=50)
    assert (office.root / "archivist.toml").read_bytes() == before


def test_outside_a_workspace(tmp_path: Path) -> None:
    assert Office(tmp_path).process("case", "list", check=25).stderr.count("archivist init") == 1


def test_a_misspelt_setting_is_refused(office: Office) -> None:
    path = office.root / "archivist.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("settle_s", "setle_s"), encoding="utf-8")
    for command in (
        ("check",),
        ("watch", "--once"),
        ("verify",),
        ("case", "set", "王秀兰", "申请人.联系电话=022-1"),
    ):
        assert "setle_s" in office.run(*command, check=50).stderr
    assert "王秀兰" in office.run("search", "王秀兰").stdout
    told = next(c for c in office.json("doctor", check=1)["checks"] if c["check"] == "工作区")
    assert told["state"] == "警报" and "setle_s" in told["detail"], (
        "a workspace that cannot be opened is not “没有”"
    )


@sweep(1 / 3, of="packs and templates at the command line")
def test_templates_are_all_right(office: Office) -> None:
    told = office.json("templates", "check", "--no-pages")
    assert told["faults"] == {} and told["own"] == [] and told["checked"] >= 13


def test_a_copied_template_wins(office: Office) -> None:
    from docx import Document

    office.run("templates", "copy", "受理通知书")
    path = office.root / "doc_templates/acceptance_notice.docx"
    document = Document(str(path))
    document.add_paragraph("本街道另加的一句话。")
    document.save(str(path))
    office.come_to("受理通知书")
    issued = office.json("generate", "受理通知书", "王秀兰")
    made = Document(issued["issued"][0]["files"][0])
    assert any("本街道另加的一句话" in p.text for p in made.paragraphs)
    office.run("templates", "copy", "受理通知书", check=2)


def test_doctor_says_what_is_there(office: Office) -> None:
    checks = {c["check"]: c["state"] for c in office.json("doctor", check=None)["checks"]}
    assert checks["工作区"] == checks["索引"] == checks["文字识别"] == "正常"


def test_no_personal_data_in_the_paths_of_cases(office: Office) -> None:
    office.come_to("受理通知书")
    office.run("generate", "受理通知书", "王秀兰")
    assert not [p for p in (office.root / "archive/cases").rglob("*") if "王" in p.name or WANG_ID in p.name]
