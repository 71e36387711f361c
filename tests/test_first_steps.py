"""The README's ten commands, typed as they stand there; between them people print, sign and scan."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from archivist.cli.demo.scans import signed_copy
from archivist.documents.render.pdf import to_pdf
from tests.reading import files

pytestmark = pytest.mark.libreoffice
ROOT: Final = Path(__file__).parents[1]
HOUSEHOLD_REGISTER: Final = """居民户口簿
户别 非农业家庭户
户主姓名 王秀兰
常住人口登记卡
姓名 王秀兰
户主或与户主关系 户主
公民身份号码 120106195703122463"""


def lines() -> list[str]:
    """Return what is typed."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = readme.split("## 十条命令以内")[1].split("```sh")[1].split("```")[0]
    return [line for line in block.replace("\\\n", " ").splitlines() if line.strip()]


def brought(office: Path, scans: Path) -> None:
    """What an applicant does: sign the form that was printed, bring the household register; both are scanned."""
    (form,) = office.glob("archive/cases/*/data/**/*社会救助申请书*.docx")
    (printed,) = to_pdf([form], scans.parent)
    signed_copy(printed, scans / "扫描0001.pdf")
    files.text_pdf(scans / "扫描0002.pdf", HOUSEHOLD_REGISTER)


def test_from_nothing_to_a_filed_scan_and_a_printed_notice_in_under_ten_commands(tmp_path: Path) -> None:
    """«A new user's transcript from nothing to a filed scan and a printed notice in under ten commands, in the README, run by a test»."""
    typed = lines()
    assert sum(line.startswith("archivist ") for line in typed) < 10
    (scans := tmp_path / "扫描").mkdir()
    here = tmp_path
    program = f'archivist() {{ {shlex.quote(sys.executable)} -m archivist "$@"; }}\n'
    said = []
    for line in typed:
        if line.startswith("cd "):
            here /= line.split()[1]
            continue
        if line.startswith("cp "):
            brought(here, scans)
        done = subprocess.run(
            ["sh", "-c", program + line], cwd=here, env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, text=True
        )  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        said.append(done.stdout)
    taken, went, printed = said[-3:]
    assert "归档 2 件，待认领 0 件" in taken
    assert "0001件的签署件" in "".join(taken.split())
    assert "已办理“收件”" in went and "已制发“申请材料接收凭证”" in went
    assert "申请材料接收凭证" in "".join(printed.split())
    assert len(list((here / "archive/outbox/打印").glob("*.pdf"))) == 2
