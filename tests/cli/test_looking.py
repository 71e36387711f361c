"""«``fields [TYPE]`` (keys and Chinese names of what a document/case needs)», «``open 户|记录`` (prints path without one)»."""

from __future__ import annotations

from pathlib import Path

import pytest

from archivist.api.field_lists import _KINDS
from archivist.cli import viewer
from archivist.doctypes.doctype import FIELD_KINDS
from archivist.model.field_schema import GROUPS
from tests import access_log
from tests.command_line import Office


def test_every_fact_is_listed_with_both_its_names(office: Office) -> None:
    found = office.json("fields")
    assert [g["key"] for g in found["groups"]] == [g.key for g in GROUPS]
    listed = {(f["key"], f["label"]) for g in found["groups"] for f in g["fields"]}
    assert ("applicant.phone", "申请人.联系电话") in listed
    assert len(listed) == sum(len(g.fields) for g in GROUPS)
    assert set(_KINDS) == set(FIELD_KINDS), "every kind is said in Chinese"


def test_what_is_listed_can_be_set(office: Office) -> None:
    """The keys are those that ``case set`` takes, in either language."""
    for field in office.json("fields", "申请人")["groups"][0]["fields"]:
        if field["label"] in {"申请人.联系电话", "申请人.住址"}:
            for key in (field["key"], field["label"]):
                office.run("case", "set", "王秀兰", f"{key}=022-00001234", "--reason", "核实")


def test_a_document_says_what_it_needs_and_from_where(office: Office) -> None:
    found = office.json("fields", "受理通知书")
    (group,) = found["groups"]
    needs = {f["need"] for f in group["fields"]}
    assert found["document"] == "acceptance_notice" and "必有" in needs
    shown = office.run("fields", "受理通知书").stdout
    assert "户档信息" in shown and "--set 键=值" in shown
    assert "只收不制" in office.run("fields", "身份证或其他身份证明材料").stdout
    assert "是不是" in office.run("fields", "受理通之书", check=32).stderr or "相近的有" in office.run("fields", "受理通之书", check=32).stderr  # fmt: skip


@pytest.mark.parametrize("taken", [True, False])
def test_a_record_or_the_folder_is_opened(
    office: Office, monkeypatch: pytest.MonkeyPatch, *, taken: bool
) -> None:
    """Where no program takes it, the path is said, and that is no failure."""
    (office.root / "诊断.txt").write_text("门诊诊断证明", encoding="utf-8")
    office.run("file", "王秀兰", "诊断.txt", "--type", "其他材料")
    opened: list[Path] = []

    def take(path: Path) -> bool:
        opened.append(path)
        return taken

    monkeypatch.setattr(viewer, "opened", take)
    one = office.run("open", "王秀兰", "1").stdout.replace("\n", "")
    assert opened[0].read_text(encoding="utf-8") == "门诊诊断证明" and str(opened[0]) in one
    assert ("已用本机的程序打开" in one) is taken
    office.run("open", "王秀兰")
    assert opened[1].name == "data" and opened[1].is_dir()
    assert Path(office.json("open", "王秀兰", "1")["path"]) == opened[0], (
        "a program is told the path; nothing is opened for it"
    )
    assert len(opened) == 2
    assert "open" in {entry["act"] for entry in access_log.entries(office.root)}


def test_a_record_that_is_not_there(office: Office) -> None:
    assert "没有第 0099 件" in office.run("open", "王秀兰", "99", check=26).stderr
