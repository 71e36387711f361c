"""送达 needs a signed receipt of that very decision, a method with its proof, and the day of receipt.

「载明具体行政行为的法律文书直接送达的，自受送达人签收之日起计算」(行政复议法实施条例第十五条).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import pytest

from archivist.model.ids import RecordNo
from archivist.rules import pack as packs
from archivist.rules.admissibility import Issuance, of_document
from archivist.rules.attempt import Attempt
from archivist.rules.guards import GUARDS
from archivist.rules.rule_ids import RulePrefix
from tests.rules.household_file import CATALOGUE, FILED, File
from tests.rules.walking import CONFIRMED, REVIEWED, SURVEYED, due, walk

NATIONAL = packs.load("national")
CONFIRMED_STEPS = walk(NATIONAL, "DB", *CONFIRMED).steps
DAY = "2024-03-14"
NOTHING: Mapping[str, str] = {}


def attempt(
    file: File, *, on: str = DAY, values: Mapping[str, str] = NOTHING, reason: str = "", step: str = "deliver"
) -> Attempt:
    case = file.case
    row = next(s for s in NATIONAL.steps_of(case, case.rules_on) if s.id == step)
    day = dt.date.fromisoformat(on)
    return Attempt(case, NATIONAL, row, day, values=values, reason=reason, catalogue=CATALOGUE)


def unserved(file: File, step: str = "deliver") -> list[str]:
    return GUARDS["served"].reasons(attempt(file, step=step))


def unfit(file: File, *, on: str = DAY, values: Mapping[str, str] = NOTHING, reason: str = "") -> list[str]:
    return GUARDS["service_proven"].reasons(attempt(file, on=on, values=values, reason=reason))


def served(*, date: str = "2024-03-13", signed: tuple[str, ...] | None = None, **on_copy: object) -> File:
    """Return a file whose decision was served by a signed receipt, where ink was seen at some places or a person saw it."""
    file = File(CONFIRMED_STEPS)
    decision = file.add("confirmation_decision", date="2024-03-13")
    receipt = file.add("delivery_receipt", serves=[decision], date=date)
    seen = {"by": "林经办"} if signed is None else {"signed": list(signed), "empty": []}
    file.sign(receipt, signature=seen, **on_copy)
    return file


# ── of that very paper ───────────────────────────────────────────────────────────────────────────────────
def test_a_signed_receipt_of_the_decision_serves_it() -> None:
    assert unserved(served()) == [] and unfit(served()) == []


def test_nothing_was_issued() -> None:
    (why,) = unserved(File(CONFIRMED_STEPS))
    assert "卷内没有《社会救助确认决定书》" in why


def test_a_receipt_of_another_paper_serves_another() -> None:
    file = File(CONFIRMED_STEPS)
    notice = file.add("acceptance_notice")
    file.sign(file.add("delivery_receipt", serves=[notice]))
    decision = file.add("confirmation_decision")
    (why,) = unserved(file)
    assert f"第 {decision} 件" in why and f"送达的是第 {notice} 件" in why


def test_an_unsigned_receipt_serves_nothing() -> None:
    file = File(CONFIRMED_STEPS)
    receipt = file.add("delivery_receipt", serves=[file.add("confirmation_decision")])
    (why,) = unserved(file)
    assert f"第 {receipt} 件送达回证" in why and "签署件" in why


def test_a_decision_made_anew_is_served_anew() -> None:
    file = served()
    file.void(RecordNo("0001"))
    assert unserved(file) == ["卷内没有《社会救助确认决定书》，无从送达"]
    new = file.add("confirmation_decision")
    (why,) = unserved(file)
    assert new in why


def test_a_receipt_of_the_explanation_does_not_serve_the_refusal() -> None:
    """The findings' case: any receipt in the file let 送达 pass."""
    told = walk(NATIONAL, "DB", *SURVEYED[:3], "explain 2024-03-05").steps
    file = File(told)
    notice = file.add("verification_result_notice")
    assert unserved(file, "deliver_explain")
    file.sign(file.add("delivery_receipt", serves=[notice]))
    assert unserved(file, "deliver_explain") == []
    way = (*SURVEYED[:3], "explain 2024-03-05", "deliver_explain 2024-03-06", "refuse_unexplained 2024-03-20")
    case = walk(NATIONAL, "DB", *way)
    refused = File(case.steps)
    refused.records = dict(file.records)
    assert unserved(refused) == ["卷内没有《社会救助不予确认决定书》，无从送达"]
    decision = refused.add("refusal_decision")
    (why,) = unserved(refused)
    assert decision in why


def test_a_second_service_has_something_new_to_serve() -> None:
    file = served()
    file.steps = walk(NATIONAL, "DB", *CONFIRMED, f"deliver {DAY}").steps
    (why,) = unserved(file)
    assert "没有新的文书" in why


def test_what_another_body_decided_is_served_by_a_receipt_since() -> None:
    """残疾人两项补贴: the bureau's approval is no document of ours."""
    way = ("submit 2024-02-23", "accept 2024-02-26", "town_review 2024-02-28", "federation_review 2024-03-01")
    steps = walk(NATIONAL, "CJ", *way, "bureau_approve 2024-03-04").steps
    file = File(steps)
    form = file.add("disability_subsidy_form", FILED)
    (why,) = unserved(file)
    assert "--serves" in why
    file.sign(file.add("delivery_receipt", serves=[form]))
    assert unserved(file) == []


# ── the day ──────────────────────────────────────────────────────────────────────────────────────────────
def test_the_day_of_the_step_is_the_day_of_receipt() -> None:
    """「自受送达人签收之日起计算」: a contradiction is refused with both days."""
    file = served(dated="2024-03-15")
    (why,) = unfit(file)
    assert "2024-03-14" in why and "2024-03-15" in why
    assert unfit(file, on="2024-03-15") == []


def test_the_day_told_and_the_day_read_agree() -> None:
    file = served(dated="2024-03-15")
    (why,) = unfit(file, on="2024-03-15", values={"received_on": "2024-03-16"})
    assert "2024-03-15" in why and "2024-03-16" in why and "--received-on" in why
    (why,) = unfit(served(), values={"received_on": "2024-03-16"})
    assert "2024-03-16" in why


@pytest.mark.parametrize("day", ["2024-03-12", "2024-01-01"])
def test_nothing_is_served_before_it_was_made(day: str) -> None:
    assert any("2024-03-13" in why for why in unfit(served(), on=day))


def test_no_receipt_is_signed_before_it_was_made() -> None:
    (why,) = unfit(served(date="2024-03-20"))
    assert "送达回证" in why and "2024-03-20" in why


def test_the_remedies_run_from_that_day() -> None:
    case = walk(NATIONAL, "DB", *REVIEWED, "refuse 2024-03-13", "deliver 2024-03-15")
    assert due(case, NATIONAL, "remedy.reconsideration") == "2024-05-14"


# ── the methods ──────────────────────────────────────────────────────────────────────────────────────────
LEFT = {"method": "留置", "refusal": "不在家的儿媳拒绝签收"}
GOOD: dict[str, Mapping[str, str]] = {
    "直接": {"method": "直接"},
    "代收": {"method": "代收", "received_by": "王小样", "relation": "同住成年家属"},
    "留置": {**LEFT, "witness": "村主任某某"},
    "邮寄": {"method": "邮寄", "tracking": "1010101010101", "evidence": "4"},
    "电子": {"method": "电子", "consent": "4", "evidence": "4"},
    "转交": {"method": "转交", "through": "样例养老院", "evidence": "4"},
    "公告": {"method": "公告", "posted_on": "2024-03-14", "evidence": "4"},
}
REASON = "下落不明"


def with_evidence() -> File:
    file = served()
    assert file.add("mat_photo", FILED) == "0004"
    return file


def on_of(method: str) -> str:
    """Return the day of service of a method; public service is service when its days are over."""
    return "2024-04-15" if method == "公告" else DAY


@pytest.mark.parametrize("method", GOOD)
def test_a_method_with_its_proof_serves(method: str) -> None:
    values = GOOD[method]
    assert unfit(with_evidence(), on=on_of(method), values=values, reason=REASON) == []


@pytest.mark.parametrize(
    ("method", "without"),
    [(method, key) for method, values in GOOD.items() for key in values if key != "method"],
)
def test_what_a_method_needs_and_is_not_there_is_refused(method: str, without: str) -> None:
    values = {key: value for key, value in GOOD[method].items() if key != without}
    found = unfit(with_evidence(), on=on_of(method), values=values, reason=REASON)
    assert any(f"{method}送达须有" in why for why in found)


def test_what_is_left_is_witnessed_or_photographed() -> None:
    """「由送达人、见证人签名或者盖章，把诉讼文书留在受送达人的住所」."""
    assert unfit(with_evidence(), values={**LEFT, "evidence": "0004"}) == []


def test_service_in_public_has_its_reason_and_its_thirty_days() -> None:
    """「自发出公告之日起，经过三十日，即视为送达」; the thirtieth day, a Saturday, goes over to Monday."""
    values = {**GOOD["公告"], "posted_on": "2024-03-14"}
    assert any("理由" in why for why in unfit(with_evidence(), on="2024-04-15", values=values))
    (why,) = unfit(with_evidence(), on="2024-03-20", values=values, reason=REASON)
    assert "2024-04-15" in why and "2024-03-20" in why


@pytest.mark.parametrize(
    ("method", "place"),
    [("直接", "受送达人签名或盖章"), ("代收", "代收人签名")],
    ids=["direct", "substitute"],
)
def test_who_received_it_signed(method: str, place: str) -> None:
    """A receipt on which the program saw no ink at the place of who received it proves nothing."""
    (why,) = unfit(served(signed=("送达人签名", "见证人签名")), values=GOOD[method])
    assert place.removesuffix("或盖章") in why
    assert unfit(served(signed=(place, "送达人签名")), values=GOOD[method]) == []


@pytest.mark.parametrize("number", ["0009", "0001", "样例"])
def test_evidence_is_a_paper_of_the_file(number: str) -> None:
    file = with_evidence()
    assert any("凭证件号" in why for why in unfit(file, values={**GOOD["邮寄"], "evidence": number}))


def test_unheard_of_methods_and_relations() -> None:
    (why,) = unfit(served(), values={"method": "托人捎去"})
    assert "公告" in why
    (why,) = unfit(served(), values={**GOOD["代收"], "relation": "邻居"})
    assert "邻居" in why and "同住成年家属" in why


def test_the_receipt_offers_the_methods_of_the_rules() -> None:
    field = CATALOGUE.get("delivery_receipt").field("delivery.method")
    assert field is not None
    assert list(field.choices) == [
        r.title for r in NATIONAL.rules if r.id.startswith(RulePrefix.SERVICE_METHOD)
    ]


@pytest.mark.parametrize("name", packs.available())
def test_every_pack_asks_for_the_receipt_of_the_paper(name: str) -> None:
    rows = [s for s in packs.load(name).steps if s.id in ("deliver", "deliver_explain")]
    assert rows and all({"served", "service_proven"} <= set(row.guards) for row in rows)


def test_a_paper_that_recites_a_service_waits_for_it() -> None:
    """不符合条件材料报送单 tells when the notice was served: the document side says what the step would say."""
    told = walk(NATIONAL, "DB", *SURVEYED[:3], "explain 2024-03-05")
    file, day = File(told.steps), dt.date(2024, 3, 20)
    notice = file.add("verification_result_notice")
    document = CATALOGUE.get("noncompliance_submission")

    def problems() -> tuple[str, ...]:
        case = replace(file.case, facts=told.facts, opened_on=told.opened_on)
        return of_document(Issuance(case, NATIONAL, CATALOGUE, document, day, day)).problems

    assert list(problems()) == unserved(file, "deliver_explain")
    file.sign(notice)
    assert problems() == ()
