"""Whose paper is it, and which document? Candidates with evidence; a decision only where there is exactly one.

Evidence for the case, strongest first: our own QR code; the case's drop folder; a case number on the page or in
the file name; an ID number; a name together with its birth date or address. For the document type: QR code, the
file name's words, the title line. Where two strong signs disagree nobody is right by majority: a person looks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Protocol

from archivist.errors import CaseNotFound, IntegrityAlarm, InvalidValue
from archivist.ingest.read import ReadResult
from archivist.model.case import Case, CaseStatus, RecordStatus
from archivist.model.codes import DocumentCode, is_ours
from archivist.model.facts import people
from archivist.model.ids import CASE_NO_IN_TEXT, ID_IN_TEXT, CaseNo, clean_id, is_id, narrow
from archivist.rules.documents import Catalogue, DocumentType


class Reason(StrEnum):
    """Why a file waits for a person. The words are stable; the value stands in ``why.json``."""

    UNREADABLE = "unreadable"
    NO_CASE = "no_case"
    SEVERAL_CASES = "several_cases"
    CONFLICT = "conflict"
    CASE_CLOSED = "case_closed"
    NO_TYPE = "no_type"
    SEVERAL_TYPES = "several_types"
    SEVERAL_DOCUMENTS = "several_documents"
    FOREIGN_CODE = "foreign_code"
    ALREADY_SIGNED = "already_signed"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sign: what it speaks for (a case number or a document id), how strongly, and where it was seen."""

    speaks_for: str
    kind: str
    where: str


class Known(Protocol):
    """What recognition asks of the archive."""

    def by_id(self, number: str) -> Iterable[CaseNo]:
        """Return the cases in which somebody has this ID number."""

    def names(self) -> Iterable[tuple[str, CaseNo]]:
        """Return every person's name with the case it stands in."""

    def case(self, number: CaseNo) -> Case:
        """Return a case; ``CaseNotFound`` or ``IntegrityAlarm`` when it cannot be read."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was found out. Certain when ``case`` and ``type`` are both there and ``reason`` is ``None``."""

    case: Case | None = None
    type: DocumentType | None = None
    code: DocumentCode | None = None
    reason: Reason | None = None
    message: str = ""
    cases: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether the file can be filed without a person."""
        return self.reason is None and self.case is not None and self.type is not None


@dataclass
class _Doubt(Exception):
    """Carries a finding, not a failure."""

    reason: Reason
    message: str
    cases: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


def recognise(result: ReadResult, name: str, known: Known, catalogue: Catalogue) -> Recognition:
    """Say whose paper this is and which document, or why a person must look.

    Args:
        result: what was read on the pages.
        name: path relative to the inbox, with ``/``; its first part may be a case's drop folder.
        known: the cases and people on file.
        catalogue: the document types.
    """
    evidence: list[Evidence] = []
    case: Case | None = None
    found: DocumentType | None = None
    try:
        code = _code(result, evidence)
        case = _whose(result, name, code, known, evidence)
        found = _which(result, name, code, catalogue, evidence)
        if case.status is CaseStatus.DEREGISTERED:
            raise _Doubt(
                Reason.CASE_CLOSED, f"{case.number} 已注销，请核实是否应归入该户", (str(case.number),)
            )
        if code is not None:
            _check_signature(case, code, found)
    except _Doubt as doubt:
        if case is None and doubt.reason in (Reason.NO_CASE, Reason.SEVERAL_CASES):
            found = _try_which(result, name, catalogue, evidence)
        return Recognition(
            case,
            found,
            None,
            doubt.reason,
            doubt.message,
            doubt.cases or ((str(case.number),) if case else ()),
            doubt.types or ((found.id,) if found else ()),
            tuple(evidence),
        )
    return Recognition(case, found, code, None, "", (str(case.number),), (found.id,), tuple(evidence))


def _try_which(
    result: ReadResult, name: str, catalogue: Catalogue, evidence: list[Evidence]
) -> DocumentType | None:
    try:
        return _which(result, name, None, catalogue, evidence)
    except _Doubt:
        return None


# ── our own code ─────────────────────────────────────────────────────────────────────────────────────────
def _code(result: ReadResult, evidence: list[Evidence]) -> DocumentCode | None:
    codes: dict[DocumentCode, int] = {}
    damaged = False
    for page in result.pages:
        for payload in page.codes:
            try:
                codes.setdefault(DocumentCode.parse(payload), page.number)
            except InvalidValue:
                damaged = damaged or is_ours(payload)
    for code, number in codes.items():
        evidence.append(Evidence(str(code.case), "qr", f"第 {number} 页二维码"))
    if len(codes) > 1:
        where = "、".join(f"第 {n} 页 {c.case} 第 {c.record} 件" for c, n in codes.items())
        raise _Doubt(
            Reason.SEVERAL_DOCUMENTS,
            f"一份扫描里有多份文书（{where}），请分拆后重新投入",
            tuple({str(c.case) for c in codes}),
        )
    if not codes and damaged:
        raise _Doubt(Reason.FOREIGN_CODE, "页上有本系统的二维码但校验不符，可能被涂改，请人工核对")
    return next(iter(codes), None)


def _check_signature(case: Case, code: DocumentCode, found: DocumentType) -> None:
    """The code must name a generated record of this very type that still waits for its signed copy."""
    record = case.records.get(code.record)
    if record is None or record.type != found.id:
        raise _Doubt(
            Reason.FOREIGN_CODE, f"二维码所指的 {case.number} 第 {code.record} 件不存在或文书种类不符"
        )
    if record.status is RecordStatus.SIGNED:
        raise _Doubt(
            Reason.ALREADY_SIGNED,
            f"{case.number} 第 {record.no} 件 {record.title} 已有签署件（第 {record.signed_by} 件），请核实是否重复扫描",
        )
    if record.status is not RecordStatus.PENDING:
        raise _Doubt(Reason.FOREIGN_CODE, f"{case.number} 第 {record.no} 件不是待签文书")


# ── whose ────────────────────────────────────────────────────────────────────────────────────────────────
def _whose(
    result: ReadResult, name: str, code: DocumentCode | None, known: Known, evidence: list[Evidence]
) -> Case:
    folder = _folder_case(name)
    stated = _stated_cases(result, name, evidence)
    if folder:
        evidence.append(Evidence(str(folder), "folder", "投放文件夹"))
    by_id = _cases_by_id(result, name, known, evidence)
    strongest = [code.case] if code else [folder] if folder else stated
    if len(strongest) > 1:
        raise _Doubt(Reason.SEVERAL_CASES, "页上有多个户号", tuple(str(c) for c in strongest))
    if strongest:
        chosen = strongest[0]
        others = {c for c in [folder, *stated] if c and c != chosen}
        if by_id and chosen not in {c for cases in by_id.values() for c in cases}:
            others |= {c for cases in by_id.values() for c in cases}
        if others:
            raise _Doubt(
                Reason.CONFLICT,
                f"线索相互矛盾：{_origin(code, folder)}指向 {chosen}，页面内容指向 {'、'.join(map(str, sorted(others)))}",
                (str(chosen), *map(str, sorted(others))),
            )
        return _read(known, chosen)
    if by_id:
        return _read(known, _one_of(by_id, known))
    return _read(known, _by_name(result, name, known, evidence))


def _origin(code: DocumentCode | None, folder: CaseNo | None) -> str:
    return "二维码" if code else "投放文件夹" if folder else "户号"


def _read(known: Known, number: CaseNo) -> Case:
    try:
        return known.case(number)
    except CaseNotFound:
        raise _Doubt(Reason.NO_CASE, f"户号 {number} 不在档案库中") from None
    except IntegrityAlarm:
        raise _Doubt(Reason.CONFLICT, f"{number} 有完整性警报，暂不能归档", (str(number),)) from None


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
    result: ReadResult, name: str, known: Known, evidence: list[Evidence]
) -> dict[str, set[CaseNo]]:
    """Return, for each valid ID number that is on file, the cases it belongs to. Numbers do not enter evidence."""
    found: dict[str, set[CaseNo]] = {}
    for number, where in _ids_on(result, name).items():
        cases = set(known.by_id(number))
        if cases:
            found[number] = cases
            evidence.extend(Evidence(str(c), "id_number", f"{where}身份证号") for c in sorted(cases))
    return found


def _one_of(by_id: Mapping[str, set[CaseNo]], known: Known) -> CaseNo:
    """Choose the one case that has everybody on the page; open cases before deregistered ones."""
    shared = set.intersection(*by_id.values())
    everyone = set.union(*by_id.values())
    for cases in (shared, everyone):
        if len(cases) == 1:
            return next(iter(cases))
    cases = shared or everyone
    still_open = {c for c in cases if _read(known, c).status is CaseStatus.OPEN}
    if shared and len(still_open) == 1:
        return next(iter(still_open))
    raise _Doubt(
        Reason.SEVERAL_CASES,
        f"页上的身份证号对应 {len(cases)} 户，请指定归入哪一户",
        tuple(map(str, sorted(still_open or cases))),
    )


def _by_name(result: ReadResult, name: str, known: Known, evidence: list[Evidence]) -> CaseNo:
    """Match a name together with birth date or address; a name alone is a candidate, never a decision."""
    page = _squeeze("\n".join(p.text for p in result.pages))
    file_name = _squeeze(PurePath(name).stem)
    sure: set[CaseNo] = set()
    named: set[CaseNo] = set()
    for person, number in known.names():
        wanted = _squeeze(person)
        if len(wanted) < 2 or (wanted not in page and wanted not in file_name):
            continue
        named.add(number)
        where = "页面" if wanted in page else "文件名"
        if _born_or_lives(_read(known, number), person, page):
            sure.add(number)
            evidence.append(Evidence(str(number), "name_and_birth_or_address", where))
        else:
            evidence.append(Evidence(str(number), "name", where))
    if len(sure) == 1:
        return next(iter(sure))
    candidates = tuple(map(str, sorted(sure or named)))
    if sure:
        raise _Doubt(Reason.SEVERAL_CASES, f"姓名与出生日期或住址符合 {len(sure)} 户", candidates)
    hint = "只有姓名相符，没有证号、户号等佐证" if named else "页上没有认出已立户的人或户号"
    raise _Doubt(Reason.NO_CASE, f"{hint}，请指定归入哪一户", candidates)


def _born_or_lives(case: Case, name: str, page: str) -> bool:
    """Tell whether the page has this person's birth date or address too."""
    for _, row in people(case.facts):
        address = _squeeze(str(row.get("address") or row.get("household_address") or ""))
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


# ── which ────────────────────────────────────────────────────────────────────────────────────────────────
TITLE_LINES = 12
"""A title is looked for in so many lines from the top of a page."""


def _squeeze(text: str) -> str:
    return re.sub(r"[\s　]+", "", unicodedata.normalize("NFKC", text)).casefold()


def _which(
    result: ReadResult, name: str, code: DocumentCode | None, catalogue: Catalogue, evidence: list[Evidence]
) -> DocumentType:
    if code is not None:
        found = catalogue.by_code(code.type_code)
        if found is None:
            raise _Doubt(Reason.FOREIGN_CODE, f"二维码中的文书代码 {code.type_code} 不在目录中")
        evidence.append(Evidence(found.id, "qr", "二维码"))
        return found
    titles = [_title_type(p.text, catalogue) for p in result.pages]
    by_title = next((t for t in titles if t), None)
    by_name = _named_type(_squeeze(PurePath(name).stem), catalogue)
    if by_title:
        evidence.append(Evidence(by_title[0].id, "title", "标题行"))
    if by_name:
        evidence.append(Evidence(by_name.id, "file_name", "文件名"))
    exact = {t[0].id for t in titles if t and t[1]}
    if len(exact) > 1:
        names = "、".join(catalogue.get(i).title for i in sorted(exact))
        raise _Doubt(
            Reason.SEVERAL_DOCUMENTS,
            f"一份扫描里有多种材料（{names}），请分拆后重新投入",
            types=tuple(sorted(exact)),
        )
    if by_title and by_name and by_title[0].id != by_name.id:
        raise _Doubt(
            Reason.SEVERAL_TYPES,
            f"标题像“{by_title[0].title}”，文件名像“{by_name.title}”，请指定",
            types=(by_title[0].id, by_name.id),
        )
    chosen = by_title[0] if by_title else by_name
    if chosen is None:
        raise _Doubt(Reason.NO_TYPE, "没有认出是哪种材料（标题行与文件名都不在文书目录中），请指定")
    return chosen


def _title_type(text: str, catalogue: Catalogue) -> tuple[DocumentType, bool] | None:
    """Return the type a page's title line names, and whether the line is nothing but the title."""
    lines = [s for s in (_squeeze(line) for line in text.splitlines()) if s][:TITLE_LINES]
    best: tuple[int, int, DocumentType] | None = None
    for row, line in enumerate(lines):
        for document, alias in _aliases(catalogue):
            if line == alias or line.strip("《》:：") == alias:
                return document, True
            if alias in line and len(line) <= len(alias) + 12 and len(alias) >= 3:
                rank = (len(alias), -row, document)
                if best is None or rank[:2] > best[:2]:
                    best = rank
    return (best[2], False) if best else None


def _named_type(stem: str, catalogue: Catalogue) -> DocumentType | None:
    found = [(len(alias), document) for document, alias in _aliases(catalogue) if alias in stem]
    if not found:
        return None
    longest = max(length for length, _ in found)
    best = {d.id: d for length, d in found if length == longest}
    return next(iter(best.values())) if len(best) == 1 else None


def _aliases(catalogue: Catalogue) -> Iterable[tuple[DocumentType, str]]:
    for document in catalogue:
        for alias in document.names:
            squeezed = _squeeze(alias)
            if len(squeezed) >= 2:
                yield document, squeezed
