"""The samples of one household's later life tell one story: granted in 2024, reduced in March 2025, ended in October 2025."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Final

import pytest

from archivist.documents.values.nested import at
from tests.documents.pages import squeezed, text_of
from tests.documents.samples import DAYS, ON, Sample
from tests.documents.types.every import paper

REDUCTION: Final = (
    "change_report_form", "change_verification_record", "hearing_notice", "hearing_record", "periodic_review_form", "benefit_change_form",
    "benefit_change_decision", "public_delivery_notice", "recovery_prior", "recovery_notice", "remedy_materials_list",
)  # fmt: skip
END: Final = (
    "gradual_exit_notice", "suspension_decision", "termination_publicity", "termination_decision", "deregistration_form",
)  # fmt: skip
GRANTED, REDUCED, PERSONS, STANDARD = Decimal("1330"), Decimal("875.50"), 2, Decimal(1010)
BEFORE: Final = ("hearing.before", "change.before", "check.before", "review.last_amount")
AFTER: Final = ("hearing.after", "change.after", "check.after", "review.amount")
START: Final = ("hearing.start", "change.start", "check.start")


def printed(name: str) -> Sample:
    made = paper(name, "ordinary")
    assert isinstance(made, Sample)
    return made


def told(name: str, path: str) -> str:
    value = at(printed(name).values, path)
    return value if isinstance(value, str) else ""


def amount(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


@pytest.mark.parametrize("name", [n for n in REDUCTION if n != "recovery_notice"])
def test_every_paper_of_the_reduction_says_from_what_to_what_and_since_when(name: str) -> None:
    """One amount before, one after, one month: where a paper says any of them, it is the same."""
    assert {amount(said) for path in BEFORE if (said := told(name, path))} <= {GRANTED}
    assert {amount(said) for path in AFTER if (said := told(name, path))} <= {REDUCED}
    assert {said for path in START if (said := told(name, path))} <= {"2025年3月"}
    assert "1345" not in text_of(printed(name).data), "that is why it ends, half a year later"


def test_form_and_decision_agree() -> None:
    """“the samples of benefit_change and decision tell different stories about the same household”."""
    form, decision = "benefit_change_form", "benefit_change_decision"
    assert amount(told(form, "change.before")) == amount(told(decision, "change.before")) == GRANTED
    assert amount(told(form, "change.after")) == amount(told(decision, "benefit.amount")) == REDUCED
    for before, after in (("change.before_persons", "change.before_persons"), ("change.after_persons", "benefit.persons"),
                          ("change.start", "change.start"), ("change.original_no", "change.original_no")):  # fmt: skip
        assert told(form, before) == told(decision, after) != ""
    assert told(form, "change.reasons").replace("该户", "你户") == told(decision, "change.findings")
    (per_head,) = re.findall(r"变为([0-9.]+)元", told(decision, "change.findings"))
    assert (STANDARD - amount(per_head)) * PERSONS == REDUCED, "the amount follows from the reason"
    assert amount(told(form, "change.after_per_head")) == amount(per_head)


def test_what_is_taken_back_is_the_difference_of_every_month_up_to_the_reduction() -> None:
    for name in ("recovery_prior", "recovery_notice"):
        rows = at(printed(name).values, "recovery.rows")
        assert isinstance(rows, list)
        cells = [list(row.values()) for row in rows if any(row.values())]
        text = squeezed(text_of(printed(name).data))
        assert len(cells) == 4 and "2025年2月1,330.00875.50454.50" in text
        assert f"{(GRANTED - REDUCED) * 4:,.2f}元" in text


def test_the_papers_of_the_end_begin_where_the_reduction_ended() -> None:
    """The amount that is stopped is the reduced one, decided on by the decision that reduced it."""
    for name in ("suspension_decision", "gradual_exit_notice"):
        text = squeezed(text_of(printed(name).data))
        assert f"{REDUCED:.2f}元" in text and f"{GRANTED:,.2f}" not in text
    number = told("benefit_change_decision", "doc_no")
    for name in ("suspension_decision", "termination_decision"):
        assert told(name, "change.original_no") == number != ""
    assert told("deregistration_form", "deregistration.doc_no") == told("termination_decision", "doc_no")
    assert told("public_delivery_notice", "announce.doc_no") == number


def test_one_thing_comes_after_another() -> None:
    """Reported, verified, told, heard, proposed, decided; then taken back, and at last ended: no paper is before what it rests on."""
    days = [DAYS.get(name, ON) for name in ("confirmation_decision", *REDUCTION[:4], *REDUCTION[5:7], "recovery_prior",
                                            "recovery_notice", *END[1:2], *END[3:])]  # fmt: skip
    assert days == sorted(days) and len(set(days)) == len(days)
    assert dt.date(2025, 3, 1) > DAYS["benefit_change_decision"]
    numbers = [told(name, "doc_no") for name in ("hearing_notice", "benefit_change_decision", "recovery_prior", "recovery_notice",
                                                 "gradual_exit_notice", "suspension_decision", "termination_decision")]  # fmt: skip
    order = [int(re.findall(r"〕(\d+)号", number)[0]) for number in numbers]
    assert order == sorted(set(order)), "reference numbers are given in the order of the days"
