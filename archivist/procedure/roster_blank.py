"""The blank roster a clerk fills in: headings that are known whole, the words to choose from, numbers that stay text."""

from __future__ import annotations

from typing import Final

from archivist.model.field_schema import BENEFIT, GROUP_BY_NAME
from archivist.model.ids import Category
from archivist.procedure.roster_mapping import KEY, RELATION
from archivist.tables.writer import BookWriter, SheetColumn

ROWS: Final = 5000
"""So many rows are ready to be filled in."""
_COLUMNS: Final = (
    ("户编号", KEY), ("姓名", "members.name"), ("身份证号", "members.id_number"), ("与户主关系", RELATION), ("性别", "members.sex"),
    ("是否享受", "members.covered"), ("健康状况", "members.health"), ("劳动能力", "members.labour"), ("行政村", "applicant.village"),
    ("户籍地址", "applicant.household_address"), ("现居住地址", "applicant.address"), ("联系电话", "applicant.phone"),
    ("致贫原因", "application.cause"), ("保障人数", "benefit.persons"), ("月保障金额", "benefit.amount"), ("起发年月", "benefit.start"),
    ("户名", "account.holder"), ("开户行", "account.bank"), ("银行账号", "account.number"),
)  # fmt: skip
"""Heading → what it is taken for; a test holds both against the mapping that is proposed."""
_CARE: Final = (("供养方式", "benefit.care_form"),)
_RELATIONS: Final = (
    "户主", "配偶", "儿子", "女儿", "儿媳", "女婿", "父亲", "母亲", "岳父", "岳母", "公公", "婆婆", "祖父", "祖母", "外祖父", "外祖母",
    "孙子", "孙女", "外孙子", "外孙女", "兄", "弟", "姐姐", "妹妹", "其他亲属", "非亲属",
)  # fmt: skip
_NOTES: Final = (
    "一人一行；同一户的各行写同一个户编号（自己编，如 1、2、3），每户有且只有一行“与户主关系”为户主。",
    "身份证号、银行账号、起发年月各列已设为文本，请直接键入；从别处粘贴的，用“只粘贴值”。",
    "村、地址、电话、金额、账户写在户主一行即可。起发年月写成 2023-05 的样子。",
    "填好后：archivist import 本文件 --dry-run 先看，archivist import 本文件 --apply 立户。",
)


def headings(category: Category) -> tuple[tuple[str, str], ...]:
    """Return the headings of a category's blank, with what each is taken for."""
    return _COLUMNS + (_CARE if category is Category.TK else ())


def blank(category: Category) -> bytes:
    """Return the workbook."""
    book = BookWriter()
    columns = headings(category)
    sheet = book.sheet(
        "名册", [SheetColumn(head, _kind(path), 10 if path == KEY else None) for head, path in columns]
    )
    sheet.heads()
    for at, (_, path) in enumerate(columns, 1):
        sheet.to_fill(at, _choices(path), ROWS, text=_kind(path) not in ("int", "money"))
    notes = book.sheet("说明", (SheetColumn(f"{category.label}名册填写说明", "text", 100),))
    notes.heads()
    for line in _NOTES:
        notes.row((line,))
    return book.data()


def _kind(path: str) -> str:
    group, _, key = path.partition(".")
    return GROUP_BY_NAME[group].by_name[key].kind if key else "str"


def _choices(path: str) -> tuple[str, ...]:
    if path == RELATION:
        return _RELATIONS
    if path == f"{BENEFIT.key}.care_form":
        return GROUP_BY_NAME["application"].by_name["care_preference"].choices
    group, _, key = path.partition(".")
    if not key:
        return ()
    field = GROUP_BY_NAME[group].by_name[key]
    return ("是", "否") if field.kind == "bool" else field.choices
