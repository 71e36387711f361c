"""The minutes of a meeting over many households (会议纪要原件), put together from the extracts filed in each case.

Source: 红桥区社会救助审核确认权限下放改革工作实施方案「议事协商机构会议纪要须存入救助家庭档案备查」: each household has its own
extract, without the others; what all of them say is the original, kept among the papers of the office.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.errors import UsageError
from archivist.model.chinese import format_money, han_number
from archivist.model.fact_paths import FactPath
from archivist.model.record import Record
from archivist.model.values import parse_value
from archivist.report.case_history import HouseholdHistory
from archivist.report.register import Register, RegisterRequest, Row, in_order, who
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId

EXTRACTS: Final[Mapping[str, RuleId]] = {
    DocumentId.DELIBERATION_MINUTES: RuleId.ROLE_PANEL,
    DocumentId.LEADERSHIP_MEETING_MINUTES: RuleId.ROLE_LEADERSHIP,
    DocumentId.JOINT_CONFERENCE_MINUTES: RuleId.ROLE_CONFERENCE,
}
"""Extract → the row of the word by which the place calls its meeting."""
KIND: Final = "minutes.kind"
VOTES: Final = (FieldPath.MEETING_AGREE, FieldPath.MEETING_AGAINST, FieldPath.MEETING_ABSTAIN)
COMMON: Final[Mapping[str, str]] = {
    FieldPath.MEETING_NAME: "会议名称",
    FieldPath.MEETING_TIME: "会议时间",
    FieldPath.MEETING_PLACE: "会议地点",
    FieldPath.MEETING_CHAIR: "主持人",
    FieldPath.MEETING_RECORDER: "记录人",
    FieldPath.MEETING_ATTENDEES: "出席人员",
    FieldPath.MEETING_ABSENT: "请假",
    FieldPath.MEETING_OBSERVERS: "列席",
    FieldPath.MEETING_RECUSED: "回避",
}
"""What every extract of one meeting says alike."""


def _called(asked: RegisterRequest, kind: str) -> str:
    rule = asked.pack.find(EXTRACTS[kind], None, RuleDays.alike(asked.period.last))
    return str(rule.value) if rule else "会议"


def meetings(asked: RegisterRequest) -> list[tuple[str, RegisterRequest]]:
    """Return the meetings of a period, or the one that was named: how a file name tells it, what its minutes are made from."""
    found = {
        (record.type, _no(record))
        for house in asked.houses
        for record in _extracts(house)
        if _held_on(record) in asked.period and asked.told.get(FieldPath.MEETING_NO) in (None, _no(record))
    }
    return [
        (
            f"{_called(asked, kind)} {no}",
            dataclasses.replace(asked, told={**asked.told, KIND: kind, FieldPath.MEETING_NO: no}),
        )
        for kind, no in sorted(found)
    ]


def minutes_original(asked: RegisterRequest) -> Register:
    """The minutes of one meeting: what its extracts have in common, then household by household.

    Raises:
        UsageError: E001, no meeting is named.
    """
    kind, no = asked.told.get(KIND, ""), asked.told.get(FieldPath.MEETING_NO, "")
    if not (kind and no):
        raise UsageError("没有写哪一次会议", remedy="用 --set 会议期数=第3期 写明。")
    pairs = [(h, r) for h in asked.houses for r in _extracts(h) if r.type == kind and _no(r) == no]
    items = in_order(_item(house, record) for house, record in pairs)
    for n, item in enumerate(items, 1):
        item["label"] = han_number(n)
    found = Register(
        {FieldPath.MINUTES_ITEMS: items, FieldPath.MEETING_NO: no, FieldPath.MINUTES_COUNT: len(items)}
    )
    found.values |= {FieldPath.MINUTES_TITLE: f"{_called(asked, kind)}纪要"}
    for path in COMMON:
        said = {str(h.case.number): _extract_values(r).get(path) or "" for h, r in pairs}
        _agreed(found, path, said)
    found.values.setdefault(FieldPath.MEETING_NAME, f"{asked.office.name}{_called(asked, kind)}")
    return found


def _agreed(found: Register, path: str, said: Mapping[str, object]) -> None:
    """Take what the extracts say alike; where they differ, what the first says, and name the others."""
    values = list(said.values())
    if values and values[0]:
        found.values[path] = values[0]
    found.doubts += [
        f"{number}：摘录件所记{COMMON[path]}与其他户的不一致"
        for number, value in said.items()
        if value != values[0]
    ]


def _item(house: HouseholdHistory, record: Record) -> Row:
    given = _extract_values(record)
    votes = [str(given.get(path, "")) for path in VOTES]
    return who(house) | {
        "category": house.case.category.label,
        "matter": "".join(_matter(house, record.type, given)),
        "discussion": given.get(FieldPath.MEETING_DISCUSSION, ""),
        "votes": "同意{}票，反对{}票，弃权{}票".format(*votes) if all(votes) else "",
        "conclusion": "".join(_conclusion(house, record.type, given)),
    }


def _matter(house: HouseholdHistory, kind: str, given: Mapping[str, Any]) -> Iterable[str]:
    match kind:
        case DocumentId.DELIBERATION_MINUTES:
            yield str(given.get(FieldPath.MEETING_DISPUTE, ""))
        case DocumentId.LEADERSHIP_MEETING_MINUTES:
            source, proposal = (
                given.get(p, "") for p in (FieldPath.MEETING_SOURCE, FieldPath.MEETING_PROPOSAL)
            )
            yield f"{source}提请审议：{proposal}"
        case _:
            yield str(
                given.get(FieldPath.CONFERENCE_CAUSE)
                or house.fact(FactPath.APPLICATION_EVENT)
                or house.fact(FactPath.APPLICATION_CAUSE)
            )
            proposed = given.get(FieldPath.CONFERENCE_PROPOSED) or house.fact(FactPath.APPLICATION_AMOUNT)
            yield f"标准上限{_yuan(given.get(FieldPath.CONFERENCE_LIMIT))}，"
            yield f"提请{_yuan(proposed)}，"
            yield f"提请原因：{given.get(FieldPath.CONFERENCE_REASON, '')}。"


def _conclusion(house: HouseholdHistory, kind: str, given: Mapping[str, Any]) -> Iterable[str]:
    if kind == DocumentId.LEADERSHIP_MEETING_MINUTES:
        yield f"会议审议结论：{given.get(FieldPath.MEETING_RESULT, '')}。"
    yield str(given.get(FieldPath.MEETING_CONCLUSION, ""))
    if kind == DocumentId.JOINT_CONFERENCE_MINUTES:
        agreed = given.get(FieldPath.CONFERENCE_AMOUNT) or house.fact(FactPath.BENEFIT_AMOUNT)
        yield f"会议确定救助金额为{_yuan(agreed)}。"
    elif amount := given.get(FieldPath.MEETING_AMOUNT):
        yield f"会议同意的救助金额为{_yuan(amount)}。"


def _yuan(amount: object) -> str:
    return f"{format_money(Decimal(str(parse_value('money', amount))))}元" if amount else "＿＿元"


def _extracts(house: HouseholdHistory) -> Iterable[Record]:
    """Return the extracts of a case, the latest of each meeting."""
    latest = {(r.type, _no(r)): r for r in house.case.records_of(*EXTRACTS) if not r.signs and _no(r)}
    return latest.values()


def _extract_values(record: Record) -> Mapping[str, Any]:
    given: Mapping[str, Any] = record.data.get("given", {})
    return given


def _no(record: Record) -> str:
    return str(_extract_values(record).get(FieldPath.MEETING_NO, ""))


def _held_on(record: Record) -> dt.date:
    told = parse_value("datetime", _extract_values(record).get(FieldPath.MEETING_TIME))
    return dt.date.fromisoformat(str(told or record.filed_at)[:10])
