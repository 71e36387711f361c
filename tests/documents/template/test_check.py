"""Trying templates out: every fault of every template at once, and no clerk's copy is used before it passes."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archivist.cli.main import main
from archivist.doctypes.catalogue import Catalogue, DocumentType, shipped_templates
from archivist.documents.render.render import pack
from archivist.documents.template.check import check, unknown_templates
from archivist.documents.template.own_copy import own_template, refuse_faulty
from archivist.errors import TemplateFault
from archivist.issuing.case_documents import plan
from archivist.workspace import Workspace
from tests.filing import come_to
from tests.kit import BY, TODAY, make_workspace, open_household
from tests.sampling import sweep

CATALOGUE = Catalogue.load()
NOTICE = "acceptance_notice"


def edited(
    target: Path, change: Callable[[str], str], name: str = NOTICE, part: str = "word/document.xml"
) -> Path:
    """Write a copy of a shipped template as an editor would leave it."""
    source = shipped_templates() / f"{name}.docx"
    with zipfile.ZipFile(source) as package:
        members = {n: package.read(n) for n in package.namelist()}
    text = change(members[part].decode())
    assert text != members[part].decode(), "nothing was changed"
    members[part] = text.encode()
    target.mkdir(exist_ok=True)
    path = target / source.name
    path.write_bytes(pack(members))
    return path


@sweep(1 / 3)
@pytest.mark.parametrize("doc", [d for d in CATALOGUE.generated() if d.template], ids=lambda d: d.id)
def test_shipped_templates_pass(doc: DocumentType) -> None:
    assert check(doc, doc.template) == []


def insert(text: str) -> Callable[[str], str]:
    return lambda xml: xml.replace("<w:body>", f"<w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p>", 1)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (insert("{{ secret.thing }}"), "没有登记的字段 secret.thing"),
        (insert("{{ applicant.bank }}"), "没有登记的字段 applicant.bank"),
        (insert("{{ applicant['pho' ~ 'ne2'] }}"), "没有登记的字段 applicant.phone2"),
        (insert("{% if case.category_code == 'TK' %}{{ applicant.income }}{% endif %}"), "applicant.income"),
        (insert("{{ applicant.name"), "受理通知书"),  # the title is swallowed
        (insert("{% if applicant.name %}"), "标签写法有误"),
        (insert("{{ applicant }}"), "没有登记的字段 applicant"),
        (insert("{{ applicant.name|upper|nothing }}"), "nothing"),
        (insert("{% for x in range(9) %}{{ x }}{% endfor %}"), "循环只能逐行走"),
        (lambda xml: xml.replace("权利和义务", "须知"), "权利和义务"),
        (lambda xml: re.sub(r"\{\{ ?office\.name ?\}\}|\{\{ ?applicant\.name ?\}\}", "某某", xml), "没有出现在模板中"),
        (lambda xml: xml.replace("<w:body>", '<w:body><w:p><w:ins w:id="1" w:author="x"/></w:p>', 1), "修订"),
    ],
)  # fmt: skip
def test_what_an_editor_spoils_is_told(tmp_path: Path, change: Callable[[str], str], told: str) -> None:
    problems = check(CATALOGUE.get(NOTICE), edited(tmp_path, change))
    assert any(told in p for p in problems), problems


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    def spoil(xml: str) -> str:
        return insert("{{ a.b }}")(insert("{{ c }}")(xml)).replace("权利和义务", "须知")

    path = edited(tmp_path, spoil)
    problems = "\n".join(check(CATALOGUE.get(NOTICE), path))
    assert "a.b" in problems and "字段 c" in problems


def test_a_lost_code_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(shipped_templates() / f"{NOTICE}.docx") as package:
        part = next(n for n in package.namelist() if b"archivist-qr" in package.read(n) and "header" in n)
    path = edited(tmp_path, lambda xml: xml.replace("archivist-qr", "picture"), part=part)
    assert any("二维码图片剩 1 处" in p for p in check(CATALOGUE.get(NOTICE), path))


def test_a_damaged_file_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    for content in (b"", b"PK\3\4no", pack({"word/document.xml": b"<a"})):
        path.write_bytes(content)
        assert check(CATALOGUE.get(NOTICE), path)
    assert check(CATALOGUE.get(NOTICE), None) == ["没有模板文件"]


# ── a workspace's own copy ───────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def test_an_edited_copy_is_used_when_it_passes_and_refused_when_it_does_not(workspace: Workspace) -> None:
    edited(workspace.templates, insert("本街道另行说明。"))
    case = come_to(workspace, open_household(workspace), NOTICE)
    document = workspace.catalogue.get(NOTICE)
    assert own_template(document) and not own_template(CATALOGUE.get(NOTICE))
    assert len(plan(workspace, BY, document, [case.number], {}, on=TODAY).documents) == 1
    edited(workspace.templates, insert("{{ applicant.bank }}"))
    with pytest.raises(TemplateFault) as caught:
        plan(workspace, BY, document, [case.number], {}, on=TODAY)
    assert "applicant.bank" in str(caught.value) and "移走" in caught.value.remedy
    assert not workspace.archive.read(case.number).records
    refuse_faulty(CATALOGUE.get(NOTICE))


def test_the_command_checks_own_copies_and_names_strangers(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    edited(workspace.templates, insert("{{ applicant.bank }}"))
    for name in ("受理通知书.docx", "~$acceptance_notice.docx"):
        shutil.copyfile(shipped_templates() / f"{NOTICE}.docx", workspace.templates / name)
    assert unknown_templates(workspace.templates, [NOTICE]) == ["受理通知书.docx"]
    assert (
        main(["--workspace", str(workspace.root), "templates", "check", NOTICE]) == TemplateFault.exit_status
    )
    assert "applicant.bank" in capsys.readouterr().out
