"""Whose paper is it: the one case its signs agree on, or the candidates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from archivist.errors import CaseNotFound, IntegrityAlarm
from archivist.ingest.matching.evidence import CaseDirectory, Doubt, Evidence, Reason, squeeze
from archivist.model.case import Case, CaseStatus
from archivist.model.document_code import DocumentCode
from archivist.model.facts import people
from archivist.model.ids import CASE_NO_IN_TEXT, ID_IN_TEXT, CaseNo, clean_id, is_id, narrow
from archivist.reading.pages import ReadResult


def match_case(
    result: ReadResult,
    name: str,
    code: DocumentCode | None,
    directory: CaseDirectory,
    evidence: list[Evidence],
) -> Case:
    """Return the one case, adding every sign seen to ``evidence``.

    Raises:
        Doubt: none, several, or signs that contradict each other.
    """
    folder = _folder_case(name)
    stated = _stated_cases(result, name, evidence)
    if folder:
        evidence.append(Evidence(str(folder), "folder", "投放文件夹"))
    by_id = _cases_by_id(result, name, directory, evidence)
    strongest = [code.case] if code else [folder] if folder else stated
    if len(strongest) > 1:
        raise Doubt(Reason.SEVERAL_CASES, "页上有多个户号", tuple(str(c) for c in strongest))
    if strongest:
        chosen = strongest[0]
        others = {c for c in [folder, *stated] if c and c != chosen}
        if by_id and chosen not in {c for cases in by_id.values() for c in cases}:
            others |= {c for cases in by_id.values() for c in cases}
        if others:
            raise Doubt(
                Reason.CONFLICT,
                f"线索相互矛盾：{_origin(code, folder)}指向 {chosen}，页面内容指向 {'、'.join(map(str, sorted(others)))}",
                (str(chosen), *map(str, sorted(others))),
            )
        return _read(directory, chosen)
    if by_id:
        return _read(directory, _one_of(by_id, directory))
    return _read(directory, _by_name(result, name, directory, evidence))


def _origin(code: DocumentCode | None, folder: CaseNo | None) -> str:
    return "二维码" if code else "投放文件夹" if folder else "户号"


def _read(directory: CaseDirectory, number: CaseNo) -> Case:
    try:
        return directory.case(number)
    except CaseNotFound:
        raise Doubt(Reason.NO_CASE, f"户号 {number} 不在档案库中") from None
    except IntegrityAlarm:
        raise Doubt(Reason.CONFLICT, f"{number} 有完整性警报，暂不能归档", (str(number),)) from None


def _folder_case(name: str) -> CaseNo | None:
    parts = PurePath(name).parts
    match = CASE_NO_IN_TEXT.match(parts[0].upper()) if len(parts) > 1 else None
    return CaseNo.parse(match[0]) if match else None


def _stated_cases(result: ReadResult, name: str, evidence: list[Evidence]) -> list[CaseNo]:
    found: dict[CaseNo, str] = {}
    for text, where in [
        (PurePath(name).name, "文件名"),
        *((p.text, f"第 {p.number} 页") for p in result.pages),
    ]:
        for match in CASE_NO_IN_TEXT.finditer(narrow(text).upper().replace("—", "-")):
            found.setdefault(CaseNo.parse(match[0]), where)
    evidence.extend(Evidence(str(c), "case_number", w) for c, w in found.items())
    return list(found)


def _ids_on(result: ReadResult, name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for text, where in [
        (PurePath(name).stem, "文件名"),
        *((p.text, f"第 {p.number} 页") for p in result.pages),
    ]:
        plain = narrow(text)
        # Readers put blanks into long numbers; but a number may also stand beside another one.
        joined = re.sub(r"(?<=\d) (?=[\dXx])", "", plain)
        for match in [*ID_IN_TEXT.finditer(plain), *ID_IN_TEXT.finditer(joined)]:
            number = clean_id(match[0])
            if is_id(number):
                found.setdefault(number, where)
    return found


def _cases_by_id(
    result: ReadResult, name: str, directory: CaseDirectory, evidence: list[Evidence]
) -> dict[str, set[CaseNo]]:
    """Return, for each valid ID number that is on file, the cases it belongs to. Numbers do not enter evidence."""
    found: dict[str, set[CaseNo]] = {}
    for number, where in _ids_on(result, name).items():
        cases = set(directory.by_id(number))
        if cases:
            found[number] = cases
            evidence.extend(Evidence(str(c), "id_number", f"{where}身份证号") for c in sorted(cases))
    return found


def _one_of(by_id: Mapping[str, set[CaseNo]], directory: CaseDirectory) -> CaseNo:
    """Choose the one case that has everybody on the page; open cases before deregistered ones."""
    shared = set.intersection(*by_id.values())
    everyone = set.union(*by_id.values())
    for cases in (shared, everyone):
        if len(cases) == 1:
            return next(iter(cases))
    cases = shared or everyone
    still_open = {c for c in cases if _read(directory, c).status is CaseStatus.OPEN}
    if shared and len(still_open) == 1:
        return next(iter(still_open))
    raise Doubt(
        Reason.SEVERAL_CASES,
        f"页上的身份证号对应 {len(cases)} 户，请指定归入哪一户",
        tuple(map(str, sorted(still_open or cases))),
    )


def _by_name(result: ReadResult, name: str, directory: CaseDirectory, evidence: list[Evidence]) -> CaseNo:
    """Match a name together with birth date or address; a name alone is a candidate, never a decision."""
    page = squeeze("\n".join(p.text for p in result.pages))
    file_name = squeeze(PurePath(name).stem)
    sure: set[CaseNo] = set()
    named: set[CaseNo] = set()
    for person, number in directory.names():
        wanted = squeeze(person)
        if len(wanted) < 2 or (wanted not in page and wanted not in file_name):
            continue
        named.add(number)
        where = "页面" if wanted in page else "文件名"
        if _born_or_lives(_read(directory, number), person, page):
            sure.add(number)
            evidence.append(Evidence(str(number), "name_and_birth_or_address", where))
        else:
            evidence.append(Evidence(str(number), "name", where))
    if len(sure) == 1:
        return next(iter(sure))
    candidates = tuple(map(str, sorted(sure or named)))
    if sure:
        raise Doubt(Reason.SEVERAL_CASES, f"姓名与出生日期或住址符合 {len(sure)} 户", candidates)
    hint = "只有姓名相符，没有证号、户号等佐证" if named else "页上没有认出已立户的人或户号"
    raise Doubt(Reason.NO_CASE, f"{hint}，请指定归入哪一户", candidates)


def _born_or_lives(case: Case, name: str, page: str) -> bool:
    """Tell whether the page has this person's birth date or address too."""
    for _, row in people(case.facts):
        address = squeeze(str(row.get("address") or row.get("household_address") or ""))
        if row["name"] == name and (
            any(b in page for b in _birth_forms(str(row.get("id_number", ""))))
            or (len(address) >= 6 and address in page)
        ):
            return True
    return False


def _birth_forms(number: str) -> Sequence[str]:
    if len(number) != 18:
        return ()
    year, month, day = number[6:10], int(number[10:12]), int(number[12:14])
    return (
        f"{year}年{month}月{day}日",
        f"{year}年{month:02d}月{day:02d}日",
        f"{year}-{month:02d}-{day:02d}",
        f"{year}.{month:02d}.{day:02d}",
        number[6:14],
    )
