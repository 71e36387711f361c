"""入户调查表: what is known is printed, what is seen on the spot is filled in with a pen."""

from __future__ import annotations

from docx.document import Document

from archivist.issue.layout.blocks import SIX, applicant_rows, head, members, ticks
from archivist.issue.layout.page import new_document
from archivist.issue.layout.parts import add, gap, title
from archivist.issue.layout.tables import Cell, Table, label
from archivist.model.schema import HOUSING


def household_survey() -> Document:
    """入户调查表 for 低保, 特困, 低收入 and 支出型临时救助."""
    d = new_document("入户调查表")
    title(d, "入户调查表")
    head(d)
    gap(d)
    table = Table((26, 58, 22, 50))
    table.row(
        label("调查时间"), "{% if survey.time %}{{ survey.time }}{% else %}　　　年　月　日　时　分{% endif %}", label("调查方式"),
        '{{ survey.method|boxes("现场 电话 视频") }}', height_mm=9,
    )  # fmt: skip
    table.row(label("非现场依据"), Cell("{{ survey.remote_reason }}", 3), height_mm=9)
    table.into(d)
    add(d, "一、申请人", style="表名")
    table = Table(SIX)
    applicant_rows(table)
    table.into(d)
    add(d, "二、共同生活的家庭成员（家庭人口 {{ household.size }} 人，含申请人）", style="表名")
    members(d)
    _incomes(d)
    _assets(d)
    _expenses(d)
    _obligors(d)
    _dwelling(d)
    _conclusion(d)
    return d


def _listing(
    document: Document, name: str, caption: str, columns: str, widths: tuple[float, ...], height_mm: float = 8
) -> None:
    """Append a table with one row for each item; ``columns`` are ``key:caption`` separated by blanks."""
    add(document, caption, style="表名")
    table = Table(widths, small=True)
    pairs = [c.split(":") for c in columns.split()]
    table.row(*(p[1] for p in pairs), header=True, keep=True)
    table.tag(f"{{%tr for x in {name} %}}")
    table.row(*(Cell(f"{{{{ x.{p[0]} }}}}", align="center") for p in pairs), height_mm=height_mm)
    table.tag("{%tr endfor %}")
    table.into(document)


def _incomes(d: Document) -> None:
    _listing(
        d, "incomes", "三、收入（元）",
        "member:成员 kind:类别 period:期间 source:来源 declared:申报额 verified:核对额 approved:核定额 evidence:佐证 difference:差异说明",
        (18, 20, 17, 22, 16, 16, 16, 15, 16),
    )  # fmt: skip
    add(
        d,
        "类别：工资性收入、经营净收入、财产净收入、转移净收入、其他。优抚金、政府救助款物等依规定不计入的项目不填；"
        "残疾、重病刚性支出和必要就业成本依规定扣减的，在差异说明中写明。",
        style="表注",
    )


def _assets(d: Document) -> None:
    _listing(
        d, "assets", "四、财产（元）",
        "kind:类别 owner:所有人 description:名称/坐落/车牌 quantity:数量或面积 acquired:取得时间 declared:申报值 "
        "verified:核对值 approved:核定值 exempt:必需豁免 exempt_reason:豁免理由",
        (18, 16, 26, 14, 14, 15, 15, 15, 9, 14),
    )  # fmt: skip
    add(
        d,
        "类别：银行存款、证券、基金、商业保险、债权、互联网金融资产、车辆、房屋、林木等定着物、其他。",
        style="表注",
    )


def _expenses(d: Document) -> None:
    _listing(
        d, "expenses", "五、支出（元）",
        "kind:类别 period:期间 total:总额 reimbursed:报销减免 own_share:个人负担 receipt:票据",
        (36, 24, 24, 24, 24, 24), 7,
    )  # fmt: skip
    add(
        d,
        "类别：生活、医疗、教育、残疾康复、水电燃料（月）、通讯（月）、物业（月）、住房、其他。",
        style="表注",
    )


def _obligors(d: Document) -> None:
    add(d, '{%p if case.category_code == "TK" %}', style="表注")
    _listing(
        d, "obligors", "五之一、法定赡养、抚养、扶养义务人（金额：元）",
        "name:姓名 relation:关系 id_number:证件号 sex:性别 age:年龄 address:住址 family_size:家庭人数 "
        "family_income:家庭总收入 income_per_head:人均收入 capacity:履行能力 monthly_support:每月给付 authorized:授权已签",
        (15, 10, 34, 7, 7, 18, 8, 14, 13, 11, 11, 8),
    )  # fmt: skip
    add(d, "{%p endif %}", style="表注")


def _dwelling(d: Document) -> None:
    add(d, "六、居住和实际生活状况", style="表名")
    table = Table((26, 52, 26, 52))
    table.row(
        label("住房性质"), ticks(HOUSING, "tenure"), label("结构"), "{{ housing.structure }}", height_mm=9
    )
    table.row(
        label("面积（㎡）"),
        "{{ housing.area_m2 }}",
        label("水电气"),
        "{{ housing.utilities }}",
        height_mm=9,
    )
    table.row(
        label("吃穿住用\n实际生活情况"), Cell("{{ housing.living_conditions }}", 3, top=True), height_mm=24
    )
    table.row(
        label("申报与实况\n是否一致"), '{{ survey.consistent|boxes("是 否") }}', label("影像"),
        "□门牌　□人房合影　共＿＿张（不少于2张，附后）", height_mm=11,
    )  # fmt: skip
    table.row(label("差异说明"), Cell("{{ survey.differences }}", 3, top=True), height_mm=14)
    table.into(d)


def _conclusion(d: Document) -> None:
    add(d, "七、调查结论和签字", style="表名")
    table = Table((26, 34, 36, 32, 28))
    table.row(
        label("调查结论"),
        Cell('{{ survey.conclusion|boxes("符合 不符合 待补充") }}', 4),
        height_mm=9,
        keep=True,
    )
    table.row(label("结论说明"), Cell("{{ survey.conclusion_note }}", 4, top=True), height_mm=20, keep=True)
    table.row(label("调查组"), label("姓名"), label("单位职务"), label("签字"), label("日期"), keep=True)
    table.tag("{%tr for t in survey.team %}")
    table.row(
        label("调查人员 {{ loop.index }}"), "{{ t.name }}", "{{ t.post }}", "", "", height_mm=12, keep=True
    )  # fmt: skip
    table.tag("{%tr endfor %}")
    table.row(
        label("回避声明"),
        Cell("调查人员与被调查家庭没有近亲属关系和其他利害关系；依规定应当回避的，已经回避。　□ 属实", 4),
        height_mm=9, keep=True,
    )  # fmt: skip
    table.row(label("在场成员签字"), Cell("", 4), height_mm=14, keep=True)
    table.row(
        label("协助人员"), "{{ survey.helper }}", label("协助人员签字"), Cell("", 2), height_mm=12, keep=True
    )
    table.row(
        label("申请人（签名或按指印）"), Cell("以上内容已向我宣读，与实际情况相符。", 2, top=True),
        label("日期"), "　年　月　日", height_mm=17,
    )  # fmt: skip
    table.into(d)
    add(
        d,
        "注：每组调查人员不得少于两人，由调查人员、在场成员分别签字；非现场调查须写明依据。",
        style="表注",
    )
