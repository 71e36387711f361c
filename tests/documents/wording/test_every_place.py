"""No text of any type, of any pack, says what it may not; and each check fails on a seeded instance of its kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from archivist.doctypes.field_paths import FieldPath
from archivist.documents.values.context import DocumentContext
from archivist.documents.values.resolve import computed, document_values
from archivist.errors import MissingFields
from archivist.model.ids import RecordNo
from archivist.model.record import Record, RecordStatus
from archivist.rules import pack as packs
from tests.documents.samples import CATALOGUE, CONFIG, ON, SOURCES, a_case
from tests.documents.types.intake_samples import ORDINARY
from tests.documents.wording import faults
from tests.documents.wording.rendered import offered, office_of, sources_of, text_of
from tests.sampling import sweep

GOLDEN = Path(__file__).parents[1] / "types" / "golden"
ASKING = ("notice", "letter", "decision")
EVERY = [
    (place, name)
    for place in packs.available()
    for name in dict.fromkeys(document.id for document, _ in offered(place))
]


@sweep(1 / 12)
@pytest.mark.parametrize(("place", "name"), EVERY)
def test_a_paper_says_only_what_its_place_and_its_reader_know(place: str, name: str) -> None:
    """“greps every rendered text of every pack for words that are not its own, internal marks, English, None, a placeholder”."""
    document = CATALOGUE.get(name)
    for _, category in (pair for pair in offered(place) if pair[0].id == name):
        text = text_of(place, name, category)
        assert list(faults.foreign(text, place)) == []
        assert faults.internal(text) == []
        assert faults.traces(text) == []
        assert faults.english(text, name) == []
        assert faults.garbled(text) == faults.garbled(text_of(place, name, category, moving=True)) == []
        assert document.kind not in ASKING or faults.endless(text) == [], "nothing says until when"


def test_every_pack_is_read_with_every_type_it_has() -> None:
    """All packs, and no type that no place has."""
    assert {place for place, _ in EVERY} == set(packs.available()) == set(faults.TOWNS)
    made = {d.id for d in CATALOGUE.generated() if d.template is not None}
    assert {name for _, name in EVERY} == made
    assert len(EVERY) > 600


@pytest.mark.parametrize("golden", sorted(GOLDEN.glob("*.txt")), ids=lambda path: path.stem)
def test_a_whole_paper_says_nothing_for_the_house_alone(golden: Path) -> None:
    """Notes below registers too, which are written by code and stand in no template: no internal mark, no trace of a template."""
    text = golden.read_text(encoding="utf-8")
    assert faults.internal(text) == faults.traces(text) == []


@pytest.mark.parametrize("place", packs.available())
def test_what_is_handed_down_is_told_in_the_words_of_the_place(place: str) -> None:
    """「下放方式及范围」 is worked out line by line: each is read as the rest of the paper is."""
    document = CATALOGUE.get("delegation_power_list")
    context = DocumentContext.read(
        document, a_case(), office_of(place), on=ON, given={}, sources=sources_of(place), draft=True
    )
    values = {path: computed(context, path) for path in (FieldPath.POWERS_ROWS, FieldPath.POWERS_UNDELEGATED)}
    rows, beside = values[FieldPath.POWERS_ROWS], values[FieldPath.POWERS_UNDELEGATED]
    assert isinstance(rows, list) and isinstance(beside, list)
    lines = [*("".join(row.values()) for row in rows), *beside]
    assert len(rows) == len(sources_of(place).pack.delegated) and all(
        faults.TOWNS[place] in r["scope"] for r in rows
    )
    for line in lines:
        assert (
            list(faults.foreign(line, place)) == [] and faults.garbled(line) == [] and line.count("：") == 0
        )


@pytest.mark.parametrize(
    ("office", "called"),
    [
        ("示范区人民政府槐树街道办事处", "示范区人民政府槐树街道办事处班子会"),
        ("槐树镇人民政府", "槐树镇人民政府街道班子会"),
    ],
)
def test_a_meeting_of_a_street_is_not_called_so_twice(office: str, called: str) -> None:
    """A street's office held 「…街道办事处街道班子会」."""
    config = replace(CONFIG, office=replace(CONFIG.office, name=office))
    context = DocumentContext.read(
        CATALOGUE.get("leadership_meeting_minutes"), a_case(), config, on=ON, given={}, sources=sources_of("tianjin-hongqiao"), draft=True
    )  # fmt: skip
    assert computed(context, FieldPath.MEETING_NAME) == called


# ── the checks can fail ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("shaanxi-ziyang", "由经办机构接收"), ("chongqing-yongchuan", "报街道班子会审议"), ("national", "经联席会议研究"),
        ("tianjin-hongqiao", "开展群众评议"), ("national", "由镇民政办复审"), ("shaanxi-ziyang", "拟审批（确认）结果公示"),
        ("tianjin-hongqiao", "加盖镇（街道）公章"), ("shaanxi-ziyang", "乡镇（街道）公章"), ("chongqing-yongchuan", "镇街意见"),
        ("national", "村居负责人签字"), ("heilongjiang-jiamusi", "民政助理员审核"), ("national", "区（县）民政局收件人"),
    ],
)  # fmt: skip
def test_a_word_of_another_place_is_found(place: str, text: str) -> None:
    assert list(faults.foreign(text, place))


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("tianjin-hongqiao", "由经办机构接收，报街道班子会"), ("chongqing-yongchuan", "镇（街道）开展群众评议"), ("national", "社会救助管理部门"),
        ("national", "领导班子会议"), ("shaanxi-ziyang", "村（居）民委员会"), ("national", "档案主管部门"), ("national", "乡镇人民政府（街道办事处）"),
    ],
)  # fmt: skip
def test_a_word_of_its_own_and_of_the_law_passes(place: str, text: str) -> None:
    assert not list(faults.foreign(text, place))


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (faults.garbled, "申请收悉。经受红桥区民政局委托，审查"), (faults.garbled, "本机关，，决定"), (faults.garbled, "依照《》第十条"),
        (faults.garbled, "将在2027年1月3日（暂算）（含当日）前"), (faults.garbled, "（决定日期：2027年1月3日（暂算））"), (faults.garbled, "情况属实 。"),
        (faults.garbled, "核对机构（ ）"), (faults.garbled, "理由：。"), (faults.garbled, "《决定书》　，请"),
        (faults.internal, "依据：实施方案〔推定〕"), (faults.internal, "认定配偶的申请惯例"), (faults.internal, "规则包没有规定"),
        (faults.internal, "参照《中华人民共和国行政许可法》第三十二条"), (faults.traces, "经审核查明None"), (faults.traces, "户号：{{ case.number }}"),
        (faults.traces, "救助金额：〔待填〕元"), (faults.traces, "是否授权：True"), (faults.traces, "{% if x %}"), (faults.english, "制发机关：office"),
        (faults.english, "类别 DB"), (faults.endless, "请补齐下列材料。"), (faults.endless, "现请贵单位协助提供有关材料。"),
        (faults.endless, "请自收到本告知书起说明情况。"), (faults.endless, "决定责令你户退回多领取的资金。"),
    ],
)  # fmt: skip
def test_a_seeded_fault_of_each_kind_is_found(check: Callable[[str], list[str]], text: str) -> None:
    assert check(text)


@pytest.mark.parametrize(
    "text",
    [
        "请于2024年8月20日前（含当日）补齐。", "请自收到本告知书之日起4个工作日内说明情况。", "现行规定没有写明补正的期限，请尽快补齐。",
        "现请贵单位提供材料。请于2024年8月23日前书面回函。",
    ],
)  # fmt: skip
def test_a_request_with_a_term_or_without_a_rule_passes(text: str) -> None:
    assert faults.endless(text) == []


# ── what is said is true ─────────────────────────────────────────────────────────────────────────────────
def _signed(status: RecordStatus) -> Record:
    return Record(
        RecordNo("0001"),
        "verification_authorization",
        "家庭经济状况调查核对授权委托书",
        "01 申请",
        status,
        "2024-07-30T10:00:00+08:00",
    )


def _request(household: dict[str, object], *records: Record) -> dict[str, object]:
    case = replace(a_case(household), records={r.no: r for r in records})
    found = document_values(
        CATALOGUE.get("verification_request"), case, CONFIG, on=ON, given={}, sources=SOURCES
    )["request"]
    assert isinstance(found, dict)
    return found


def test_a_request_lists_only_who_signed() -> None:
    """“Statements about signatures … are made only when they are true”: 表列人员均已签署."""
    members = [{**m, "authorized": m["name"] == "李小满"} for m in ORDINARY["members"]]
    some = _request({**ORDINARY, "members": members, "obligors": []})
    assert [p["name"] for p in some["persons"]] == ["李小满"]  # type: ignore[attr-defined]
    assert some["authorization"] == "", "no authorization in the file, none is said to be enclosed"
    everybody = _request({**ORDINARY, "members": members}, _signed(RecordStatus.SIGNED))
    assert {p["authorized"] for p in everybody["persons"]} == {"已签"}  # type: ignore[attr-defined]
    assert "0001" in str(everybody["authorization"])
    with pytest.raises(MissingFields):
        _request({**ORDINARY, "members": [], "obligors": []}, _signed(RecordStatus.PENDING))


@pytest.mark.parametrize(
    "to", ["样例银行槐树支行", "样例证券公司", "样例保险公司", "某某支付有限公司", "农村信用社"]
)
def test_no_letter_asks_a_bank(to: str) -> None:
    """社会救助法第四十一条「县级人民政府民政部门可以向…银行、保险、证券等金融机构…核对」: not the office by letter."""
    given = {"letter.to": to, "letter.items": "账户情况", "letter.due": "2024-08-23"}
    with pytest.raises(MissingFields, match="金融信息由县级民政部门凭授权核对"):
        document_values(
            CATALOGUE.get("evidence_letter"), a_case(), CONFIG, on=ON, given=given, extra={"doc_no": "样〔2024〕1号"}, sources=SOURCES
        )  # fmt: skip
