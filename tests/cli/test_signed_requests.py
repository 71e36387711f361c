"""Forms that are signed for a request, as a clerk goes about it: made, printed, signed, scanned, told to the command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import Office
from tests.signed_scans import signed_everywhere


def scanned(office: Office, form: str, name: str, *, pen: bool = True) -> str:
    """Print a form, sign it at all its places or at none, scan it."""
    return str(signed_everywhere(Path(form), office.root / name, chosen=lambda _n: pen))


@pytest.mark.libreoffice
def test_a_record_goes_on_the_signed_form_of_that_record(office: Office) -> None:
    """“whose signed scan is judged when it is asked for (right case, right request, right paper, ink)”."""
    for name in ("甲", "乙"):
        (office.root / f"{name}.txt").write_text(f"门诊诊断证明{name}", encoding="utf-8")
        office.run("file", "王秀兰", f"{name}.txt", "--type", "other")
    asked = ["case", "expunge", "王秀兰", "1", "--why", "依法删除"]
    both = ["--by", "赵主任", "--by", "钱管理", "--paper"]
    made = office.json(*asked, "--form")
    assert made["schema"] == "archivist/form-to-sign/1" and made["about"].endswith("第 0001 件")
    assert office.json(*asked, *both[:-1], check=2)["error"]["remedy"].startswith("先做表")
    unsigned = office.json(*asked, *both, scanned(office, made["file"], "未签.pdf", pen=False), check=2)
    assert unsigned["error"]["code"] == "E001" and "没有看见签名" in str(unsigned["error"]["problems"])
    other = office.json("case", "expunge", "王秀兰", "2", "--why", "依法删除", "--form")
    wrong = office.json(*asked, *both, scanned(office, other["file"], "别件.pdf"), check=63)
    assert wrong["error"]["code"] == "E603" and "第 0002 件" in wrong["error"]["message"]
    done = office.json(*asked, *both, scanned(office, made["file"], "签字.pdf"))
    assert (done["record"], done["paper"]) == ("0001", "0003")
    shown = office.json("case", "show", "王秀兰")
    assert [r["title"] for r in shown["records"] if r["record"] == "0003"] == ["档案件剔除审批表"]
    assert not office.json("verify")["findings"]


@pytest.mark.libreoffice
def test_a_group_hold_ends_on_the_signed_form_of_that_hold(office: Office) -> None:
    """“a release with the wrong paper is refused (E603/E001)”: unsigned, of another hold, on another basis."""
    for cause in ("审计", "信访"):
        office.run("retention", "hold", "--where", "category=DB", "--cause", cause)
    both = ["--by", "赵主任", "--by", "钱管理", "--paper"]

    def release(hold: str, basis: str) -> list[str]:
        return ["retention", "release", "--group", hold, "--basis", basis]

    made, other = (office.json(*release(hold, "审计结束"), "--form") for hold in ("G1", "G2"))
    unsigned = scanned(office, made["file"], "未签.pdf", pen=False)
    assert office.json(*release("G1", "审计结束"), *both, unsigned, check=2)["error"]["code"] == "E001"
    wrong = scanned(office, other["file"], "别项.pdf")
    assert "G2" in office.json(*release("G1", "审计结束"), *both, wrong, check=63)["error"]["message"]
    paper = scanned(office, made["file"], "签字.pdf")
    assert office.json(*release("G1", "没有事了"), *both, paper, check=63)["error"]["code"] == "E603"
    assert office.json(*release("G1", "审计结束"), *both, paper)["hold"]["released"]["by"] == [
        "赵主任",
        "钱管理",
    ]
    assert (
        office.json("retention", "release", "王秀兰", "H1", "--basis", "x", "--form", check=2)["error"][
            "code"
        ]
        == "E001"
    )
    assert not office.json("verify")["findings"]
