"""告知书 and 通知书: A4 with the type area and fonts of GB/T 9704-2012, reference number, body, date, seal; no red head."""

from __future__ import annotations

from docx.document import Document

from archivist.issue.layout.page import new_document
from archivist.issue.layout.parts import add, addressee, case_no, doc_no, gap, signature, title, when
from archivist.issue.layout.tables import Cell, Table, label


def acceptance_notice() -> Document:
    """受理通知书: the day of acceptance starts all time limits."""
    d = new_document("受理通知书")
    title(d, "受理通知书")
    doc_no(d)
    case_no(d)
    addressee(d, "{{ applicant.name }}")
    add(
        d,
        "你（户）提出的{{ case.category }}申请，材料已于{{ application.received_on }}收到，经审查齐备，符合受理条件。"
        "{{ signature.clause }}本机关决定自{{ application.accepted_on }}起予以受理。现通知如下：",
        "**一、办结期限。**本机关承诺于{{ deadline }}前（含当日）作出是否确认的决定。需要延长的，将另行书面通知。",
        "**二、权利和义务。**你（户）有权了解办理进度和结果、陈述意见、申请有近亲属关系的工作人员回避；"
        "应当如实申报家庭人口、收入和财产状况，配合信息核对和入户调查，情况变化及时告知。除依法公示的内容外，个人信息依法保密。",
        "**三、联系方式。**经办人：{{ handler.name|blank(5) }}，联系电话：{{ office.phone }}；监督电话：{{ office.supervision_phone }}。",
    )
    signature(d)
    receipt(d, "本通知书一式两份，申请人一份，存户档一份。")
    return d


def receipt(d: Document, text: str) -> None:
    """Append the strip the applicant signs on receipt."""
    gap(d)
    table = Table((34, 56, 22, 44))
    table.row(
        label("申请人（代理人）\n签收"), "", label("签收日期"), "{% if receipt.date %}{{ receipt.date }}{% else %}　　　年　　月　　日{% endif %}", height_mm=12
    )  # fmt: skip
    table.into(d)
    add(d, text, style="表注")


def correction_notice() -> Document:
    """一次性补正材料告知书: everything that is missing, told once."""
    d = new_document("一次性补正材料告知书")
    title(d, "一次性补正材料告知书")
    doc_no(d)
    case_no(d)
    addressee(d, "{{ applicant.name }}")
    add(
        d,
        "你（户）提出的{{ case.category }}申请收悉。{{ signature.clause }}本机关对申请材料进行了审查，"
        "发现材料不齐备。依照《最低生活保障审核确认办法》第十条“材料不齐备的，应当一次性告知补齐所有规定材料”等规定，"
        "现一次性告知需要补正的全部材料：",
    )
    gap(d, "<w:keepNext/>")
    table = Table((10, 38, 36, 40, 32))
    table.row("序号", "材料名称", "缺失或不符原因", "补正要求", "依据", header=True)
    table.tag("{%tr for m in missing_materials %}")
    table.row(
        Cell("{{ m.n }}", align="center"), Cell("{{ m.name }}", note="{{ m.id }}"), "{{ m.reason }}",
        "{{ m.requirement }}", "{{ m.basis }}", height_mm=10,
    )  # fmt: skip
    table.tag("{%tr endfor %}")
    table.into(d)
    gap(d)
    when(d, "deadline", "**补正期限：**请于{{ deadline }}前（含当日）补齐。")
    add(
        d,
        "**逾期后果：**{{ correction.consequence }}",
        "**提交地点：**{{ office.address }}；联系人：{{ handler.name|blank(4) }}，联系电话：{{ office.phone }}。",
    )
    signature(d)
    receipt(d, "本告知书一式两份，申请人一份，存户档一份；同一申请只告知一次。")
    return d
