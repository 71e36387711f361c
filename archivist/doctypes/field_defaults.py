"""What is known of a field by its path alone, so that declarations need not say it: facts, office, case, dates.

A row of ``[fields]`` says what it says otherwise, and what it has besides::

    { path = "applicant.name" }
    { path = "application.event", only = ["JN", "ZC"] }
    { path = "members", rows = 4, columns = [{ key = "name" }, { key = "relation" }] }
    { path = "decision.reasons", label = "不予确认的理由", kind = "text", origin = "set" }
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from archivist.model.field_schema import GROUP_BY_NAME, GROUPS

Row = Mapping[str, Any]


def _row(label: str, kind: str, origin: str) -> Row:
    return {"label": label, "kind": kind, "origin": origin}


_DEFAULTS: Final[Mapping[str, Row]] = MappingProxyType(
    {
        "office.name": _row("制发机关", "str", "office"),
        "office.district": _row("区（县）", "str", "office"),
        "office.bureau": _row("委托机关（区县民政局）", "str", "office"),
        "office.review_authority": _row("行政复议机关", "str", "office"),
        "office.court": _row("管辖法院", "str", "office"),
        "office.verification_agency": _row("核对机构", "str", "office"),
        "office.address": _row("办公地址", "str", "office"),
        "office.phone": _row("联系电话", "str", "office"),
        "office.supervision_phone": _row("监督电话", "str", "office"),
        "case.number": _row("户号", "str", "case"),
        "case.category": _row("救助类别", "str", "case"),
        "case.category_code": _row("救助类别代码", "str", "case"),
        "addressee.you": _row("对当事人的称呼", "str", "computed"),
        "publicity.moved": _row("公示期满日的顺延", "str", "computed"),
        "made_on": _row("成文日期", "date", "computed"),
        "doc_no": _row("文书编号", "docno", "rule"),
        "deadline": _row("办理期限", "date", "rule"),
        "household.size": _row("家庭人口数", "int", "computed"),
        "signature.signer": _row("署名", "str", "computed"),
        "signature.clause": _row("委托说明", "str", "computed"),
        "remedies.reconsideration": _row("救济途径·行政复议", "text", "computed"),
        "remedies.litigation": _row("救济途径·行政诉讼", "text", "computed"),
        "law.advance": _row("先行救助到位的期限", "str", "rule"),
        "law.alert": _row("分级预警", "str", "rule"),
        "law.consent": _row("义务人同意的依据", "str", "rule"),
        "law.consent_age": _row("须由监护人同意的年龄", "str", "rule"),
        "law.death": _row("死亡后办结的期限", "str", "rule"),
        "law.fraud": _row("骗取救助的后果", "text", "rule"),
        "law.fraud_source": _row("骗取救助的后果·依据", "str", "rule"),
        "law.hearing": _row("听取意见的依据", "str", "rule"),
        "law.inquiry": _row("索取材料的依据", "text", "rule"),
        "law.nonreport": _row("未主动告知的期限", "str", "rule"),
        "law.obligor_age": _row("义务人年龄", "str", "rule"),
        "law.obligor_age_recipient": _row("义务人年龄·低保对象", "str", "rule"),
        "law.petition": _row("申请复查的期限", "str", "rule"),
        "law.reassess": _row("复核评估期限", "str", "rule"),
        "law.recognition": _row("互认的依据", "str", "rule"),
        "law.refusal": _row("不予确认决定的送达期限", "str", "rule"),
        "law.representatives": _row("村（居）民代表的比例", "str", "rule"),
        "law.self_care_lost": _row("完全丧失的项数", "str", "rule"),
        "law.self_care_partial": _row("部分丧失的项数", "str", "rule"),
        "law.team": _row("调查人员人数", "str", "rule"),
        "role.appraisal": _row("评议的称谓", "str", "rule"),
        "role.committee": _row("村（居）民委员会的称谓", "str", "rule"),
        "role.conference": _row("联席会议的称谓", "str", "rule"),
        "role.county": _row("县级的称谓", "str", "rule"),
        "role.intake": _row("受理部门的称谓", "str", "rule"),
        "role.leadership": _row("班子会的称谓", "str", "rule"),
        "role.panel": _row("议事机构的称谓", "str", "rule"),
        "role.review": _row("复审部门的称谓", "str", "rule"),
        "role.review_head": _row("复审负责人的称谓", "str", "rule"),
        "role.town": _row("镇街的称谓", "str", "rule"),
    }
)


@cache
def defaults_of(path: str) -> Row:
    """Return what a path says of its field: the keys of a row of ``[fields]``; nothing of a path nobody knows."""
    head, _, key = path.partition(".")
    group = GROUP_BY_NAME.get(head)
    if group is not None and group.key == head:
        if group.many and not key:
            columns = [
                {"key": f.key, "label": f.label, "kind": f.kind, "choices": list(f.choices)}
                for f in group.fields
            ]
            return {**_row(group.label, "table", "fact"), "columns": columns}
        fact = next((f for f in group.fields if f.key == key), None)
        if fact is not None and not group.many:
            return {**_row(f"{group.label}·{fact.label}", fact.kind, "fact"), "choices": list(fact.choices)}
    return _DEFAULTS.get(path, {})


def paths_with_defaults() -> list[str]:
    """Return every path of which something is known_field."""
    facts = [f"{g.key}.{f.key}" for g in GROUPS if not g.many for f in g.fields]
    return [*facts, *(g.key for g in GROUPS if g.many), *_DEFAULTS]


def completed(row: Row, mode: str) -> dict[str, Any]:
    """Return a row of ``[fields]`` with what is known of its path and of its columns, and the mode it stands under.

    Args:
        row: as TOML gives it; what it should not hold is left in it for ``declaration`` to find.
        mode: the name of the array it stands in.
    """
    of_path = defaults_of(path) if isinstance(path := row.get("path"), str) else {}
    found = {**of_path, **row, "mode": mode}
    columns = {column["key"]: column for column in of_path.get("columns", ())}
    if columns and isinstance(own := row.get("columns"), list):
        found["columns"] = [
            {**columns.get(str(c.get("key")), {}), **c} if isinstance(c, Mapping) else c for c in own
        ]
    return found
