"""Where a file is cut, and where it must not be: signs of pages in, parts out."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.ingest.matching.split import (
    ALIKE,
    Cut,
    IssuedForm,
    PageSigns,
    SplitProposal,
    alike,
    belongs,
    propose,
)
from archivist.model.document_code import DocumentCode
from archivist.model.ids import CaseNo, record_no

FIRST = CaseNo.parse("TJHQ-DB-2024-000001")
OTHER = CaseNo.parse("TJHQ-DB-2024-000002")
FORM = DocumentCode(FIRST, "SQS", record_no(3))
FORM_2 = DocumentCode(OTHER, "SQS", record_no(1))
TEXT = {
    FORM: "社会救助申请书 一、家庭成员状况 二、家庭收入状况 三、家庭财产状况 本人承诺以上内容属实并同意查询核对家庭经济状况 申请人签名",
    FORM_2: "入户调查表 调查人员两名以上 走访邻里 居住条件与生活状况如实记录 被调查人确认签名 调查时间地点与在场人员",
}


def issued(code: DocumentCode) -> IssuedForm | None:
    return IssuedForm(2, TEXT[code]) if code in TEXT else None


def page(number: int, code: DocumentCode | None = None, **more: object) -> PageSigns:
    text = TEXT.get(code, "") if code else str(more.pop("text", ""))
    return PageSigns(number, text, code, **more)  # type: ignore[arg-type]


def second(number: int, code: DocumentCode = FORM) -> PageSigns:
    """Return the second page of a form: its text, no code."""
    return PageSigns(number, TEXT[code][20:] + "\n— 2 —")


def cuts(found: SplitProposal) -> list[tuple[tuple[int, ...], Cut]]:
    return [(part.pages, part.cut) for part in found.parts]


def test_our_codes_cut_a_feeder_scan() -> None:
    """Batch scans are split: at our QR (first page of a form with its page count)."""
    found = propose([page(1, FORM), second(2), page(3, FORM_2), second(4, FORM_2)], issued)
    assert found.acts
    assert cuts(found) == [((1, 2), Cut.START), ((3, 4), Cut.CODE)]
    assert not any(part.doubt for part in found.parts)


def test_blank_backs_are_in_no_part() -> None:
    """Blank backs are recognised, kept in the original, left out of 页数."""
    blank = [PageSigns(n, blank=True) for n in (2, 4, 6)]
    found = propose([page(1, FORM), blank[0], second(3), blank[1], page(5, FORM_2), blank[2]], issued)
    assert found.acts and found.blanks == (2, 4, 6)
    assert [part.pages for part in found.parts] == [(1, 3), (5,)]


def test_a_separator_cuts_and_is_in_no_part() -> None:
    """At printed separator sheets; the separator itself is no paper."""
    card, back = page(1, text="居民身份证"), page(2, text="签发机关")
    found = propose([card, back, page(3, separator=True), page(4, text="诊断证明书")], issued)
    assert found.acts and found.separators == (3,)
    assert cuts(found) == [((1, 2), Cut.START), ((4,), Cut.SEPARATOR)]


def test_a_separator_back_to_back_makes_no_empty_part() -> None:
    pages = [page(1, separator=True), page(2, separator=True), page(3, text="一"), page(4, separator=True)]
    assert cuts(propose(pages, issued)) == [((3,), Cut.SEPARATOR)]


def test_a_second_copy_of_a_code_does_not_cut() -> None:
    """A second copy of the same code does not cut."""
    assert not propose([page(1, FORM), page(2, FORM)], issued).acts


def test_a_page_beyond_the_form_is_a_part_that_waits() -> None:
    """A page without any sign between two forms belongs to the form before only if within its page count; else it is a part of its own that waits."""
    loose = page(3, text="这一页与申请书毫无关系，写的是别的内容，也没有任何人的号码，只是一段很长的说明文字")
    found = propose([page(1, FORM), second(2), loose, page(4, FORM_2)], issued)
    assert cuts(found) == [((1, 2), Cut.START), ((3,), Cut.BEYOND), ((4,), Cut.CODE)]
    assert found.parts[1].doubt


def test_within_its_page_count_a_page_of_other_words_does_not_belong() -> None:
    loose = page(2, text="民事判决书 原告与被告离婚纠纷一案，本院受理后依法组成合议庭公开开庭进行了审理")
    found = propose([page(1, FORM), loose, page(3, FORM_2)], issued)
    assert [part.pages for part in found.parts] == [(1,), (2,), (3,)]


def test_one_damaged_code_is_one_part() -> None:
    """One damaged code sends that part to the tray, not the batch."""
    pages = [page(1, FORM), second(2), page(3, text="毁", damaged=True), page(4, FORM_2)]
    assert [part.pages for part in propose(pages, issued).parts] == [(1, 2), (3,), (4,)]


def test_a_form_fed_last_sheet_first_stays_whole() -> None:
    pages = [replace(second(1), text=TEXT[FORM][20:]), page(2, FORM), page(3, FORM_2)]
    assert [part.pages for part in propose(pages, issued).parts] == [(1, 2), (3,)]


def test_a_change_of_household_cuts_in_a_batch() -> None:
    """At a change of household (the page's own evidence: another ID, case number, QR)."""
    one = page(3, text="诊断证明书", households=frozenset({str(OTHER)}))
    found = propose([page(1, FORM), second(2), one, page(4, FORM_2)], issued)
    assert cuts(found)[1] == ((3,), Cut.HOUSEHOLD) and not found.parts[1].doubt


def test_titles_are_proposed_and_not_cut() -> None:
    """Proposed (not done by itself) at title lines when household stays the same."""
    home = frozenset({str(FIRST)})
    pages = [
        page(1, title="mat_id_card", households=home),
        page(2, title="mat_diagnosis", households=home),
    ]
    found = propose(pages, issued)
    assert not found.acts and not found.waits
    assert cuts(found) == [((1,), Cut.START), ((2,), Cut.TITLE)]
    within = propose([page(1, separator=True), *(replace(p, number=p.number + 1) for p in pages)], issued)
    assert [(p.pages, p.inner) for p in within.parts] == [((2, 3), ((2,), (3,)))]
    assert within.parts[0].doubt


@pytest.mark.parametrize("title", ["", "mat_id_card"])
def test_front_and_back_of_a_card_stay_one_paper(title: str) -> None:
    """An ID-card PDF with front and back on two pages must stay one paper."""
    front = page(1, title="mat_id_card", households=frozenset({str(FIRST)}))
    found = propose([front, page(2, title=title)], issued)
    assert not found.acts and len(found.parts) == 1


def test_a_foreign_card_behind_one_form_is_not_cut_by_itself() -> None:
    """When in doubt the whole waits with a proposal."""
    card = page(2, title="mat_id_card", households=frozenset({str(OTHER)}))
    found = propose([page(1, FORM), card], issued)
    assert not found.acts and len(found.parts) == 2


def test_an_own_card_behind_a_form_makes_the_whole_wait() -> None:
    card = page(2, title="mat_id_card", text="居民身份证", households=frozenset({str(FIRST)}))
    found = propose([page(1, FORM), card], issued)
    assert not found.acts and found.waits


def test_the_printed_page_number_decides_against() -> None:
    assert belongs(second(2), issued(FORM), 2)
    assert not belongs(replace(second(2), text=TEXT[FORM] + "\n— 1 —"), issued(FORM), 2)
    assert not belongs(second(3), issued(FORM), 3)
    assert not belongs(second(2), None, 2)


def test_alike_bears_slips_of_recognition() -> None:
    rng = random.Random(1)
    slips = "".join("口" if rng.random() < 0.03 else c for c in TEXT[FORM])
    assert alike(slips, TEXT[FORM]) > ALIKE
    assert alike(TEXT[FORM_2], TEXT[FORM]) < 0.1


@given(st.integers(0, 2**32))
def test_no_page_is_lost_doubled_or_reordered(seed: int) -> None:
    """Never a lost byte: each page is in one part, or blank, or a separator; only codes and separators make a batch."""
    rng = random.Random(seed)
    pages = []
    for n in range(1, rng.randint(2, 12)):
        kind = rng.choice(("form", "second", "blank", "separator", "material", "nothing", "damaged"))
        whose = rng.choice((FIRST, OTHER))
        pages.append(
            {
                "form": page(n, rng.choice((FORM, FORM_2))),
                "second": second(n, rng.choice((FORM, FORM_2))),
                "blank": PageSigns(n, blank=True),
                "separator": PageSigns(n, separator=True),
                "material": page(n, text="诊断证明书", households=frozenset({str(whose)})),
                "nothing": page(n, text="签发机关"),
                "damaged": page(n, damaged=True),
            }[kind]
        )
    found = propose(pages, issued)
    in_parts = [n for part in found.parts for n in part.pages]
    assert in_parts == sorted(in_parts)
    assert sorted([*in_parts, *found.blanks, *found.separators]) == [p.number for p in pages]
    assert all(part.pages for part in found.parts)
    if found.acts:
        codes = {p.code for p in pages if p.code}
        assert len(codes) > 1 or found.separators
        for part in (
            found.parts
        ):  # no part holds the codes of two documents, nor two households without a sign of both
            assert len({p.code for p in pages if p.number in part.pages and p.code}) <= 1
