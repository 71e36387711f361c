"""Service (送达): a paper counts as served only by the receipt that lists it, signed, of a paper that holds.

「送达诉讼文书必须有送达回证，由受送达人在送达回证上记明收到日期，签名或者盖章」(民事诉讼法第八十七条，参照).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from archivist.model.ids import RecordNo
from archivist.model.record import Record, RecordStatus
from archivist.rules import service
from archivist.rules.disposition import arrangement
from tests.rules.household_file import CATALOGUE, FILED, PENDING, File


# ── findings A.4 ─────────────────────────────────────────────────────────────────────────────────────────
def test_a_receipt_of_another_paper_proves_nothing() -> None:
    file = File()
    notice, decision = file.add("extension_notice"), file.add("refusal_decision")
    receipt = file.add("delivery_receipt", serves=[notice])
    file.sign(receipt)
    assert file.unserved == [decision]
    assert notice in service.unproved(file.case, file.service, file.records[decision])


def test_one_receipt_proves_all_it_lists() -> None:
    file = File()
    both = [file.add("refusal_decision"), file.add("extension_notice")]
    receipt = file.add("delivery_receipt", serves=both)
    copy = file.sign(receipt)
    assert file.unserved == []
    assert {n: (p.receipt.no, p.copy.no) for n, p in file.service.proofs.items()} == dict.fromkeys(
        both, (receipt, copy)
    )


def test_an_unsigned_receipt_proves_nothing_and_is_not_made_twice() -> None:
    file = File()
    decision = file.add("confirmation_decision")
    receipt = file.add("delivery_receipt", serves=[decision])
    assert file.unserved == [decision] and file.service.listed[decision].no == receipt
    (why,) = service.unlistable(file.case, CATALOGUE)
    assert receipt in why and "待签" in why
    assert list(service.unlistable(file.case, CATALOGUE, [decision])) == []


def test_a_void_decision_is_not_served_and_the_new_one_was_not() -> None:
    file = File()
    old = file.add("confirmation_decision")
    file.sign(file.add("delivery_receipt", serves=[old]))
    file.void(old)
    new = file.add("confirmation_decision")
    assert file.unserved == [new] and old not in file.service.proofs
    assert "作废" in "".join(service.unlistable(file.case, CATALOGUE, [old]))


def test_a_void_receipt_proves_nothing() -> None:
    file = File()
    decision = file.add("confirmation_decision")
    receipt = file.add("delivery_receipt", serves=[decision])
    file.sign(receipt)
    file.void(receipt)
    assert file.unserved == [decision]


def test_an_older_receipt_serves_nothing_that_came_after_it() -> None:
    file = File()
    first = file.add("benefit_change_decision")
    file.sign(file.add("delivery_receipt", serves=[first]))
    second = file.add("benefit_change_decision")
    assert file.unserved == [second]


def test_a_scan_proves_nothing_until_a_person_says_for_what() -> None:
    file = File()
    decision = file.add("confirmation_decision", date="2024-03-20")
    scan = file.add("delivery_receipt", FILED)
    assert file.unserved == [decision]
    assert "case record serves" in service.unproved(file.case, file.service, file.records[decision])
    file.records[scan] = replace(file.records[scan], data={"serves": [decision]})
    assert file.unserved == []


def test_a_receipt_received_before_the_decision_is_not_its() -> None:
    file = File()
    decision = file.add("confirmation_decision", date="2024-03-20")
    scan = file.add("delivery_receipt", FILED, dated="2024-03-19")
    (why,) = service.unbindable(file.case, file.records[scan], [decision], None)
    assert list(service.unbindable(file.case, file.records[scan], [], None))
    assert "2024-03-19" in why and "2024-03-20" in why
    assert not list(service.unbindable(file.case, file.records[scan], [decision], dt.date(2024, 3, 20))), (
        "as a person read it"
    )


def test_a_receipt_of_ours_lists_what_it_lists() -> None:
    file = File()
    one, other = file.add("confirmation_decision"), file.add("extension_notice")
    receipt = file.add("delivery_receipt", serves=[one])
    assert list(service.unbindable(file.case, file.records[receipt], [other], None))
    assert not list(service.unbindable(file.case, file.records[receipt], [one], None))


def test_what_can_be_served_at_all() -> None:
    file = File()
    decision = file.add("confirmation_decision")
    copy, receipt = file.sign(decision), file.add("delivery_receipt", serves=[decision])
    for number in (copy, receipt, RecordNo("0099")):
        assert list(service.unlistable(file.case, CATALOGUE, [number])), number


# ── the slip on the notice itself ────────────────────────────────────────────────────────────────────────
def test_a_notice_with_a_slip_is_served_by_its_signed_copy() -> None:
    """「申请人签收或送达回证」."""
    file = File()
    notice = file.add("verification_result_notice")
    assert file.unserved == [notice]
    file.sign(notice, signature={"by": "林经办"})
    assert file.unserved == []


def test_a_slip_that_nobody_signed_proves_nothing() -> None:
    file = File()
    notice = file.add("acceptance_notice")
    file.sign(notice, signature={"signed": ["落款日期处的印章"], "empty": ["申请人（代理人）签收"]})
    assert file.unserved == [notice]


def test_a_slip_that_the_program_saw_signed_proves_it() -> None:
    file = File()
    file.sign(file.add("acceptance_notice"), signature={"signed": ["申请人（代理人）签收"], "empty": []})
    assert file.unserved == []


def test_a_sealed_decision_is_not_yet_served() -> None:
    file = File()
    decision = file.add("confirmation_decision")
    file.sign(decision)
    assert file.unserved == [decision]


# ── a new receipt ────────────────────────────────────────────────────────────────────────────────────────
def test_a_receipt_lists_everything_that_waits() -> None:
    file = File()
    file.sign(file.add("delivery_receipt", serves=[file.add("extension_notice")]))
    waiting = [file.add("refusal_decision"), file.add("procedure_termination_notice")]
    file.add("household_survey", FILED)
    assert [r.no for r in service.to_list(file.case, CATALOGUE)] == waiting
    assert [r.no for r in service.to_list(file.case, CATALOGUE, waiting[1:])] == waiting[1:]


def test_nothing_left_to_serve_is_refused() -> None:
    file = File()
    decision = file.add("refusal_decision")
    file.sign(file.add("delivery_receipt", serves=[decision]))
    assert list(service.unlistable(file.case, CATALOGUE))
    assert list(service.unlistable(file.case, CATALOGUE, [decision]))
    assert not list(service.unlistable(file.case, CATALOGUE, [decision], again=True))
    other = file.add("application_form", FILED)
    assert not list(service.unlistable(file.case, CATALOGUE, [other]))


def test_numbers_as_a_clerk_writes_them() -> None:
    assert service.numbers_in("12、0013, 12") == ("0012", "0013")
    assert service.numbers_in(None) == service.numbers_in(" ") == ()
    file = File()
    assert list(service.unlistable(file.case, CATALOGUE, service.numbers_in("决定书")))


def test_the_day_of_receipt_is_that_of_the_paper_or_what_a_person_read_there() -> None:
    file = File()
    decision = file.add("refusal_decision")
    receipt = file.add("delivery_receipt", serves=[decision], date="2024-03-20")
    file.sign(receipt, dated="2024-03-22")
    assert file.service.proofs[decision].on == dt.date(2024, 3, 22)
    file.records[receipt] = replace(
        file.records[receipt], data={**file.records[receipt].data, "received_on": "2024-03-21"}
    )
    assert file.service.proofs[decision].on == dt.date(2024, 3, 21)


# ── the volume ───────────────────────────────────────────────────────────────────────────────────────────
def test_a_receipt_stands_behind_what_it_serves() -> None:
    file = File()
    decision = file.add("confirmation_decision")
    change = file.add("benefit_change_decision", date="2025-03-04")
    for number in (change, decision):
        file.sign(file.add("delivery_receipt", serves=[number]))
    order = [i.made.no for i in arrangement.items(file.case)]
    assert order == [decision, "0005", change, "0003"]


# ── the kind ─────────────────────────────────────────────────────────────────────────────────────────────
KINDS = ("confirmation_decision", "refusal_decision", "extension_notice", "household_survey")


@given(st.data())
def test_a_decision_counts_as_served_only_if_a_signed_receipt_lists_it(data: st.DataObject) -> None:
    """Whatever lies in the file: receipts of other papers, void ones, unsigned ones, scans nobody looked at."""
    file, receipts, papers = File(), [], []
    for act in data.draw(
        st.lists(st.sampled_from(["paper", "receipt", "scan", "sign", "void"]), max_size=14)
    ):
        if act == "paper":
            papers.append(file.add(data.draw(st.sampled_from(KINDS))))
        elif act in ("receipt", "scan"):
            chosen = data.draw(st.lists(st.sampled_from(papers), unique=True)) if papers else []
            status = PENDING if act == "receipt" else FILED
            receipts.append(file.add("delivery_receipt", status, **({"serves": chosen} if chosen else {})))
        elif act == "sign":
            waiting = [n for n, r in file.records.items() if r.status is PENDING and not r.voided]
            if waiting:
                file.sign(data.draw(st.sampled_from(waiting)))
        elif issued := [n for n, r in file.records.items() if r.issued and not r.voided and not r.signs]:
            file.void(data.draw(st.sampled_from(issued)))

    def signed(receipt: Record) -> bool:
        return not receipt.voided and receipt.status in (RecordStatus.SIGNED, FILED)

    for number in papers:
        paper = file.records[number]
        proved = any(
            number in file.records[r].data.get("serves", ()) and signed(file.records[r]) for r in receipts
        )
        must = paper.type != "household_survey" and not paper.voided
        assert (number in file.unserved) == (must and not proved)
        assert bool(service.unproved(file.case, file.service, paper)) == (not proved or bool(paper.voided))
