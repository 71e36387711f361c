"""Whose is it: strangers, namesakes, twins, obligors, closed files, addresses, and several households on one paper."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.filing_quality import materials, sheets
from benchmarks.filing_quality.households import BARE_ADDRESS, Household, Person
from benchmarks.filing_quality.kinds import Kind, Setting
from benchmarks.filing_quality.material_kinds import subject
from benchmarks.filing_quality.materials import Subject
from benchmarks.filing_quality.truth import Drop, Must, Part
from tests.reading.pages import Sheet

DIAGNOSIS = ("诊断证明书",)
INCOME = ("收入证明",)


def _stranger(at: Setting, person: Person | None = None, *, address: str = "") -> Subject:
    """Return somebody who is on nobody's file, living where nobody on file lives unless said otherwise."""
    who = person or at.town.people.one()
    home = Household(
        "", at.household.category, who, address or at.town.people.address(), at.town.people.account()
    )
    return Subject(home, who, at.town.people, at.rng)


def _nobody(at: Setting, pages: Sequence[Sheet], type_: tuple[str, ...], folder: str = "") -> Drop:
    return at.drop(at.paper(pages, folder=folder), Part(None, type_, "wait"))


# ── strangers ────────────────────────────────────────────────────────────────────────────────────────────
def _stranger_number(at: Setting) -> Drop:
    return _nobody(at, [materials.income(_stranger(at))], INCOME)


def _stranger_birth(at: Setting) -> Drop:
    return _nobody(at, [materials.diagnosis(_stranger(at))], DIAGNOSIS)


def _stranger_in_folder(at: Setting) -> Drop:
    """A stranger's paper with a valid number on no file, in a household's folder."""
    return _nobody(at, [materials.income(_stranger(at))], INCOME, at.town.folder(at.household.key))


def _stranger_card_in_folder(at: Setting) -> Drop:
    return _nobody(
        at, [materials.card_sides(_stranger(at))], ("居民身份证",), at.town.folder(at.household.key)
    )


def _namesake_number(at: Setting) -> Drop:
    """A stranger of the same name as somebody on file, with a number of his own."""
    who = at.town.people.one(name=at.household.applicant.name)
    return _nobody(at, [materials.income(_stranger(at, who))], INCOME)


def _namesake_number_address(at: Setting) -> Drop:
    """He lives at the very address on file, too: a former tenant, a relative; his number is nobody's on file."""
    who = at.town.people.one(name=at.household.applicant.name)
    page = materials.diagnosis(_stranger(at, who), number=who.id_number, address=at.household.address)
    return _nobody(at, [page], DIAGNOSIS)


def _namesake_birth(at: Setting) -> Drop:
    """A stranger of the same name and another birth date, without a number."""
    who = at.town.people.one(name=at.household.applicant.name)
    return _nobody(at, [materials.diagnosis(_stranger(at, who))], DIAGNOSIS)


def _longer_address(at: Setting) -> Drop:
    """样例里社区 is on file; the stranger of that name, with a number of his own, lives at 样例里社区5号楼."""
    who = at.town.people.one(name=at.town.households["H05"].applicant.name)
    page = materials.diagnosis(
        _stranger(at, who), number=who.id_number, address=f"{BARE_ADDRESS}{at.rng.randint(7, 9)}号楼3门102"
    )
    return _nobody(at, [page], DIAGNOSIS)


def _longer_address_birth(at: Setting) -> Drop:
    """The same without a number; the birth date is another."""
    who = at.town.people.one(name=at.town.households["H05"].applicant.name)
    page = materials.diagnosis(_stranger(at, who), address=f"{BARE_ADDRESS}{at.rng.randint(7, 9)}号楼3门102")
    return _nobody(at, [page], DIAGNOSIS)


def _address_of_the_longer(at: Setting) -> Drop:
    """Two of one name are on file; the address is the longer one's, and holds the shorter one's."""
    home = at.town.households["H06"]
    page = materials.diagnosis(subject(at, home), birth=False, address=home.address)
    return at.drop(at.paper([page]), Part(home.key, DIAGNOSIS, "either"))


def _notice_to_all(at: Setting) -> Drop:
    """A notice that names the community and nobody."""
    page = sheets.letter(
        "停水通知",
        [f"因管道检修，{BARE_ADDRESS}全体居民2024年3月9日停水一天，请提前储水。"],
        ["样例物业", "2024年3月7日"],
    )
    return _nobody(at, [page], ())


# ── namesakes, twins, shared names on file ───────────────────────────────────────────────────────────────
def _of(
    at: Setting, home: Household, page: Sheet, must: Must = "file", type_: tuple[str, ...] = DIAGNOSIS
) -> Drop:
    return at.drop(at.paper([page]), Part(home.key, type_, must))


def _one_of_two(at: Setting) -> Household:
    return at.town.households[("H03", "H04", "H05", "H06")[at.turn % 4]]


def _two_of_a_name_number(at: Setting) -> Drop:
    home = _one_of_two(at)
    return _of(at, home, materials.income(subject(at, home, applicant=True)), type_=INCOME)


def _two_of_a_name_birth(at: Setting) -> Drop:
    home = _one_of_two(at)
    return _of(at, home, materials.diagnosis(subject(at, home, applicant=True)))


def _two_of_a_name_only(at: Setting) -> Drop:
    page = materials.diagnosis(subject(at, _one_of_two(at), applicant=True), birth=False)
    return _nobody(at, [page], DIAGNOSIS)


def _two_of_a_name_in_folder(at: Setting) -> Drop:
    """The folder of one, the number of the other; both have the same name."""
    one, two = at.town.households["H03"], at.town.households["H04"]
    path = at.paper([materials.income(subject(at, one, applicant=True))], folder=at.town.folder(two.key))
    return at.drop(path, Part(one.key, INCOME, "wait"))


def _twin(at: Setting) -> Drop:
    """Both twins fit by birth date and address; the name says which."""
    home = at.town.households[("H01", "H02")[at.turn % 2]]
    return _of(at, home, materials.diagnosis(subject(at, home), address=home.address))


def _twin_number(at: Setting) -> Drop:
    home = at.town.households[("H02", "H01")[at.turn % 2]]
    return _of(at, home, materials.income(subject(at, home)), type_=INCOME)


def _shared_name(at: Setting) -> Drop:
    """Three households have somebody called 张伟; the birth date says which."""
    home = at.town.households[("H07", "H08", "H09")[at.turn % 3]]
    person = next(p for p in home.people if p.name == "张伟")
    return _of(at, home, materials.diagnosis(Subject(home, person, at.town.people, at.rng)))


def _shared_name_only(at: Setting) -> Drop:
    home = at.town.households["H09"]
    return _nobody(at, [materials.diagnosis(subject(at, home, applicant=True), birth=False)], DIAGNOSIS)


def _obligor_loose(at: Setting) -> Drop:
    """He owes his mother support and has a file of his own: which of the two, a person must say."""
    return _nobody(at, [materials.income(subject(at, at.town.households["H11"], applicant=True))], INCOME)


def _obligor_in_folder(at: Setting) -> Drop:
    """The same paper in his mother's folder is hers."""
    son, mother = at.town.households["H11"], at.town.households["H10"]
    path = at.paper([materials.income(subject(at, son, applicant=True))], folder=at.town.folder(mother.key))
    return at.drop(path, Part(mother.key, INCOME))


def _closed(at: Setting) -> Drop:
    home = at.town.households["H20"]
    path = at.paper([materials.income(subject(at, home, applicant=True))])
    return at.drop(path, Part(home.key, INCOME, "wait"))


# ── several households on one paper ──────────────────────────────────────────────────────────────────────
def _two_pages(at: Setting, folder: str = "") -> Drop:
    """Page 1 of one household, page 2 of another, each with its number."""
    pages = [materials.card_front(subject(at)), materials.income(subject(at, at.another))]
    parts = (
        Part(at.household.key, ("居民身份证",), "wait", pages=1),
        Part(at.another.key, INCOME, "wait", pages=1),
    )
    return at.drop(at.scan(pages, folder=folder, suffix=".pdf"), *parts)


def _two_pages_in_folder(at: Setting) -> Drop:
    return _two_pages(at, at.town.folder(at.household.key))


def _two_pages_one_silent(at: Setting) -> Drop:
    """Page 2 has only a name and a birth date, of another household."""
    pages = [materials.income(subject(at)), materials.diagnosis(subject(at, at.another))]
    parts = (
        Part(at.household.key, INCOME, "wait", pages=1),
        Part(at.another.key, DIAGNOSIS, "wait", pages=1),
    )
    return at.drop(at.scan(pages, suffix=".pdf"), *parts)


def _two_papers_one_household(at: Setting) -> Drop:
    """Two papers of one household in one file: to be split, by a person or by the program."""
    pages = [materials.card_sides(subject(at, applicant=True)), materials.income(subject(at, applicant=True))]
    parts = (
        Part(at.household.key, ("居民身份证",), "either", pages=1),
        Part(at.household.key, INCOME, "either", pages=1),
    )
    return at.drop(at.scan(pages, suffix=".pdf"), *parts)


def _judgment(at: Setting, one: Person, two: Person) -> Sheet:
    texts = [
        f"原告：{one.name}，{one.sex}，{one.born}出生，公民身份号码{one.id_number}。",
        f"被告：{two.name}，{two.sex}，{two.born}出生，公民身份号码{two.id_number}。",
        "原告与被告离婚纠纷一案，本院受理后依法适用简易程序公开开庭进行了审理，现已审理终结。",
        "判决如下：准予原告与被告离婚。案件受理费150元，由原告负担。",
    ]
    return sheets.letter(
        "民事判决书", texts, ["审判员　样例", "2024年1月15日", f"（2023）津0106民初{at.rng.randint(100, 9999)}号"],
        seal="天津市红桥区人民法院",
    )  # fmt: skip


def _judgment_both_on_file(at: Setting) -> Drop:
    page = _judgment(at, at.household.applicant, at.another.applicant)
    return _nobody(at, [page], ("民事判决书",))


def _judgment_one_on_file(at: Setting) -> Drop:
    page = _judgment(at, at.household.applicant, at.town.people.one())
    return _of(at, at.household, page, "either", ("民事判决书",))


def _judgment_in_folder(at: Setting) -> Drop:
    """Both parties are on file; the folder says for whom it was brought."""
    page = _judgment(at, at.household.applicant, at.another.applicant)
    path = at.paper([page], folder=at.town.folder(at.household.key))
    return at.drop(path, Part(at.household.key, ("民事判决书",), "either"))


KINDS = (
    Kind("stranger: valid number on no file", _stranger_number),
    Kind("stranger: name and birth", _stranger_birth),
    Kind("stranger: number, in a household's folder", _stranger_in_folder),
    Kind("stranger: id card, in a household's folder", _stranger_card_in_folder),
    Kind("stranger with a name on file: own number", _namesake_number),
    Kind("stranger with a name and address on file: own number", _namesake_number_address),
    Kind("stranger with a name on file: other birth date", _namesake_birth),
    Kind("stranger at an address that goes on after one on file, number", _longer_address),
    Kind("stranger at an address that goes on after one on file, birth", _longer_address_birth),
    Kind("address of one namesake begins with the other's", _address_of_the_longer),
    Kind("notice naming a community and nobody", _notice_to_all),
    Kind("namesakes on file: number", _two_of_a_name_number),
    Kind("namesakes on file: name and birth", _two_of_a_name_birth),
    Kind("namesakes on file: name only", _two_of_a_name_only),
    Kind("namesakes on file: number of one, folder of the other", _two_of_a_name_in_folder),
    Kind("twins: name, birth and address", _twin),
    Kind("twins: number", _twin_number),
    Kind("name in three households: with birth", _shared_name),
    Kind("name in three households: alone", _shared_name_only),
    Kind("obligor who applies elsewhere: loose", _obligor_loose),
    Kind("obligor who applies elsewhere: in the other's folder", _obligor_in_folder),
    Kind("closed file: paper with number", _closed),
    Kind("two households in one PDF", _two_pages),
    Kind("two households in one PDF, in a folder", _two_pages_in_folder),
    Kind("two households in one PDF, second by name and birth", _two_pages_one_silent),
    Kind("two papers of one household in one PDF", _two_papers_one_household),
    Kind("judgment, both parties on file", _judgment_both_on_file),
    Kind("judgment, one party on file", _judgment_one_on_file),
    Kind("judgment, both on file, in a folder", _judgment_in_folder),
)
