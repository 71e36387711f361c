"""What applicants write: the application form and a letter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from archivist.model.chinese import format_date
from archivist.model.facts import Facts, rows, single
from tools.sample_pages.sheet import GREY, OFFICE, PALE, PEN, Cell, Sheet, applicant, px


def _form(sheet: Sheet, filled: Mapping[str, Facts] | None) -> None:
    """Draw the application form, filled in with a pen or blank."""
    facts = filled["wang"] if filled else {}
    who = dict(single(facts, "applicant")) if facts else {}
    sheet.write(105, 40, "社会救助申请书", face="bold", size=22, align="m")
    sheet.keep("code", 176, 10, 22)
    sheet.keep("code", 12, 264, 22)
    sheet.write(22, 54, "救助类别：□最低生活保障　□特困供养　□低收入", size=11, face="hei")
    if who:
        at = 22 + sheet.width("救助类别：", "hei", 11)
        sheet.draw.line(
            [px(at + 0.8), px(52), px(at + 1.8), px(53.6), px(at + 4.4), px(49.4)],
            fill=PEN,
            width=4,
            joint="curve",
        )

    def lines(cells: tuple[tuple[str, str, float, float], ...]) -> list[Cell]:
        out = []
        for label, key, first, second in cells:
            out += [Cell(first, label, size=10.5), Cell(second, str(who.get(key, "")), "kai", size=13)]
        return out

    y = sheet.row(
        20,
        59,
        11,
        lines(
            (
                ("申请人", "name", 26, 36),
                ("性别", "sex", 16, 18),
                ("民族", "ethnicity", 16, 22),
                ("健康", "health", 16, 20),
            )
        ),
    )
    y = sheet.row(20, y, 11, lines((("公民身份号码", "id_number", 34, 72), ("联系电话", "phone", 24, 40))))
    y = sheet.row(20, y, 11, lines((("户籍地址", "household_address", 34, 136),)))
    y = sheet.row(20, y, 11, lines((("现居住地址", "address", 34, 136),)))
    sheet.write(105, y + 8, "共同生活的家庭成员", face="hei", size=12, align="m")
    y += 11
    widths = (30, 28, 68, 22, 22)
    heads = ("姓名", "关系", "公民身份号码", "健康", "月收入")
    y = sheet.row(20, y, 9, [Cell(w, t, "hei") for t, w in zip(heads, widths, strict=True)])
    members = [m for m in rows(facts, "members") if m["relation"] != "本人"] if facts else []
    for number in range(4):
        member = members[number] if number < len(members) else {}
        texts = [
            str(member.get(k, "")) for k in ("name", "relation", "id_number", "health", "monthly_income")
        ]
        y = sheet.row(
            20,
            y,
            10,
            [Cell(w, t.removesuffix(".00"), "kai", size=12) for t, w in zip(texts, widths, strict=True)],
        )
    sheet.box(20, y, 170, 50)
    sheet.write(24, y + 8, "申请理由：", face="hei", size=11)
    if who:
        cause = str(single(facts, "application")["cause"])
        sheet.paragraph(y + 18, cause, left=24, right=186, size=13.5, pitch=9.6, face="kai", by_hand=True)
    y += 50
    sheet.box(20, y, 170, 42)
    end = sheet.paragraph(
        y + 8,
        "本人承诺：以上填报内容真实完整，同意经办机构依法核对本人及家庭成员的经济状况；家庭情况发生变化时，主动报告。",
        left=24,
        right=186,
        size=11,
        pitch=7.4,
    )
    sheet.write(104, end + 8, "申请人（签字）：", size=12)
    sheet.keep("sign", 137, end + 8, 40)
    sheet.write(104, end + 17, "日期：", size=12)
    if who:
        sheet.hand(
            120,
            end + 17,
            format_date(dt.date.fromisoformat(str(single(facts, "application")["date"]))),
            size=13,
        )
    sheet.write(105, 284, f"{OFFICE}　印制", size=9, align="m", colour=GREY)


def application_form(households: Mapping[str, Facts]) -> Sheet:
    """The application, filled in by hand, with room for the signature and our codes."""
    sheet = Sheet()
    _form(sheet, households)
    return sheet


def blank_form(households: Mapping[str, Facts]) -> Sheet:  # noqa: ARG001 - all pages are drawn alike
    """The same form with nothing filled in."""
    sheet = Sheet()
    _form(sheet, None)
    return sheet


def letter(households: Mapping[str, Facts]) -> Sheet:
    """A letter by hand on ruled paper; the demo searches for a phrase in it."""
    sheet, who = Sheet(), applicant(households, "zhao")
    for number in range(20):
        sheet.line(22, 46 + 12 * number, 188, 46 + 12 * number, line=1, colour=PALE)
    sheet.hand(105, 34, "情况说明", size=22, align="m")
    sheet.hand(24, 55, "邵公庄街道办事处：", size=16)
    y = 67.0
    for text in (
        f"我是{who['name']}，身份证号{who['id_number']}，今年七十四岁，住南渡口后街27号，一辈子没有成家。",
        "老屋是一九七六年盖的，屋顶的瓦碎了不少。每逢下大雨，最怕的就是漏雨的北墙，水顺着墙往下流，床只好挪到门口。今年八月那场雨以后，墙皮掉了一大片。",
        "我腿脚不便，每月只有二百六十元老年补贴，修房拿不出钱，买菜做饭靠侄子赵国栋帮忙。恳请街道帮助解决生活困难。",
    ):
        y = sheet.paragraph(y, text, left=24, right=186, size=16, pitch=12, face="kai", by_hand=True)
    sheet.hand(182, y + 12, f"说明人：{who['name']}（侄子代笔）", size=16, align="r")
    sheet.hand(182, y + 24, "2024年11月9日", size=16, align="r")
    return sheet
