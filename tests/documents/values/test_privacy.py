"""What is posted for everybody shows nothing private of the household, whatever is known of it and whoever types.

Source: 最低生活保障审核确认办法第二十四条「信息公布应当依法保护个人隐私，不得公开无关信息」. Every fact of a household
carries a marker of its own; no public document, of any pack or category, may print a piece of one.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest

from archivist.doctypes.catalogue import Catalogue, DocumentType, FieldSpec
from archivist.documents.render.render import document_text, render
from archivist.documents.values.resolve import document_values
from archivist.errors import MissingFields, UnlawfulDocument
from archivist.model.field_schema import GROUPS, Field
from archivist.model.ids import Category
from archivist.rules import pack as packs
from tests.documents.samples import CONFIG, ON, SOURCES, a_case, an_id

PUBLIC = [d for d in Catalogue.load().generated() if d.public and d.template is not None]
CASES = [(d, c) for d in PUBLIC for c in d.categories]
MAY_BE_POSTED = {"applicant.name", "applicant.village", "application.received_on", "application.accepted_on"}
"""Facts that are no secret, beside ``benefit``."""
NAME = "欧阳公示"
_RARE = "璺璟瓛甪疃癀皛盨眬矅砮礐禔秾穈竑筠粏絜綍羑翀耥胍臑舾艿苠茳荭莜菝葑蒴蓇蕗薐藜蘼虮蚋蛄蜞蝣螋蟥蠃衮裒褊襦觖訚诜豇贲赟"


def planted() -> tuple[dict[str, Any], set[str]]:  # noqa: C901 (one line a kind)
    """Return the facts of a household that is all markers, and the pieces that nobody else may read."""
    numbers = itertools.count(1)
    secrets: set[str] = set()

    def digits(n: int) -> str:
        return f"{73_911 + 17 * n:05d}"

    def marker(path: str, field: Field) -> object:
        n = next(numbers)
        if path in MAY_BE_POSTED or path.startswith("benefit."):
            return {"name": NAME, "str": "槐树里社区", "date": "2024-07-30", "money": "1330", "int": 3}.get(
                field.kind,
                field.choices[0] if field.choices else "2024-09" if field.kind == "ym" else "全自理",
            )
        match field.kind:
            case "id":
                number = an_id(f"19{37 + n % 50}0{1 + n % 9}{11 + n % 17}", 377 + n, "659003")
                secrets.update(number[i : i + 5] for i in range(len(number) - 4))
                secrets.add(number[-4:])
                return number
            case "old_id":
                number = f"659003{37 + n % 50}0{1 + n % 9}{11 + n % 17}{377 + n}"
                secrets.update(number[i : i + 5] for i in range(len(number) - 4))
                return number
            case "phone" | "acct":
                number = ("139" if field.kind == "phone" else "62220212345") + f"{87_650_000 + 7 * n}"
                secrets.update(number[i : i + 6] for i in range(len(number) - 5))
                return number
            case "name" | "str" | "text":
                word = (
                    _RARE[n % len(_RARE)] + _RARE[(n * 7 + 3) % len(_RARE)] + _RARE[(n * 5 + 1) % len(_RARE)]
                )
                secrets.add(word)
                return f"{word}{digits(n)}号楼{n}门" if "address" in field.key else word
            case "money" | "decimal":
                secrets.add(digits(n))
                return digits(n)
            case "date":
                return f"19{31 + n % 60}-01-1{n % 9}"
            case "ym":
                return f"19{31 + n % 60}-01"
            case "int":
                return 7
            case "bool":
                return True
            case "multi":
                secrets.update(field.choices[:1])
                return list(field.choices[:1])
            case _:
                return field.choices[-1]

    facts: dict[str, Any] = {}
    for group in GROUPS:
        row = {f.key: marker(f"{group.key}.{f.key}", f) for f in group.fields}
        facts[group.key] = (
            [row, {f.key: marker(f"{group.key}.{f.key}", f) for f in group.fields}] if group.many else row
        )
    for person in (facts["applicant"], *facts["members"]):
        person |= {"id_type": "居民身份证", "health": "重病"}
    facts["applicant"]["birth_date"] = "1968-03-05"
    secrets |= {"重病"}
    return facts, secrets


FACTS, SECRETS = planted()


def raw(spec: FieldSpec) -> object:
    """Return what a clerk or the rules might give for a field that the facts do not."""
    simple = {
        "date": "2024-08-16", "datetime": "2024-08-16 09:30", "ym": "2024-09", "money": "1330", "int": "3", "decimal": "3",
        "bool": "是", "name": "王秀兰", "docno": "示槐救字〔2024〕35号", "phone": "022-20000002",
    }  # fmt: skip
    if spec.kind == "table":
        return [{c.key: c.choices[0] if c.choices else simple.get(c.kind, "示例") for c in spec.columns}]
    if spec.kind == "list":
        return ["示例"]
    if spec.choices:
        return [spec.choices[0]] if spec.kind == "multi" else spec.choices[0]
    return simple.get(spec.kind, "示例")


def filled(doc: DocumentType, category: Category, **typed: object) -> dict[str, object]:
    """Collect the values of a public document; what the facts and the office do not tell is typed in."""
    case = a_case(FACTS, category.value)
    given = {
        f.path: raw(f) for f in doc.fields if f.origin == "set" and f.kind not in ("sign", "seal", "image")
    }
    extra = {f.path: raw(f) for f in doc.fields if f.origin == "rule"}
    extra = {k: v for k, v in extra.items() if k not in typed}
    while True:
        try:
            return document_values(
                doc, case, CONFIG, on=ON, given=given | typed, extra=extra, sources=SOURCES
            )
        except MissingFields as error:
            missing = [f for f in doc.fields if any(f.named in p and "缺少" in p for p in error.problems)]
            if not missing or any(f.path in given for f in missing):
                raise
            given |= {f.path: raw(f) for f in missing}


def test_there_are_public_documents_for_every_pack() -> None:
    for pack in packs.available():
        assert any(not d.packs or pack in d.packs for d in PUBLIC), pack


@pytest.mark.parametrize(
    ("doc", "category"), CASES, ids=lambda v: v.id if isinstance(v, DocumentType) else v.value
)
def test_no_piece_of_a_private_fact_is_printed(doc: DocumentType, category: Category) -> None:
    assert doc.template is not None and len(SECRETS) > 100
    values = filled(doc, category)
    text = re.sub(r"\s+", "", "".join(document_text(render(doc.template, values, qr_payload=None))))
    assert sorted(s for s in SECRETS if s in text) == []
    assert not re.search(r"(?<!\d)\d{15,18}[\dXx](?!\d)", text)


TYPED = {
    "证件号": FACTS["members"][0]["id_number"],
    "他人证件号": an_id("19900101", 18),
    "联系电话": FACTS["applicant"]["phone"],
    "他人电话": "13812345678",
    "账号": FACTS["account"]["number"],
    "成员姓名": FACTS["members"][1]["name"],
    "门牌": "槐树里社区12号楼3门",
    "病情": "患有尿毒症，长期透析",
}


@pytest.mark.parametrize("what", TYPED)
@pytest.mark.parametrize("doc", PUBLIC, ids=lambda d: d.id)
def test_what_is_typed_in_is_refused_in_every_field(doc: DocumentType, what: str) -> None:
    """A clerk may reword a notice; a number, a name, an illness or a door in it stops the notice."""
    for spec in doc.fields:
        if spec.origin in ("office", "case", "fact") or spec.choices:
            continue
        text = f"经查，{TYPED[what]}"
        if spec.kind in ("str", "text") and not (spec.path == "publicity.name" and what == "成员姓名"):
            value: object = text
        elif spec.kind == "list":
            value = ["其一", text]
        elif spec.kind == "table" and any(
            c.kind in ("str", "text") and c.key != "name" for c in spec.columns
        ):
            free = [
                c.key for c in spec.columns if c.kind in ("str", "text") and c.key != "name" and not c.choices
            ]
            value = [dict.fromkeys(free[:1], text)]
        else:
            continue
        with pytest.raises(UnlawfulDocument) as caught:
            filled(doc, doc.categories[0], **{spec.path: value})
        assert spec.path in str(caught.value)
        assert TYPED[what] not in str(caught.value), "the refusal does not repeat what it refuses"
