"""Which column of a roster is which fact: proposed from headings that offices use, kept as TOML for a clerk to put right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from archivist.errors import InvalidValue, UsageError
from archivist.model.facts import Path
from archivist.model.field_schema import GROUP_BY_NAME
from archivist.model.ids import mask_id
from archivist.procedure.roster_headings import JOINT, RosterTable, plain_heading

KEY: Final = "户编号"
"""What says which rows are one household; no fact."""
HEAD_NAME, HEAD_ID = "applicant.name", "applicant.id_number"
NAME, ID_NUMBER, RELATION = "members.name", "members.id_number", "members.relation"
LEFT: Final = "不收"
"""A column that is known and not taken."""
_HEADINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        KEY: "户编号 家庭编号 家庭ID 低保证号 低保证编号 救助证编号 救助证号 困难证号",
        HEAD_NAME: "户主姓名 申请人姓名 户主 保障对象姓名 对象姓名 名称",
        HEAD_ID: "户主身份证号 户主身份证号码 申请人身份证号",
        "applicant.village": "社区 村 行政村 村居 地区 所属村 村社区",
        "applicant.household_address": "户籍所在地 户籍地址 户籍地",
        "applicant.address": "家庭住址 家庭地址 现住址 现房住址 居住地址 住址 现居住地址",
        "applicant.phone": "联系电话 电话 手机 户主联系方式 联系方式 手机号",
        "applicant.ethnicity": "民族",
        "applicant.disability_cert": "残疾证号 残疾人证号",
        "applicant.birth_date": "出生年月 出生日期",
        NAME: "家庭成员姓名 成员姓名 享受低保人-姓名 享受人姓名 家庭成员 享受低保人",
        ID_NUMBER: "成员身份证号 享受低保人-身份证号 享受人身份证号 家庭成员身份证号",
        RELATION: "与户主关系 家庭关系 关系 与申请人关系",
        "members.covered": "是否享受 是否保障 享受标识",
        "members.education": "文化程度 在校生状况",
        "application.cause": "致贫原因 主要致贫原因 致困原因 低保原因 困难原因 申请救助原因",
        "account.holder": "账户名称 户名 开户人 卡主姓名 开户人姓名",
        "account.bank": "开户银行 开户行 低保开户银行",
        "account.number": "银行账号 银行账户 银行卡号 账号 低保银行账号 社保卡号",
        "benefit.persons": "保障人口数 保障人数 享受人数 保障总人口 享受低保人数",
        "benefit.amount": "户月保障金 保障金额 月保障金额 家庭补差 补差金额 月补差 发放合计 总发放金额 保障金",
        "benefit.start": "起始保障年月 享受时间 起发年月 纳入时间",
        "benefit.end": "截止保障年月",
        "benefit.care_form": "供养方式",
        LEFT: "序号 家庭人口数 人数 领款人签字 领款时间 制表人 备注 省 市 县 乡 乡镇 账号状态 人编号 自然村 低保金加发类别 低保金加发金额"
        " 分类施保类别 分类施保金 属别 家庭类别 保障方式 住房情况 房屋状况 危房户 人均纯收入 务工状况 劳动技能 卡主身份证号 年标准 标准"
        " 重点保障人数 残疾人数 重点救助60元 重点救助100元 残疾人救助",
    }
)  # fmt: skip
_OF_SOMEBODY: Final = MappingProxyType(
    {
        "name": "姓名",
        "id_number": "身份证号 身份证号码 证件号码 公民身份号码 居民身份证号",
        "sex": "性别",
        "health": "健康状况",
        "labour": "劳动能力",
    }
)
"""Headings that are of whoever the row is of: the applicant's, or where the roster has a row a person, a member's."""
_BY_HEADING: Final = {
    plain_heading(name): path for path, names in _HEADINGS.items() for name in names.split()
}
_SOMEBODY: Final = {plain_heading(name): key for key, names in _OF_SOMEBODY.items() for name in names.split()}
_SAMPLES: Final = 3
SURE, BY_END, LIKE = 1.0, 0.9, 0.6


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """What a column of a roster is.

    Attributes:
        column: from 0.
        heading: as it was found.
        field: path of the fact, ``户编号``, ``不收``, or empty where nothing is proposed.
        score: 0.0–1.0, how sure the proposal is.
        samples: values from its first rows, ID numbers masked.
    """

    column: int
    heading: str
    field: str
    score: float
    samples: tuple[str, ...] = ()


def known_as(heading: str) -> float:
    """Tell how well a heading is one that offices use: whole, by its end alone (below another, or a title), or not at all."""
    for text, score in ((heading, SURE), (heading.rpartition(JOINT)[2], BY_END)):
        if text in _BY_HEADING or text in _SOMEBODY:
            return score
    return 0.0


def propose(table: RosterTable) -> tuple[MappedColumn, ...]:
    """Return what each column seems to be; no fact is proposed twice, the surer column has it."""
    by_person = any(_look_up(head, by_person=False)[0] == RELATION for head in table.headings.values())
    found = [
        MappedColumn(column, head, *_look_up(head, by_person=by_person), _samples(table, column))
        for column, head in table.headings.items()
    ]
    taken: dict[str, MappedColumn] = {}
    for one in sorted(found, key=lambda c: -c.score):
        if one.field and one.field != LEFT:
            taken.setdefault(one.field, one)
    return tuple(
        one if one.field in ("", LEFT) or taken[one.field] is one
        else MappedColumn(one.column, one.heading, LEFT if one.field == KEY else "", 0.0, one.samples)
        for one in found
    )  # fmt: skip


def _look_up(heading: str, *, by_person: bool) -> tuple[str, float]:
    for text, score in ((heading, SURE), (heading.rpartition(JOINT)[2], BY_END)):
        if path := _BY_HEADING.get(text):
            return path, score
        if key := _SOMEBODY.get(text):
            return f"{'members' if by_person else 'applicant'}.{key}", score
    like = [path for name, path in _BY_HEADING.items() if len(name) > 3 and name in heading]
    return (like[0], LIKE) if len(set(like)) == 1 else ("", 0.0)


def _samples(table: RosterTable, column: int) -> tuple[str, ...]:
    values = (row.values[column] for row in table.rows[:20] if column < len(row.values))
    shown = dict.fromkeys(str(v).strip()[:20] for v in values if v not in (None, ""))
    return tuple(mask_id(text) if len(text) in (15, 18) and text[:14].isdigit() else text for text in shown)[
        :_SAMPLES
    ]


def as_toml(sheet: str, columns: tuple[MappedColumn, ...], letters: Mapping[int, str]) -> str:
    """Return the mapping as a clerk may put it right."""
    lines = [
        "# 名册的各列收到户档的哪一项（archivist fields 列出全部；“不收”：不要这一列；空着：不认识，不收）。",
        "# 核对、改好 field 后：archivist import 名册 --map 本文件",
        f"sheet = {_quoted(sheet)}",
    ]
    for one in columns:
        lines += [
            "",
            "[[column]]",
            f"at = {_quoted(letters[one.column])}",
            f"heading = {_quoted(one.heading)}",
            f"field = {_quoted(one.field)}",
            f"score = {one.score:.1f}",
            f"samples = [{', '.join(map(_quoted, one.samples))}]",
        ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def from_toml(
    raw: Mapping[str, Any], table: RosterTable, letters: Mapping[int, str]
) -> tuple[MappedColumn, ...]:
    """Return a mapping that a clerk put right, held against the roster it is for.

    Raises:
        UsageError: E001, listing every column that is not there and every field that does not exist.
    """
    at = {letter: column for column, letter in letters.items()}
    problems: list[str] = []
    found: dict[str, MappedColumn] = {}
    told = raw.get("column")
    rows = told if isinstance(told, list) else []
    for number, row in enumerate(rows, 1):
        place = f"第 {number} 个 [[column]]"
        if not isinstance(row, dict):
            problems.append(f"{place}应为一组 键 = 值")
            continue
        letter, heading, field = (str(row.get(key, "")).strip() for key in ("at", "heading", "field"))
        column = at.get(letter)
        if column is None or table.headings[column] != heading:
            stands = "没有这一列" if column is None else f"那里是“{table.headings[column]}”"
            problems.append(f"{place}（{letter}）写着“{heading}”，名册上{stands}")
            continue
        if field in ("", LEFT):
            continue
        try:
            path = field if field == KEY else _path(field)
        except InvalidValue as error:
            problems.append(f"{place}（{letter} {heading}）：{error.what}")
            continue
        if path in found:
            problems.append(f"{place}（{letter} {heading}）：{path} 已由“{found[path].heading}”一列填写")
        found[path] = MappedColumn(column, heading, path, SURE)
    if not found and not problems:
        problems.append("没有一列写了 field")
    if problems:
        raise UsageError(
            "对应表与名册对不上", problems=problems, remedy="改正对应表，或去掉 --map 重新推荐。"
        )
    return tuple(found.values())


def _path(field: str) -> str:
    """Return the path of a fact by its key; a table's has no row number here."""
    group_name, _, name = field.partition(".")
    group = GROUP_BY_NAME.get(group_name)
    declared = group.by_name.get(name) if group else None
    if group is None or declared is None or (group.many and group.key != "members"):
        Path.parse(f"{group_name}[1].{name}" if group and group.many else field)
        raise InvalidValue(f"“{field}”不能由名册填写")
    return f"{group.key}.{declared.key}"
