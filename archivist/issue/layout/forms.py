"""Forms of the application: 申请书, 核对授权委托书, 送达回证. Tables, no red head."""

from __future__ import annotations

from docx.document import Document

from archivist.issue.layout.blocks import SIX, applicant_rows, head, members, ticks
from archivist.issue.layout.page import new_document
from archivist.issue.layout.parts import add, gap, title, when
from archivist.issue.layout.tables import Cell, Table, label
from archivist.model.schema import APPLICATION

SCOPE = "户籍 纳税 社会保险 不动产 市场主体 住房公积金 车船 / 银行存款 商业保险 证券 互联网金融 婚姻 殡葬"


def application_form() -> Document:
    """社会救助申请书: one template for household, individual, temporary and disability applications."""
    d = new_document("社会救助申请书")
    title(d, "社会救助申请书")
    head(d)
    add(d, "一、申请人基本情况", style="表名")
    table = Table(SIX)
    applicant_rows(table)
    table.into(d)
    when(d, "agent.name", "代理人", style="表名")
    add(d, "{%p if agent.name %}", style="表注")
    table = Table(SIX)
    table.pairs(
        "姓名", "{{ agent.name }}", "联系电话", "{{ agent.phone }}", "与申请人关系", "{{ agent.relation }}"
    )
    table.row(
        label("证件号"), Cell("{{ agent.id_number }}", 3), label("授权书件号"), "{{ agent.authorization }}"
    )  # fmt: skip
    table.into(d)
    add(d, "{%p endif %}", style="表注")
    add(d, "二、共同生活的家庭成员（家庭人口 {{ household.size }} 人，含申请人）", style="表名")
    members(d)
    add(d, "三、申请事项", style="表名")
    table = Table((26, 52, 26, 52))
    table.row(
        label("申请类别"),
        Cell(
            '{{ case.category|boxes("最低生活保障 特困人员救助供养 低收入家庭救助 / 急难型临时救助 支出型临时救助 残疾人两项补贴") }}',
            3,
        ),
        height_mm=12,
        keep=True,
    )
    table.row(label("申请方式"), Cell(ticks(APPLICATION, "method"), 3), keep=True)
    table.row(label("困难类型"), Cell(ticks(APPLICATION, "hardships"), 3), keep=True)
    table.row(label("申请理由\n（致困原因）"), Cell("{{ application.cause }}", 3, top=True), height_mm=34)
    table.row(
        label("曾享受\n救助情况"), Cell("{{ application.prior_assistance }}", 3, top=True), height_mm=16
    )
    table.tag('{%tr if case.category_code == "TK" %}')
    table.row(label("供养形式意愿"), Cell(ticks(APPLICATION, "care_preference"), 3))
    table.tag("{%tr endif %}")
    table.tag('{%tr if case.category_code in ["JN", "ZC"] %}')
    table.row(label("事由"), Cell("{{ application.event }}", 3, top=True), height_mm=20)
    table.row(
        label("急难时间"), "{{ application.event_date }}", label("申请金额（元）"), "{{ application.amount }}"
    )  # fmt: skip
    table.tag("{%tr endif %}")
    table.row(
        label("真实性承诺"),
        Cell(
            "本人（户）承诺：所填内容及提交的材料真实、完整；如有虚报、隐瞒、伪造，愿意承担相应责任，并退回多领的救助款物。"
            "家庭人口、收入、财产状况发生变化的，及时主动报告。\n□ 本人已阅读并同意以上承诺",
            3,
        ),
        height_mm=20,
        keep=True,
    )
    table.row(
        label("申请人（签名或按指印）"), "", label("申请日期"), "{% if application.date %}{{ application.date }}{% else %}　　　　年　　月　　日{% endif %}",
        height_mm=18, keep=True,
    )  # fmt: skip
    table.row(label("监护人代签"), "", label("与申请人关系"), "", height_mm=14)
    table.into(d)
    add(
        d,
        "注：无、限制民事行为能力人由其法定监护人代签并注明关系。本表一份，存户档。",
        style="表注",
    )
    return d


def verification_authorization() -> Document:
    """家庭经济状况调查核对授权委托书: every person whose means are looked into signs."""
    d = new_document("家庭经济状况调查核对授权委托书")
    title(d, "家庭经济状况调查核对授权委托书")
    head(d, "授权书编号：{{ authorization.no }}")
    clauses = (
        "**一、被授权机构。**{{ office.bureau }}及{{ office.verification_agency }}。被授权机构可以依法转委托上级核对机构办理。",
        "**二、授权事项。**授权人同意被授权机构因授权人（家庭）申请或者享受{{ case.category }}，依法向有关部门和机构查询、核对授权人的家庭经济状况信息。",
        "**三、授权查询范围。**",
        '{{ authorization.scope|boxes("' + SCOPE + '") }}',
        "**四、授权用途。**所得信息仅用于社会救助审核确认和在保期间的复核，不得用于其他用途。",
        "**五、授权期间。**自签署之日起至退出社会救助之日止；申请未获确认的，至审核确认程序终结之日止。",
        (
            "**六、知情条款。**授权人已知晓：被授权机构依法处理上述个人信息，对信息保密；授权人有权查询、更正本人信息，"
            "对核对结果有异议的，可以说明情况、申请复查；拒绝授权的，将无法完成家庭经济状况核对。"
        ),
    )
    add(d, *clauses, style="条款")
    add(d, "授权人（由本人签名并按指印；未成年人及无、限制民事行为能力人由法定监护人代签）", style="表名")
    table = Table((8, 22, 37, 16, 11, 22, 14, 26), small=True)
    table.row(
        "序号", "姓名", "证件类型及号码", "与申请人关系", "共同生活", "签名", "指印", "签署日期、\n代签人及关系",
        header=True,
    )  # fmt: skip
    table.tag("{%tr for p in authorization.persons %}")
    table.row(
        Cell("{{ p.n }}", align="center"),
        Cell("{{ p.name }}", align="center"),
        Cell("{{ p.id_type }}\n{{ p.id_number }}", align="center"),
        Cell("{{ p.relation }}", align="center"),
        Cell("{{ p.living_together }}", align="center"),
        "",
        "",
        Cell("{{ authorization.signed_on }}"),
        height_mm=13,
    )
    table.tag("{%tr endfor %}")
    table.into(d)
    add(d, "本授权书一式两份：街道（乡镇）存档一份，核对机构一份。", style="表注")
    return d


def delivery_receipt() -> Document:
    """送达回证: the day of receipt starts the time limits of reconsideration and litigation."""
    d = new_document("送达回证")
    title(d, "送达回证")
    head(d)
    gap(d)
    table = Table((30, 48, 30, 48))
    table.row(label("案由"), Cell("{{ delivery.cause }}", 3), height_mm=10)
    table.row(label("受送达人"), Cell("{{ delivery.addressee }}", 3), height_mm=10)
    table.into(d)
    add(d, "送达文书", style="表名")
    table = Table((12, 76, 52, 16))
    table.row("序号", "文书名称", "文号", "份数", header=True)
    table.tag("{%tr for f in delivery.documents %}")
    table.row(
        Cell("{{ f.n }}", align="center"), "{{ f.title }}", Cell("{{ f.doc_no }}", align="center"),
        Cell("{{ f.copies }}", align="center"), height_mm=10,
    )  # fmt: skip
    table.tag("{%tr endfor %}")
    table.into(d)
    add(d, "送达情况", style="表名")
    table = Table((30, 48, 30, 48))
    table.row(label("送达地点"), Cell("{{ delivery.place }}", 3), height_mm=11)
    table.row(
        label("送达方式"),
        Cell('{{ delivery.method|boxes("直接 留置 邮寄 电子 转交 公告") }}', 3),
        height_mm=10,
    )
    table.row(
        label("受送达人\n签名或盖章"), "", label("收到日期"), "{% if delivery.received_on %}{{ delivery.received_on }}{% else %}　　　　年　　月　　日{% endif %}",
        height_mm=18,
    )  # fmt: skip
    table.row(
        label("代收人"), "{{ delivery.substitute }}", label("与受送达人关系"),
        '{{ delivery.substitute_relation|boxes("同住成年家属 代理人 监护人 村居 其他") }}', height_mm=14,
    )  # fmt: skip
    table.row(label("代收人签名"), Cell("", 3), height_mm=13)
    table.row(label("拒收事由"), Cell("{{ delivery.refusal }}", 3, top=True), height_mm=17)
    table.row(label("见证人签名"), "", label("送达人签名"), "", height_mm=16)
    table.row(label("邮单号或\n电子送达凭证"), Cell("{{ delivery.tracking }}", 3), height_mm=11)
    table.row(label("备注"), Cell("{{ delivery.note }}", 3, top=True), height_mm=13)
    table.into(d)
    add(
        d,
        "注：1. 收到日期由受送达人亲自填写，自该日起计算申请行政复议、提起行政诉讼和说明情况的期限。"
        "2. 留置送达的，须有见证人签名或者拍照、录像。",
        style="表注",
    )
    return d
