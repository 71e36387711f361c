"""«``templates check`` must render a sample → PDF → the same gate, with a clear line per fault»."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from archivist.api import templates
from archivist.cli.main import main
from archivist.doctypes.catalogue import Catalogue, shipped_templates
from archivist.documents.render import pdf as pdf_maker
from archivist.documents.render.docx_package import pack
from archivist.documents.template.check import check
from archivist.documents.template.printed_sample import printed_samples
from archivist.workspace import Workspace
from tests.kit import make_workspace

CATALOGUE: Final = Catalogue.load()
NOTICE: Final = "acceptance_notice"
CELL: Final = (
    '<w:tbl><w:tblPr><w:tblW w:w="900" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid><w:gridCol w:w="900"/>'
    '</w:tblGrid><w:tr><w:tc><w:tcPr><w:tcW w:w="900" w:type="dxa"/></w:tcPr><w:p><w:r><w:rPr><w:sz w:val="21"/></w:rPr>'
    "<w:t>{text}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
)


def edited(target: Path, change: Callable[[str], str], part: str = "word/document.xml") -> Path:
    with zipfile.ZipFile(shipped_templates() / f"{NOTICE}.docx") as package:
        members = {name: package.read(name) for name in package.namelist()}
    text = members[part].decode()
    assert change(text) != text
    members[part] = change(text).encode()
    path = target / f"{NOTICE}.docx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pack(members))
    return path


def before_the_end(xml: str) -> Callable[[str], str]:
    return lambda body: body.replace("<w:sectPr", f"{xml}<w:sectPr", 1)


SPOILED: Final = {
    "broken": (before_the_end(CELL.format(text="2024000123456")), "断成两行"),
    "stub": (before_the_end(CELL.format(text="意")), ""),
    "touching": (
        before_the_end(
            '<w:p><w:pPr><w:framePr w:w="2400" w:h="400" w:hRule="exact" w:hAnchor="page" w:vAnchor="page" w:x="1700" w:y="15300"/></w:pPr>'
            "<w:r><w:t>盖在码上的字</w:t></w:r></w:p>"
        ),
        "二维码",
    ),
}


@pytest.mark.libreoffice
@pytest.mark.parametrize("name", SPOILED)
def test_what_only_the_page_shows_is_told_with_its_place(name: str, tmp_path: Path) -> None:
    """The file of each passes every other check; what is wrong is seen on the page."""
    change, told = SPOILED[name]
    path = edited(tmp_path, change)
    document = CATALOGUE.get(NOTICE)
    assert check(document, path) == []
    found = printed_samples([(document, path)])
    lines = found.faults.get(NOTICE, ())
    assert found.looked_at == [NOTICE]
    assert any(told in line for line in lines) if told else lines == (), lines


@pytest.mark.libreoffice
def test_every_font_asked_for_is_told_with_what_stands_for_it(tmp_path: Path) -> None:
    """«tell which fonts were asked for and which substituted»; of one that nobody knows a substitute of, that it is not known."""
    run = '<w:p><w:r><w:rPr><w:rFonts w:ascii="Nowhere Sans" w:hAnsi="Nowhere Sans"/></w:rPr><w:t>ASCII words</w:t></w:r></w:p>'
    found = printed_samples([(CATALOGUE.get(NOTICE), edited(tmp_path, before_the_end(run)))])
    assert {"Nowhere Sans", "仿宋_GB2312", "方正小标宋简体"} <= set(found.fonts)
    assert found.fonts["Nowhere Sans"] == set()
    for font in ("仿宋_GB2312", "方正小标宋简体"):
        assert len(found.fonts[font]) == 1 and found.fonts[font] <= {font, *pdf_maker.FONT_FALLBACKS[font]}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "ws")


@pytest.mark.libreoffice
def test_the_command_tells_each_fault_in_a_line_and_what_it_looked_at(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ["--workspace", str(workspace.root), "templates", "check"]
    assert main([*at, NOTICE]) == 0
    assert "文件和试印的纸面全部正常" in capsys.readouterr().out
    assert main([*at, NOTICE, "--no-pages"]) == 0
    assert "纸面没有看" in capsys.readouterr().out
    edited(workspace.templates, SPOILED["broken"][0])
    assert main([*at, NOTICE]) == 33
    assert "试印：第1页" in capsys.readouterr().out


def test_without_libreoffice_nothing_is_said_to_be_right(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """«No LibreOffice → say so (未检), never 合格»."""
    monkeypatch.setattr(pdf_maker, "available", lambda: False)
    done = templates.check(workspace, [NOTICE])
    assert (done.printed, list(done.unprinted), done.faults) == (0, [NOTICE], {})
    assert main(["--workspace", str(workspace.root), "templates", "check", NOTICE]) == 1
    said = "".join(capsys.readouterr())
    assert "未检" in said and "LibreOffice" in said and "全部正常；纸面看了 0 个" in said


def test_a_faulty_declaration_is_one_line_and_doctor_tells_it_too(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """«one bad one must be one finding, all others go on working»."""
    workspace.templates.mkdir(exist_ok=True)
    (workspace.templates / f"{NOTICE}.toml").write_text("id = ", encoding="utf-8")
    (workspace.templates / "own_paper.toml").write_text('id = "own_paper"\nkind = "poem"\n', encoding="utf-8")
    at = ["--workspace", str(workspace.root)]
    assert main([*at, "templates", "check", NOTICE, "--no-pages"]) == 33
    assert "TOML 写法有误" in capsys.readouterr().out
    main([*at, "doctor"])
    said = capsys.readouterr().out
    assert "文书登记" in said and "own_paper.toml" in said
    assert main([*at, "templates", "list"]) == 0
