"""决定书: confirmation and refusal. Facts, reasons, basis, decision, remedies; never without the remedies."""

from __future__ import annotations

from docx.document import Document

from archivist.issue.layout.page import new_document
from archivist.issue.layout.parts import (
    add,
    addressee,
    case_no,
    doc_no,
    each,
    gap,
    note,
    signature,
    title,
    when,
)
from archivist.issue.layout.tables import Cell, Table


def _remedies(d: Document, number: str) -> None:
    add(
        d,
        f"**{number}、救济途径**",
        "{{ remedies.reconsideration }}{{ remedies.litigation }}",
        "监督咨询电话：{{ office.supervision_phone }}。",
    )


def confirmation_decision() -> Document:
    """社会救助确认决定书."""
    d = new_document("社会救助确认决定书")
    title(d, "社会救助确认决定书")
    doc_no(d)
    case_no(d)
    addressee(d, "{{ applicant.name }}（证件号码：{{ applicant.id_number|default('无', true) }}）")
    add(
        d,
        "你（户）提出的{{ case.category }}申请，本机关于{{ application.accepted_on }}受理。"
        "{{ signature.clause }}本机关依法进行了审核，现已审核终结。",
        "**一、经审核查明**",
        "{{ decision.findings }}",
        "**二、决定依据**",
    )
    each(d, "b in decision.basis", "{{ b }}")
    add(
        d,
        "**三、决定内容**",
        "根据以上事实和依据，本机关决定确认你（户）的{{ case.category }}申请。具体如下：",
    )
    when(
        d,
        "benefit.persons",
        "保障人数：{{ benefit.persons }}人{% if benefit.standard %}；保障标准：每人每月{{ benefit.standard }}元{% endif %}"
        "{% if benefit.income_per_head %}；月人均收入：{{ benefit.income_per_head }}元{% endif %}"
        "{% if benefit.method %}；计算方式：{{ benefit.method }}{% endif %}。",
    )
    when(
        d,
        "benefit.amount",
        '{% if case.category_code in ["JN", "ZC"] %}救助金额：{% else %}月救助金额：{% endif %}'
        "{{ benefit.amount }}元（{{ benefit.amount_cn }}）{% if benefit.start %}，自{{ benefit.start }}起发放{% endif %}"
        "{% if benefit.end %}，至{{ benefit.end }}止{% endif %}。",
    )
    when(d, "benefit.care_grade", "照料档次：{{ benefit.care_grade }}；供养方式：{{ benefit.care_form }}。")
    add(d, "保障成员如下：")
    gap(d, "<w:keepNext/>")
    table = Table((12, 44, 30, 46, 24))
    table.row("序号", "姓名", "与申请人关系", "证件号码", "是否纳入保障", header=True)
    table.tag("{%tr for m in covered %}")
    table.row(
        *(
            Cell(f"{{{{ m.{key} }}}}", align="center")
            for key in ("n", "name", "relation", "id_number", "covered")
        )
    )
    table.tag("{%tr endfor %}")
    table.into(d)
    gap(d)
    add(d, "**四、主动报告义务**", "{{ decision.duty }}")
    when(d, "benefit.review_cycle", "本机关{{ benefit.review_cycle }}复核一次，请予配合。")
    _remedies(d, "五")
    signature(d)
    note(d, "一式三份：申请人、户档各一份，{{ office.bureau }}备案一份")
    return d


def refusal_decision() -> Document:
    """社会救助不予确认决定书."""
    d = new_document("社会救助不予确认决定书")
    title(d, "社会救助不予确认决定书")
    doc_no(d)
    case_no(d)
    addressee(d, "{{ applicant.name }}")
    add(
        d,
        "你（户）提出的{{ case.category }}申请，本机关于{{ application.accepted_on }}受理。"
        "{{ signature.clause }}本机关依法进行了调查核实，现已审核终结。",
        "**一、查明的事实**",
        "{{ decision.findings }}",
    )
    add(d, "{%p if decision.evidence %}", "以上事实有下列证据证明：")
    gap(d, "<w:keepNext/>")
    table = Table((12, 50, 44, 50))
    table.row("序号", "证据名称", "来源", "证明内容", header=True)
    table.tag("{%tr for e in decision.evidence %}")
    table.row(Cell("{{ e.n }}", align="center"), "{{ e.name }}", "{{ e.source }}", "{{ e.proves }}")
    table.tag("{%tr endfor %}")
    table.into(d)
    gap(d)
    add(d, "{%p endif %}", "**二、不予确认的理由**", "{{ decision.reasons }}", "**三、决定依据**")
    each(d, "b in decision.basis", "{{ b }}")
    add(
        d,
        "**四、决定内容**",
        "根据以上事实、理由和依据，本机关于{{ decision.date }}决定不予确认你（户）的{{ case.category }}申请。",
    )
    when(d, "decision.other_help", "**其他救助途径：**{{ decision.other_help }}")
    _remedies(d, "五")
    signature(d)
    note(
        d,
        "应送达日期：{{ deadline }}前",
        "一式三份：申请人、户档各一份，{{ office.bureau }}备案一份",
    )
    return d
