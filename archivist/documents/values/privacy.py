"""What a public notice must not show, looked for in everything it would print.

Source: 最低生活保障审核确认办法第二十四条 (only 「申请人姓名、家庭成员数量、保障金额等信息」, 「不得公开无关信息」),
个人信息保护法第二十五条、第二十八条. Fields outside the declaration never get here; this looks at what a clerk typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from archivist.config import Config
from archivist.doctypes.catalogue import DocumentType, Origin
from archivist.doctypes.field_paths import FieldPath
from archivist.documents.values.nested import at
from archivist.errors import UnlawfulDocument
from archivist.model.case import Case
from archivist.model.fact_paths import FactPath
from archivist.model.facts import rows, single
from archivist.model.field_schema import GROUPS
from archivist.model.ids import Category

_PRIVATE_KINDS: Final = ("id", "old_id", "phone", "acct", "name")
_PRIVATE_FIELDS: Final = ("household_address", "address", "disability", "disability_cert", "employer")
_LONG_NUMBER = re.compile(r"(?<!\d)(\d{15,20}|\d{17}[Xx]|1[3-9]\d{9})(?!\d)")
_DOOR = re.compile(r"\d+\s*(号楼|栋|幢|单元|门|室|号院)")
_ILLNESS: Final = "癌 肿瘤 白血病 尿毒症 透析 精神病 精神分裂 艾滋 肝炎 残疾 瘫痪 脑梗 中风 糖尿病 病情 诊断 患病 重病 服刑 吸毒 戒毒".split()


def check_public(doc: DocumentType, case: Case, config: Config, values: Mapping[str, object]) -> None:
    """Refuse a public notice that shows private data.

    Raises:
        UnlawfulDocument: E305, naming the fields and what is wrong with them, never the data itself.
    """
    private = dict(_private(case))
    village = str(case.fact(FactPath.APPLICANT_VILLAGE) or "")
    office = config.office
    allowed = [t for t in (office.address, office.name, village, *(c.label for c in Category)) if t]
    phones = f"{office.phone} {office.supervision_phone}"
    problems = []
    for spec in doc.fields:
        if spec.origin in (Origin.OFFICE, Origin.CASE) or spec.path == FactPath.APPLICANT_VILLAGE:
            continue
        named, text = _printed(at(values, spec.path) or "", spec.path == FieldPath.PUBLICITY_NAME)
        for phrase in allowed:
            text, named = text.replace(phrase, ""), named.replace(phrase, "")
        found = {label for secret, label in private.items() if secret in text}
        text = f"{text}\n{named}"
        if any(number not in phones for number in _LONG_NUMBER.findall(text)):
            found.add("号码")
        if _DOOR.search(text):
            found.add("村、社区以下的住址")
        if any(word in text for word in _ILLNESS):
            found.add("疾病、残疾等敏感情形")
        if found:
            problems.append(f"{spec.named}中有{'、'.join(sorted(found))}，公示不得写出")
    if problems:
        raise UnlawfulDocument(
            f"“{doc.title}”将公开不应公开的个人信息",
            file=case.number,
            problems=problems,
            remedy="改写所指各项：只写结论和村（社区），不写证号、电话、账号、成员姓名、门牌、病情（最低生活保障审核确认办法第二十四条）。",
        )


def _private(case: Case) -> Iterator[tuple[str, str]]:
    """Yield every stored text that must not be posted, with its Chinese name; the applicant's own name may be."""
    own = case.applicant_name
    for group in GROUPS:
        found = rows(case.facts, group.key) if group.many else (single(case.facts, group.key),)
        for row in found:
            for fact in group.fields:
                value = row.get(fact.key)
                kept = fact.kind in _PRIVATE_KINDS or fact.key in _PRIVATE_FIELDS
                if kept and isinstance(value, str) and len(value) > 1 and value != own:
                    yield value, fact.label


def _printed(value: object, names: bool) -> tuple[str, str]:
    """Return what a field prints as names of recipients, which may be posted, and all else; tables cell by cell."""
    if isinstance(value, Mapping):
        cells = [_printed(cell, key == "name") for key, cell in value.items()]
    elif isinstance(value, list):
        cells = [_printed(item, names) for item in value]
    else:
        return (str(value), "") if names else ("", str(value))
    return "\n".join(c[0] for c in cells), "\n".join(c[1] for c in cells)
