"""The catalogue: complete, unambiguous, quick, and not to be weakened by a workspace."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from archivist.cli.main import main
from archivist.doctypes.catalogue import Catalogue, shipped_templates
from archivist.documents.template.own_copy import refuse_faulty
from archivist.errors import TemplateFault, UnknownDocument
from archivist.model.ids import Category
from archivist.rules import pack as packs
from tests.documents.samples import TEN
from tests.kit import make_workspace, open_household

MATERIALS = (
    "id_card household_register id_or_other agent_id event_evidence expense_evidence liability_evidence "
    "income_asset_evidence disability_cert dibao_cert bank_card medical_evidence student_evidence divorce_evidence "
    "residence_permit guardian_evidence photo"
).split()


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load()


def test_it_holds_the_ten_documents_and_all_materials(catalogue: Catalogue) -> None:
    assert {t.id for t in catalogue.generated()} >= set(TEN)
    assert all(f"mat_{m}" in catalogue for m in MATERIALS)
    assert all(not catalogue.get(f"mat_{m}").generated for m in MATERIALS)
    assert catalogue.get("其他材料").id == "other"


def test_it_is_found_by_id_title_alias_and_code(catalogue: Catalogue) -> None:
    for name in ("refusal_decision", "社会救助不予确认决定书", "不予确认决定书", "BYQ", "byq"):
        assert catalogue.get(name).id == "refusal_decision"
    assert catalogue.get("户口本").id == "mat_household_register"
    code = catalogue.by_code("SQS")
    assert code is not None and code.id == "application_form"
    assert catalogue.by_code("ZZZ") is None


def test_codes_are_unique_three_letters(catalogue: Catalogue) -> None:
    codes = [t.code for t in catalogue]
    assert len(set(codes)) == len(codes)
    assert all(len(c) == 3 and c.isupper() and c.isascii() for c in codes)


def test_an_unknown_name_gets_the_nearest_ones(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownDocument) as caught:
        catalogue.get("不予确认书")
    assert "社会救助不予确认决定书(refusal_decision)" in str(caught.value)


def test_adverse_and_deciding_documents_need_remedies_and_notices_are_public(catalogue: Catalogue) -> None:
    remedies = {t.id for t in catalogue if t.remedies_required}
    assert remedies >= {"confirmation_decision", "refusal_decision", "benefit_change_decision"}
    assert {catalogue.get(t).kind for t in remedies} <= {"decision", "notice", "letter"}
    assert remedies >= {t.id for t in catalogue.generated() if t.kind == "decision" and t.step < 10}
    assert {t.id for t in catalogue if t.kind == "publicity"} <= {t.id for t in catalogue if t.public}
    assert "preliminary_publicity" in {t.id for t in catalogue if t.public}


def test_fields_carry_the_schemas_names(catalogue: Catalogue) -> None:
    field = catalogue.get("application_form").field("申请人.身份证号")
    assert field is not None
    assert (field.path, field.kind, field.mode, field.origin) == (
        "applicant.id_number",
        "id",
        "system",
        "fact",
    )
    event = catalogue.get("application_form").field("application.event")
    assert event is not None and event.only == (Category.JN, Category.ZC)


# ── quick to load ────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def hundred(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with about a hundred entries, none of them new."""
    folder = tmp_path_factory.mktemp("types")
    shipped = sorted(p for p in shipped_templates().glob("*.toml") if p.name != "materials.toml")
    for n in range(100):
        source = shipped[n % len(shipped)]
        text = re.sub('(?m)^id = ".*"', f'id = "x{n}"', source.read_text(encoding="utf-8"))
        code = f"{chr(65 + n // 26)}{chr(65 + n % 26)}X"
        (folder / f"x{n}.toml").write_text(re.sub('(?m)^code = ".*"', f'code = "{code}"', text), "utf-8")
    shutil.copyfile(shipped_templates() / "materials.toml", folder / "materials.toml")
    for path in folder.iterdir():
        os.utime(path, (1e9, 1e9))
    return folder


def test_of_a_hundred_entries_none_is_read_a_second_time(
    hundred: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What takes the time is reading the ``.toml`` files: with the cache it is not done at all."""
    parsed: list[str] = []

    def loads(text: str, loads: Callable[[str], dict[str, object]] = tomllib.loads) -> dict[str, object]:
        parsed.append(text)
        return loads(text)

    monkeypatch.setattr(tomllib, "loads", loads)
    cache = tmp_path / "doc_types.json"
    first = Catalogue.load(hundred, cache=cache)
    assert len(first) > 100 and len(parsed) == len(list(hundred.glob("*.toml")))
    parsed.clear()
    known = Catalogue.load(hundred, cache=cache)
    assert tuple(known) == tuple(first) and [t.fields for t in known] == [t.fields for t in first]
    assert parsed == []


def test_what_changed_is_read_again_and_a_damaged_cache_is_passed_over(hundred: Path, tmp_path: Path) -> None:
    folder, cache = tmp_path / "types", tmp_path / "doc_types.json"
    shutil.copytree(hundred, folder)
    title = Catalogue.load(folder, cache=cache).get("x0").title
    text = (folder / "x0.toml").read_text(encoding="utf-8")
    for new in ("甲", "乙"):
        (folder / "x0.toml").write_text(text.replace(f'"{title}"', f'"某{new}书"', 1), encoding="utf-8")
        assert Catalogue.load(folder, cache=cache).get("x0").title == f"某{new}书", (
            "as quick as a clock ticks"
        )
    (folder / "x0.toml").write_text(text.replace('kind = "', 'kind = "no'), encoding="utf-8")
    with pytest.raises(TemplateFault, match=r"x0\.toml"):
        Catalogue.load(folder, cache=cache)
    (folder / "x0.toml").unlink()
    for content in (b"", b"[]", b'{"format": 1}', cache.read_bytes().replace(b'"title"', b'"tilte"')):
        cache.write_bytes(content)
        assert "x0" not in Catalogue.load(folder, cache=cache)
        assert Catalogue.load(folder, cache=cache).get("x1").fields


def test_searching_does_not_load_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with make_workspace(tmp_path / "ws") as workspace:
        open_household(workspace)

    def loaded(*_: object, **__: object) -> Catalogue:
        raise AssertionError("the catalogue was loaded")

    monkeypatch.setattr(Catalogue, "load", loaded)
    assert main(["--workspace", str(tmp_path / "ws"), "search", "王秀兰"]) == 0


def test_it_loads_no_word_library() -> None:
    """``archivist.doctypes.catalogue`` is imported by commands that print nothing."""
    code = (
        "import sys, archivist.doctypes.catalogue as d; d.Catalogue.load(); "
        "print([m for m in ('docx', 'docxtpl', 'jinja2', 'lxml', 'zxingcpp') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


ENTRY = 'id = "x"\ntitle = "某表"\ncode = "XXX"\nkind = "form"\nfolder = "01 申请"\n'


# ── a workspace's own ────────────────────────────────────────────────────────────────────────────────────
def _own(tmp_path: Path, name: str, *changes: tuple[str, str]) -> Path:
    text = (shipped_templates() / f"{name}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_workspaces_wording_wins_and_the_shipped_template_still_serves(tmp_path: Path) -> None:
    folder = _own(tmp_path, "acceptance_notice", ('title = "受理通知书"', 'title = "受理告知书"'))
    doc = Catalogue.load(folder, shipped_templates()).get("acceptance_notice")
    assert doc.title == "受理告知书"
    assert doc.template == shipped_templates() / "acceptance_notice.docx"
    (tmp_path / "acceptance_notice.docx").write_bytes(b"x")
    assert (
        Catalogue.load(folder, shipped_templates()).get("SLT").template == tmp_path / "acceptance_notice.docx"
    )


@pytest.mark.parametrize(
    ("name", "change", "word"),
    [
        ("refusal_decision", ("remedies_required = true", "remedies_required = false"), "救济途径"),
        ("preliminary_publicity", ("public = true", "public = false"), "隐私"),
        ("refusal_decision", ('"不予确认。", ', ""), "不予确认。"),
        ("refusal_decision", ('code = "BYQ"', 'code = "BYR"'), "BYQ"),
    ],
)
def test_a_workspace_cannot_weaken_a_document(
    tmp_path: Path, name: str, change: tuple[str, str], word: str
) -> None:
    loaded = Catalogue.load(_own(tmp_path, name, change), shipped_templates())
    assert word in str(loaded.faults[name]) and word in str(loaded.get(name).refused)


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("acceptance_notice", "id = ", "TOML 写法有误"),
        ("acceptance_notice", 'id = "acceptance_notice"\nkind = "poem"\n', "kind 是“poem”"),
        ("acceptance_notice", 'id = "other_name"\n', "应与文件名一致"),
        ("受理通知书", 'id = "acceptance_notice"\n', "应与文件名一致"),
    ],
)
def test_one_faulty_declaration_is_one_finding_and_all_others_work(
    tmp_path: Path, name: str, text: str, word: str
) -> None:
    """«one bad one must be one finding, all others go on working (but never fall silently back to a shipped one of the same name)»."""
    (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    folder = _own(tmp_path, "refusal_decision", ('title = "社会救助不予确认决定书"', 'title = "不予确认书"'))
    loaded, shipped = Catalogue.load(folder, shipped_templates()), Catalogue.load()
    assert word in str(loaded.faults[name])
    assert {t.id for t in loaded if t.refused} == {"acceptance_notice"}
    assert {t.id for t in loaded} == {t.id for t in shipped}
    assert loaded.get("refusal_decision").title == "不予确认书"
    with pytest.raises(TemplateFault, match=word):
        refuse_faulty(loaded.get("受理通知书"))
    refuse_faulty(loaded.get("refusal_decision"))


def test_a_copy_under_another_name_leaves_the_type_alone_that_has_its_own_file(tmp_path: Path) -> None:
    folder = _own(tmp_path, "acceptance_notice", ('title = "受理通知书"', 'title = "受理告知书"'))
    shutil.copyfile(folder / "acceptance_notice.toml", folder / "acceptance_notice - 副本.toml")
    loaded = Catalogue.load(folder, shipped_templates())
    assert [*loaded.faults] == ["acceptance_notice - 副本"]
    assert (
        loaded.get("acceptance_notice").title == "受理告知书" and not loaded.get("acceptance_notice").refused
    )


def test_a_faulty_type_of_its_own_is_refused_by_its_reason_and_named_to_who_asks_by_its_title(
    tmp_path: Path,
) -> None:
    (tmp_path / "own_form.toml").write_text(
        ENTRY.replace('"x"', '"own_form"').replace("form", "poem"), "utf-8"
    )
    loaded = Catalogue.load(tmp_path, shipped_templates())
    with pytest.raises(TemplateFault, match=r"own_form\.toml"):
        loaded.get("own_form")
    with pytest.raises(UnknownDocument, match=r"own_form\.toml"):
        loaded.get("某表")


def test_a_code_that_is_taken_is_a_fault_of_the_workspaces_own_type(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(ENTRY.replace("XXX", "BYQ"), encoding="utf-8")
    loaded = Catalogue.load(tmp_path, shipped_templates())
    assert "BYQ" in str(loaded.faults["x"]) and "x" not in loaded
    found = loaded.by_code("BYQ")
    assert found is not None and found.id == "refusal_decision" and not found.refused


def test_papers_that_come_in_go_on_without_a_faulty_one_but_not_without_a_list_that_cannot_be_read(
    tmp_path: Path,
) -> None:
    (tmp_path / "materials.toml").write_text('[own]\ncode = "AAA"\n', encoding="utf-8")
    assert "own" in Catalogue.load(tmp_path, shipped_templates()).faults
    (tmp_path / "materials.toml").write_text("[own\n", encoding="utf-8")
    with pytest.raises(TemplateFault, match=r"materials\.toml"):
        Catalogue.load(tmp_path, shipped_templates())


def test_a_workspace_that_is_the_folder_of_the_program_itself_has_the_same(tmp_path: Path) -> None:
    """The root of the repository is a workspace: what is edited there is nobody's shipped declaration any more."""
    folder = tmp_path / "doc_templates"
    shutil.copytree(shipped_templates(), folder)
    (folder / "acceptance_notice.toml").write_text("id = ", encoding="utf-8")
    loaded = Catalogue.load(folder, folder)
    assert [*loaded.faults] == ["acceptance_notice"] and len(loaded) == len(Catalogue.load()) - 1
    with pytest.raises(TemplateFault, match="TOML 写法有误"):
        loaded.get("acceptance_notice")


FAULTY = """
id = "x"
code = "ab"
kind = "frm"
folder = "受理"
categories = ["DB", "QQ"]
doc_no = true
aliases = "某某表"
remedies_required = true
publik = true
layout_line = 3
basis = ["最低生活保障审核确认办法第四条「由申请家庭确定」", { sentence = "样例" }]
[fields]
system = [
  { path = "applicant.nmae" },
  { path = "a.b", label = "名", kind = "strg", origin = "sett" },
  { path = "a.b", label = "名", kind = "str", origin = "set", columns = "n" },
  { path = "a.c", label = "另一项", kind = "table", origin = "set" },
  "applicant.name",
]
hand = [{ path = "members", rows = "3", columns = [{ key = "name" }, { key = "colour" }, { keys = "x" }] }]
optionel = [{ path = "a.d" }]
"""
FAULTS = (
    "缺 title，应为文字，不能为空",
    "code 是“ab”，应为三个大写英文字母",
    "kind 是“frm”，应为 form、decision、notice、minutes、letter、publicity、register、agreement、cover、material、incoming 之一；是不是 form？",
    "folder 是“受理”，应为两位数字、空格、名称，如“02 受理”",
    "aliases 是“某某表”，应为数组 [ … ]，每项为文字",
    "categories 第 2 项是“QQ”，应为 DB、TK、DX、BY、GX、JN、ZC、CJ 之一",
    "basis 第 1 项是“最低生活保障审核确认办法第四条「由申请家庭确定」”，应为表 { source = … }",
    "缺 basis 第 2 项 source，应为文字，不能为空",
    "doc_no 是 true，应为 required、optional、none 之一",
    "没有“publik”这一项；是不是 public？",
    "没有“layout_line”这一项；是不是 layout？",
    "fields：没有“optionel”这一项；是不是 optional？",
    "fields.system 第 1 行 applicant.nmae：“applicant.nmae”不是已知的字段，缺 label、kind、origin；是不是 applicant.name？",
    "fields.system 第 2 行 a.b：kind 是“strg”，应为",
    "fields.system 第 2 行 a.b：origin 是“sett”，应为 fact、office、case、computed、rule、set 之一；是不是 set？",
    "fields.system 第 3 行 a.b：columns 是“n”，应为数组 [ … ]，每项为表 { key = …, label = … }",
    "fields.system 第 4 行 a.c：是表格，缺 columns = [{ key = …, label = … }]",
    "fields.system 第 5 行：是“applicant.name”，应为表 { path = …, label = …, kind = …, origin = … }",
    "fields.hand 第 1 行 members：缺 columns 第 2 项 label，应为文字，不能为空",
    "fields.hand 第 1 行 members：缺 columns 第 3 项 key，应为文字，不能为空",
    "fields.hand 第 1 行 members：缺 columns 第 3 项 label，应为文字，不能为空",
    "fields.hand 第 1 行 members：columns 第 3 项 中没有“keys”这一项；是不是 key？",
    "fields.hand 第 1 行 members：rows 是“3”，应为整数",
    "字段 a.b 登记了两次",
    "字段名称“名”用了两次",
    "缺少救济途径字段 remedies.reconsideration",
    "缺少救济途径字段 remedies.litigation",
)


def test_every_kind_of_fault_of_a_declaration_is_told_at_once(tmp_path: Path) -> None:
    """Read and checked by a library that collects all faults: keys, rows, columns, and what they say against each other."""
    (tmp_path / "x.toml").write_text(FAULTY, encoding="utf-8")
    with pytest.raises(TemplateFault, match=r"^x\.toml：“x\.toml”的登记有误") as caught:
        Catalogue.load(tmp_path)
    told = caught.value.problems
    for fault in FAULTS:
        assert any(problem.startswith(fault) for problem in told), fault
    assert len(told) == len(FAULTS)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{ path = "a.b", label = "名", kind = "str", origin = "set", hint = "样例" }', "没有“hint”这一项；可用：path、label、kind、origin、only、choices、columns、rows"),
        ('{ path = "a.b", label = "名", kind = "str", origin = "set", mode = "hand" }', "没有“mode”这一项；字段写在 fields.system、fields.hand、fields.optional 之一里"),
        ('{ path = "applicant.name", only = ["DB", "DC"] }', "only 第 2 项是“DC”，应为 DB、"),
        ('{ path = "a.b", label = "名" }', "“a.b”不是已知的字段，缺 kind、origin"),
        ('{ label = "名", kind = "str", origin = "set" }', "缺 path，应为文字，不能为空"),
        ('{ path = "a.b", label = "名", kind = "enum", origin = "set", choices = "甲,乙" }', "choices 是“甲,乙”，应为数组 [ … ]，每项为文字"),
    ],
)  # fmt: skip
def test_a_fault_of_a_field_is_told(tmp_path: Path, line: str, fault: str) -> None:
    (tmp_path / "x.toml").write_text(f"{ENTRY}[fields]\nhand = [{line}]\n", encoding="utf-8")
    with pytest.raises(TemplateFault) as caught:
        Catalogue.load(tmp_path)
    (told,) = caught.value.problems
    assert told.startswith("fields.hand 第 1 行") and fault in told


def test_the_faults_of_several_files_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(ENTRY.replace("XXX", "XX"), encoding="utf-8")
    (tmp_path / "y.toml").write_text(ENTRY.replace('"x"', '"y"').replace("form", "poem"), encoding="utf-8")
    (tmp_path / "z.toml").write_text("id = ", encoding="utf-8")
    (tmp_path / "materials.toml").write_text('other = 3\n[a]\ncode = "AAA"\n', encoding="utf-8")
    with pytest.raises(TemplateFault) as caught:
        Catalogue.load(tmp_path)
    told = "\n".join(caught.value.problems)
    for words in (
        "x.toml code 是“XX”",
        "y.toml kind 是“poem”",
        "z.toml TOML 写法有误",
        "materials.toml other 应写成 [other]",
    ):
        assert words in told


def test_the_faults_of_all_papers_that_come_in_are_told_together(tmp_path: Path) -> None:
    text = '[a]\ncode = "AAA"\nfolder = "01 申请"\n[b]\ntitle = "乙"\ncode = "B"\nfolder = "01 申请"\n'
    (tmp_path / "materials.toml").write_text(text, encoding="utf-8")
    with pytest.raises(TemplateFault) as caught:
        Catalogue.load(tmp_path)
    assert caught.value.problems == (
        "materials.toml [a] 缺 title，应为文字，不能为空",
        "materials.toml [b] code 是“B”，应为三个大写英文字母",
    )


def test_the_keys_of_the_statutory_catalogue_are_read_and_checked(tmp_path: Path) -> None:
    entry = (
        'id = "x"\ntitle = "某表"\ncode = "XXX"\nkind = "agreement"\nfolder = "01 申请"\nbrought_by = ["confirm"]\n'
        'packs = ["national"]\nenabled = "step.confirm and not applicant.disability"\nlevel = "S*"\npriority = "P1"\n'
        'signers = ["经办人", "负责人"]\n'
    )
    (tmp_path / "x.toml").write_text(entry, encoding="utf-8")
    doc = Catalogue.load(tmp_path).get("XXX")
    assert (doc.brought_by, doc.packs, doc.signers) == (("confirm",), ("national",), ("经办人", "负责人"))
    assert (doc.level, doc.priority, doc.enabled[:12]) == ("S*", "P1", "step.confirm")
    broken = entry.replace("S*", "X").replace("P1", "P9").replace("not applicant", "is not so")
    (tmp_path / "x.toml").write_text(broken, encoding="utf-8")
    with pytest.raises(TemplateFault) as caught:
        Catalogue.load(tmp_path)
    for word in ("level", "priority", "enabled"):
        assert word in str(caught.value)


def test_every_document_is_brought_forth_by_a_step_that_exists(catalogue: Catalogue) -> None:
    known = {step.id for pack in packs.available() for step in packs.load(pack).steps}
    assert {step for doc in catalogue for step in doc.brought_by} <= known


@pytest.mark.parametrize(
    "text", ['id = "x', 'id = "y"\ntitle = "某"\ncode = "ABC"\nkind = "form"\nfolder = "01 申请"\n']
)
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.toml").write_text(text, encoding="utf-8")
    with pytest.raises(TemplateFault, match=r"x\.toml"):
        Catalogue.load(tmp_path)


def test_two_types_cannot_share_a_code(tmp_path: Path) -> None:
    (tmp_path / "materials.toml").write_text(
        '[a]\ntitle = "甲"\ncode = "AAA"\nfolder = "01 申请"\n[b]\ntitle = "乙"\ncode = "AAA"\nfolder = "01 申请"\n',
        encoding="utf-8",
    )
    with pytest.raises(TemplateFault, match="AAA"):
        Catalogue.load(tmp_path)
