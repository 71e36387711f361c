"""What can be known about a household: groups and fields, with their keys and Chinese names.

The groups and fields are those of the catalogue's shared field groups (申请人, 共同生活家庭成员, 法定义务人, 收入,
财产, 支出, 账户 …). A new fact is one line here; forms, sheets, flags, messages and templates follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from archivist.model.ids import IdType
from archivist.model.values import Value, parse_value


@dataclass(frozen=True, slots=True)
class Field:
    """One fact: its key, its Chinese name, what kind of value it takes."""

    key: str
    label: str
    kind: str = "str"
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    def parse(self, value: object) -> Value | None:
        """Return the value as stored, or ``None`` when it is empty.

        Raises:
            InvalidValue: E002, with the reason; the caller adds where it stood.
        """
        return parse_value(self.kind, value, self.choices)


@dataclass(frozen=True, slots=True)
class Group:
    """A set of fields; ``many`` groups are tables with one row for each person or thing."""

    key: str
    label: str
    fields: tuple[Field, ...]
    many: bool = False
    aliases: tuple[str, ...] = ()
    by_name: Mapping[str, Field] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        names = {n: f for f in self.fields for n in (f.key, f.label, *f.aliases)}
        object.__setattr__(self, "by_name", MappingProxyType(names))


def _enum(key: str, label: str, choices: str, *aliases: str, kind: str = "enum") -> Field:
    return Field(key, label, kind, tuple(choices.split()), aliases)


ID_TYPES: Final = " ".join(IdType)
OLD_ID_NUMBER: Final = Field("old_id_number", "15位旧号", "old_id", (), ("原号", "原身份证号"))
"""As it was on a card of the first generation; ``id_number`` is today's number of the same person."""
_PERSON_STATE = (
    _enum("hukou", "户籍性质", "城镇 农村"),
    _enum("marital", "婚姻状况", "未婚 已婚 离异 丧偶", "婚姻"),
    _enum("health", "健康状况", "健康 多病 重病", "健康"),
    Field("disability", "残疾类别与等级", "str", (), ("残疾类别等级",)),
    _enum("labour", "劳动能力", "有 部分 无"),
    _enum("employment", "从业状况", "学龄前 在校 在职 灵活就业 登记失业 未登记失业 退休 务农 无业"),
)

APPLICANT = Group(
    "applicant",
    "申请人",
    (
        Field("name", "姓名", "name"),
        _enum("sex", "性别", "男 女"),
        Field("ethnicity", "民族"),
        Field("birth_date", "出生日期", "date"),
        _enum("id_type", "证件类型", ID_TYPES),
        Field("id_number", "身份证号", "id", (), ("证件号码", "证件号", "身份证号码")),
        OLD_ID_NUMBER,
        Field("household_address", "户籍地址", "str", (), ("户籍地",)),
        Field("address", "现居住地址", "str", (), ("住址",)),
        Field("village", "村（社区）", "str", (), ("村社区", "社区", "村")),
        Field("phone", "联系电话", "phone", (), ("电话",)),
        *_PERSON_STATE,
        Field("disability_cert", "残疾人证号"),
        _enum("capacity", "民事行为能力", "完全 限制 无"),
    ),
)
AGENT = Group(
    "agent",
    "代理人",
    (
        Field("name", "姓名", "name"),
        Field("id_number", "证件号", "id", (), ("身份证号",)),
        OLD_ID_NUMBER,
        Field("phone", "电话", "phone", (), ("联系电话",)),
        Field("relation", "与申请人关系"),
    ),
)
MEMBERS = Group(
    "members",
    "共同生活家庭成员",
    (
        Field("name", "姓名", "name"),
        Field("relation", "与申请人关系", "str", (), ("关系",)),
        _enum("sex", "性别", "男 女"),
        _enum("id_type", "证件类型", ID_TYPES),
        Field("id_number", "证件号码", "id", (), ("身份证号", "证件号")),
        OLD_ID_NUMBER,
        Field("household_address", "户籍地", "str", (), ("户籍地址",)),
        *_PERSON_STATE,
        Field("education", "学历/就读", "str", (), ("学历", "就读")),
        Field("employer", "单位", "str", (), ("工作单位",)),
        Field("monthly_income", "月收入", "money"),
        Field("living_together", "是否共同生活成员", "bool", (), ("共同生活",)),
        Field("excluded_reason", "不计入原因"),
        Field("covered", "是否纳入保障", "bool", (), ("纳入保障",)),
        Field("authorized", "授权已签", "bool"),
    ),
    many=True,
    aliases=("成员", "家庭成员", "成员表"),
)
OBLIGORS = Group(
    "obligors",
    "法定赡养、抚养、扶养义务人",
    (
        Field("name", "姓名", "name"),
        Field("relation", "关系", "str", (), ("与申请人关系",)),
        Field("id_number", "证件号", "id", (), ("身份证号", "证件号码")),
        OLD_ID_NUMBER,
        _enum("sex", "性别", "男 女"),
        Field("address", "住址"),
        Field("family_size", "家庭人数", "int"),
        Field("family_income", "家庭总收入", "money"),
        Field("income_per_head", "人均收入", "money"),
        Field("capacity", "履行能力情形"),
        Field("monthly_support", "每月给付额", "money"),
        Field("authorized", "授权已签", "bool"),
    ),
    many=True,
    aliases=("义务人", "法定义务人", "义务人表"),
)
INCOMES = Group(
    "incomes",
    "收入",
    (
        Field("member", "成员", "name", (), ("姓名",)),
        _enum("kind", "类别", "工资性收入 经营净收入 财产净收入 转移净收入 其他"),
        Field("period", "期间"),
        Field("source", "来源"),
        Field("declared", "申报额", "money"),
        Field("verified", "核对额", "money"),
        Field("approved", "核定额", "money"),
        Field("evidence", "佐证"),
        Field("difference", "差异说明"),
    ),
    many=True,
    aliases=("收入表",),
)
ASSETS = Group(
    "assets",
    "财产",
    (
        _enum("kind", "类别", "银行存款 证券 基金 商业保险 债权 互联网金融资产 车辆 房屋 林木等定着物 其他"),
        Field("owner", "所有人", "name"),
        Field("description", "名称/坐落/车牌", "str", (), ("名称", "坐落", "车牌")),
        Field("quantity", "数量或面积", "str", (), ("数量", "面积")),
        Field("acquired", "取得时间"),
        Field("declared", "申报值", "money", (), ("申报额",)),
        Field("verified", "核对值", "money", (), ("核对额",)),
        Field("approved", "核定值", "money", (), ("核定额",)),
        Field("exempt", "是否必需财产豁免", "bool", (), ("豁免",)),
        Field("exempt_reason", "豁免理由"),
    ),
    many=True,
    aliases=("财产表",),
)
EXPENSES = Group(
    "expenses",
    "支出",
    (
        _enum("kind", "类别", "生活 医疗 教育 残疾康复 水电燃料 通讯 物业 住房 其他"),
        Field("period", "期间"),
        Field("total", "总额", "money"),
        Field("reimbursed", "报销减免", "money"),
        Field("own_share", "个人负担", "money"),
        Field("receipt", "票据"),
    ),
    many=True,
    aliases=("支出表",),
)
ACCOUNT = Group(
    "account",
    "账户",
    (
        Field("holder", "户名", "name"),
        Field("bank", "开户行"),
        Field("number", "账号", "acct", (), ("银行账号",)),
        _enum("nature", "账户性质", "本人 委托照料人 监护人"),
    ),
)
HOUSING = Group(
    "housing",
    "居住状况",
    (
        _enum("tenure", "住房性质", "自有 租赁 借住 公租 危房"),
        Field("structure", "结构"),
        Field("area_m2", "面积（平方米）", "decimal", (), ("面积",)),
        Field("utilities", "水电气"),
        Field("living_conditions", "吃穿住用实际生活情况", "text"),
    ),
)
APPLICATION = Group(
    "application",
    "申请",
    (
        Field("date", "申请日期", "date"),
        Field("cause", "申请理由", "text", (), ("致困原因",)),
        _enum("hardships", "困难类型", "重病 残疾 失业 年老 未成年 意外 支出过大 其他", kind="multi"),
        Field("prior_assistance", "曾享受救助情况", "text"),
        _enum("method", "申请方式", "本人 委托村居 委托他人 网上"),
        _enum("care_preference", "供养形式意愿", "集中 分散"),
        Field("event", "事由", "text"),
        Field("event_date", "急难时间", "date"),
        Field("amount", "申请金额", "money"),
        Field("received_on", "收件日期", "date"),
        Field("accepted_on", "受理日期", "date"),
        Field("urgent", "是否须先行救助", "bool", (), ("先行救助",)),
        Field("quick", "是否小额快救", "bool", (), ("小额快救",)),
        Field("event_place", "急难发生地"),
        Field("single", "是否单人纳入低保", "bool", (), ("单人保",)),
        _enum("single_ground", "单人纳入低保的情形", "重度残疾 重病 其他特殊困难"),
        _enum(
            "known_recipient",
            "是否低保、特困、低收入、低保边缘、刚性支出对象",
            "是 否",
            "在享对象",
            "是否低保、特困、低收入对象",
        ),
        Field("kinship", "是否有近亲属关系", "bool", (), ("近亲属",)),
        Field("kin_name", "近亲属关系人", "str", (), ("关系人",)),
        Field("disputed", "是否有争议", "bool", (), ("争议",)),
        _enum("alert", "预警等级", "红 橙 黄 绿"),
        Field("transferred_from", "转出地经办机构"),
        Field("transferred_case", "转出地户号"),
        Field("paid_elsewhere_to", "转出地发放到的年月", "ym"),
        _enum("subsidies", "补贴种类", "困难残疾人生活补贴 重度残疾人护理补贴", kind="multi"),
    ),
)
BENEFIT = Group(
    "benefit",
    "救助金额",
    (
        Field("persons", "保障人数", "int"),
        Field("standard", "保障标准", "money"),
        Field("income_per_head", "月人均收入", "money"),
        _enum("method", "计算方式", "补差 分档 定额"),
        Field("amount", "月救助金额", "money"),
        Field("basis", "救助金额依据"),
        Field("start", "起发年月", "ym"),
        Field("end", "止发年月", "ym"),
        _enum("review_cycle", "复核周期", "每月 每季度 每半年 每年"),
        Field("care_grade", "照料档次"),
        Field("care_form", "供养方式"),
    ),
)
GROUPS: Final = (
    APPLICANT,
    AGENT,
    MEMBERS,
    OBLIGORS,
    APPLICATION,
    INCOMES,
    ASSETS,
    EXPENSES,
    HOUSING,
    ACCOUNT,
    BENEFIT,
)
GROUP_BY_NAME: Final[Mapping[str, Group]] = MappingProxyType(
    {n: g for g in GROUPS for n in (g.key, g.label, *g.aliases)}
)
