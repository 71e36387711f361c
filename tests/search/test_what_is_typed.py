"""What clerks type and what is printed differ: bank cards, telephones, dates, brackets, names, slips of reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.model.chinese import han_number
from archivist.model.ids import is_id, parse_id
from archivist.search.alignment import _ONE_TO_ONE, _by_character, _clusters, _Traced, aligned, snippet
from archivist.search.document_text import pattern_of
from archivist.search.index import Index
from archivist.search.query_tree import HasText
from archivist.search.text import characters, fragment, normal
from tests.search.household import MemoryArchive, make_id, make_number
from tests.search.oracle import keys

ONE, TWO, THREE = (make_number(n) for n in (1, 2, 3))

PAIRS = [
    ("6217 0012 3456 7890 123", "6217001234567890123"),
    ("6217-0012-3456-7890-123", "6217 0012 3456 7890 123"),
    ("138 2000 1234", "13820001234"),
    ("138-2000-1234", "138 2000 1234"),
    ("(022) 2731 0001", "022-27310001"),
    ("（022）27310001", "02227310001"),
    ("12,345.00元", "12345.00"),
    ("１２，３４５．００", "12,345.00"),
    ("津民发〔2024〕12号", "津民发[2024]12号"),
    ("津民发［2024］ 12 号", "津民发（2024）12号"),
    ("津民发【2024】12号", "津民发〔2024〕12号"),
    ("2024年3月4日", "20240304"),
    ("2024年03月04日", "2024-3-4"),
    ("2024-03-04", "2024年3月4日"),
    ("2024/3/4", "2024.03.04"),
    ("2024.3.4", "二〇二四年三月四日"),
    ("20240304", "2024/03/04"),
    ("二〇二四年三月四日", "2024-03-04"),
    ("二○二四年十二月三十一日", "2024-12-31"),
    ("二O二四年十月二十日", "2024年10月20日"),
    ("2024-03-04", "3月4日"),
    ("二〇二四年三月四日", "2024年3月"),
    ("2024年3月", "2024-03"),
    ("120106 19580317 0016", "120106195803170016"),
    ("《最低生活保障审核确认办法》", "最低生活保障审核确认办法"),
    ("“低保”户", "低保户"),
    ("低 保\n户", "低保户"),
    ("紅橋區", "红桥区"),
    ("ＡＢＣ", "abc"),
    ("second\nline", "second line"),
]


@pytest.mark.parametrize(("printed", "asked"), PAIRS)
def test_what_is_printed_is_found_as_it_is_typed(printed: str, asked: str) -> None:
    """Applied alike to text and query at each leaf: a table of pairs written by hand."""
    assert fragment(asked) in normal(f"前文{printed}后文")
    assert normal(normal(printed)) == normal(printed)


@pytest.mark.parametrize(
    ("printed", "asked"),
    [
        ("2024年3月14日", "2024-03-04"),
        ("2024年13月4日", "2024-03-04"),
        ("12,345.00", "12,346.00"),
        ("〔2024〕12号", "〔2024〕2号"),
        ("一九五八年十一月", "1958年1月"),
        ("120106 19580317 0016", "1958年3月17日"),
    ],
)
def test_other_numbers_are_not_found(printed: str, asked: str) -> None:
    assert fragment(asked) not in normal(printed)


@given(
    st.text(st.sampled_from('王0123456789 ,-./()年月日号〇零○o一二三十\f\nab"“·’Ⅷ①〔】'))
    | st.text(max_size=40)
)
def test_a_normal_form_stays_as_it_is(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@given(
    st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)), st.text(st.sampled_from("王在，。 于"), max_size=3)
)
def test_the_forms_of_a_date_find_each_other(day: dt.date, around: str) -> None:
    """Dates of six forms to one."""
    forms = [
        f"{day.year}年{day.month}月{day.day}日", f"{day.year}年{day.month:02}月{day.day:02}日", day.isoformat(),
        f"{day.year}/{day.month}/{day.day}", f"{day.year}.{day.month}.{day.day}", day.strftime("%Y%m%d"),
        "".join("〇一二三四五六七八九"[int(c)] for c in str(day.year)) + f"年{han_number(day.month)}月{han_number(day.day)}日",
    ]  # fmt: skip
    for printed in forms:
        for asked in forms:
            assert fragment(asked) in normal(f"{around}{printed}{around[::-1]}"), (printed, asked)


@given(st.integers(10**10, 10**19).map(str), st.sampled_from(["", " ", "-", ","]), st.integers(2, 6))
def test_the_forms_of_a_number_find_each_other(number: str, gap: str, group: int) -> None:
    """Digits with spaces, commas, hyphens joined for numbers beside the printed form."""
    printed = gap.join(number[at : at + group] for at in range(0, len(number), group))
    assert fragment(number) in normal(f"卡号{printed}，")
    assert fragment(printed) in normal(f"卡号{number}，")


@given(
    st.integers(1949, 2030),
    st.integers(1, 9999),
    st.sampled_from(["〔〕", "［］", "[]", "（）", "()", "【】"]),
)
def test_the_forms_of_a_reference_number_find_each_other(year: int, number: int, brackets: str) -> None:
    printed = f"津民发{brackets[0]}{year}{brackets[1]}{number}号"
    assert fragment(f"津民发〔{year}〕{number}号") in normal(f"见{printed}。")


WORDS = st.text(st.sampled_from("王秀兰核对鎮〔〕2024年3月4日, -.，。“”12\nab"), min_size=1, max_size=40)


@given(WORDS, st.data())
def test_a_snippet_shows_the_text_as_it_stands_with_the_hit_marked(page: str, data: st.DataObject) -> None:
    """Snippets show the text as it stands, cut at sense, the hit marked."""
    form = normal(page)
    start = data.draw(st.integers(0, len(form)))
    asked = fragment(form[start : data.draw(st.integers(start, len(form)))])
    if not asked or asked not in form:
        return
    shown, marks = snippet(page, [pattern_of(HasText(asked))])
    assert "".join(shown.split()) in "".join(page.split())
    assert marks
    first = shown[marks[0][0] : marks[0][1]]
    assert asked in normal(first) or normal(first) in asked or asked in form


PLACES = st.lists(
    st.sampled_from(
        ["家庭经济状况核对", "入户调查", "，", "鎮政府", "2024-03-04", "二〇二四年三月四日", "6217 0012 3456", "张　三", "“", "\n\n", "《办法》", "十一", "号", "ab c", "。"]
    ) | st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=9),
    min_size=1,
    max_size=120,
)  # fmt: skip


@given(PLACES, st.data())
def test_what_is_shown_is_the_same_whether_the_whole_page_is_aligned_or_what_is_around_the_hit(
    places: list[str], data: st.DataObject
) -> None:
    """Snippets show the text as it stands, cut at sense, the hit marked."""
    page = "".join(places)
    form = normal(page)
    starts = data.draw(st.lists(st.integers(0, len(form)), min_size=1, max_size=3))
    words = [fragment(form[start : start + data.draw(st.integers(1, 12))]) for start in starts]
    patterns = [pattern_of(HasText(word)) for word in words if word and word in form]
    found = patterns[0].search(form) if patterns else None
    for reach in (None, found.span() if found else None):
        assert snippet(page, patterns, reach, form) == snippet(page, patterns, reach)


@given(st.text(max_size=60) | WORDS)
def test_each_character_of_the_normal_form_comes_from_somewhere(page: str) -> None:
    page = page.replace("\f", " ")
    found = aligned(page)
    assert len(found.starts) == len(found.ends) == len(found.normal)
    assert list(found.starts) == sorted(found.starts)
    assert all(0 <= a < b <= len(page) for a, b in zip(found.starts, found.ends, strict=True))


@given(st.text(max_size=60) | WORDS)
def test_characters_taken_many_at_once_come_from_where_each_alone_does(page: str) -> None:
    one_by_one = _Traced("", [], [])
    for at, cluster in zip(accumulate(map(len, _clusters(page)), initial=0), _clusters(page), strict=False):
        plain = characters(cluster)
        one_by_one.add(_Traced(plain, [at] * len(plain), [at + len(cluster)] * len(plain)), 0, len(plain))
    assert _by_character(page) == one_by_one


def test_what_is_taken_many_at_once_is_one_character_each_whatever_stands_beside_it() -> None:
    for code in range(0x110000):
        if _ONE_TO_ONE.fullmatch(chr(code) * 2):
            assert len(characters(chr(code))) == 1
            assert len(list(_clusters(chr(code) * 2))) == 2


@pytest.mark.parametrize(
    ("asked", "marked"),
    [
        ("2024年3月4日", ["2024-03-04"]),
        ("62170012", ["6217 0012"]),
        ("13820001234", ["138-2000-1234"]),
        ("12345.00", ["12,345.00"]),
        ("第一中心医院诊断", ["第一中心医院》诊断"]),
    ],
)
def test_a_snippet_is_not_cut_inside_a_number(asked: str, marked: list[str]) -> None:
    page = (
        "兹证明王秀兰于2024-03-04在《天津市第一中心医院》诊断为腰椎间盘突出，银行卡号 6217 0012 3456 7890 123，"
        "电话138-2000-1234，欠款12,345.00元，情况属实，请予办理为盼，附件三份，另附诊断书一份"
    )
    shown, marks = snippet(page, [pattern_of(HasText(fragment(asked)))])
    assert [shown[a:b] for a, b in marks] == marked
    for number in ("6217 0012 3456 7890 123", "138-2000-1234", "12,345.00", "2024-03-04"):
        assert number in shown or not (set(number.split()) & set(shown.split()))


# ── whole questions ──────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    archive = MemoryArchive()
    archive.open(ONE, "王秀兰", id_number=make_id(1), members=[("吕亮", make_id(2))], village="石桥村")
    archive.file(
        ONE, "腰椎间盘突出\n卡号 6217 0012 3456 7890\f电话138-2000-1234", title="诊断书", type_="diagnosis",
        name="扫描0007.jpg", doc_no="津民发〔2024〕12号",
    )  # fmt: skip
    archive.file(
        ONE,
        "最低生活保障申请书，出院小结，家庭经济\f状况核对",
        title="申请书",
        filed_at="2024-03-06T09:30:00+08:00",
    )
    archive.open(
        TWO, "阿卜杜热合曼·买买提依明", id_number=make_id(3), members=[("单雄信", "")], village="太平村"
    )
    old = make_id(3)[:6] + make_id(3)[8:17]
    archive.file(TWO, f"第一代证号 {old}，金额 12,345.00 元", title="证明", actor="钱管理")
    archive.open(make_number(3), "王秀芝", id_number=make_id(4))
    with Index(tmp_path / "index", archive) as index:
        index.rebuild()
        yield index


DIAGNOSIS, APPLICATION, PROOF = (ONE, "0001"), (ONE, "0002"), (TWO, "0001")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("6217001234567890", DIAGNOSIS),
        ("6217 0012 3456 7890", DIAGNOSIS),
        ("13820001234", DIAGNOSIS),
        ("138 2000 1234", DIAGNOSIS),
        ("12345.00", PROOF),
        ("12,345.00", PROOF),
        ("[2024]12号", DIAGNOSIS),
        ("津民发(2024)12号", DIAGNOSIS),
        ("文号:〔2024〕12", DIAGNOSIS),
        ("扫描0007", DIAGNOSIS),
        ("文件名:扫描", DIAGNOSIS),
        ("标题:诊断", DIAGNOSIS),
        ("内容:腰椎", DIAGNOSIS),
        ("经办:钱管理", PROOF),
        ("低保 诊断书", DIAGNOSIS),
        ("王秀兰 诊断", DIAGNOSIS),
        ("石桥 诊断", DIAGNOSIS),
        ("wxl 诊断", DIAGNOSIS),
        ("低保申请书", APPLICATION),
        ("家庭经济状况核对", APPLICATION),
        ("经济状况", APPLICATION),
        ("腰椎*", DIAGNOSIS),
        ("腰?间盘", DIAGNOSIS),
        ("腰*突出", DIAGNOSIS),
        ("低保 诊断 -出院", DIAGNOSIS),
        ("诊断|出院", APPLICATION),
        ("诊断 & 腰椎", DIAGNOSIS),
        ("诊断 not 出院", DIAGNOSIS),
        ("诊断 非 出院", DIAGNOSIS),
        (make_id(3), PROOF),
        (make_id(3)[:6] + make_id(3)[8:17], PROOF),
        ("王xl", DIAGNOSIS),
        ("wang*lan", DIAGNOSIS),
        ("证号:" + " ".join((make_id(1)[:6], make_id(1)[6:14], make_id(1)[14:])), DIAGNOSIS),
        ("内容:6217 0012 3456 7890", DIAGNOSIS),
        ("标题 ：诊断", DIAGNOSIS),
        ("6217*7890", DIAGNOSIS),
        ("腰＊突出", DIAGNOSIS),
        ("腰？间盘", DIAGNOSIS),
        ("TJHQ-*-000001", DIAGNOSIS),
        ("000001", DIAGNOSIS),
    ],
)
def test_a_paper_is_found_however_it_is_asked_for(
    index: Index, query: str, found: tuple[object, str]
) -> None:
    assert found in keys(index.search(query)), query


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("wangxl", ONE),
        ("wxiul", ONE),
        ("xiulan", ONE),
        ("王xl", ONE),
        ("王xiulan", ONE),
        ("王xiu兰", ONE),
        ("luliang", ONE),
        ("lvliang", ONE),
        ("lyuliang", ONE),
        ("lüliang", ONE),
        ("lliang", ONE),
        ("abudurehemanmaimaitiyiming", TWO),
        ("abdrhm", TWO),
        ("maimaiti", TWO),
        ("mmtym", TWO),
        ("买买tyiming", TWO),
        ("阿卜*明", TWO),
        ("shanxx", TWO),
        ("danxiongxin", TWO),
        ("王?兰", ONE),
        ("王秀*", ONE),
        (f"{make_id(1)[:10]}*", ONE),
        (f"{make_id(1)[:6]}*{make_id(1)[-4:]}", ONE),
        (f"证号:{make_id(1)[:6]}*{make_id(1)[-4:]}", ONE),
        ("姓名:王xl", ONE),
        ("TJHQ-DB-2024-000001", ONE),
        ("TJHQ-DB-2024", ONE),
        ("tjhqdb2024", ONE),
        ("DB-2024-000001", ONE),
        ("DB-2024", ONE),
        ("2024-000001", ONE),
        ("000002", TWO),
        ("*000002", TWO),
        ("TJHQ-*-00000?", TWO),
        ("TJHQ*0002", TWO),
        ("户号:TJHQ-?B-*1", ONE),
        ("低保", ONE),
        ("最低生活保障", TWO),
        ("低保 -腰椎", TWO),
        ("特困|低保", TWO),
        (f"{make_id(1)[:6]} {make_id(1)[6:14]} {make_id(1)[14:]}", ONE),
    ],
)
def test_a_household_is_found_however_it_is_asked_for(index: Index, query: str, number: object) -> None:
    assert (number, None) in keys(index.search(query)), query


def test_a_category_finds_households_and_not_all_their_papers(index: Index) -> None:
    """“Bare words reach names, numbers, title, type, category …”."""
    found = keys(index.search("低保"))
    assert {(ONE, None), (TWO, None), (THREE, None), APPLICATION} == set(found)
    by_category = [hit for hit in index.search("低保").hits if not hit.record]
    assert {(hit.why, hit.snippet.split("；")[0]) for hit in by_category} >= {("类别", "申请人 王秀芝")}
    assert keys(index.search("特困")) == []


def test_numbers_of_cases_are_not_guessed(index: Index) -> None:
    for query in ("000009", "DB-2023", "TJHQ-TK-*1", "2023-000001", "tjhqtk2024"):
        assert keys(index.search(query)) == [], query


def test_words_are_not_found_in_a_household_that_only_has_them_apart(index: Index) -> None:
    assert PROOF not in keys(index.search("低保 诊断书"))
    assert APPLICATION not in keys(index.search("低保 腰椎"))
    assert keys(index.search("低保 -低保")) == []


def test_a_number_of_fifteen_digits_and_its_eighteen_are_one_person() -> None:
    number = make_id(3)
    old = number[:6] + number[8:17]
    assert is_id(old)
    assert parse_id(old) == number


def test_a_phrase_over_a_page_break_is_shown_on_the_page_where_it_begins(index: Index) -> None:
    (hit,) = index.search("“家庭经济状况核对”").hits
    assert (hit.record, hit.page) == ("0002", 1)
    assert [hit.snippet[a:b] for a, b in hit.highlights] == ["家庭经济"]


def test_a_hit_outside_the_pages_says_where(index: Index) -> None:
    why = {hit.why for hit in index.search("文件名:扫描").hits}
    assert why == {"文件名"}
    assert [hit.snippet for hit in index.search("文号:津民发").hits] == ["津民发〔2024〕12号"]
