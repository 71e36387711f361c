"""初审公示 (posted, only what may be public) and 议事协商机构会议纪要 (纪要格式 of GB/T 9704-2012)."""

from __future__ import annotations

from docx.document import Document

from archivist.issue.layout.page import new_document
from archivist.issue.layout.parts import add, case_no, doc_no, gap, signature, title, when
from archivist.issue.layout.tables import Cell, Table, label


def preliminary_publicity() -> Document:
    """初审公示. Source of what is shown: 最低生活保障审核确认办法第二十四条."""
    d = new_document("初审公示")
    title(d, "{{ publicity.title }}")
    doc_no(d)
    gap(d)
    add(
        d,
        "{{ signature.clause }}本机关对{{ office.district }}{{ applicant.village }}下列申请进行了家庭经济状况调查和初审，"
        "现将初审结果予以公示。",
    )
    gap(d, "<w:keepNext/>")
    table = Table((25, 28, 18, 27, 36, 22))
    table.row(
        "申请人姓名", "村（社区）", "家庭\n人口数", "救助类别", "家庭经济状况\n调查结论", "拟救助金额\n（元）", header=True
    )  # fmt: skip
    table.row(
        *(
            Cell(f"{{{{ {key} }}}}", align="center", style="表格文字")
            for key in ("publicity.name", "applicant.village", "household.size", "case.category")
        ),
        Cell("{{ publicity.finding }}"),
        Cell("{{ benefit.amount or '—' }}", align="center"),
        height_mm=18,
    )
    table.into(d)
    gap(d)
    add(
        d,
        "公示期：{{ publicity.start }}至{{ publicity.end }}，共{{ publicity.days }}天（{{ publicity.day_kind }}）。",
        "公示地点：{{ publicity.place }}。",
        "对公示内容有异议的，请在公示期内{{ publicity.objections }}，并说明事实和理由。本机关对提出异议人的信息保密。",
        "监督电话：{{ office.supervision_phone }}。",
    )
    signature(d)
    gap(d)
    table = Table((18, 34, 18, 34, 22, 30))
    table.row(label("张贴人"), "", label("撤下人"), "", label("照片"), "存档，公示期满即撤下", height_mm=10)
    table.into(d)
    gap(d)
    return d


def deliberation_minutes() -> Document:
    """议事协商机构会议纪要: the extract for one household, other households cut out."""
    d = new_document("议事协商机构会议纪要")
    add(
        d,
        "{{ office.name }}",
        style="纪要标志",
        extra='<w:spacing w:before="1300" w:after="0" w:line="780" w:lineRule="exact"/>',
    )
    add(d, "议事协商机构会议纪要", style="纪要标志")
    add(
        d,
        "{{ meeting.no }}",
        style="文书编号",
        extra='<w:spacing w:before="240" w:after="40" w:line="579" w:lineRule="exact"/>',
    )
    case_no(d)
    add(
        d,
        "{{ meeting.time }}，{{ meeting.chair }}在{{ meeting.place }}主持召开{{ meeting.name }}，"
        "研究{{ applicant.village }}{{ applicant.name }}{{ meeting.topic }}。"
        "应到{{ meeting.expected }}人，实到{{ meeting.present }}人，{{ meeting.recorder }}记录。纪要如下：",
        "**一、争议点**",
        "{{ meeting.dispute }}",
        "**二、讨论要点**",
        "{{ meeting.discussion }}",
        "**三、表决情况**",
        "同意{{ meeting.agree }}票，反对{{ meeting.against }}票，弃权{{ meeting.abstain }}票。",
        "**四、评议结论**",
        "{{ meeting.conclusion }}",
        "**五、反馈和报审**",
        "本结论反馈经办机构和管理部门，并报街道（乡镇）班子会审议；救助类别：{{ case.category }}。",
    )
    add(d, "", style="公文正文", extra="<w:keepNext/>")
    add(
        d,
        "**出席：**{% for p in meeting.attendees %}{{ p.name }}（{{ p.kind }}{% if p.post %}，{{ p.post }}{% endif %}）"
        "{% if not loop.last %}、{% endif %}{% endfor %}",
    )
    when(d, "meeting.absent", "**请假：**{{ meeting.absent }}")
    when(d, "meeting.observers", "**列席：**{{ meeting.observers }}")
    when(d, "meeting.recused", "**回避：**{{ meeting.recused }}")
    gap(d)
    table = Table((34, 44, 34, 44))
    table.row(
        label("主持人审签"), "", label("报班子会日期\n及结果"), "{{ meeting.leadership }}", height_mm=18, keep=True
    )  # fmt: skip
    table.row(label("成员签字"), Cell("", 3), height_mm=24)
    table.into(d)
    add(
        d,
        "{{ made_on }}　本件为按户摘录件，存该户户档；原件存文书档案。纪要不盖章。",
        style="表注",
    )
    return d
