"""Blocks the language cannot say: a group of declared fields as a form, the members' two-line table, 签批链."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from archivist.doctypes.catalogue import FieldSpec, Mode
from archivist.doctypes.field_paths import FieldPath
from archivist.documents.template.fields import FieldWriter
from archivist.documents.template.forms import listing
from archivist.documents.template.grammar import Block, Call, FormRow, Node
from archivist.documents.template.tables import Cell, Table
from archivist.documents.template.text_width import SIZES, box_lines, caption_lines, text_mm
from archivist.model.fact_paths import FactPath
from archivist.model.field_schema import APPLICANT
from archivist.model.ids import Category

SLOTS: Final = 3
"""Pairs of caption and value in a row of a group's form."""
SIX: Final = (21.0, 33.2, 21.0, 29.9, 21.0, 29.9)
"""Widths of such a row; a date stands in its first value only."""
_WIDE: Final[Mapping[str, int]] = {
    FactPath.APPLICANT_HOUSEHOLD_ADDRESS: 3,
    FactPath.APPLICANT_ADDRESS: 3,
    FactPath.APPLICANT_DISABILITY_CERT: 2,
    FactPath.ACCOUNT_BANK: 2,
    FieldPath.BENEFIT_AMOUNT_CN: 2,
    FieldPath.MEETING_NAME: 3,
    FieldPath.MEETING_TOPIC: 3,
}
"""FieldWriter that need more room than their kind says, in slots."""
_KINDS: Final = {"text": 3, "list": 3, "id": 2, "acct": 2}
_ORDER: Final = (
    "name sex ethnicity id_type id_number birth_date hukou phone household_address address marital health labour "
    "employment disability disability_cert"
).split()
"""Order of the applicant's fields in forms; other groups keep the order of the declaration."""


def group_rows(fields: FieldWriter, call: Call) -> tuple[Node, ...]:
    """Return the rows of a group's form: every declared field of it, three in a row, long ones alone.

    Fields of some categories only are printed for those only, where the document knows the category.
    """
    group = call.arg.strip()
    specs = [
        f for f in fields.doc.fields
        if f.path.startswith(f"{group}.") and f.kind not in ("table", "sign", "seal", "image")
    ]  # fmt: skip
    if not specs:
        fields.fault(call.line, f"没有登记“{group}.”开头的字段")
        return ()
    if group == APPLICANT.key:
        specs = sorted(
            (s for s in specs if s.path.partition(".")[2] in _ORDER),
            key=lambda s: _ORDER.index(s.path.partition(".")[2]),
        )
    nodes: list[Node] = []
    knows = fields.doc.field(FieldPath.CASE_CATEGORY_CODE) is not None
    for only in dict.fromkeys(s.only if knows else () for s in specs):
        rows = _packed(call.line, [s for s in specs if not knows or s.only == only])
        codes = ", ".join(f'"{c.value}"' for c in only)
        applies = not only or set(only) >= _categories(fields)
        nodes += (
            rows if applies else [Block(call.line, f"if case.category_code in [{codes}]", {}, tuple(rows))]
        )
    return tuple(nodes)


def _categories(fields: FieldWriter) -> set[Category]:
    return set(fields.doc.categories)


def _packed(line: int, specs: Sequence[FieldSpec]) -> list[Node]:
    rows: list[list[str]] = [[]]
    room = SLOTS
    for spec in specs:
        size = _slots(spec)
        if rows[-1] and (size > room or spec.kind == "date"):
            rows.append([])
            room = SLOTS
        rows[-1].append(f"{spec.path} ×{2 * size - 1}")
        room -= size
    return [FormRow(line, (*r[:-1], r[-1].partition(" ")[0])) for r in rows if r]


def _slots(spec: FieldSpec) -> int:
    if spec.mode is not Mode.SYSTEM and spec.choices:
        lines = box_lines(spec.choices, SIX[-1], SIZES["normal"]).count(" / ") + 1
        return 1 if lines <= 2 else SLOTS
    return _WIDE.get(spec.path) or _KINDS.get(spec.kind, 1)


# ── members ──────────────────────────────────────────────────────────────────────────────────────────────
_TWO_LINES: Final = 12
"""From so many columns on, each member takes two lines."""
_MEMBER_MM: Final = (9.0, 12.0, 9.2, 9.2, 13.5, 9.2, 14.5, 19.9, 20.8, 9.2, 12.5, 8.5, 8.5)
_SECOND: Final = (
    "education marital health disability labour employment employer monthly_income living_together "
    "excluded_reason covered authorized"
).split()
_NAMES: Final = {
    "household_address": "户籍地", "education": "学历/就读", "marital": "婚姻", "living_together": "共同生活",
    "covered": "纳入保障", "disability": "残疾类别等级", "monthly_income": "月收入（元）",
}  # fmt: skip


def members(fields: FieldWriter, call: Call, area: float) -> Table | None:
    """Build ⟨成员表⟩: two lines for each person when all nineteen columns are declared, else an ordinary list."""
    spec = fields.doc.field("members")
    if spec is None:
        fields.fault(call.line, "没有登记字段 members")
        return None
    if len(spec.columns) < _TWO_LINES:
        words = " ".join(f"{c.key}:{_NAMES.get(c.key, c.label)}" for c in spec.columns)
        return listing(fields, Call(call.line, "table", f"members | # {words}", call.height_mm), (), area)
    names = {c.key: _NAMES.get(c.key, c.label) for c in spec.columns}
    if missing := [
        k for k in ("name", "relation", "sex", "id_type", "id_number", "hukou", *_SECOND) if k not in names
    ]:
        fields.fault(call.line, f"成员表（两行式）缺少栏 {'、'.join(missing)}")
        return None
    fields.used |= {"members", *(f"members[].{k}" for k in names)}
    table = Table([w * area / sum(_MEMBER_MM) for w in _MEMBER_MM], "small", area)
    table.row(
        Cell("序号", merge="restart"), Cell("姓名", 3), Cell("与申请\n人关系"), Cell("性别"), Cell("证件类型及号码", 2),
        Cell("户籍地", 3), Cell("户籍性质", 2), header=True, keep=True,
    )  # fmt: skip
    second = zip(_SECOND, table.widths_mm[1:], strict=True)
    heads = [Cell(caption_lines(names[key], width, SIZES["small"])) for key, width in second]
    table.row(Cell("", merge="continue"), *heads, header=True, keep=True)
    first = (
        Cell("{{ loop.index }}", merge="restart", align="center"),
        Cell("{{ m.name }}", 3, align="center"),
        Cell("{{ m.relation }}", align="center"),
        Cell("{{ m.sex }}", align="center"),
        Cell("{{ m.id_type }}\n{{ m.id_number }}", 2, align="center"),
        Cell("{{ m.household_address }}", 3),
        Cell("{{ m.hukou }}", 2, align="center"),
    )
    rest = (
        Cell("", merge="continue"),
        *(Cell(f"{{{{ m.{key} }}}}", align="center") for key in _SECOND),
    )
    loops, fields.loops = fields.loops, {**fields.loops, "m": "members"}
    for cells in (first, rest):
        fields.unbroken(call.line, [(c.text, c.span) for c in cells], table.widths_mm, SIZES["small"])
    fields.loops = loops
    table.tag("{%tr for m in members %}")
    table.row(*first, height_mm=9, keep=True)
    table.row(*rest, height_mm=8)
    table.tag("{%tr endfor %}")
    return table


# ── 签批链 ───────────────────────────────────────────────────────────────────────────────────────────────
_APPROVAL_MM: Final = (32.0, 64.0, 34.0, 26.0)
_OPINION: Final = "□同意　□不同意"
_DATE: Final = "　年　月　日"


def approval(fields: FieldWriter, call: Call, area: float) -> Table | None:
    """Build ⟨签批链⟩: for each post its opinion, signature, date; the last one decides and seals.

    The argument is the posts, ``/`` between them, or a table field with the columns ``post`` and perhaps ``opinion``.
    """
    spec = fields.doc.field(call.arg)
    table = Table([w * area / sum(_APPROVAL_MM) for w in _APPROVAL_MM], area_mm=area)
    table.row("审批环节", "意见", "签名（盖章）", "日期", header=True, keep=True)
    height = call.height_mm or 18
    if spec is not None:
        keys = {c.key for c in spec.columns}
        if "post" not in keys:
            fields.fault(call.line, f"{spec.named}没有“post”（岗位）这一栏")
            return None
        fields.used |= {spec.path, *(f"{spec.path}[].{k}" for k in keys & {"post", "opinion"})}
        opinion = f"{_OPINION}\n{{{{ p.opinion }}}}" if "opinion" in keys else _OPINION
        table.tag(f"{{%tr for p in {spec.path} %}}")
        table.row(Cell("{{ p.post }}", label=True), *_opinion(opinion), height_mm=height, keep=True)
        table.tag("{%tr endfor %}")
        return table
    posts = [p.strip() for p in call.arg.split("/") if p.strip()]
    if not posts:
        fields.fault(call.line, "@approval 后面应写各审批岗位，用 / 隔开")
    room = text_mm("国" * 7, SIZES["normal"])
    for i, post in enumerate(posts, 1):
        name, bracket, rest = post.partition("（")
        broken = f"{name}\n{bracket}{rest}" if bracket and text_mm(post, SIZES["normal"]) > room else post
        table.row(Cell(broken, label=True), *_opinion(_OPINION), height_mm=height, keep=i < len(posts))
    return table


def _opinion(text: str) -> tuple[Cell, Cell, Cell]:
    return Cell(text, top=True), Cell(""), Cell(_DATE, align="center")
