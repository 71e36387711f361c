"""Whose paper is it: the one case its signs agree on, or the candidates.

A file is one household's only if no page of it speaks for anybody else, whatever drop folder it lies in and whatever
code is printed on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from archivist.errors import CaseNotFound, IntegrityAlarm
from archivist.ingest.matching.drop_folder import DropFolder
from archivist.ingest.matching.evidence import CaseDirectory, Doubt, Evidence, PersonOnFile, Reason
from archivist.ingest.matching.household import Household
from archivist.ingest.matching.names import nearly
from archivist.ingest.matching.pages import PageEvidence, SeenId
from archivist.model.case import Case, CaseStatus
from archivist.model.document_code import DocumentCode
from archivist.model.ids import CaseNo, mask_id

MOST_NAMESAKES = 20
"""So many households with one name are looked into for its address; more of them are candidates only."""


def match_case(
    pages: Sequence[PageEvidence],
    folder: DropFolder | None,
    code: DocumentCode | None,
    directory: CaseDirectory,
    evidence: list[Evidence],
    *,
    names_others: bool = False,
) -> Case:
    """Return the one case, adding every sign seen to ``evidence``.

    Args:
        pages: what the file's name and each page say.
        folder: the drop folder it lies in.
        code: of the form it is.
        directory: the cases and people on file.
        evidence: grows.
        names_others: the paper names people of other households by its nature.

    Raises:
        Doubt: none, several, or signs that contradict each other.
    """
    _note(pages, folder, evidence)
    strongest = _strongest(pages, folder, code)
    if strongest:
        household = Household(_read(directory, strongest[0]))
        if folder and not folder.names(household, directory):
            raise Doubt(
                Reason.CONFLICT,
                f"投放文件夹的户号是 {folder.case}，文件夹上写的却不是这一户，请核对",
                (str(folder.case),),
            )
    elif names_others and _names_strangers(pages):
        household = _addressed_household(pages, directory, evidence)
    elif any(seen.owners for page in pages for seen in page.ids):
        household = Household(_read(directory, _one_of(_owners(pages).values(), directory)))
    elif free := {case for page in pages for case in page.free_ids}:
        household = Household(_read(directory, _one_of([free], directory)))
    else:
        household = _by_name(pages, directory, evidence)
    if objection := _objection(pages, household, directory, names_others=names_others):
        raise objection
    return household.case


# ── what the strong signs say ─────────────────
def _note(pages: Sequence[PageEvidence], folder: DropFolder | None, evidence: list[Evidence]) -> None:
    """Put the strong signs into evidence; ID numbers do not enter it, nor do names."""
    noted: dict[tuple[str, str], Evidence] = {}
    if folder:
        noted[str(folder.case), "folder"] = Evidence(str(folder.case), "folder", "投放文件夹")
    for page in pages:
        for case in page.case_numbers:
            noted.setdefault((str(case), "case_number"), Evidence(str(case), "case_number", page.place))
        for case in sorted({*page.free_ids, *(c for seen in page.ids for c in seen.owners)}):
            one = Evidence(str(case), "id_number", f"{page.place}证件号码")
            noted.setdefault((str(case), f"id_number {page.place}"), one)
    evidence.extend(noted.values())


def _strongest(
    pages: Sequence[PageEvidence], folder: DropFolder | None, code: DocumentCode | None
) -> list[CaseNo]:
    """Return the case that code, folder and case numbers agree on, none when there is none of them."""
    stated = {case: page.place for page in reversed(pages) for case in page.case_numbers}
    if code:
        chosen, origin = code.case, "二维码"
    elif folder:
        chosen, origin = folder.case, "投放文件夹"
    elif len(stated) > 1:
        raise Doubt(Reason.SEVERAL_CASES, "页上有多个户号，请指定归入哪一户", tuple(map(str, sorted(stated))))
    else:
        return list(stated)
    others = {case: f"{place}的户号" for case, place in stated.items() if case != chosen}
    others |= {c.case: f"{page.place}的二维码" for page in pages for c in page.codes if c.case != chosen}
    if folder and folder.case != chosen:
        others[folder.case] = "投放文件夹"
    if others:
        where = "、".join(f"{place}指向 {case}" for case, place in sorted(others.items()))
        raise Doubt(
            Reason.CONFLICT,
            f"线索相互矛盾：{origin}指向 {chosen}，{where}",
            (str(chosen), *map(str, sorted(others))),
        )
    return [chosen]


def _read(directory: CaseDirectory, number: CaseNo) -> Case:
    try:
        return directory.case(number)
    except CaseNotFound:
        raise Doubt(Reason.NO_CASE, f"户号 {number} 不在档案库中") from None
    except IntegrityAlarm:
        raise Doubt(Reason.CONFLICT, f"{number} 有完整性警报，暂不能归档", (str(number),)) from None


def _names_strangers(pages: Sequence[PageEvidence]) -> bool:
    """Tell whether the numbers on the pages are not all of people in one household."""
    sets = [seen.owners for page in pages for seen in page.ids]
    return bool(sets) and not frozenset.intersection(*sets)


def _owners(pages: Sequence[PageEvidence]) -> dict[str, frozenset[CaseNo]]:
    return {seen.number: seen.owners for page in pages for seen in page.ids if seen.owners}


def _one_of(sets: Collection[Iterable[CaseNo]], directory: CaseDirectory) -> CaseNo:
    """Choose the one case that has everybody on the pages; open cases before deregistered ones."""
    shared, everyone = set.intersection(*map(set, sets)), set[CaseNo]().union(*sets)
    if len(shared) == 1:
        return next(iter(shared))
    still_open = {c for c in shared or everyone if _read(directory, c).status is CaseStatus.OPEN}
    if shared and len(still_open) == 1:
        return next(iter(still_open))
    raise Doubt(
        Reason.SEVERAL_CASES,
        f"页上的证件号码对应 {len(shared or everyone)} 户，请指定归入哪一户",
        tuple(map(str, sorted(still_open or shared or everyone))),
    )


# ── by a name with its birth date or address ──
def _by_name(pages: Sequence[PageEvidence], directory: CaseDirectory, evidence: list[Evidence]) -> Household:
    """Match a name together with birth date or address on one page; a name alone is a candidate, never a decision."""
    sure: dict[CaseNo, str] = {}
    named: dict[CaseNo, str] = {}
    for page in pages:
        for person in _fitting(page, directory):
            sure.setdefault(person.case, page.place)
        for person in page.people:
            named.setdefault(person.case, page.place)
    evidence.extend(Evidence(str(c), "name_and_birth_or_address", where) for c, where in sure.items())
    evidence.extend(Evidence(str(c), "name", where) for c, where in named.items() if c not in sure)
    if len(sure) == 1:
        return Household(_read(directory, next(iter(sure))))
    candidates = tuple(map(str, sorted(sure or named)))
    if sure:
        raise Doubt(
            Reason.SEVERAL_CASES, f"姓名与出生日期或住址符合 {len(sure)} 户，请指定归入哪一户", candidates
        )
    if any(page.ids for page in pages):
        page = next(page for page in pages if page.ids)
        hint = f"{page.place}的身份证号（{mask_id(page.ids[0].number)}）不是在册的人"
    else:
        hint = "只有姓名相符，没有证号、户号等佐证" if named else "页上没有认出已立户的人或户号"
    raise Doubt(Reason.NO_CASE, f"{hint}，请指定归入哪一户", candidates)


def _fitting(page: PageEvidence, directory: CaseDirectory) -> list[PersonOnFile]:
    """Return the people on file whose name stands on the page with their birth date or whole address."""
    found = []
    by_name: dict[str, list[PersonOnFile]] = {}
    for person in page.people:
        by_name.setdefault(person.name, []).append(person)
    for people in by_name.values():
        for person in people:
            born = person.id_number[6:14] if len(person.id_number) == 18 else ""
            if born and any(f"{date:%Y%m%d}" == born for date in page.births):
                found.append(person)
            elif len(people) <= MOST_NAMESAKES:
                household = Household(_read(directory, person.case))
                if household.lives(person.name, page) or (not born and household.born(person.name, page)):
                    found.append(person)
    return found


def _addressed_household(
    pages: Sequence[PageEvidence], directory: CaseDirectory, evidence: list[Evidence]
) -> Household:
    """Return the household of whom a paper is addressed to that names others by its nature.

    Whoever stands after 户主, 姓名 or 申请人 must be on file with that number, birth date or address, in one household only;
    others may be on nobody's file, but a second household on file makes it a person's decision.
    """
    known = list(_owners(pages).values())
    addressed: set[CaseNo] = set()
    for page in pages:
        first = page.addressed[0] if page.addressed else next((i.holder for i in page.ids if i.holder), "")
        numbered = {
            p.case for p in page.people if p.name == first and any(i.number == p.id_number for i in page.ids)
        }
        addressed |= numbered or {p.case for p in _fitting(page, directory) if p.name == first}
    fitting = {case for case in addressed if all(case in owners for owners in known)}
    if len(fitting) == 1:
        return Household(_read(directory, next(iter(fitting))))
    if addressed or known:
        cases = sorted(fitting or addressed.union(*known))
        several = len(cases) > 1
        raise Doubt(
            Reason.SEVERAL_CASES if several else Reason.NO_CASE,
            f"这种材料会写到别户的人，页上涉及 {len(cases)} 户，请指定归入哪一户"
            if several
            else "这种材料会写到别户的人，没有认出它是给哪一户的，请指定",
            tuple(map(str, cases)),
        )
    return _by_name(pages, directory, evidence)


# ── whether a page speaks for somebody else ───
def _objection(
    pages: Sequence[PageEvidence], household: Household, directory: CaseDirectory, *, names_others: bool
) -> Doubt | None:
    """Return why the file cannot be this household's alone; the first page that speaks for another says it."""
    chosen = household.case.number
    for page in pages:
        if others := {*page.case_numbers, *(c.case for c in page.codes)} - {chosen}:
            return _conflict(chosen, page, f"有 {_listed(others)} 的户号或二维码", others)
        if not names_others and (found := _about_another(page, household, directory)):
            return _conflict(chosen, page, *found)
    spoken = next((page for page in pages if not page.says_nothing), None)
    if names_others and spoken and not any(household.is_on(page) for page in pages):
        return _conflict(chosen, spoken, "写到了人，但没有写到这一户的人", spoken.cases)
    return None


def _listed(cases: Iterable[CaseNo]) -> str:
    return "、".join(map(str, sorted(cases)))


def _conflict(chosen: CaseNo, page: PageEvidence, what: str, others: Iterable[CaseNo]) -> Doubt:
    return Doubt(
        Reason.CONFLICT,
        f"线索相互矛盾：这份材料指向 {chosen}，而{page.place}{what}；请核对后指定归入哪一户，或分拆后重新投入",
        (str(chosen), *(str(c) for c in sorted(set(others)) if c != chosen)),
    )


def _about_another(
    page: PageEvidence, household: Household, directory: CaseDirectory
) -> tuple[str, frozenset[CaseNo]] | None:
    """Return what on a page speaks for somebody of another household, or of nobody on file."""
    own_ids = False
    for seen in page.ids:
        if not household.has_number(seen):
            whose = f" {_listed(seen.owners)} 的" if seen.owners else "不在册的"
            return f"有{whose}身份证号（{mask_id(seen.number)}）", seen.owners
        if (others := _other_holder(seen, page, household)) is not None:
            return f"本户的身份证号（{mask_id(seen.number)}）旁写的是另一个姓名", others
        own_ids = True
    if others := page.free_ids - {household.case.number}:
        return f"有 {_listed(others)} 的证件号码", others
    fitting = [p for p in _fitting(page, directory) if not household.has_name(p.name, page)]
    if fitting:
        cases = frozenset(p.case for p in fitting)
        return f"有 {_listed(cases)} 的人的姓名和出生日期或住址", cases
    sure = {household.owner_of(seen.number) for seen in page.ids}
    for name, date in page.labelled_births:
        misread = any(nearly(name, owner) for owner in sure)
        if name and name not in sure and not misread and not household.may_be_born(name, date):
            return "写的姓名连同出生日期不是这一户的人", frozenset(
                p.case for p in page.people if p.name == name
            )
    return _addressed_to_another(page, household, own_ids=own_ids)


def _other_holder(seen: SeenId, page: PageEvidence, household: Household) -> frozenset[CaseNo] | None:
    """Return the cases of whoever is named directly before a number that is not his; None when the name fits."""
    owner = household.owner_of(seen.number)
    if not owner or not seen.holder or household.has_name(seen.holder, page):
        return None
    on_file = frozenset(p.case for p in page.people if p.name == seen.holder)
    misread = nearly(seen.holder, owner) or owner in page.words.solid
    return None if misread and not on_file else on_file


def _addressed_to_another(
    page: PageEvidence, household: Household, *, own_ids: bool
) -> tuple[str, frozenset[CaseNo]] | None:
    """Judge whom a page says it is about: the first name after 姓名, 申请人, 兹有 and the like.

    A namesake with another birth date is somebody else. A name that recognition may have misread counts as that of
    the household only when its number stands there too: twins and sisters share birth date, address and all but one character.
    """
    if not page.addressed:
        if not page.number and not household.named_on(page) and page.people:
            return "里的姓名是别户的", frozenset(p.case for p in page.people)
        return None
    first = page.addressed[0]
    if household.has_name(first, page):
        if not own_ids and household.contradicts_birth(first, page):
            return "写的出生日期与本户同名的人不符", frozenset()
        return None
    on_file = frozenset(p.case for p in page.people if p.name == first)
    if on_file:
        return f"写的是 {_listed(on_file)} 的人", on_file
    if own_ids and (household.named_on(page) or any(nearly(first, name) for name in household.names)):
        return None
    return "写的姓名不是这一户的人", frozenset()
