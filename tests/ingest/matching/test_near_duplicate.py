"""The same paper scanned again is told; what only looks like it is not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivist.ingest.matching.near_duplicate import PaperContent, same_paper, text_fingerprint
from tests.people import make_id
from tests.sampling import examples

NAMES = ("王秀兰", "李样例")
PICTURE = "f0e1d2c3b4a59687"


def statement(month: int, seed: int = 1) -> str:
    """Return a month of an account."""
    chance = random.Random(seed)
    lines = [
        "银行流水明细",
        f"户名：王秀兰 账号：6222021234567890123 证件号码：{make_id()}",
        "日期 摘要 金额 余额",
    ]
    lines += [
        f"2024-{month:02d}-{day:02d} 消费 {chance.randint(20, 300)}.00 {chance.randint(500, 3000)}.50"
        for day in range(1, 28, 3)
    ]
    return "\n".join(lines)


def card(name: str, number: str) -> str:
    """Return the front of an identity card."""
    born = f"{number[6:10]}年{int(number[10:12])}月{int(number[12:14])}日"
    return f"姓名 {name}\n性别 女 民族 汉\n出生 {born}\n住址 天津市红桥区样例里1号楼2门303\n公民身份号码 {number}"


def rent(day: str, number: str = "0012345", paid: str = "800.00", payer: str = "王秀兰") -> str:
    """Return a receipt of which little changes from month to month."""
    return f"收款收据 No.{number}\n今收到 {payer} 交来房屋租金\n人民币（大写）捌佰元整 ￥{paid}\n收款单位：样例物业服务有限公司\n{day}"


def interview(name: str, answer: str = "该户生活困难，常年患病，子女在外务工") -> str:
    """Return what a neighbour said."""
    return f"邻里访问记录\n被访问人 {name} 与申请人系邻居\n问：该户家庭生活情况如何\n答：{answer}。以上情况属实\n访问人签名"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(statement(1, 1), statement(2, 2), id="two months of one account"),
        pytest.param(statement(1), statement(2), id="two months with the very same sums"),
        pytest.param(card("王秀兰", make_id()), card("李样例", make_id("19600110", "011")), id="two people's cards"),
        pytest.param(card("周明月", make_id("19620718", "262")), card("周明星", make_id("19620718", "264")), id="twins"),
        pytest.param(rent("2024年1月3日"), rent("2024年2月3日"), id="another month"),
        pytest.param(rent("2024年1月3日"), rent("2024年12月3日"), id="a month that begins alike"),
        pytest.param(rent("2024年1月3日"), rent("2024年1月3日", "0012346"), id="another number of the receipt"),
        pytest.param(rent("2024年1月3日"), rent("2024年1月3日", paid="900.00"), id="another sum"),
        pytest.param(rent("2024年1月3日"), rent("2024年1月3日", payer="李样例"), id="another payer"),
        pytest.param(interview("赵邻居"), interview("钱隔壁"), id="another neighbour, of no household"),
        pytest.param(interview("赵邻居"), interview("赵邻居", "该户有两辆汽车，生活宽裕"), id="another answer"),
        pytest.param(card("王秀兰", make_id()), "中华人民共和国\n居民身份证\n签发机关 某公安局", id="front and back"),
    ],
)  # fmt: skip
def test_papers_that_only_look_alike_are_not_the_same(one: str, other: str) -> None:
    """Two monthly bank statements or two members' cards are not called the same: digits and names count."""
    for pictures in ((), (PICTURE,)):
        assert not same_paper(PaperContent(one, pictures), PaperContent(other, pictures), NAMES)
        assert not same_paper(PaperContent(other, pictures), PaperContent(one, pictures), NAMES)


PAPERS = (statement(1), card("王秀兰", make_id()), rent("2024年1月3日"), interview("赵邻居"))


@given(st.sampled_from(PAPERS), st.data())
@settings(max_examples=examples(40, 400), deadline=None)
def test_a_letter_misread_and_another_layout_of_blanks_leave_it_the_same(
    paper: str, data: st.DataObject
) -> None:
    """The same sheet scanned again: the reader errs in a letter, parts lines otherwise, loses what a seal covers."""
    letters = list(paper)
    at = data.draw(st.integers(1, len(letters) - 2))
    near = paper[at - 1 : at + 2]
    if (
        not any(ch.isdigit() for ch in near)
        and letters[at].isalpha()
        and not any(n in paper for n in NAMES if letters[at] in n)
    ):
        letters[at] = data.draw(st.sampled_from("口日曰目"))
    again = "".join(letters).replace("\n", data.draw(st.sampled_from(["\n", " \n", "\n\n", "　"])))
    assert same_paper(PaperContent(paper), PaperContent(again), NAMES)
    distance = int(text_fingerprint(paper), 16) ^ int(text_fingerprint(again), 16)
    assert distance.bit_count() <= 16


def test_what_a_seal_covers_may_be_read_otherwise() -> None:
    """At the foot, under the seal, print is read badly: that makes no other paper."""
    text = "诊断证明书\n姓名 王秀兰\n性别 女\n门诊号 6433012\n诊断 腰椎间盘突出症；高血压病3级\n建议 休息两周，门诊随诊，避免重体力劳动\n"
    one, other = text + "医师 样例生样\n20 例医院", text + "医师 样例样\n201"
    assert same_paper(PaperContent(one), PaperContent(other), NAMES)


def test_without_words_the_pictures_decide() -> None:
    """Photographs: all but equal is the same; an empty page's picture says nothing."""
    photo = PaperContent("", (PICTURE,))
    assert same_paper(photo, PaperContent("门", (f"{int(PICTURE, 16) ^ 0b101:016x}",)), NAMES)
    assert not same_paper(photo, PaperContent("", (f"{int(PICTURE, 16) ^ 0xFF:016x}",)), NAMES)
    assert not same_paper(photo, PaperContent("", (PICTURE, PICTURE)), NAMES)
    assert not same_paper(photo, PaperContent(statement(1), (PICTURE,)), NAMES)
    for nothing in ("", "0" * 16, "f" * 16, "0000000000000007"):
        assert not same_paper(PaperContent("", (nothing,)), PaperContent("", (nothing,)), NAMES)
    assert not same_paper(PaperContent(""), PaperContent(""), NAMES)


@given(st.text(max_size=200))
@settings(max_examples=examples(40, 400), deadline=None)
def test_any_text_has_a_fingerprint_or_says_nothing(text: str) -> None:
    """16 hexadecimal digits, the same however the blanks fall; empty for hardly any text."""
    mark = text_fingerprint(text)
    assert mark == "" or len(mark) == 16
    assert text_fingerprint(f" {text}\n") == mark
