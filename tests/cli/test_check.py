"""``archivist check`` as a clerk types it: what is printed, what the exit status says."""

from __future__ import annotations

import docx
import pytest

from tests.cli.golden_texts import agrees, typed
from tests.command_line import Office
from tests.people import WANG_ID
from tests.sampling import sweep

PAPERS = (
    "社会救助申请书", "居民身份证", "居民户口簿", "家庭经济状况调查核对授权委托书", "家庭经济状况申报表", "诚信承诺书", "近亲属关系申明",
)  # fmt: skip


def file_papers(office: Office, *titles: str) -> None:
    for title in titles:
        path = office.root / f"{title}.docx"
        page = docx.Document()
        page.add_paragraph(title)
        page.add_paragraph(WANG_ID)
        page.save(str(path))
        office.run("file", "王秀兰", str(path), "--type", title)


@sweep(1 / 3)
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("check-reads-all", ["check"]),
        ("check-reads-one", ["check", "王秀兰"]),
        ("check-reads-archive", ["check", "王秀兰", "--stage", "archive", "--missing-only"]),
    ],
)
def test_what_a_clerk_reads_of_what_is_missing(office: Office, name: str, words: list[str]) -> None:
    file_papers(office, *PAPERS[:2])
    agrees(name, typed(office, words, check=1))


@sweep(1 / 2, of="completeness as a clerk sees it")
def test_from_missing_papers_to_a_complete_file(office: Office) -> None:
    """「材料不齐备的，应当一次性告知补齐所有规定材料」: told once, completed, then nothing is left to say."""
    file_papers(office, *PAPERS[:2])
    first = office.json("check", "王秀兰", "--missing-only", check=1)
    assert first["counts"] == {"不合格": 1} and first["unread"] == []
    (case,) = first["cases"]
    gaps = next(f for f in case["findings"] if f["id"] == "C01")
    assert len(gaps["problems"]) == len(PAPERS) - 2 + 1, (
        "and one ID card for two people, which was not checked"
    )
    *steps, command = [words.rstrip("；").split() for words in case["notice"].split("archivist ")[1:]]
    assert [words[-1] for words in steps] == ["submit", "ask_correction"]
    for words in [*steps, command]:
        office.run(*words)
    assert office.json(*command, check=35)["error"]["code"] == "E305"
    assert "不得再次告知" in office.json("check", "王秀兰", check=1)["cases"][0]["notice"]
    file_papers(office, *PAPERS[2:])
    office.run("case", "set", "王秀兰", "成员[1].授权已签=是")
    left = office.json("check", "王秀兰", "--missing-only", check=1)["cases"][0]["findings"]
    assert [(f["id"], f["verdict"]) for f in left] == [("C01", "未检")]
    page = docx.Document()
    page.add_paragraph("居民身份证")
    page.add_paragraph("李样例")
    page.save(str(office.root / "另一张.docx"))
    office.run("file", "王秀兰", "另一张.docx", "--type", "居民身份证")
    nothing: dict[str, object] = {"schema": "archivist/check/2", "cases": [], "unread": []}
    assert office.json("check", "--missing-only") == nothing | {"counts": {"合格": 1}}
    assert office.json("check", "--category", "特困") == nothing | {"counts": {}}


def test_a_stage_that_does_not_exist(office: Office) -> None:
    assert "benefit" in office.run("check", "--stage", "later", check=2).stderr


@sweep(1 / 2, of="completeness as a clerk sees it")
def test_what_was_looked_up_is_ticked_off(office: Office) -> None:
    """One scan may hold two cards: a clerk looks, says so, and is named for it wherever the check is shown."""
    file_papers(office, *PAPERS)
    office.run("case", "set", "王秀兰", "成员[1].授权已签=是")
    assert "--confirm C01 --by 姓名 --note 说明" in office.run("check", "王秀兰", check=1).stdout
    assert "E002" in office.run("check", "王秀兰", "--confirm", "C01", check=2).stderr, (
        "what was seen is told"
    )
    office.run("check", "--confirm", "C01", "--note", "看过", check=2)
    office.run("check", "王秀兰", "--note", "看过", check=2)
    done = office.run("check", "王秀兰", "--confirm", "C01", "--note", "正反面各二，两人齐")
    assert "合格　C01" in done.stdout and "正反面各二，两人齐" in done.stdout
    (case,) = office.json("check", "王秀兰")["cases"]
    assert "核对：正反面各二，两人齐" in next(f for f in case["findings"] if f["id"] == "C01")["confirmed"][0]
    assert "人工核对" in office.run("case", "log", "王秀兰").stdout


def test_a_list_nobody_signs_is_filed_at_once_and_replaced_by_the_next(office: Office) -> None:
    """卷内文件目录：签章 —；增件即重编并留版本."""
    file_papers(office, PAPERS[0])
    first = office.run("generate", "卷内文件目录", "王秀兰").stdout
    assert "无须签章，已归档" in first and "待签" not in first
    office.run("generate", "卷内文件目录", "王秀兰")
    records = office.json("case", "show", "王秀兰")["records"]
    assert [(r["status"], r["replaced_by"]) for r in records[-2:]] == [("filed", "0003"), ("filed", None)]
    shown = office.run("case", "show", "王秀兰").stdout
    assert "由第 0003 件代替" in shown
    assert "待签" not in shown


@sweep(1 / 2, of="completeness as a clerk sees it")
def test_a_paper_too_late_for_a_closed_file(office: Office) -> None:
    """After 注销 only what belongs to its end comes by itself; the rest with the words why."""
    file_papers(office, PAPERS[0])
    office.run("case", "deregister", "王秀兰", "--reason", "死亡", "--yes")
    page = docx.Document()
    page.add_paragraph("看不清的一张")
    page.save(str(office.root / "晚.docx"))
    refused = office.run("file", "王秀兰", "晚.docx", "--type", "居民身份证", check=27)
    assert "不再收居民身份证" in refused.stderr and "--reason" in refused.stderr
    office.run("file", "王秀兰", "晚.docx", "--type", "居民身份证", "--reason", "立卷时夹在别户卷内")
    assert "立卷时夹在别户卷内" in office.run("case", "log", "王秀兰").stdout


@sweep(1 / 2, of="completeness as a clerk sees it")
def test_a_paper_in_doubt_is_settled_by_whoever_looked(office: Office) -> None:
    """「retype to say the type by a person; a command to say “signed, I looked”」: refused before, with the command; then not."""
    file_papers(office, *PAPERS[1:])
    office.run("case", "set", "王秀兰", "成员[1].授权已签=是", "application.kinship=否")
    page = docx.Document()
    page.add_paragraph("社会救助申请书")
    page.add_paragraph(f"申请人 王秀兰 {WANG_ID}")
    page.save(str(office.root / "申请书.docx"))
    office.run("file", "王秀兰", "申请书.docx")
    refused = office.run("case", "step", "王秀兰", "submit", check=None).stderr
    assert "是不是签了名请看原件核对" in refused and "archivist case record confirm" in refused
    assert "0007" in refused
    done = office.json("case", "record", "confirm", "王秀兰", "7", "--note", "原件有申请人签名")
    assert done["records"] == ["0007"]
    assert "第 0007 件" in office.run("case", "log", "王秀兰").stdout
    assert (
        "没有存疑" in office.run("case", "record", "confirm", "王秀兰", "1", "--note", "看过", check=2).stderr
    )
    office.run("case", "step", "王秀兰", "submit")
    office.run("case", "step", "王秀兰", "accept")
