"""Papers that say who somebody is, and where the money goes: ID card, household register, savings book."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from archivist.model.facts import Facts, rows, single
from tools.sample_pages.sheet import GREY, Cell, Sheet, applicant, px


def id_card(households: Mapping[str, Facts]) -> Sheet:
    """Both sides of an ID card on one sheet, a little enlarged as copiers do."""
    sheet, who = Sheet(), applicant(households, "wang")
    left, width, height = 46.0, 118.0, 74.5
    for top in (38.0, 130.0):
        sheet.draw.rounded_rectangle(
            [px(left), px(top), px(left + width), px(top + height)],
            px(4),
            fill=(244, 244, 244),
            outline=GREY,
            width=2,
        )
        sheet.sample_mark(left + width / 2, top + height / 2, 26)
    born = dt.date.fromisoformat(who["birth_date"])

    def line(y: float, label: str, value: str, x: float = 0.0) -> None:
        sheet.write(left + 8 + x, 38 + y, label, face="hei", size=8.5, colour=GREY)
        sheet.write(left + 22 + x, 38 + y, value, face="hei", size=11)

    _portrait(sheet, left + 82, 38 + 10)
    line(13, "姓名", who["name"])
    line(23, "性别", who["sex"])
    line(23, "民族", who["ethnicity"].removesuffix("族"), 26)
    line(33, "出生", f"{born.year} 年 {born.month} 月 {born.day} 日")
    line(43, "住址", who["address"][:13])
    line(49.5, "", who["address"][13:])
    sheet.write(left + 8, 38 + 66, "公民身份号码", face="hei", size=8.5, colour=GREY)
    sheet.write(left + 42, 38 + 66, who["id_number"], face="hei", size=14)
    sheet.write(left + 62, 130 + 22, "中华人民共和国", face="song", size=16, align="m")
    sheet.write(left + 62, 130 + 34, "居 民 身 份 证", face="bold", size=20, align="m")
    sheet.draw.ellipse([px(left + 9), px(130 + 9), px(left + 29), px(130 + 29)], outline=GREY, width=6)
    sheet.write(left + 19, 130 + 21.5, "样本", face="bold", size=12, align="m", colour=GREY)
    sheet.write(left + 20, 130 + 57, "签发机关", face="hei", size=9)
    sheet.write(left + 44, 130 + 57, "天津市公安局红桥分局", face="hei", size=11)
    sheet.write(left + 20, 130 + 66, "有效期限", face="hei", size=9)
    sheet.write(left + 44, 130 + 66, "2012.06.18-长期", face="hei", size=11)
    sheet.write(32, 232, "本复印件仅用于申请社会救助，与原件核对无误。", size=12)
    sheet.hand(120, 246, "林晓芸　2024.11.4", size=15)
    sheet.write(92, 246, "核对人：", size=12)
    return sheet


def _portrait(sheet: Sheet, x: float, y: float) -> None:
    """Draw a head without a face."""
    sheet.draw.rectangle([px(x), px(y), px(x + 27), px(y + 36)], fill=(232, 232, 232))
    sheet.draw.ellipse([px(x + 8), px(y + 6), px(x + 19), px(y + 20)], fill=(140, 140, 140))
    sheet.draw.pieslice([px(x + 3), px(y + 21), px(x + 24), px(y + 51)], 180, 360, fill=(140, 140, 140))


def _booklet(sheet: Sheet, title: str) -> None:
    sheet.box(16, 26, 178, 132, line=4, colour=GREY)
    sheet.sample_mark(105, 95, 34)
    sheet.write(105, 40, title, face="bold", size=17, align="m")


def register_home(households: Mapping[str, Facts]) -> Sheet:
    """First page of the household register: whose home it is."""
    sheet, who = Sheet(), applicant(households, "gulnar")
    _booklet(sheet, "居民户口簿")
    y = 50.0
    for cells in (
        [("户别", 28), ("非农业家庭户", 56), ("户主姓名", 30), (who["name"], 60)],
        [("户号", 28), ("0120106022", 56), ("住址", 30), (who["household_address"], 60)],
    ):
        y = sheet.row(
            18, y, 20, [Cell(w, t, "hei" if n % 2 else "song") for n, (t, w) in enumerate(cells)], size=11
        )
    sheet.write(105, y + 13, "住址变动登记", face="hei", size=12, align="m")
    y += 18
    for texts in (("变动后的地址", "变动日期", "承办人签章"), ("", "", ""), ("", "", "")):
        y = sheet.row(18, y, 10, [Cell(w, t) for t, w in zip(texts, (96, 40, 38), strict=True)])
    sheet.write(150, y + 12, "签发日期：2018年1月15日", size=10, align="m")
    sheet.keep("seal", 58, 138, 34)
    return sheet


def _resident(households: Mapping[str, Facts], number: int) -> Sheet:
    sheet, who = Sheet(), dict(rows(households["gulnar"], "members")[number])
    head = applicant(households, "gulnar")
    _booklet(sheet, "常住人口登记卡")
    relation = "户主" if who["relation"] == "本人" else {"配偶": "夫"}[str(who["relation"])]
    born = str(who["id_number"])[6:14]
    table = (
        [("姓名", 30), (who["name"], 62), ("户主或与户主关系", 40), (relation, 42)],
        [("曾用名", 30), ("无", 62), ("性别", 40), (who["sex"], 42)],
        [("出生地", 30), ("天津市红桥区", 62), ("民族", 40), (head["ethnicity"], 42)],
        [
            ("籍贯", 30),
            ("天津市", 62),
            ("出生日期", 40),
            (f"{born[:4]}年{int(born[4:6])}月{int(born[6:])}日", 42),
        ],
        [("公民身份号码", 30), (who["id_number"], 62), ("文化程度", 40), (who["education"], 42)],
        [("婚姻状况", 30), (who["marital"], 62), ("服务处所", 40), (who.get("employer", "无"), 42)],
        [("何时由何地迁来", 30), ("2018年1月15日由本区迁入", 62), ("登记日期", 40), ("2018年1月15日", 42)],
    )
    y = 48.0
    for cells in table:
        y = sheet.row(
            18, y, 14, [Cell(w, str(t), "hei" if n % 2 else "song") for n, (t, w) in enumerate(cells)]
        )
    sheet.keep("seal", 160, 135, 34)
    return sheet


def register_head(households: Mapping[str, Facts]) -> Sheet:
    """The card of the head of the household."""
    return _resident(households, 0)


def register_spouse(households: Mapping[str, Facts]) -> Sheet:
    """The card of the husband."""
    return _resident(households, 1)


def bank_card(households: Mapping[str, Facts]) -> Sheet:
    """A savings book: the account number hides a run shaped like an ID number."""
    sheet, who = Sheet(), applicant(households, "zhao")
    account = dict(single(households["zhao"], "account"))
    sheet.draw.rounded_rectangle(
        [px(30), px(34), px(180), px(134)], px(4), fill=(246, 246, 246), outline=GREY, width=2
    )
    sheet.sample_mark(105, 96, 32)
    sheet.write(105, 52, "海河样本银行　活期储蓄存折", face="bold", size=17, align="m")
    sheet.line(38, 58, 172, 58, colour=GREY)
    for at, label, value in (
        (72, "户名", who["name"]),
        (85, "账号", str(account["number"])),
        (98, "证件号码", who["id_number"]),
        (111, "开户网点", str(account["bank"])),
        (124, "开户日期", "2016-09-08"),
    ):
        sheet.write(44, at, label, size=12, colour=GREY)
        sheet.write(74, at, value, face="hei", size=13)
    y = 150.0
    widths = (36, 36, 36, 42)
    for texts in (
        ("日期", "摘要", "存入", "余额"),
        ("2024-08-15", "老年补贴", "260.00", "1,827.55"),
        ("2024-09-15", "老年补贴", "260.00", "2,087.55"),
        ("2024-09-20", "结息", "1.06", "2,088.61"),
        ("2024-10-09", "取现", "-261.06", "1,827.55"),
        ("2024-10-15", "老年补贴", "260.00", "2,087.55"),
    ):
        y = sheet.row(30, y, 9, [Cell(w, t) for t, w in zip(texts, widths, strict=True)])
    sheet.write(32, y + 20, "此存折复印件用于救助金社会化发放，与原件一致。", size=12)
    sheet.hand(122, y + 36, "赵国栋（代）", size=16)
    return sheet
