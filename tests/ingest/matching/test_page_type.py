"""A page is of a type by its structure: its heading and the captions it has together, never by a word in a line."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Final

import pytest

from archivist.cli.demo.sheets import samples
from archivist.doctypes.catalogue import Catalogue
from archivist.doctypes.doctype import COLLECTED
from archivist.doctypes.page_look import PageLook, look_faults
from archivist.ingest.matching.page_type import LIKELY, TypeGuess, guesses, type_of_page
from archivist.reading.pages import PageText, TextLine
from tests.ingest.matching.type_pages import NOTHING, ONE, PAGES

CATALOGUE: Final = Catalogue.load()
UNWRITTEN: Final = {
    "mat_agent_id", "mat_expense_evidence", "mat_income_asset_evidence", "mat_photo", "other",
}  # fmt: skip
"""Types that no page can be told to be: kinds over others, pictures, what looks like another type."""
EACH_PAGE: Final = [(kind, n) for kind, pages in PAGES.items() for n in range(len(pages))]


def page(text: str, lines: Sequence[TextLine] = ()) -> PageText:
    return PageText(1, text, (), "ocr", 0.99, 0, 1654, 2339, on_paper=True, lines=tuple(lines))


def best(text: str) -> TypeGuess | None:
    return type_of_page(page(text), CATALOGUE)


def test_every_paper_that_comes_in_has_a_page_here() -> None:
    """“at least 45 in all”: each with pages of several wordings, but for those that no page tells."""
    collected = {t.id for t in CATALOGUE if t.kind in COLLECTED}
    assert len(collected) >= 45
    assert collected - UNWRITTEN == set(PAGES)
    assert sum(map(len, PAGES.values())) >= 100


@pytest.mark.parametrize(("kind", "n"), EACH_PAGE)
def test_a_page_is_recognised_and_taken_for_nothing_else(kind: str, n: int) -> None:
    """“every sample against every type, no confusion”."""
    found = guesses(page(PAGES[kind][n]), CATALOGUE)
    assert found and found[0].type.id == kind, [(g.type.id, g.score) for g in found]
    assert type_of_page(page(PAGES[kind][n]), CATALOGUE) == found[0]
    assert LIKELY <= found[0].score < 1


@pytest.mark.parametrize("sample", sorted(samples()))
def test_the_drawn_pages_of_the_demo_are_recognised(sample: str) -> None:
    """Words in columns, remarks of who copied it, a wage account, a form with its signature still to come."""
    drawn = samples()[sample]
    found = best("\n".join(drawn.text))
    assert found is not None and found.type.id == drawn.document


@pytest.mark.parametrize("paper", NOTHING)
def test_a_paper_of_no_type_is_of_no_type(paper: str) -> None:
    """“a list with header 姓名 性别 身份证号, a receipt, an IOU, a letter that mentions 身份证 must not become 居民身份证”."""
    assert best(NOTHING[paper]) is None


def _misread(text: str, chance: random.Random, *, share: float) -> str:
    """Return a text as a poor recogniser gives it: characters of another shape, blanks, lines run together."""
    made = []
    for character in text:
        if character != "\n" and chance.random() < share:
            made.append(chance.choice("口日目田曰亻木本术未末士土己已巳人入八"))
        else:
            made.append(character)
        if character != "\n" and chance.random() < 0.05:
            made.append(" ")
    return "".join(made)


def test_misread_pages_are_of_their_type_or_of_none(request: pytest.FixtureRequest) -> None:
    """“mutated with OCR noise by seed”: one character in fifty misread, blanks anywhere."""
    chance = random.Random(request.config.option.seed)
    right = wrong = 0
    for kind, n in EACH_PAGE:
        found = best(_misread(PAGES[kind][n], chance, share=0.02))
        right += found is not None and found.type.id == kind
        wrong += found is not None and found.type.id != kind
    assert wrong <= len(EACH_PAGE) * 0.03
    assert right >= len(EACH_PAGE) * 0.8


def test_no_misread_list_letter_or_receipt_is_an_id_card(request: pytest.FixtureRequest) -> None:
    chance = random.Random(request.config.option.seed)
    cards = ("mat_id_card", "mat_id_or_other", "mat_residence_permit")
    papers = [*NOTHING.values(), *(p for kind in PAGES if kind not in cards for p in PAGES[kind])]
    for text in papers:
        found = best(_misread(text, chance, share=0.02))
        assert found is None or found.type.id != "mat_id_card", text


def test_the_sides_of_an_id_card_are_told_apart() -> None:
    """“姓名+性别+民族+出生+公民身份号码 for the front of an ID card; 签发机关+有效期限 for its back; both on one page”."""
    front, _, back = PAGES["mat_id_card"]
    assert [g.page for g in map(best, (front, back)) if g] == ["正面", "背面"]


@pytest.mark.parametrize("kind", sorted(t.id for t in CATALOGUE if t.id != "other"))
def test_the_full_title_over_a_page_names_its_type(kind: str) -> None:
    """“title as a lone heading line”: every type of the catalogue, whether the office prints it or it comes in."""
    found = best(f"{CATALOGUE.get(kind).title}\n样例")
    assert found is not None and found.type.id == kind


def test_two_papers_copied_onto_one_page_are_no_single_type() -> None:
    both = f"{PAGES['mat_id_card'][0]}\n{PAGES['mat_bank_card'][0]}"
    assert best(both) is None
    assert {g.type.id for g in guesses(page(both), CATALOGUE)} == {"mat_id_card", "mat_bank_card"}


def test_a_heading_alone_is_less_sure_than_the_whole_paper() -> None:
    alone, whole = best("诊断证明书"), best(PAGES["mat_medical_evidence"][0])
    assert alone is not None and whole is not None and alone.score < 0.8 <= whole.score


@pytest.mark.parametrize(
    "heading",
    [
        "诊断证明书",
        "《诊断证明书》",
        "诊 断 证 明 书",
        "天津市样例医院诊断证明书",
        "诊断证明书（复印件）",
        "诊断证眀书",
    ],
)
def test_headings_as_they_are_printed(heading: str) -> None:
    found = best(f"{heading}\n姓名 王秀兰\n科别 骨科\n诊断 略\n医师 样例")
    assert found is not None and found.type.id == "mat_medical_evidence" and found.headed


@pytest.mark.parametrize(
    "line", ["请提供诊断证明书", "诊断证明书一份，复印", "已交诊断证明书和户口簿", "无诊断证明书"]
)
def test_a_word_in_a_line_is_no_heading(line: str) -> None:
    """“a word in a line is not enough”."""
    assert best(f"{line}\n王秀兰\n{ONE}") is None


def _rows(*rows: tuple[str, float]) -> list[TextLine]:
    """Return lines one below the other; height in shares of the page."""
    return [
        TextLine(text, 0.99, 0.2, 0.05 + 0.05 * n, 0.8, 0.05 + 0.05 * n + high)
        for n, (text, high) in enumerate(rows)
    ]


def test_a_heading_is_set_larger_than_the_rest() -> None:
    """“title as a lone heading line in large type”: where lines have boxes, small print is no heading."""
    rows = ["请带下列材料", "诊断证明书", "联系人 样例", "电话 略", "地址 略"]

    def asked(size: float) -> TypeGuess | None:
        lines = _rows(*((row, size if n == 1 else 0.02) for n, row in enumerate(rows)))
        return type_of_page(page("\n".join(rows), lines), CATALOGUE)

    large, small = asked(0.03), asked(0.01)
    assert large is not None and large.type.id == "mat_medical_evidence"
    assert small is None


def test_a_page_is_weighed_within_five_milliseconds_of_cpu() -> None:
    """“scoring 45+ types must be cheap (precompiled; < 5 ms a page)”; ten times that is allowed here."""
    pages = [page(text * 3) for texts in PAGES.values() for text in texts]
    guesses(pages[0], CATALOGUE)
    begun = time.process_time()
    for one in pages:
        guesses(one, CATALOGUE)
    assert (time.process_time() - begun) / len(pages) < 0.05


def test_looks_that_recognise_nothing_are_faults() -> None:
    assert look_faults([{"hints": ["甲"]}]) == ["looks 第 1 项既无 titles 也无 words，认不出任何一页"]
    assert look_faults([{"words": ["甲"], "least": 2}]) == ["looks 第 1 项 least 是 2，words 只有 1 个"]
    assert look_faults([{"titles": ["甲"], "never": ["乙|丙"]}]) == [
        "looks 第 1 项 never 里不写“|”，逐个列出"
    ]
    assert look_faults([{"titles": ["甲"]}, {"words": ["甲"]}]) == []
    assert PageLook(words=("甲", "乙")).enough == 2
