"""What is known about a household: one declared schema, read from flags, TOML, JSON or a sheet.

The groups and fields are those of the catalogue's shared field groups (申请人, 共同生活家庭成员, 法定义务人, 收入,
财产, 支出, 账户 …). Facts live in events only. Stored values are plain JSON: text, ``true``/``false``, whole
numbers and lists of text; dates are ``YYYY-MM-DD``, months ``YYYY-MM``, amounts yuan with two decimals as text.
Keys are accepted in English (``applicant.name``) and in Chinese (``申请人.姓名``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Final

from archivist.errors import InvalidValue
from archivist.model import chinese
from archivist.model.ids import narrow, parse_id

Value = str | bool | int | tuple[str, ...]
Row = Mapping[str, Value]
Facts = Mapping[str, "Row | tuple[Row, ...]"]
NO_FACTS: Final[Facts] = MappingProxyType({})


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


# ── values ───────────────────────────────────────────────────────────────────────────────────────────────
_TRUE, _FALSE = {"是", "true", "yes", "1", "有", "√", "y"}, {"否", "false", "no", "0", "无", "×", "n"}


def _parse_bool(value: object) -> bool:
    text = str(value).strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise InvalidValue(f"“{value}”应填 是 或 否")


def _parse_int(value: object) -> int:
    text = narrow(str(value)).strip()
    if not re.fullmatch(r"\d{1,9}(\.0+)?", text):
        raise InvalidValue(f"“{value}”应为非负整数")
    return int(text.split(".")[0])


def _parse_decimal(value: object) -> str:
    try:
        number = Decimal(narrow(str(value)).strip())
    except InvalidOperation:
        raise InvalidValue(f"“{value}”应为数字") from None
    if not number.is_finite() or number < 0:
        raise InvalidValue(f"“{value}”应为非负数字")
    return f"{number:f}"


def _parse_month(value: object) -> str:
    if isinstance(value, dt.date):
        return f"{value:%Y-%m}"
    match = re.fullmatch(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*月?", narrow(str(value)).strip())
    if not match or not 1 <= int(match[2]) <= 12:
        raise InvalidValue(f"“{value}”不是年月（应如 2024-08）")
    return f"{match[1]}-{int(match[2]):02d}"


def _parse_day(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return chinese.parse_date(str(value)).isoformat()


def _parse_moment(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="minutes")
    text = narrow(str(value)).strip()
    match = re.fullmatch(r"(.+?)[ T日]\s*(\d{1,2})[:时](\d{1,2})(?::\d+)?分?", text)
    if not match or int(match[2]) > 23 or int(match[3]) > 59:
        raise InvalidValue(f"“{value}”不是日期时间（应如 2024-08-16 09:30）")
    day = match[1] + ("日" if "月" in match[1] else "")
    return f"{chinese.parse_date(day).isoformat()}T{int(match[2]):02d}:{int(match[3]):02d}"


def _parse_phone(value: object) -> str:
    text = narrow(str(value)).strip().replace(" ", "").replace("—", "-")
    if not re.fullmatch(r"\+?\d[\d-]{4,18}\d", text):
        raise InvalidValue(f"“{value}”不是电话号码")
    return text


def _parse_account(value: object) -> str:
    text = re.sub(r"[\s-]", "", narrow(str(value)))
    if not re.fullmatch(r"\d{8,32}", text):
        raise InvalidValue("银行账号应为 8 至 32 位数字（表格中请把该列设为文本格式）")
    return text


_PARSERS: Final[Mapping[str, Callable[[object], Value]]] = MappingProxyType(
    {
        "str": lambda v: chinese.clean_text(str(v)),
        "text": lambda v: chinese.clean_text(str(v)),
        "name": lambda v: chinese.parse_name(str(v)),
        "id": lambda v: parse_id(str(v)),
        "date": _parse_day,
        "datetime": _parse_moment,
        "ym": _parse_month,
        "money": lambda v: str(chinese.parse_money(str(v))),
        "decimal": _parse_decimal,
        "int": _parse_int,
        "bool": _parse_bool,
        "phone": _parse_phone,
        "acct": _parse_account,
        "docno": lambda v: chinese.parse_doc_no(str(v)),
    }
)
KINDS: Final = (*_PARSERS, "enum", "multi")


def parse_value(kind: str, value: object, choices: Sequence[str] = ()) -> Value | None:
    """Check one value against its kind and return it as stored; ``None`` when there is nothing.

    Raises:
        InvalidValue: E002, with the reason in Chinese.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if kind == "multi":
        items = value if isinstance(value, list | tuple) else re.split(r"[、,，;；/]", str(value))
        return tuple(_parse_choice(str(i), choices) for i in items if str(i).strip()) or None
    if isinstance(value, list | tuple | dict):
        raise InvalidValue("这里只能填一个值")
    if kind == "enum":
        return _parse_choice(str(value), choices)
    parsed = _PARSERS[kind](value)
    return None if parsed == "" else parsed


def _parse_choice(text: str, choices: Sequence[str]) -> str:
    value = chinese.clean_text(text)
    if choices and value not in choices:
        raise InvalidValue(f"“{value}”不在可选项内：{'、'.join(choices)}")
    return value


# ── the schema ───────────────────────────────────────────────────────────────────────────────────────────
def _enum(key: str, label: str, choices: str, *aliases: str, kind: str = "enum") -> Field:
    return Field(key, label, kind, tuple(choices.split()), aliases)


ID_TYPES = "居民身份证 港澳台居民居住证 外国人永久居留身份证 其他证件 无"
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
        Field("household_address", "户籍地址", "str", (), ("户籍地",)),
        Field("address", "现居住地址", "str", (), ("住址",)),
        Field("village", "村（社区）", "str", (), ("村社区", "社区", "村")),
        Field("phone", "联系电话", "phone", (), ("电话",)),
        *_PERSON_STATE,
        Field("disability_cert", "残疾人证号"),
    ),
)
AGENT = Group(
    "agent",
    "代理人",
    (
        Field("name", "姓名", "name"),
        Field("id_number", "证件号", "id", (), ("身份证号",)),
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
        Field("start", "起发年月", "ym"),
        Field("end", "止发年月", "ym"),
        _enum("review_cycle", "复核周期", "每半年 每年"),
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


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────
def parse_facts(raw: Mapping[str, object]) -> Facts:
    """Check everything known of a household at once.

    Args:
        raw: group → fields, or group → list of rows, with English or Chinese keys.

    Raises:
        InvalidValue: E002, listing every wrong value by its Chinese name and key.
    """
    problems: list[str] = []
    facts: dict[str, Row | tuple[Row, ...]] = {}
    for name, value in raw.items():
        group = GROUP_BY_NAME.get(str(name).strip())
        if group is None:
            problems.append(f"没有“{name}”这一组；可用：{'、'.join(f'{g.label}({g.key})' for g in GROUPS)}")
        elif group.many:
            rows = _parse_rows(group, value, problems)
            if rows:
                facts[group.key] = rows
        elif not isinstance(value, Mapping):
            problems.append(f"{group.label}({group.key}) 应为一组 键 = 值")
        elif row := _parse_row(group, value, group.label, group.key, problems):
            facts[group.key] = row
    if problems:
        raise InvalidValue("户档信息有误", problems=problems)
    return MappingProxyType(facts)


def _parse_rows(group: Group, value: object, problems: list[str]) -> tuple[Row, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(r, Mapping) for r in value):
        problems.append(f"{group.label}({group.key}) 应为多行表格")
        return ()
    rows = (
        _parse_row(group, r, f"{group.label}第 {i} 行", f"{group.key}[{i}]", problems)
        for i, r in enumerate(value, 1)
    )
    return tuple(r for r in rows if r)


def _parse_row(group: Group, raw: Mapping[object, object], label: str, key: str, problems: list[str]) -> Row:
    row: dict[str, Value] = {}
    free_id = str(raw.get("id_type") or raw.get("证件类型") or "") in ("外国人永久居留身份证", "其他证件")
    for name, value in raw.items():
        declared = group.by_name.get(str(name).strip())
        if declared is None:
            problems.append(f"{label}没有“{name}”这一项")
            continue
        try:
            kind = "str" if free_id and declared.kind == "id" else declared.kind
            parsed = parse_value(kind, value, declared.choices)
        except InvalidValue as error:
            problems.append(f"{label}·{declared.label}({key}.{declared.key})：{error.what}")
            continue
        if parsed is not None:
            row[declared.key] = parsed
    return MappingProxyType(row)


@dataclass(frozen=True, slots=True)
class Path:
    """Where one fact stands: ``applicant.phone``, ``members[2].name`` (rows counted from 1), or a whole group."""

    group: Group
    row: int | None
    field: Field | None

    @classmethod
    def parse(cls, text: str) -> Path:
        """Read a path in English or Chinese.

        Raises:
            InvalidValue: E002, when no such fact is declared.
        """
        match = re.fullmatch(r"\s*([^.\[\]]+)(?:\[(\d+)\])?(?:\.(.+?))?\s*", text)
        group = GROUP_BY_NAME.get(match[1].strip()) if match else None
        if not match or group is None:
            raise InvalidValue(f"没有“{text}”这一项；组名可用：{'、'.join(g.key for g in GROUPS)}")
        declared = group.by_name.get(match[3].strip()) if match[3] else None
        if match[3] and declared is None:
            raise InvalidValue(
                f"{group.label}没有“{match[3]}”；可用：{'、'.join(f.key for f in group.fields)}"
            )
        if declared and group.many and match[2] is None:
            raise InvalidValue(f"{group.label}有多行，请写明第几行，如 {group.key}[1].{declared.key}")
        return cls(group, int(match[2]) if match[2] else None, declared)

    @property
    def label(self) -> str:
        """The Chinese name: ``申请人·姓名``."""
        row = f"第 {self.row} 行" if self.row else ""
        return f"{self.group.label}{row}" + (f"·{self.field.label}" if self.field else "")

    def __str__(self) -> str:
        row = f"[{self.row}]" if self.row else ""
        return f"{self.group.key}{row}" + (f".{self.field.key}" if self.field else "")


def merge(facts: Facts, changes: Facts) -> Facts:
    """Return the facts with the changes laid over: single groups field by field, tables as a whole."""
    merged = dict(facts)
    for key, value in changes.items():
        old = merged.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            merged[key] = MappingProxyType({**old, **value})
        else:
            merged[key] = value
    return MappingProxyType(merged)


def set_fact(facts: Facts, path: Path, value: object) -> Facts:
    """Return the facts with one fact changed; an empty value removes it; row = count + 1 adds a row.

    Raises:
        InvalidValue: E002, when the value does not fit or the row does not exist.
    """
    plain = to_plain(facts)
    if path.field is None:
        if value in (None, ""):
            plain.pop(path.group.key, None)
            return parse_facts(plain)
        raise InvalidValue(
            f"请写明 {path.group.label} 的哪一项，如 {path.group.key}.{path.group.fields[0].key}"
        )
    if path.group.many:
        rows = plain.setdefault(path.group.key, [])
        assert isinstance(rows, list) and path.row is not None
        if not 1 <= path.row <= len(rows) + 1:
            raise InvalidValue(f"{path.group.label}只有 {len(rows)} 行，不能改第 {path.row} 行")
        if path.row == len(rows) + 1:
            rows.append({})
        target = rows[path.row - 1]
    else:
        single = plain.setdefault(path.group.key, {})
        assert isinstance(single, dict)
        target = single
    target[path.field.key] = value
    return parse_facts(plain)


def to_plain(facts: Facts) -> dict[str, dict[str, object] | list[dict[str, object]]]:
    """Return facts as plain dictionaries and lists, ready for JSON or TOML. ``parse_facts`` reads them back."""

    def row(r: Row) -> dict[str, object]:
        return {k: list(v) if isinstance(v, tuple) else v for k, v in r.items()}

    return {k: row(v) if isinstance(v, Mapping) else [row(r) for r in v] for k, v in facts.items()}


def single(facts: Facts, group: str) -> Row:
    """Return a single group, empty when nothing is known."""
    value = facts.get(group)
    return value if isinstance(value, Mapping) else MappingProxyType({})


def rows(facts: Facts, group: str) -> tuple[Row, ...]:
    """Return a table's rows, none when nothing is known."""
    value = facts.get(group)
    return value if isinstance(value, tuple) else ()


def people(facts: Facts) -> Iterable[tuple[str, Row]]:
    """Yield everyone named in the case with their part: 申请人, 代理人, 成员, 义务人."""
    for group in (APPLICANT, AGENT):
        if (row := single(facts, group.key)).get("name"):
            yield group.label, row
    for group, part in ((MEMBERS, "成员"), (OBLIGORS, "义务人")):
        for row in rows(facts, group.key):
            if row.get("name"):
                yield part, row
