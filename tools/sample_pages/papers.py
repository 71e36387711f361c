"""What offices, hospitals, firms and schools write."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping

from archivist.model.chinese import format_date
from archivist.model.facts import Facts, rows, single
from archivist.model.ids import id_check_digit
from tools.sample_pages.sheet import GREY, OFFICE, Cell, Sheet, applicant


def verification_report(households: Mapping[str, Facts]) -> Sheet:
    """The report of the body that checked income and property with other authorities."""
    sheet, who = Sheet(), applicant(households, "sun")
    sheet.write(105, 32, "居民家庭经济状况核对报告", face="bold", size=20, align="m")
    sheet.write(24, 43, "报告编号：HD20241118-0037", size=11)
    sheet.write(186, 43, "出具日期：2024年11月18日", size=11, align="r")
    y = 47.0
    for texts in (
        ("申请人", who["name"], "公民身份号码", who["id_number"]),
        ("救助类别", "低收入家庭", "委托单位", OFFICE),
    ):
        y = sheet.row(22, y, 10, [Cell(w, t) for t, w in zip(texts, (26, 36, 32, 72), strict=True)])
    sheet.write(24, y + 10, "一、核对对象", face="hei", size=12)
    y += 13
    y = sheet.row(
        22, y, 8, [Cell(w, t, "hei") for t, w in (("姓名", 36), ("与申请人关系", 40), ("公民身份号码", 90))]
    )
    for member in rows(households["sun"], "members"):
        row = (str(member["name"]), str(member["relation"]), str(member["id_number"]))
        y = sheet.row(22, y, 8, [Cell(w, t) for t, w in zip(row, (36, 40, 90), strict=True)])
    sheet.write(24, y + 9, "二、核对结果", face="hei", size=12)
    y += 13
    widths = (26, 38, 34, 34, 34)
    heads = ("姓名", "核对项目", "申报值（元）", "核对值（元）", "差异")
    y = sheet.row(22, y, 8, [Cell(w, t, "hei") for t, w in zip(heads, widths, strict=True)])
    results = [
        ("孙立民", "工资（月均）", "3,100.00", "3,210.00", "+110.00"),
        ("孙立民", "银行存款", "8,600.00", "8,642.17", "+42.17"),
        ("孙立民", "机动车", "无", "无", "一致"),
        ("孙立民", "不动产登记", "无", "无", "一致"),
        ("何玉芬", "工资（月均）", "900.00", "未查到", "人工核实"),
        ("何玉芬", "企业登记", "无", "无", "一致"),
        ("何玉芬", "证券基金", "无", "无", "一致"),
        ("孙雨桐", "社会保险", "居民医保", "居民医保", "一致"),
        ("孙雨桐", "银行存款", "0.00", "126.40", "+126.40"),
    ]
    for result in results:
        y = sheet.row(22, y, 8, [Cell(w, t) for t, w in zip(result, widths, strict=True)])
    sheet.write(24, y + 9, "三、核对结论", face="hei", size=12)
    y = sheet.paragraph(
        y + 17,
        "经与相关部门信息比对，该家庭申报情况与核对情况基本一致，差异在允许范围内。零工收入请经办机构入户调查时人工核实。"
        "本报告仅供社会救助审核确认使用，自出具之日起三个月内有效。",
        left=24,
        right=188,
        size=11.5,
    )
    sheet.write(182, y + 14, "天津市红桥区居民家庭经济状况核对机构", size=12, align="r")
    sheet.write(172, y + 24, "2024年11月18日", size=12, align="r")
    sheet.keep("seal", 146, y + 16, 42)
    return sheet


def diagnosis(households: Mapping[str, Facts]) -> Sheet:
    """A hospital's certificate: name and birth date, but no ID number."""
    sheet, who = Sheet(), applicant(households, "chen")
    sheet.write(105, 40, "海河样本医院", face="bold", size=18, align="m")
    sheet.write(105, 54, "诊 断 证 明 书", face="bold", size=22, align="m")
    sheet.line(24, 60, 186, 60)
    sheet.write(26, 74, f"姓名：{who['name']}", size=13)
    sheet.write(84, 74, f"性别：{who['sex']}", size=13)
    sheet.write(116, 74, f"出生日期：{format_date(dt.date.fromisoformat(who['birth_date']))}", size=13)
    sheet.write(26, 87, "科别：肾内科", size=13)
    sheet.write(84, 87, "门诊号：00420815", size=13)
    sheet.write(26, 104, "诊断：", face="hei", size=13)
    y = 104.0
    for text in ("1. 慢性肾脏病5期", "2. 维持性血液透析状态", "3. 肾性贫血"):
        sheet.write(46, y, text, size=13)
        y += 11
    sheet.write(26, y + 6, "处理意见：", face="hei", size=13)
    y = sheet.paragraph(
        y + 17,
        "患者自2024年5月13日起在我院行规律血液透析治疗，每周三次。建议继续透析，定期复查血常规、肾功能及电解质，"
        "低盐低磷饮食，避免劳累，需家属陪护。",
        size=13,
        pitch=10,
    )
    sheet.write(112, y + 26, "医师：", size=13)
    sheet.hand(130, y + 26, "沈若愚", size=18)
    sheet.write(112, y + 40, "日期：2024年11月12日", size=13)
    sheet.write(26, y + 60, "（本证明未经盖章无效，涂改无效）", size=10, colour=GREY)
    sheet.keep("seal", 138, y + 34, 40)
    return sheet


def income_proof(households: Mapping[str, Facts]) -> Sheet:
    """An employer's certificate of wages."""
    sheet, head = Sheet(), applicant(households, "gulnar")
    who = dict(rows(households["gulnar"], "members")[1])
    sheet.write(105, 46, "收 入 证 明", face="bold", size=22, align="m")
    sheet.write(28, 68, f"{OFFICE}：", size=14)
    y = sheet.paragraph(
        80,
        f"兹证明{who['name']}（公民身份号码{who['id_number']}）系我单位后厨员工，自2021年3月起在我单位工作，"
        "近十二个月平均每月实发工资为人民币贰仟叁佰贰拾元整（￥2,320.00），无其他奖金和补贴。",
        size=14,
        pitch=11,
    )
    y = sheet.paragraph(
        y,
        f"其妻{head['name']}（公民身份号码{head['id_number']}）不在我单位工作。",
        size=14,
        pitch=11,
    )
    y = sheet.paragraph(y, "特此证明，仅用于其家庭申请最低生活保障。", size=14, pitch=11)
    sheet.write(178, y + 26, "津样样本餐饮有限公司", size=14, align="r")
    sheet.write(170, y + 38, "2024年11月6日", size=14, align="r")
    sheet.write(28, y + 66, "单位经办人：祁小满　　联系电话：022-00003015", size=12)
    sheet.keep("seal", 148, y + 26, 40)
    return sheet


def wage_statement(households: Mapping[str, Facts]) -> Sheet:
    """Forty rows of a bank statement."""
    sheet, who = Sheet(), applicant(households, "sun")
    number = str(single(households["sun"], "account")["number"])
    sheet.write(105, 24, "个人银行流水（工资账户）", face="bold", size=16, align="m")
    sheet.write(18, 34, f"户名：{who['name']}", size=10.5)
    sheet.write(70, 34, f"证件号码：{who['id_number']}", size=10.5)
    sheet.write(18, 41, f"账号：{number}", size=10.5)
    sheet.write(88, 41, "币种：人民币　　查询期间：2023-11-01 至 2024-10-31", size=10.5)
    widths, y, balance = (12, 28, 40, 28, 28, 38), 45.0, 212730
    heads = ("序号", "交易日期", "摘要", "收入", "支出", "余额")
    y = sheet.row(18, y, 5.6, [Cell(w, t, "hei") for t, w in zip(heads, widths, strict=True)], size=9)
    for count, (day, what, fen) in enumerate(_transactions(random.Random(2024)), 1):
        balance += fen
        money = f"{abs(fen) / 100:,.2f}"
        texts = (
            str(count),
            day.isoformat(),
            what,
            money if fen > 0 else "",
            "" if fen > 0 else money,
            f"{balance / 100:,.2f}",
        )
        y = sheet.row(18, y, 5.6, [Cell(w, t) for t, w in zip(texts, widths, strict=True)], size=9)
    sheet.write(18, y + 8, "打印日期：2024-11-10　　打印网点：海河样本银行望潮支行　　第1页 共1页", size=9.5)
    return sheet


def _transactions(rng: random.Random) -> list[tuple[dt.date, str, int]]:
    """Return forty made-up movements of an account: day, what for, fen."""
    found = []
    for month in range(12):
        first = dt.date(2023 + (month + 10) // 12, (month + 10) % 12 + 1, 1)
        found.append((first.replace(day=rng.randint(9, 11)), "代发工资", 321000 + rng.randint(-9000, 9000)))
        found.append((first.replace(day=12), "公租房租金", -61200))
        spent = ("转账 孙雨桐", -150000) if month % 3 == 0 else ("取现", -rng.randint(20, 26) * 10000)
        found.append((first.replace(day=rng.randint(14, 20)), *spent))
        if month % 3 == 1:
            found.append(
                (
                    first.replace(day=rng.randint(22, 28)),
                    rng.choice(("电费", "话费")),
                    -rng.randint(4000, 19000),
                )
            )
    return found


def neighbour_visit(households: Mapping[str, Facts]) -> Sheet:
    """The office's typed record of a talk with a neighbour; room for the case number."""
    sheet, who = Sheet(), applicant(households, "wang")
    sheet.write(105, 34, "邻里访问记录", face="bold", size=20, align="m")
    sheet.write(24, 47, "户号：", size=12)
    sheet.keep("case_number", 40, 42.4, 6.4)
    sheet.write(186, 47, "访问日期：2024年11月12日", size=12, align="r")
    y = 52.0
    for texts in (
        ("申请人", who["name"], "公民身份号码", who["id_number"]),
        ("救助类别", "最低生活保障", "所在社区", who["village"]),
        ("被访人", "邻居（姓名从略）", "与申请人关系", "同楼邻居"),
    ):
        y = sheet.row(22, y, 11, [Cell(w, t) for t, w in zip(texts, (26, 40, 34, 66), strict=True)], size=11)
    sheet.box(22, y, 166, 130)
    sheet.write(26, y + 9, "访问内容：", face="hei", size=12)
    at = y + 18
    for text in (
        "问：您和申请人一家熟悉吗？答：住楼上楼下十几年了，熟悉。",
        "问：他们家平时靠什么生活？答：老太太没有退休金，儿子腿脚不好，在社区打扫楼道，一个月几百块钱；闺女逢年过节给一点。",
        "问：家里有没有车，平时花销怎么样？答：没见有车。买菜都是赶晚市，孙子的书包用了好几年。",
        "问：家里还有别人同住吗？答：就祖孙三口，儿媳妇早几年离了，不来往。",
        "问：您觉得他们家符合低保条件吗？答：街坊都觉得应该帮一把。",
    ):
        at = sheet.paragraph(at, text, left=26, right=184, size=12) + 1.5
    y += 130
    y = sheet.row(
        22,
        y,
        14,
        [
            Cell(40, "被访人签字"),
            Cell(43, "（本人签）", size=9),
            Cell(40, "访问人签字"),
            Cell(43, "林晓芸 郝志强", "kai", size=13),
        ],
    )
    sheet.write(24, y + 9, "注：被访人信息对申请人保密。访问人不得少于两人。", size=10, colour=GREY)
    return sheet


def strangers_paper(households: Mapping[str, Facts]) -> Sheet:  # noqa: ARG001 - all pages are drawn alike
    """A school's certificate for somebody no household knows."""
    sheet, first = Sheet(), "12010620060305235"
    number = first + id_check_digit(first)
    sheet.write(105, 50, "在 读 证 明", face="bold", size=24, align="m")
    y = sheet.paragraph(
        76,
        f"兹证明贺明远（性别男，公民身份号码{number}）系我校2024级计算机应用专业学生，学制三年，现在校就读。",
        size=15,
        pitch=12,
    )
    y = sheet.paragraph(y, "特此证明。", size=15, pitch=12)
    sheet.write(178, y + 24, "海河样本职业技术学校教务处", size=14, align="r")
    sheet.write(166, y + 37, "2024年11月8日", size=14, align="r")
    sheet.keep("seal", 142, y + 28, 40)
    return sheet
