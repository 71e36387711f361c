"""Blocks that several forms share: the head, the applicant, the members of the household."""

from __future__ import annotations

from docx.document import Document

from archivist.issue.layout.parts import add
from archivist.issue.layout.tables import Cell, Table, label
from archivist.model.schema import APPLICANT, MEMBERS, Group

SIX: tuple[float, ...] = (21, 31, 21, 31, 21, 31)
"""Three pairs of caption and value, in mm."""


def ticks(group: Group, key: str, per_line: int = 99) -> str:
    """Return the tag that shows a choice field as boxes, so many on a line."""
    choices = next(f for f in group.fields if f.key == key).choices
    lines = [" ".join(choices[i : i + per_line]) for i in range(0, len(choices), per_line)]
    return f'{{{{ {group.key}.{key}|boxes("{" / ".join(lines)}") }}}}'


def head(document: Document, *more: str) -> None:
    """Append ⟨头⟩ under the title: issuing office, case number, category, place, date."""
    add(
        document,
        "户号：{{ case.number }}　救助类别：{{ case.category }}　制作日期：{{ made_on }}",
        "制发机关：{{ office.name }}　区（县）：{{ office.district }}　村（社区）：{{ applicant.village }}",
        *more,
        style="表注",
    )


def applicant_rows(table: Table) -> None:
    """Add ⟨申请人⟩ to a table with the widths ``SIX``."""
    table.pairs(
        "姓名", "{{ applicant.name }}", "性别", ticks(APPLICANT, "sex"), "民族", "{{ applicant.ethnicity }}"
    )
    table.row(
        label("证件类型"), "{{ applicant.id_type }}", label("证件号码"), Cell("{{ applicant.id_number }}", 3)
    )  # fmt: skip
    table.pairs(
        "出生日期",
        "{{ applicant.birth_date }}",
        "户籍性质",
        ticks(APPLICANT, "hukou"),
        "联系电话",
        "{{ applicant.phone }}",
    )
    table.row(label("户籍地址"), Cell("{{ applicant.household_address }}", 5))
    table.row(label("现居住地址"), Cell("{{ applicant.address }}", 5))
    table.pairs(
        "婚姻状况",
        ticks(APPLICANT, "marital", 2),
        "健康状况",
        ticks(APPLICANT, "health", 2),
        "劳动能力",
        ticks(APPLICANT, "labour", 2),
    )
    table.row(label("从业状况"), Cell(ticks(APPLICANT, "employment", 6), 5))
    table.row(
        label("残疾类别\n与等级"),
        "{{ applicant.disability }}",
        label("残疾人证号"),
        Cell("{{ applicant.disability_cert }}", 3),
    )


_MEMBER_MM = (8, 12, 10, 10, 14, 10, 14, 20, 16, 10, 14, 9, 9)


def members(document: Document) -> None:
    """Append ⟨成员表⟩: two lines for each person, all nineteen columns within 156 mm."""
    names = {f.key: f.label for f in MEMBERS.fields}
    names |= {
        "household_address": "户籍地", "education": "学历/就读", "marital": "婚姻", "living_together": "共同生活",
        "covered": "纳入保障", "disability": "残疾类别等级", "monthly_income": "月收入（元）",
    }  # fmt: skip
    second = (
        "education marital health disability labour employment employer monthly_income living_together "
        "excluded_reason covered authorized"
    ).split()
    table = Table(_MEMBER_MM, small=True)
    table.row(
        Cell("序号", merge="restart"), Cell("姓名", 3), Cell("与申请人关系"), Cell("性别"), Cell("证件类型及号码", 2),
        Cell("户籍地", 3), Cell("户籍性质", 2), header=True, keep=True,
    )  # fmt: skip
    table.row(Cell("", merge="continue"), *(Cell(names[key]) for key in second), header=True, keep=True)
    table.tag("{%tr for m in members %}")
    table.row(
        Cell("{{ loop.index }}", merge="restart", align="center"),
        Cell("{{ m.name }}", 3, align="center"),
        Cell("{{ m.relation }}", align="center"),
        Cell("{{ m.sex }}", align="center"),
        Cell("{{ m.id_type }}\n{{ m.id_number }}", 2, align="center"),
        Cell("{{ m.household_address }}", 3),
        Cell("{{ m.hukou }}", 2, align="center"),
        height_mm=9,
        keep=True,
    )
    table.row(
        Cell("", merge="continue"),
        *(Cell(f"{{{{ m.{key} }}}}", align="center") for key in second),
        height_mm=8,
    )
    table.tag("{%tr endfor %}")
    table.into(document)
