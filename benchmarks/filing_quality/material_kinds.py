"""Materials, each loose in the inbox and in the household's own drop folder; and in folders they do not belong in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.filing_quality import materials, sheets
from benchmarks.filing_quality.forms import signed_print_out
from benchmarks.filing_quality.households import Household
from benchmarks.filing_quality.kinds import Kind, Setting
from benchmarks.filing_quality.materials import MATERIALS, Material, Subject
from benchmarks.filing_quality.truth import Drop, Must, Part
from tests.ingest.matching.type_pages import ONE, PAGES, TWO

_ALONE: dict[str, Must] = {
    "number": "file",
    "birth": "file",
    "address": "file",
    "account": "either",
    "name": "wait",
    "nothing": "wait",
}
"""What should become of a paper in the inbox, by the strongest that it says of its household."""


def subject(at: Setting, household: Household | None = None, *, applicant: bool = False) -> Subject:
    """Return whose paper is drawn: somebody of the household, the applicant if asked for."""
    home = household or at.household
    person = home.applicant if applicant else at.rng.choice(home.people)
    return Subject(home, person, at.town.people, at.rng)


def _loose(material: Material) -> Kind:
    def draw(at: Setting) -> Drop:
        must = _ALONE[material.says]
        path = _put(at, material, "")
        whose = None if must == "wait" else at.household.key
        return at.drop(path, Part(whose, material.type, must))

    return Kind(f"loose: {material.name}", draw)


def _own_folder(material: Material) -> Kind:
    def draw(at: Setting) -> Drop:
        path = _put(at, material, at.town.folder(at.household.key))
        must: Must = "file" if material.type else "either"
        return at.drop(path, Part(at.household.key, material.type, must))

    return Kind(f"own folder: {material.name}", draw)


def _put(at: Setting, material: Material, folder: str) -> Path:
    pages = material.draw(subject(at))
    if not material.type:
        return at.scan(pages, folder=folder, look="plain", suffix=".jpg")
    return at.paper(pages, folder=folder)


# ── one of many other papers ─────────────────────────────────────────────────────────────────────────────
_DRAWN = {
    "mat_id_card", "mat_household_register", "mat_medical_evidence", "mat_income_proof", "mat_house_photo", "mat_bank_card"
}  # fmt: skip
"""Types that have kinds of their own."""
OTHERS = [(kind, text) for kind, texts in PAGES.items() if kind not in _DRAWN for text in texts]
GROUPS = 4


def _other_paper(group: int) -> Kind:
    """One of the other types, in one of several wordings, all lines in one size."""

    def draw(at: Setting) -> Drop:
        s = subject(at)
        kind, text = at.rng.choice(OTHERS[group::GROUPS])
        named = ("王秀兰", "李小满", "李大暑") if TWO in text else ("王秀兰",)
        told = {ONE: s.person.id_number, TWO: s.person.id_number, "1962年3月5日": s.person.born}
        for old, new in (told | dict.fromkeys(named, s.person.name)).items():
            text = text.replace(old, new)
        page = sheets.lines(["", *text.split("\n")], size=13, gap=110)
        path = at.paper([page], folder=at.town.folder(at.household.key))
        return at.drop(path, Part(at.household.key, (kind,)))

    return Kind(f"own folder: other paper, group {group + 1}", draw)


# ── folders ──────────────────────────────────────────────────────────────────────────────────────────────
def _wrong_folder_number(at: Setting) -> Drop:
    path = at.paper([materials.income(subject(at))], folder=at.town.folder(at.another.key))
    return at.drop(path, Part(at.household.key, ("收入证明",), "wait"))


def _wrong_folder_birth(at: Setting) -> Drop:
    path = at.paper([materials.diagnosis(subject(at))], folder=at.town.folder(at.another.key))
    return at.drop(path, Part(at.household.key, ("诊断证明书",), "wait"))


def _wrong_folder_twin(at: Setting) -> Drop:
    """The folder is of one twin, the paper of the other: same birth date, same address, one character apart."""
    twin, other = (at.town.households[k] for k in ("H01", "H02"))
    path = at.paper([materials.diagnosis(subject(at, twin))], folder=at.town.folder(other.key))
    return at.drop(path, Part(twin.key, ("诊断证明书",), "wait"))


def _wrong_folder_form(at: Setting) -> Drop:
    """A signed form of one household in another's folder."""
    form = at.forms[0]
    pictures = signed_print_out(form, at.chance)
    path = at.scan(pictures, folder=at.town.folder(at.another.key), look="gray", suffix=".pdf")
    return at.drop(path, Part(form.household, (form.type,), "wait", str(form.record)))


def _misnamed(at: Setting) -> str:
    """Return a folder whose number is one household's and whose name another's."""
    return f"{at.town.numbers[at.household.key]} {at.another.applicant.name}"


def _misnamed_silent(at: Setting) -> Drop:
    """The paper says nothing: number and name of the folder stand against each other."""
    path = at.paper([materials.card_back(subject(at))], folder=_misnamed(at))
    return at.drop(path, Part(None, ("居民身份证",), "wait"))


def _misnamed_of_number(at: Setting) -> Drop:
    """The paper is of the household of the number."""
    path = at.paper([materials.income(subject(at))], folder=_misnamed(at))
    return at.drop(path, Part(at.household.key, ("收入证明",), "either"))


def _misnamed_of_name(at: Setting) -> Drop:
    """The paper is of the household of the name."""
    path = at.paper([materials.income(subject(at, at.another))], folder=_misnamed(at))
    return at.drop(path, Part(at.another.key, ("收入证明",), "wait"))


def _folder_of_nobody(at: Setting) -> Drop:
    """A folder a clerk has made, with any name, is as good as none: the paper says whose it is."""
    path = at.paper([materials.income(subject(at))], folder="今天扫的")
    return at.drop(path, Part(at.household.key, ("收入证明",)))


def _name_says_type(at: Setting) -> Drop:
    """A letter without a title of its own; the file's name says what it is."""
    path = at.scan([materials.committee(subject(at))], suffix=".jpg", stem="收入证明")
    return at.drop(path, Part(at.household.key, ("收入证明",), "either"))


def _name_lies(at: Setting) -> Drop:
    """The file's name says one type, the title another."""
    path = at.scan([materials.income(subject(at))], suffix=".jpg", stem="居民户口簿")
    return at.drop(path, Part(at.household.key, ("收入证明",), "wait"))


def _kinds() -> Iterator[Kind]:
    yield from (_loose(m) for m in MATERIALS)
    yield from (_own_folder(m) for m in MATERIALS)
    yield from map(_other_paper, range(GROUPS))
    yield Kind("wrong folder: paper with number", _wrong_folder_number)
    yield Kind("wrong folder: paper with name and birth", _wrong_folder_birth)
    yield Kind("wrong folder: the other twin's paper", _wrong_folder_twin)
    yield Kind("wrong folder: signed form", _wrong_folder_form, forms=("kinship_declaration",))
    yield Kind("misnamed folder: paper says nothing", _misnamed_silent)
    yield Kind("misnamed folder: paper of the number", _misnamed_of_number)
    yield Kind("misnamed folder: paper of the name", _misnamed_of_name)
    yield Kind("clerk's own folder: paper with number", _folder_of_nobody)
    yield Kind("file name says the type", _name_says_type)
    yield Kind("file name and title disagree", _name_lies)


KINDS = tuple(_kinds())
