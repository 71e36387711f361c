"""Random towns where names, birth dates and addresses collide, and random files about their people and strangers.

「A file is one household's only if no page speaks for anybody else.」
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archivist.errors import CaseNotFound
from archivist.ingest.matching.drop_folder import DropFolder
from archivist.ingest.matching.evidence import Doubt, Evidence, PersonOnFile, Reason
from archivist.ingest.matching.match_case import match_case
from archivist.ingest.matching.pages import pages_evidence
from archivist.model.case import Case
from archivist.model.facts import parse_facts, people
from archivist.model.ids import CaseNo, Category
from archivist.reading.pages import PageText
from tests.people import make_id


@dataclass(frozen=True)
class Person:
    name: str
    born: dt.date
    serial: int
    address: str

    @property
    def number(self) -> str:
        return make_id(f"{self.born:%Y%m%d}", f"{self.serial:03d}")


@dataclass
class Town:
    """What is on file, in memory."""

    cases: dict[CaseNo, Case] = field(default_factory=dict)
    homes: dict[CaseNo, list[Person]] = field(default_factory=dict)
    before: dict[CaseNo, list[str]] = field(default_factory=dict)

    def open(self, persons: Sequence[Person]) -> CaseNo:
        number = CaseNo("TJHQ", Category.DB, 2024, len(self.cases) + 1)
        first, *others = persons
        facts = {
            "applicant": {"name": first.name, "id_number": first.number, "address": first.address},
            "members": [{"name": p.name, "id_number": p.number} for p in others],
        }
        self.cases[number] = Case(number, facts=parse_facts(facts))
        self.homes[number] = list(persons)
        return number

    def _rows(self) -> Iterator[tuple[CaseNo, str, str]]:
        for number, case in self.cases.items():
            for _, row in people(case.facts):
                yield number, str(row["name"]), str(row["id_number"])

    def by_id(self, number: str) -> Iterable[CaseNo]:
        return [case for case, _, own in self._rows() if own == number]

    def named(self, names: Collection[str]) -> Iterable[PersonOnFile]:
        return [PersonOnFile(name, case, own) for case, name, own in self._rows() if name in names]

    def former_names(self, number: CaseNo) -> Iterable[str]:
        return self.before.get(number, [])

    def case(self, number: CaseNo) -> Case:
        if number not in self.cases:
            raise CaseNotFound("没有")
        return self.cases[number]

    def ask(self, *pages: str, name: str = "SCAN0001.jpg", names_others: bool = False) -> CaseNo:
        read = [PageText(n, text, (), "ocr", 0.99, 0, 1, 1) for n, text in enumerate(pages, 1)]
        evidence: list[Evidence] = []
        seen = pages_evidence(read, name, self)
        found = match_case(seen, DropFolder.of(name), None, self, evidence, names_others=names_others)
        assert not any(p.number in repr(evidence) for home in self.homes.values() for p in home)
        return found.number


NAMES = st.builds(
    lambda surname, given: surname + given,
    st.sampled_from("王李张"),
    st.sampled_from(["伟", "秀兰", "秀英", "明月", "明星", "秀"]),
)
PEOPLE = st.builds(
    Person,
    NAMES,
    st.dates(dt.date(1962, 3, 4), dt.date(1962, 3, 7)),
    st.integers(1, 9),
    st.builds(
        lambda c, b, d: f"天津市红桥区{c}社区{b}号楼2门{d}",
        st.sampled_from(["样例里", "范本里"]),
        st.integers(1, 2),
        st.sampled_from([30, 301, 3012]),
    ),
)


@st.composite
def towns(draw: st.DrawFn) -> Town:
    town = Town()
    taken: set[str] = set()
    for _ in range(draw(st.integers(2, 5))):
        home = [p for p in draw(st.lists(PEOPLE, min_size=1, max_size=3)) if p.number not in taken]
        home = list({p.number: p for p in home}.values())
        if home:
            taken |= {p.number for p in home}
            town.open(home)
    assume(len(town.cases) >= 2)
    return town


def _day(date: dt.date) -> str:
    return f"{date.year}年{date.month}月{date.day}日"


STATEMENTS: dict[str, Callable[[Person], str]] = {
    "number": lambda p: f"姓名 {p.name} 性别 女\n公民身份号码 {p.number}",
    "number alone": lambda p: f"证号：{p.number}",
    "number in a sentence": lambda p: f"兹证明{p.name}（身份证号{p.number}）系我单位职工，",
    "number broken": lambda p: f"姓名：{p.name}\n身份证号：{p.number[:11]}\n　　{p.number[11:]}\n诊断",
    "number misread": lambda p: f"身份证号 {p.number.replace('0', 'O').replace('1', 'l', 2)}",
    "number spaced": lambda p: f"身份证号 {' '.join(p.number)}",
    "birth": lambda p: f"患者姓名：{p.name}\n出生日期：{_day(p.born)}",
    "address": lambda p: f"申请人：{p.name}，现住{p.address}",
    "name": lambda p: f"姓 名 {' '.join(p.name)} 科别 骨科",
}
NUMBERED = [kind for kind in STATEMENTS if kind.startswith("number")]
SILENT = st.sampled_from(
    ["", "第二页", "诊断：高血压病3级", "2024年3月5日", "账号 6222020302001234567", "样例里社区全体居民"]
)


@dataclass(frozen=True)
class Said:
    kind: str
    person: Person
    first: bool


@st.composite
def files(draw: st.DrawFn, town: Town) -> tuple[list[str], list[Said]]:
    on_file = [p for home in town.homes.values() for p in home]
    pages, said = [], []
    for _ in range(draw(st.integers(1, 3))):
        lines = [draw(SILENT)]
        for n in range(draw(st.integers(0, 2))):
            person = draw(st.sampled_from(on_file) | PEOPLE)
            kind = draw(st.sampled_from(list(STATEMENTS)))
            lines += [STATEMENTS[kind](person), draw(SILENT)]
            said.append(Said(kind, person, first=n == 0))
        pages.append("\n".join(lines))
    return pages, said


@given(st.data())
def test_nothing_is_filed_where_a_page_speaks_for_another(data: st.DataObject) -> None:
    """No page of what is filed carries another's number, name with birth date, name with address, or name of its own."""
    town = data.draw(towns())
    pages, said = data.draw(files(town))
    chosen = data.draw(st.none() | st.sampled_from(list(town.cases)))
    name = "a.jpg"
    if chosen:
        label = data.draw(st.sampled_from(["", f" {town.homes[chosen][0].name}"]))
        name = f"{chosen}{label}/a.jpg"
    try:
        found = town.ask(*pages, name=name)
    except Doubt:
        return
    assert chosen in (None, found)
    home = town.homes[found]
    for one in said:
        p = one.person
        if one.kind in NUMBERED:
            assert p.number in {m.number for m in home}, f"{one} was filed into {home}"
            continue
        same = [m for m in home if m.name == p.name]
        elsewhere = [m for c, other in town.homes.items() if c != found for m in other if m.name == p.name]
        own_number = {m.number for m in home} & {s.person.number for s in said if s.kind in NUMBERED}
        if one.first and not own_number:
            assert same, f"{one} was filed into {home}"
            if one.kind == "birth":
                assert p.born in {m.born for m in same}, f"{one} was filed into {home}"
        if one.kind == "birth" and not same:
            assert p.born not in {m.born for m in elsewhere}, f"{one} was filed into {home}"
        if one.kind == "address" and not same:
            applicants = [other[0] for c, other in town.homes.items() if c != found]
            assert (p.name, p.address) not in {(m.name, m.address) for m in applicants}


@given(st.data())
def test_who_is_named_without_contradiction_is_found(data: st.DataObject) -> None:
    """What speaks for one household only is filed there: vetoes do not fall on the right ones."""
    town = data.draw(towns())
    number = data.draw(st.sampled_from(list(town.cases)))
    person = data.draw(st.sampled_from(town.homes[number]))
    kind = data.draw(st.sampled_from([k for k in STATEMENTS if k in NUMBERED]))
    page = f"诊断证明书\n{STATEMENTS[kind](person)}\n{data.draw(SILENT)}"
    assert town.ask(page) == number
    assert town.ask(page, name=f"{number} {town.homes[number][0].name}/a.jpg") == number
    assert town.ask(page, "第二页", name=f"{number}/a.jpg") == number


@given(st.data())
def test_a_number_of_nobody_on_file_vetoes(data: st.DataObject) -> None:
    """A valid ID of nobody on file, on any page, vetoes filing by itself, also in a drop folder."""
    town = data.draw(towns())
    number = data.draw(st.sampled_from(list(town.cases)))
    stranger = data.draw(PEOPLE)
    assume(not town.by_id(stranger.number))
    own = town.homes[number][0]
    pages = [STATEMENTS["number"](own), "第二页"]
    at = data.draw(st.integers(0, 1))
    pages[at] += "\n" + STATEMENTS[data.draw(st.sampled_from(NUMBERED))](stranger)
    for name in ("a.jpg", f"{number} {own.name}/a.jpg", f"{number}.jpg"):
        with pytest.raises(Doubt) as caught:
            town.ask(*pages, name=name)
        assert f"第 {at + 1} 页" in caught.value.message
        assert stranger.number not in caught.value.message
    with pytest.raises(Doubt):
        town.ask(pages[1 - at], name=f"{number} {own.name}/{stranger.number}.jpg")


# ── instances ────────────────────────────────────────────────────────────────────────────────────────────
WANG = Person("王秀兰", dt.date(1962, 3, 5), 2, "天津市红桥区样例里社区1号楼2门303")
MING = Person("周明月", dt.date(1962, 7, 18), 262, "天津市红桥区样例里社区3号楼1门201")
STAR = Person("周明星", dt.date(1962, 7, 18), 264, "天津市红桥区样例里社区3号楼1门201")
NOBODY = Person("何志强", dt.date(1971, 8, 15), 13, "天津市红桥区范本里社区9号楼1门101")


@pytest.fixture
def town() -> Town:
    made = Town()
    for person in (WANG, MING, STAR):
        made.open([person])
    return made


def refused(town: Town, *pages: str, name: str = "a.jpg", names_others: bool = False) -> Doubt:
    with pytest.raises(Doubt) as caught:
        town.ask(*pages, name=name, names_others=names_others)
    return caught.value


def of(town: Town, *pages: str, name: str = "a.jpg", names_others: bool = False) -> list[Person]:
    return town.homes[town.ask(*pages, name=name, names_others=names_others)]


def folder(person: Person, town: Town, label: str | None = None) -> str:
    number = next(n for n, home in town.homes.items() if person in home)
    return f"{number} {person.name if label is None else label}/a.jpg"


def test_a_twin_s_paper_in_the_other_twin_s_folder_waits(town: Town) -> None:
    """The folder is of one twin, the paper of the other: same birth date, same address, one character apart."""
    page = f"姓名 {STAR.name} 出生日期 {_day(STAR.born)} 住址 {STAR.address}"
    assert of(town, page, name=folder(STAR, town)) == of(town, page) == [STAR]
    assert refused(town, page, name=folder(MING, town)).reason is Reason.CONFLICT
    assert refused(town, f"姓名 {STAR.name}", name=folder(MING, town)).reason is Reason.CONFLICT


@pytest.mark.parametrize(
    "label",
    ["周明星", "何志强", "王秀英", "周明星 低保", "别人", "另一户的", "王秀兰（不是这户）", "错放", "不明"],
)
def test_a_folder_whose_name_contradicts_its_number_is_not_believed(town: Town, label: str) -> None:
    """A drop folder whose name contradicts its number is not believed."""
    assert refused(town, "诊断证明书", name=folder(WANG, town, label)).reason is Reason.CONFLICT


@pytest.mark.parametrize(
    "label", ["", "王秀兰", "王 秀 兰", "王秀兰家", "扫描件", "材料2", "x", "其他人员", "补材料"]
)
def test_a_folder_without_another_s_name_is_believed(town: Town, label: str) -> None:
    """No name part is fine."""
    assert of(town, "诊断证明书", name=folder(WANG, town, label)) == [WANG]


def test_a_name_that_begins_another_s_is_not_taken_for_it() -> None:
    """The number of one household and the name of another: also where the one name begins the other."""
    town = Town()
    short, long = replace(WANG, name="王秀"), replace(STAR, name="王秀兰芳")
    number = town.open([short])
    town.open([long])
    for label in ("王秀兰芳", "王秀兰芳家", "王秀兰芳低保", "王秀英"):
        assert refused(town, "诊断证明书", name=f"{number} {label}/a.jpg").reason is Reason.CONFLICT, label
    for label in ("王秀", "王秀家", "王秀户", "王秀低保", "王秀 低保"):
        assert town.ask("诊断证明书", name=f"{number} {label}/a.jpg") == number, label


def test_a_folder_of_the_former_name_is_believed(town: Town) -> None:
    """A renamed household is allowed when its former name is in the chain."""
    number = next(iter(town.cases))
    assert refused(town, "诊断证明书", name=f"{number} 王大兰/a.jpg").reason is Reason.CONFLICT
    town.before[number] = ["王大兰"]
    assert town.ask("诊断证明书", name=f"{number} 王大兰/a.jpg") == number


def test_a_stranger_s_card_without_its_number_waits_in_a_folder(town: Town) -> None:
    """An ID card front with another name and no readable number waits."""
    card = f"姓名 {NOBODY.name}\n性别 男 民族 汉\n出生 {_day(NOBODY.born)}\n公民身份号码 120"
    assert refused(town, card, name=folder(WANG, town)).reason is Reason.CONFLICT
    assert refused(town, "诊断证明书", card, name=folder(WANG, town)).message.count("第 2 页")


def test_a_namesake_with_another_birth_date_is_somebody_else(town: Town) -> None:
    page = f"姓名 {WANG.name} 出生日期 1962年3月6日"
    assert refused(town, page).reason is Reason.NO_CASE
    assert refused(town, page, name=folder(WANG, town)).reason is Reason.CONFLICT


def test_a_stranger_of_the_same_name_at_the_same_address_waits(town: Town) -> None:
    """A name match is vetoed by any valid ID number on the page that is not that person's."""
    other = Person(WANG.name, dt.date(1980, 1, 2), 7, WANG.address)
    page = f"姓名 {other.name} 身份证号 {other.number} 住址 {other.address}"
    assert refused(town, page).reason is Reason.CONFLICT
    assert refused(town, page, name=folder(WANG, town)).reason is Reason.CONFLICT


def test_the_birth_date_within_a_number_is_none(town: Town) -> None:
    """Birth dates not taken from inside an ID number."""
    wrong = f"{WANG.number[:17]}{'0' if WANG.number[17] != '0' else '1'}"
    assert refused(town, f"姓名 {WANG.name} 出生 身份证号 {wrong}").reason is Reason.NO_CASE


def test_a_name_beside_another_s_number_waits(town: Town) -> None:
    assert refused(town, f"兹证明{MING.name}（身份证号{WANG.number}）系我单位职工").reason is Reason.CONFLICT
    assert refused(town, f"姓名 {MING.name}\n身份证号 {WANG.number}").reason is Reason.CONFLICT
    assert of(town, f"姓名 王秀蓝\n身份证号 {WANG.number}") == [WANG], (
        "one character misread, and the number stands there"
    )


def test_a_paper_that_names_others_goes_to_whom_it_is_addressed(town: Town) -> None:
    """「unless the paper is one that names others by its nature … then the addressed person decides or a person does」."""
    page = (
        f"原告：{WANG.name}，女，{_day(WANG.born)}出生，公民身份号码{WANG.number}。\n"
        f"被告：{NOBODY.name}，男，{_day(NOBODY.born)}出生，公民身份号码{NOBODY.number}。"
    )
    assert refused(town, page).reason is Reason.CONFLICT, "any other paper waits"
    assert of(town, page, names_others=True) == [WANG]
    both = page.replace(NOBODY.name, MING.name).replace(NOBODY.number, MING.number)
    assert refused(town, both, names_others=True).reason is Reason.SEVERAL_CASES
    assert of(town, both, name=folder(WANG, town), names_others=True) == [WANG]
    assert refused(town, both, name=folder(STAR, town), names_others=True).reason is Reason.CONFLICT


def test_a_page_about_nobody_is_what_folders_are_for(town: Town) -> None:
    back = "签发机关 天津市公安局\n有效期限 2015.03.02-2035.03.02"
    assert of(town, back, name=folder(WANG, town)) == [WANG]
    assert of(town, "", name=folder(WANG, town, "")) == [WANG]


def test_another_household_s_case_number_on_a_page_vetoes(town: Town) -> None:
    """Another household's case number on a page is a veto, broken at its hyphens or not."""
    other = list(town.cases)[1]
    for written in (str(other), str(other).replace("-", "-\n", 3), str(other).lower()):
        assert refused(town, f"户号 {written}", name=folder(WANG, town)).reason is Reason.CONFLICT


def test_a_member_lives_with_the_applicant() -> None:
    """A name together with the whole address: a member's is the applicant's, when nothing else is said."""
    made = Town()
    made.open([WANG, NOBODY])
    made.open([MING])
    assert of(made, f"姓名：{NOBODY.name} 住址：{WANG.address}") == [WANG, NOBODY]
    assert refused(made, f"姓名：{NOBODY.name} 住址：{MING.address}").reason is Reason.NO_CASE


def _old(person: Person) -> str:
    return person.number[:6] + person.number[8:17]


@pytest.mark.parametrize("written", ["{}", "旧证号：{}", "账户备注 {}", "{0}（原身份证号）"])
def test_an_old_number_of_another_household_waits(town: Town, written: str) -> None:
    """「No page may speak for another」: the number of fifteen digits that somebody on file had before is hers."""
    page = f"诊断证明书\n姓名 {WANG.name}\n{written.format(_old(MING))}"
    doubt = refused(town, page, name=folder(WANG, town))
    assert doubt.reason is Reason.CONFLICT
    assert _old(MING) not in doubt.message and MING.number not in doubt.message
    assert refused(town, "诊断证明书", page, name=folder(WANG, town)).message.count("第 2 页")


@pytest.mark.parametrize("label", ["身份证号：", "公民身份号码 ", "证件号码:", "旧证号", "身份证号码（"])
def test_an_old_number_of_nobody_vetoes_where_the_page_calls_it_one(town: Town, label: str) -> None:
    """「A valid ID of nobody on file vetoes filing」; digits that nothing proves and nobody calls so do not."""
    page = f"姓名 {WANG.name} 出生日期 {_day(WANG.born)}\n{label}{_old(NOBODY)}"
    assert refused(town, page, name=folder(WANG, town)).reason is Reason.CONFLICT
    assert of(town, page.replace(label, "注册号 "), name=folder(WANG, town)) == [WANG]


def test_one_s_own_old_number_finds_one(town: Town) -> None:
    """「15 位旧证号与换算的 18 位是一个人」."""
    page = f"居民户口簿\n姓名 {WANG.name} 身份证号 {_old(WANG)}"
    assert of(town, page) == of(town, page, name=folder(WANG, town)) == [WANG]
