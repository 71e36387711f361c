"""A file from its first paper to its tombstone by commands alone, its copy at the bureau with it; ``examples/一户一生.md`` is what was typed."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Any, Final

import docx
import openpyxl
import pytest

from tests.byte_scan import traces
from tests.command_line import Office
from tests.people import WANG_ID
from tests.sampling import sweep
from tests.signed_scans import signed_everywhere
from tests.walks.clerk import APPROVER, INTAKE, REVIEWER, Clerk
from tests.walks.paths import BASIC, BENEFIT, apply, benefit_to_end, decide, hand_over, look_into

PACK = "tianjin-hongqiao"
EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "一户一生.md"
KEEPER, APPRAISERS = "钱档案", ("甲鉴定", "乙鉴定", "丙鉴定")
WITNESSES = ("孙监销", "李监销")
MORE: Final = "".join(
    f'\n[[people]]\nname = "{name}"\nroles = ["{role}"]\ntitle = "{title}"\n'
    for name, role, title in (
        (KEEPER, "archivist", "档案管理员"),
        *((name, "appraiser", "鉴定小组成员") for name in APPRAISERS),
        *((name, "witness", "监销人") for name in WITNESSES),
    )
)
HEAD: Final = """\
# 一户一生

<!-- written by tests/walks/test_whole_life.py (GOLDEN=write), never by hand -->

一份户档从申请到销毁，全部用命令办成：申请、受理、核对、调查、公示、确认、发放、复核、终止、注销、立卷、报送、冻结、解除、鉴定、批准、
等待、销毁、清残留、完成。`# 日期` 以下是那一天敲的命令；来件是当天收到的纸，`签字` 是签了字的表的扫描件。
"""
TRACES: Final = ("王秀兰", WANG_ID, "样例里2号楼", "wangxiulan")


def sheet(clerk: Clerk, name: str) -> str:
    """Lay a signed sheet, scanned; return its path."""
    path = clerk.root / f"{name}.docx"
    page = docx.Document()
    for line in (name, f"{clerk.day}"):
        page.add_paragraph(line)
    page.save(str(path))
    return str(path)


def options(name: str, *values: str) -> tuple[str, ...]:
    """Return an option written once for each value."""
    return tuple(word for value in values for word in (name, value))


def hand_over_to(bureau: Office, clerk: Clerk, stick: Path, *, check: int | None = 0) -> Any:
    """Submit all to the bureau on a stick, have it received, take the receipt in; return what was received."""
    stick.mkdir()
    clerk.run("submit", "--month", f"{clerk.day:%Y-%m}", "--all", "--to", str(stick), "--as", KEEPER)
    bureau.settings["ARCHIVIST_NOW"] = f"{clerk.day}T17:00:00+08:00"
    received = bureau.json("bureau", "receive", *map(str, sorted(stick.rglob("S-*.zip"))), check=check)
    assert "files" in received, received
    receipt = next(path for path in received["files"] if path.endswith(".json"))
    clerk.run("submit", "import", receipt, "--as", KEEPER)
    return received


def written_down(clerk: Clerk) -> None:
    """Hold the example against what was typed; ``GOLDEN=write`` writes it."""
    lines = [HEAD, "```sh"]
    day = ""
    for when, words in clerk.typed:
        if when != day:
            lines += ["", f"# {when}"] if day else [f"# {when}"]
            day = when
        names = (word.replace(f"{clerk.root}/", "") for word in words)
        shown = ["…" if name.startswith("/") else name for name in names]
        lines.append("archivist " + shlex.join(shown))
    text = "\n".join([*lines, "```"]) + "\n"
    if os.environ.get("GOLDEN") == "write":
        EXAMPLE.parent.mkdir(exist_ok=True)
        EXAMPLE.write_text(text, encoding="utf-8")
    assert EXAMPLE.read_text(encoding="utf-8") == text


@sweep(1 / 24, of="walks")
@pytest.mark.libreoffice
def test_a_whole_life(clerk: Clerk, tmp_path_factory: pytest.TempPathFactory) -> None:
    """“granted, reviewed, ended, closed, finished, submitted, acknowledged, held … destroyed before two witnesses, residue cleared”."""
    with (clerk.root / "archivist.toml").open("a", encoding="utf-8") as settings:
        settings.write(MORE + '\n[archive]\nfonds = "Z012"\n')
    clerk.open("低保", **BENEFIT)
    apply(clerk, *BASIC)
    look_into(clerk)
    clerk.step("prelim", days=1)
    clerk.step("publicize", days=1)
    decide(clerk, days=7)
    hand_over(clerk)
    benefit_to_end(clerk)
    # ── bound as a volume, handed over ───────────────────────────────────────────────────────────────────
    clerk.wait(10)
    volume = clerk.run("case", "finish", clerk.number, "--pdf", "--as", KEEPER)
    assert volume["archive_no"].startswith("Z012") and volume["pages"] >= volume["items"] > 20
    for record in [r for r in clerk.show()["records"] if r["status"] == "pending"]:
        clerk.run("file", clerk.number, str(clerk.paper(record["type"])), "--signs", record["record"])
    stick, bureau = tmp_path_factory.mktemp("盘"), Office(tmp_path_factory.mktemp("民政局"))
    bureau.settings |= {"ARCHIVIST_AS": "局经办", "ARCHIVIST_NOW": f"{clerk.day}T17:00:00+08:00"}
    bureau.run("init", ".", "--kind", "bureau", "--pack", PACK, "--office", "样例区民政局", "--code", "YLMZ")
    first = hand_over_to(bureau, clerk, stick / "第一次")
    assert first["accepted"] == [clerk.number]
    # ── held, and let go ─────────────────────────────────────────────────────────────────────────────────
    cause = ("--cause", "行政诉讼", "--until", "判决生效", "--paper", sheet(clerk, "应诉通知书"))
    held = clerk.run("retention", "hold", clerk.number, *cause, "--as", KEEPER)["hold"]
    clerk.wait(4 * 366)
    refused = clerk.run("retention", "propose", "--as", KEEPER, check=29)["error"]
    assert "冻结（行政诉讼" in refused["problems"][0]
    same = (
        "--set",
        "hold.cause=行政诉讼",
        "--set",
        f"hold.start={held['start']}",
        "--set",
        "hold.until=判决生效",
    )
    form = clerk.issued("legal_hold_record", **dict(word.split("=") for word in same[1::2]))
    printed = next((clerk.root / "archive/cases").rglob(f"{form} *.docx"))
    release = signed_everywhere(printed, clerk.root / "解除 扫描.pdf")
    two = ("--by", REVIEWER, "--by", APPROVER, "--paper", str(release))
    clerk.run("retention", "release", clerk.number, "H1", "--basis", "判决生效", *two, "--as", KEEPER)
    (listed,) = clerk.run("retention", "list")["cases"]
    assert (listed["status"], listed["keep_until"]) == ("可鉴定", "2027-07-05")
    # ── appraised, approved, waited for, destroyed ───────────────────────────────────────────────────────
    batch = clerk.run("retention", "propose", "--as", KEEPER)["disposal"]
    opinions = clerk.root / "archive/outbox/处置" / batch / "鉴定意见表.xlsx"
    book = openpyxl.load_workbook(opinions)
    assert book.active is not None
    for row in book.active.iter_rows():
        if row[1].value == clerk.number:
            row[5].value = "销毁"
    book.save(opinions)
    folder = opinions.parent

    def signed(title: str) -> tuple[str, str]:
        return "--paper", str(signed_everywhere(folder / f"{title}.docx", clerk.root / f"{title} 签字.pdf"))

    three = (*options("--by", *APPRAISERS), *signed("档案鉴定意见表"))
    clerk.wait(1).run("retention", "appraise", batch, "--opinions", str(opinions), *three, "--as", KEEPER)
    clerk.run(
        "retention",
        "approve",
        batch,
        "--by",
        APPROVER,
        *signed("档案销毁审批表"),
        "--as",
        KEEPER,
    )
    witnessed = options("--witness", *WITNESSES)
    assert (
        clerk.run("retention", "execute", batch, *witnessed, "--as", KEEPER, check=68)["error"]["code"]
        == "E608"
    )
    clerk.wait(16)
    done = clerk.run("retention", "execute", batch, *witnessed, "--as", KEEPER, check=1)  # copies are left
    assert (done["destroyed"], done["state"]) == ([clerk.number], "executed")
    # ── nothing left anywhere ────────────────────────────────────────────────────────────────────────────
    left = [one["place"] for one in done["residue"]]
    assert left == [f"本机：archive/outbox/全卷 {clerk.number}.pdf", f"报送：{first['submission']}"]
    record = (*signed("监销记录"), "--as", KEEPER)
    assert clerk.run("retention", "close", batch, *record, check=69)["error"]["code"] == "E609"
    (clerk.root / f"archive/outbox/全卷 {clerk.number}.pdf").unlink()
    hand_over_to(bureau, clerk, stick / "第二次", check=None)
    cleared = (
        "--cleared",
        left[1],
        "--reason",
        "局里已删除，有答复",
        *options("--by", KEEPER, INTAKE),
        "--as",
        KEEPER,
    )
    clerk.run("retention", "residue", batch, *cleared)
    assert clerk.run("retention", "close", batch, *record)["state"] == "closed"
    for own in (clerk.root / "户.json", *clerk.root.glob("[0-9][0-9][0-9].docx")):
        own.unlink()  # typed in or scanned by the clerk, never the archive's
    assert traces(clerk.root, TRACES) == []
    # ── the ledger sealed; what was handed over is held against what is left ──────────────────────────────
    sealed = clerk.run("ledger", "seal", "--as", KEEPER)
    assert sealed
    (part,) = (stick / "第一次").rglob("S-*.zip")
    against = clerk.run("verify", "--against", str(part))
    assert {b["label"] for b in against["bags"] if b["bag"] == clerk.number} == {"已销毁（墓碑含锚）"}
    assert clerk.run("verify")["findings"] == []
    written_down(clerk)
