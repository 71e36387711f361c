"""The papers a household brings: what stands on each, and by what it can be recognised."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from benchmarks.filing_quality import sheets
from benchmarks.filing_quality.households import DISTRICT, Household, People, Person
from tests.reading.pages import Sheet

Says = Literal["number", "birth", "address", "account", "name", "nothing"]
"""The strongest that a paper says of its household: an ID number, a name with birth date or address, an account,
a name alone, nothing."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose paper is drawn.

    Attributes:
        household: of the person.
        person: who it is about.
        people: invents the others on it.
        rng: where chance comes from.
    """

    household: Household
    person: Person
    people: People
    rng: random.Random

    @property
    def date(self) -> str:
        """A day before the papers are dropped."""
        return f"2024年{self.rng.randint(1, 2)}月{self.rng.randint(1, 28)}日"

    @property
    def money(self) -> str:
        """A monthly sum in yuan."""
        return f"{self.rng.randint(600, 2900)}.00"


@dataclass(frozen=True, slots=True)
class Material:
    """A paper.

    Attributes:
        name: for the table.
        type: Chinese names of its type, as the catalogue may have it, best first; empty when it has none.
        says: by what it can be recognised.
        draw: draws its pages.
    """

    name: str
    type: tuple[str, ...]
    says: Says
    draw: Callable[[Subject], Sequence[Sheet]]


def card_front(s: Subject, *, on: Sheet | None = None) -> Sheet:
    """The side of an identity card with the person."""
    p = s.person
    address = s.household.address
    rows = [
        (70, 110, f"姓名  {p.name}"), (70, 190, f"性别  {p.sex}    民族  汉"), (70, 270, f"出生  {p.born}"),
        (70, 350, f"住址  {address[:13]}"), (195, 410, address[13:26]), (195, 470, address[26:]),
        (70, 570, f"公民身份号码  {p.id_number}"),
    ]  # fmt: skip
    return sheets.card([r for r in rows if r[2]], portrait=True, on=on)


def card_back(s: Subject, *, on: Sheet | None = None, at: int = 700) -> Sheet:
    """The side of an identity card with the office: nobody's name."""
    years = s.rng.randint(2012, 2020)
    rows = [
        (330, 140, "中华人民共和国"), (370, 250, "居民身份证"), (200, 470, "签发机关  天津市公安局红桥分局"),
        (200, 550, f"有效期限  {years}.03.02-{years + 20}.03.02"),
    ]  # fmt: skip
    return sheets.card(rows, on=on, at=at)


def card_sides(s: Subject) -> Sheet:
    """Both sides copied onto one page."""
    return card_back(s, on=card_front(s), at=1700)


def register(s: Subject) -> list[Sheet]:
    """The household register: the first page and one for each person."""
    home = s.household
    first = sheets.form(
        "居民户口簿",
        [("户别", "家庭户"), ("户主姓名", home.applicant.name), ("户号", str(s.rng.randint(10**8, 10**9))), ("住址", home.address)],
        ["户口登记机关：邵公庄派出所"], seal="天津市公安局红桥分局",
    )  # fmt: skip
    return [first, *(register_page(home, p) for p in home.people)]


def register_page(home: Household, person: Person) -> Sheet:
    """One person's page of the household register."""
    relation = "户主" if person == home.applicant else person.relation
    rows = [
        ("姓名", person.name), ("户主或与户主关系", relation), ("性别", person.sex), ("出生地", DISTRICT), ("民族", "汉族"),
        ("出生日期", person.born), ("公民身份号码", person.id_number), ("文化程度", "初中"), ("服务处所", "无"),
    ]  # fmt: skip
    return sheets.form("常住人口登记卡", rows, ["登记日期：2016年5月9日"])


def diagnosis(s: Subject, *, number: str | None = None, birth: bool = True, address: str = "") -> Sheet:
    """A diagnosis; ``number`` stands as the ID number when given."""
    p = s.person
    rows = [("姓名", p.name), ("性别", p.sex)]
    rows += [("出生日期", p.born)] if birth else []
    rows += [("身份证号", number)] if number else []
    rows += [("住址", address)] if address else []
    rows += [("科别", "骨科"), ("门诊号", str(s.rng.randint(10**6, 10**7))), ("诊断", "腰椎间盘突出症；高血压病3级"), ("建议", "休息两周，门诊随诊，避免重体力劳动")]  # fmt: skip
    return sheets.form("诊断证明书", rows, ["医师：样例医生", s.date], seal="天津市红桥样例医院")


def income(s: Subject) -> Sheet:
    """An employer's statement of pay."""
    p = s.person
    text = f"兹证明{p.name}（身份证号{p.id_number}）系我单位保洁员，近六个月月平均工资为人民币{s.money}元，特此证明。"
    return sheets.letter(
        "收入证明", [text], ["天津样例物业服务有限公司", s.date], seal="天津样例物业服务有限公司"
    )


def disability(s: Subject) -> Sheet:
    """The certificate of disability, whose number is the ID number and two digits more."""
    p = s.person
    rows = [
        ("姓名", p.name), ("性别", p.sex), ("残疾类别", "肢体"), ("残疾等级", "二级"),
        ("残疾人证号", f"{p.id_number}{s.rng.randint(1, 7)}2"), ("公民身份号码", p.id_number), ("住址", s.household.address),
    ]  # fmt: skip
    return sheets.form(
        "中华人民共和国残疾人证", rows, ["批准日期：2021年6月1日"], seal="天津市红桥区残疾人联合会"
    )


def bank_card(s: Subject) -> Sheet:
    """A bank card: its number, and no name."""
    number = s.household.account
    grouped = " ".join(number[n : n + 4] for n in range(0, 19, 4))
    rows = [
        (70, 120, "样例银行  银行卡"),
        (70, 330, grouped),
        (70, 480, "有效期  12/31"),
        (700, 560, "UnionPay 银联"),
    ]
    return sheets.card(rows)


def passbook(s: Subject) -> Sheet:
    """The first page of a passbook: holder and account, no ID number."""
    rows = [("户名", s.household.applicant.name), ("账号", s.household.account), ("币种", "人民币"), ("开户网点", "样例银行红桥支行")]  # fmt: skip
    return sheets.form(
        "活期储蓄存折", rows, ["凭证号：" + str(s.rng.randint(10**7, 10**8))], seal="样例银行红桥支行"
    )


def statement(s: Subject) -> Sheet:
    """Half a page of a bank's statement, with the holder's ID number above."""
    p = s.household.applicant
    rows: list[list[str]] = [["日期", "摘要", "借方", "贷方", "余额"]]
    left = 900
    for number in range(14):
        paid = s.rng.randint(20, 300)
        left += 400 - paid
        rows.append([f"2024-01-{number * 2 + 1:02}", "消费" if number % 3 else "代发", f"{paid}.00", "0.00", f"{left}.50"])  # fmt: skip
    above = f"户名：{p.name}  账号：{s.household.account}  证件号码：{p.id_number}"
    return sheets.listing("银行流水明细", [460, 500, 400, 400, 400], rows, above)


def lease(s: Subject) -> Sheet:
    """A lease between a landlord who is on nobody's file and the person."""
    owner = s.people.one()
    p = s.person
    texts = [
        f"出租方（甲方）：{owner.name}　联系电话：13800000000",
        f"承租方（乙方）：{p.name}　身份证号：{p.id_number}",
        f"一、甲方将坐落于{s.household.address}的房屋出租给乙方居住使用，租期自2024年1月1日至2024年12月31日。",
        f"二、月租金人民币{s.money}元，按季支付，押一付三。",
        "三、租赁期间水、电、燃气、采暖费用由乙方承担，乙方不得擅自转租。",
    ]
    return sheets.letter("房屋租赁合同", texts, [f"甲方：{owner.name}", f"乙方：{p.name}", s.date])


def property_title(s: Subject) -> Sheet:
    """A certificate of real property."""
    p = s.person
    rows = [
        ("权利人", p.name), ("证件号码", p.id_number), ("共有情况", "单独所有"), ("坐落", s.household.address),
        ("不动产单元号", f"120106{s.rng.randint(10**11, 10**12)}"), ("权利类型", "国有建设用地使用权/房屋所有权"), ("面积", "46.50平方米"),
    ]  # fmt: skip
    return sheets.form("不动产权证书", rows, ["登记机构", s.date], seal="天津市红桥区不动产登记中心")


def marriage(s: Subject, title: str = "结婚证") -> Sheet:
    """A certificate of marriage or divorce; the other person is on nobody's file unless a member."""
    p = s.person
    other = next((m for m in s.household.members if m.relation == "配偶"), None) or s.people.one()
    rows = [
        ("持证人", p.name), ("登记日期", "1990年5月1日"), ("字号", f"J120106-1990-{s.rng.randint(1, 9999):06}"),
        ("姓名", p.name), ("性别", p.sex), ("身份证件号", p.id_number),
        ("姓名", other.name), ("性别", other.sex), ("身份证件号", other.id_number),
    ]  # fmt: skip
    return sheets.form(title, rows, ["婚姻登记员：样例"], seal="天津市红桥区民政局")


def birth(s: Subject) -> Sheet:
    """A certificate of birth: the child on nobody's file, the mother the person."""
    p = s.person
    child = s.people.one(born=f"2023{s.rng.randint(1, 12):02}{s.rng.randint(1, 28):02}")
    rows = [
        ("新生儿姓名", child.name), ("出生时间", child.born), ("出生地点", DISTRICT), ("母亲姓名", p.name),
        ("母亲有效身份证件号码", p.id_number), ("出生证编号", f"T12{s.rng.randint(10**6, 10**7)}"),
    ]  # fmt: skip
    return sheets.form("出生医学证明", rows, ["接生机构", child.born], seal="天津市红桥样例医院")


def death(s: Subject) -> Sheet:
    """A doctor's certificate of death."""
    p = s.person
    rows = [
        ("死者姓名", p.name), ("性别", p.sex), ("身份证号", p.id_number), ("出生日期", p.born), ("死亡日期", s.date),
        ("死亡地点", "医院病房"), ("死亡原因", "急性心肌梗死"), ("家属姓名", s.household.applicant.name),
    ]  # fmt: skip
    return sheets.form(
        "居民死亡医学证明（推断）书", rows, ["医师签名：样例医生", s.date], seal="天津市红桥样例医院"
    )


def cremation(s: Subject) -> Sheet:
    """A certificate of cremation."""
    p = s.person
    rows = [("逝者姓名", p.name), ("性别", p.sex), ("身份证号", p.id_number), ("火化时间", s.date), ("骨灰处理", "家属自行安置")]  # fmt: skip
    return sheets.form("火化证明", rows, ["经办人：样例", s.date], seal="天津市样例殡仪馆")


def discharge(s: Subject) -> Sheet:
    """A summary at discharge, with name, age and address but no ID number."""
    p = s.person
    age = 2024 - int(p.id_number[6:10])
    texts = [
        f"姓名：{p.name}　性别：{p.sex}　年龄：{age}岁　住址：{s.household.address}",
        f"入院日期：2024年1月{s.rng.randint(1, 9)}日　出院日期：2024年1月{s.rng.randint(15, 28)}日",
        "入院诊断：急性脑梗死。出院诊断：急性脑梗死（恢复期）、2型糖尿病。",
        "诊疗经过：入院后给予改善循环、降糖及康复治疗，病情平稳，准予出院。",
        "出院医嘱：低盐低脂糖尿病饮食，按时服药，一月后复查。",
    ]
    return sheets.letter("出院小结", texts, ["主治医师：样例医生", s.date])


def student(s: Subject) -> Sheet:
    """A school's statement about a pupil."""
    p = s.person
    text = (
        f"兹证明{p.name}，{p.sex}，{p.born}出生，身份证号{p.id_number}，系我校在读学生，学制三年。特此证明。"
    )
    return sheets.letter(
        "在读证明", [text], ["天津市样例中等职业学校", s.date], seal="天津市样例中等职业学校"
    )


def committee(s: Subject) -> Sheet:
    """A letter of the residents' committee."""
    p = s.person
    text = f"兹有我社区居民{p.name}，身份证号{p.id_number}，现住{s.household.address}，长期患病，无固定收入，家庭生活困难，情况属实，特此证明。"  # fmt: skip
    return sheets.letter("证明信", [text], ["样例里社区居民委员会", s.date], seal="样例里社区居民委员会")


_DEATH: Final = ("居民死亡医学证明（推断）书", "死亡医学证明", "死亡证明", "死亡证明材料")
_COMMITTEE: Final = ("村（居）民委员会证明", "村（居）委会证明", "居委会证明", "社区证明", "证明信")

MATERIALS: Final = (
    Material("id card, front", ("居民身份证",), "number", lambda s: [card_front(s)]),
    Material("id card, back", ("居民身份证",), "nothing", lambda s: [card_back(s)]),
    Material("id card, both sides", ("居民身份证",), "number", lambda s: [card_sides(s)]),
    Material("household register", ("居民户口簿",), "number", register),
    Material("diagnosis with number", ("诊断证明书",), "number", lambda s: [diagnosis(s, number=s.person.id_number)]),
    Material("diagnosis, name and birth", ("诊断证明书",), "birth", lambda s: [diagnosis(s)]),
    Material("diagnosis, name only", ("诊断证明书",), "name", lambda s: [diagnosis(s, birth=False)]),
    Material("income proof", ("收入证明",), "number", lambda s: [income(s)]),
    Material("disability certificate", ("残疾人证",), "number", lambda s: [disability(s)]),
    Material("bank card", ("银行卡",), "account", lambda s: [bank_card(s)]),
    Material("passbook", ("存折",), "account", lambda s: [passbook(s)]),
    Material("bank statement", ("银行流水",), "number", lambda s: [statement(s)]),
    Material("lease", ("房屋租赁合同", "租房合同", "租赁合同"), "number", lambda s: [lease(s)]),
    Material("property certificate", ("不动产权证书",), "number", lambda s: [property_title(s)]),
    Material("marriage certificate", ("结婚证",), "number", lambda s: [marriage(s)]),
    Material("divorce certificate", ("离婚证",), "number", lambda s: [marriage(s, "离婚证")]),
    Material("birth certificate", ("出生医学证明",), "number", lambda s: [birth(s)]),
    Material("death certificate", _DEATH, "number", lambda s: [death(s)]),
    Material("cremation certificate", ("火化证明", "火化证"), "number", lambda s: [cremation(s)]),
    Material("discharge summary", ("出院小结",), "address", lambda s: [discharge(s)]),
    Material("student certificate", ("在读证明",), "number", lambda s: [student(s)]),
    Material("committee's letter", _COMMITTEE, "number", lambda s: [committee(s)]),
    Material("photograph of the house", (), "nothing", lambda s: [sheets.house(s.rng)]),
)  # fmt: skip
