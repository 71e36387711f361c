"""The layout language: what each line becomes, and that every fault is told at once with its line."""

from __future__ import annotations

import io
import itertools
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from archivist.doctypes.catalogue import Catalogue
from archivist.doctypes.declaration import LAYOUT_LINE, read_type
from archivist.doctypes.doctype import GENERATED, DocumentType
from archivist.documents.render.render import document_text, render, short
from archivist.documents.template.build import build, built_all
from archivist.documents.template.grammar import condition_tag, shared_blocks, split_outside_tags
from archivist.documents.template.text_width import (
    box_lines,
    caption_lines,
    fitted,
    pen_date,
    text_mm,
    widest_mm,
)
from archivist.errors import TemplateFault
from tests.documents.template.probe import ENTRY, FIELDS, PENS, USED, doc_of, row
from tests.sampling import sweep

MM = 25.4 / 1440


def made(layout: str, kind: str = "form") -> bytes:
    """Build a layout that also uses all that must be used."""
    return build(doc_of(f"{layout}\n@note {USED}\n{PENS}", kind))


def body(layout: str, kind: str = "form") -> Any:
    return docx.Document(io.BytesIO(made(layout, kind))).element.body


def lines(layout: str, kind: str = "form") -> list[str]:
    return [line.rstrip("\n") for line in document_text(made(layout, kind))]


def rows(layout: str, table: int = 0) -> list[list[str]]:
    found = body(layout).findall(qn("w:tbl"))[table]
    return [
        ["".join(t.text for t in c.iter(qn("w:t"))) for c in row.findall(qn("w:tc"))]
        for row in found.findall(qn("w:tr"))
    ]


def widths(layout: str, table: int = 0, kind: str = "form") -> list[float]:
    found = body(layout, kind).findall(qn("w:tbl"))[table]
    return [int(c.get(qn("w:w"))) * MM for c in found.iter(qn("w:gridCol"))]


def faults(layout: str, line: int = 1, kind: str = "form") -> tuple[str, ...]:
    with pytest.raises(TemplateFault) as caught:
        build(doc_of(layout, kind, line))
    assert caught.value.file == "probe.toml"
    return caught.value.problems


# ── lines ────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_title_is_the_documents_unless_the_layout_has_one() -> None:
    assert lines("正文。")[:2] == ["试验表", "正文。"]
    assert lines("= {{ applicant.name }}表\n= 二行题\n正文。")[:3] == [
        "{{ applicant.name }}表",
        "二行题",
        "正文。",
    ]


def test_text_headings_comments_and_continuations() -> None:
    assert lines("% 说明\n## 一、事实\n\n### （一）经过\n一行\n  接上一行", "decision")[1:4] == [
        "一、事实", "（一）经过", "一行接上一行",
    ]  # fmt: skip


def test_a_condition_in_words() -> None:
    text = lines("@if a.why: 有理由。\n@if case.category_code in JN,ZC\n临时。\n@else\n常规。\n@end")
    assert text[1:9] == [
        "{%p if a.why %}", "有理由。", "{%p endif %}",
        '{%p if case.category_code in ["JN", "ZC"] %}', "临时。", "{%p else %}", "常规。", "{%p endif %}",
    ]  # fmt: skip
    assert condition_tag("not a.b and c = 甲") == 'not a.b and c in ["甲"]'


def test_each_item_of_a_list() -> None:
    assert lines("@each b in a.list: 《{{ b }}》")[1:4] == [
        "{%p for b in a.list %}",
        "《{{ b }}》",
        "{%p endfor %}",
    ]


@sweep(1 / 3)
@pytest.mark.parametrize("name", sorted(shared_blocks()))
def test_shared_blocks_are_lines_of_the_language(name: str) -> None:
    used = [d for d in Catalogue.load().generated() if f"@{name}" in d.layout]
    if name in ("account", "benefit", "housing", "meeting"):
        return
    assert used, f"no document uses @{name}"


# ── forms ────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_field_brings_its_caption_and_its_boxes() -> None:
    (row,) = rows("| applicant.sex | applicant.name")
    assert row == ["性别", '{{ applicant.sex|boxes("男 女") }}', "姓名", "{{ applicant.name }}"]


def test_captions_texts_labels_and_empty_places() -> None:
    made = rows("| 申请人//（签名）: a.sign | 日期: a.day\n| [甲] | 乙 | [丙] | ^丁\n| 备注:")
    assert made[0][:3] == ["申请人（签名）", "", "日期"]
    assert made[0][3].startswith("{% if a.day %}{{ a.day }}{% else %}") and made[0][3].count("　") > 3
    assert made[1:] == [["甲", "乙", "丙", "丁"], ["备注", ""]]


def test_a_date_written_out_for_the_pen_has_room_for_the_year() -> None:
    assert rows("@form 36 56 24 40\n| 经办人（签名）: | 日期: 　年　月　日")[0][3] == "　　　年　　月　　日"
    assert rows("@form 78 40 38\n| 经办人（签名）: | ^　年　月　日")[0][2] == "　　年　　月　　日"


def test_a_pipe_inside_a_tag_does_not_split() -> None:
    assert split_outside_tags("甲: {{ a|boxes('x') }} | 乙", "|") == ["甲: {{ a|boxes('x') }}", "乙"]


def test_the_last_value_takes_the_rest_and_spans_can_be_asked_for() -> None:
    found = body("| a.pick | a.day\n| a.why\n| 甲 ×3 | 乙").find(qn("w:tbl"))
    spans = [
        [int(s.get(qn("w:val"))) if (s := c.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")) is not None else 1
         for c in row.findall(qn("w:tc"))]
        for row in found.findall(qn("w:tr"))
    ]  # fmt: skip
    assert spans == [[1, 1, 1, 1], [1, 3], [3, 1]]


def test_rows_on_a_condition_stay_in_their_table() -> None:
    made = rows("| a.pick\n@if case.category_code = TK\n| a.day\n@end\n| a.why")
    assert [r[0] for r in made] == [
        "方式",
        '{%tr if case.category_code in ["TK"] %}',
        "日期",
        "{%tr endif %}",
        "理由",
    ]


def test_heights_come_from_the_fields_or_are_given() -> None:
    found = body("| a.pick\n| a.sign\n| a.why\n| a.yes ↕33").find(qn("w:tbl"))
    heights = [round(int(h.get(qn("w:val"))) * MM, 1) for h in found.iter(qn("w:trHeight"))]
    assert heights == [7.5, 14, 20, 33]


@pytest.mark.parametrize(
    "layout",
    [
        "| a.pick | a.day\n| a.why",
        "@form 26 52 26 52\n| a.pick | a.day",
        "@form 10 20\n| a.pick",
        "| a.pick | a.day | applicant.phone | a.yes",
        "@table a.rows",
        "@table a.rows | # name what:40 -:签名 sum",
    ],
)
@pytest.mark.parametrize("kind", ["form", "register"])
def test_columns_always_fill_the_type_area(layout: str, kind: str) -> None:
    assert sum(widths(layout, kind=kind)) == pytest.approx(225 if kind == "register" else 156, abs=0.2)


def test_tables_never_touch() -> None:
    children = [c.tag for c in body("| a.pick\n@form\n| a.why\n@table a.rows\n@if a.why\n| a.day\n@end")]
    assert not any(a == b == qn("w:tbl") for a, b in itertools.pairwise(children))


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_list_takes_columns_captions_and_widths_from_its_declaration() -> None:
    made = rows("@table a.rows")
    assert made[0] == ["序号", "姓名", "事由", "日期", "金额"]
    assert made[2] == ["{{ x.n }}", "{{ x.name }}", "{{ x.what }}", "{{ x.day }}", "{{ x.sum }}"]
    assert (made[1], made[3]) == (["{%tr for x in a.rows %}"], ["{%tr endfor %}"])
    first, name, what, *_ = widths("@table a.rows")
    assert first < name < what


def test_columns_may_be_named_joined_noted_empty_counted() -> None:
    made = rows("@table a.rows | # name+what:甲乙 name/day:名:30 a.sign:签名:22 -:备注\n| [合计]×2 | 三")
    assert made[0] == ["序号", "甲乙", "名", "签名", "备注"]
    assert made[2] == ["{{ loop.index }}", "{{ x.name }}{{ x.what }}", "{{ x.name }}{{ x.day }}", "", ""]
    assert made[4] == ["合计", "三"]
    assert widths("@table a.rows | name:30 what:20 day")[:2] == [
        pytest.approx(30, abs=0.1),
        pytest.approx(20, abs=0.1),
    ]


def test_a_register_is_landscape_its_header_repeats_its_dates_are_short() -> None:
    data = made("@table a.rows", "register")
    section = docx.Document(io.BytesIO(data)).sections[0]
    assert section.page_width and section.page_height
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)
    text = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    assert "<w:tblHeader/>" in text and "{{ x.day|short }}" in text
    assert (short("2024年8月16日"), short("2024年8月"), short("")) == ("2024.8.16", "2024.8", "")


# ── blocks ───────────────────────────────────────────────────────────────────────────────────────────────
def test_a_group_is_what_is_declared_of_it() -> None:
    assert rows("@applicant") == [
        [
            "姓名",
            "{{ applicant.name }}",
            "性别",
            '{{ applicant.sex|boxes("男 女") }}',
            "联系电话",
            "{{ applicant.phone }}",
        ]
    ]


def test_the_approval_chain_has_a_row_for_each_post() -> None:
    made = rows("@approval 经办人 / 管理部门负责人（复审） / 分管领导")
    assert [r[0] for r in made] == ["审批环节", "经办人", "管理部门负责人（复审）", "分管领导"]
    assert all("同意" in r[1] and r[2] == "" and "年" in r[3] for r in made[1:])


def test_signature_parties_and_head() -> None:
    text = "".join(
        lines("@docno\n@ends 左 | 中 | 右\n@signature\n@signatures 甲方：//年月日 | 乙方：", "agreement")
    )
    for part in ("{%p if doc_no %}", "{{ signature.signer }}", "（盖章）", "甲方：", "乙方："):
        assert part in text
    assert "（盖章）" not in "".join(lines("@signature {{ office.name }} noseal", "letter"))


# ── faults ───────────────────────────────────────────────────────────────────────────────────────────────
def test_all_faults_are_told_at_once_with_their_lines() -> None:
    found = faults(
        "@nonsense\n{{ secret.thing }}\n| b.c\n@table a.why\n@form 100 100\n| a.day\n@table a.rows | nothing\n"
        "@each b of a.list: x\n@end\n@if a b c\n{{ a.why|nofilter }}\n@form 20 20\n| a.day | a.pick | a.yes",
        line=31,
    )
    text = "\n".join(found)
    for expected in (
        "第 31 行：没有 @nonsense", "第 32 行：没有登记的字段 secret.thing", "第 33 行：没有登记的字段 b.c",
        "第 34 行：@table 后面", "第 35 行：各栏宽度之和 200", "第 37 行：表格没有登记的栏 nothing", "第 38 行：@each 应写成",
        "第 39 行：@end 前面没有", "第 40 行：看不懂的条件", "第 40 行：@if 或 @each 没有 @end", "第 41 行：没有 nofilter 这种写法",
        "第 43 行：这一行有 6 栏",
    ):  # fmt: skip
        assert expected in text, expected


def test_a_declared_field_left_out_is_a_fault() -> None:
    assert any("applicant.phone" in p and "没有出现" in p for p in faults(f"{USED}\n| a.day"))


@pytest.mark.parametrize(
    ("field", "words", "elsewhere"),
    [
        (
            row("b.sign", "经办人、负责人签名", "sign"),
            "| 经办人: | 负责人（签名）:",
            "| 经办人:\n| [负责人] | 甲",
        ),
        (row("b.seal", "双方印章", "seal"), "@signature", "@signature {{ office.name }} noseal"),
        (row("b.photo", "照片", "image"), "| 照片粘贴处: ↕40", "| 电子文件: 见附件"),
        (row("b.true", "回避声明", "sign"), "| 回避声明: 属实 □", "回避声明。"),
    ],
)
def test_a_signature_a_seal_or_a_photograph_without_a_place_is_a_fault(
    field: dict[str, object], words: str, elsewhere: str
) -> None:
    entry = {**ENTRY, "fields": {**FIELDS, "hand": [*FIELDS["hand"], field]}}

    def doc(layout: str) -> DocumentType:
        return read_type("probe.toml", {**entry, "layout": f"@note {USED}\n{PENS}\n{layout}", LAYOUT_LINE: 1})

    assert build(doc(words))
    path = str(field["path"])
    assert build(doc(f"| 一栏: {path}"))
    with pytest.raises(TemplateFault) as caught:
        build(doc(elsewhere))
    (fault,) = caught.value.problems
    assert path in fault and "没有位置" in fault


@pytest.mark.parametrize(
    "layout",
    ["@table a.rows | sum sum sum sum sum sum sum", "@form 20 12 40 84\n| [日期] | {{ a.day }} | [甲] | 乙"],
)
def test_a_cell_too_narrow_for_its_amount_or_date_is_a_fault(layout: str) -> None:
    (fault,) = faults(f"{layout}\n@note {USED}\n{PENS}")
    assert fault.startswith("第 ") and "毫米宽才不折行，这一格只有" in fault


@pytest.mark.parametrize("columns", ["name:136 sum:20", "name sum:20", "name:60 name:60 sum:16 name:20"])
def test_a_column_of_a_list_is_never_narrower_than_its_numbers_need(columns: str) -> None:
    """«column widths derived from what the column can hold, one way for all registers»."""
    found = widths(f"@table a.rows | {columns}")
    at = next(n for n, word in enumerate(columns.split()) if word.startswith("sum"))
    assert found[at] >= widest_mm("money", 10.5) - 0.1 and abs(sum(found) - 156) < 0.5


def test_lines_are_counted_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "probe.toml").write_text(
        '# 说明\nid = "probe"\ntitle = "试验"\ncode = "PRB"\nkind = "form"\nfolder = "01 申请"\nlayout = \'\'\'\n正文\n@oops\n\'\'\'\n',
        encoding="utf-8",
    )
    with pytest.raises(TemplateFault, match=r"probe\.toml 第 9 行：没有 @oops"):
        built_all(Catalogue.load(tmp_path).generated())


@pytest.mark.parametrize("kind", GENERATED)
def test_every_kind_builds_the_same_bytes_and_renders(kind: str, tmp_path: Path) -> None:
    layout = f"@docno\n正文。\n{USED}\n{PENS}\n@signature"
    data = build(doc_of(layout, kind))
    assert data == build(doc_of(layout, kind))
    path = tmp_path / "t.docx"
    path.write_bytes(data)
    values: dict[str, Any] = {
        "office": {"name": "街道"}, "case": {"category_code": "DB"}, "applicant": {"name": "甲", "sex": "男", "phone": ""},
        "made_on": "2024年8月16日", "signature": {"signer": "街道"}, "benefit": {"amount": ""}, "doc_no": "",
        "a": {"day": "", "why": "一\n二", "pick": "乙", "yes": "是"},
    }  # fmt: skip
    text = "".join(document_text(render(path, values, qr_payload=None)))
    assert "☑乙" in text and "□丙" in text and "☑是" in text and "□女" in text


# ── measuring ────────────────────────────────────────────────────────────────────────────────────────────
def test_widths_are_shared_out() -> None:
    assert fitted([10, 20], [0, 1], 40) == [10, 30]
    assert fitted([10, 30], [0.1, 1], 30) == [10, 20]
    assert sum(fitted([50, 50], [0.1, 0.1], 60)) == pytest.approx(60)
    assert text_mm("国a", 12) == pytest.approx(12 * 25.4 / 72 * 1.5)


def test_captions_boxes_and_dates_fit_their_places() -> None:
    assert caption_lines("残疾类别与等级", 21, 10.5) == "残疾类别\n与等级"
    assert caption_lines("保障标准（元/月）", 24, 10.5) == "保障标准\n（元/月）"
    assert caption_lines("姓名", 21, 10.5) == "姓名"
    assert caption_lines("申请人（签名或按指印）", 31, 10.5) == "申请人（签名\n或按指印）"
    assert caption_lines("名称、坐落或车牌", 21, 10.5) == "名称、\n坐落或车牌"
    assert box_lines(("未婚", "已婚", "离异", "丧偶"), 31, 10.5) == "未婚 已婚 / 离异 丧偶"
    assert box_lines(("是", "否"), 31, 10.5) == "是 否"
    assert pen_date("date", 30, 10.5) == "　　年　月　日"
    assert pen_date("datetime", 20, 10.5) == "　年　月　日　时　分"
