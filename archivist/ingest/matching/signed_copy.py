"""Whether a scan is the signed copy of what was issued: its code, its pages, its text, and ink where people sign.

A code says which record a sheet claims to be; anybody can copy one. So a scan is filed as the signed copy by itself only
when it comes from paper, nothing of the form is missing from it and nothing else lies in it, what stands on it is what was
issued, and somebody signed. Everything else is put before a person, with the reason.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Protocol

from archivist.doctypes.catalogue import DocumentType
from archivist.ingest.matching.evidence import Doubt, Evidence, Reason, squeeze
from archivist.model.case import Case
from archivist.model.document_code import DocumentCode, OfficeKey, is_genuine, is_keyed
from archivist.model.event import Data
from archivist.model.facts import people
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.record import Record, RecordStatus
from archivist.reading.pages import PageText, SignaturePlace
from archivist.reading.signatures import SEAL_OVER_DATE

GRAM: Final = 3
"""Texts are compared by runs of so many letters, digits and characters; marks, blanks and lines do not count."""
PART, STEP = 40, 10
"""The issued text is also judged in parts of so many runs that occur once, one from every ten, so that a missing page shows."""
PART_SHARE: Final = 0.5
"""At least this share of each part must be on the scan; a seal or a hand over some lines leaves more."""
FEW: Final = 12
"""A part, and what two pages share, says nothing by itself when it has fewer runs."""
OWN_SHARE: Final = 0.3
"""A page of whose runs a smaller share was issued is another paper; handwriting in a form leaves more."""
SAME_SHARE: Final = 0.85
"""Two pages that share more of their issued runs are the same page twice."""
NAMED_SHARE: Final = 0.5
"""At least this share of the names and ID numbers that were printed must be on the scan."""
_TEXT: Final = re.compile(r"[^\W_]+")
_CODE_LINE: Final = re.compile(r"av[12]-[\w-]+")
_NOT_WHO: Final = re.compile(r"[（(].*|签名|签字|签收|签章|签发|盖章|或?按?指印|代签|并?注明|及.*|[：:_\s]")
_HEADING: Final = re.compile(r"[一二三四五六七八九十]+、")
_IN_PLACE: Final = re.compile(r"监护|代签|代收|代领|代理|见证")
"""Who signs in another's place, or beside a mark; nobody need."""
_OF_THE_OFFICE: Final = re.compile(r"接收|经办|见证|核验|登记|受理|收件")
"""Who signs beside the one that makes a form valid, unless its declaration (签章) names him."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What the office's settings ask of a signed copy.

    Attributes:
        text: share (0.0–1.0) of the issued text that must be on the scan.
        ink: share (0.0–1.0) of a signature's place that must be inked.
    """

    text: float
    ink: float


class IssuedPrints(Protocol):
    """What is asked of the archive about what was issued."""

    @property
    def thresholds(self) -> Thresholds:
        """What the settings ask of a signed copy."""

    def keys(self) -> Sequence[OfficeKey]:
        """Return the office's keys; ``ArchiveError`` when one cannot be read."""

    def issued_text(self, number: CaseNo, record: RecordNo) -> str:
        """Return all that an issued record prints; empty when it is not on file."""


def check_signed_copy(
    case: Case,
    document: DocumentType,
    code: DocumentCode,
    payloads: Iterable[str],
    pages: Sequence[PageText],
    issued: IssuedPrints,
    evidence: list[Evidence],
) -> Data:
    """Return what the signed copy was taken for one by, and add it to ``evidence``.

    Args:
        case: whose document it claims to be.
        document: its type, by its code.
        code: what the codes on it say.
        payloads: those codes, as read.
        pages: all pages of the scan.
        issued: what was issued.
        evidence: of this scan.

    Raises:
        Doubt: it is not certain that this is the signed copy of a document that waits for one.
    """
    record = _awaited(case, document, code)
    _genuine(record, payloads, issued.keys())
    named = f"{case.number} 第 {record.no} 件 {record.title}"
    sheets = _on_paper(pages, named)
    share = _same_text(case, record, sheets, issued, named)
    inked, empty = _signed(document, sheets, issued.thresholds.ink, named)
    evidence += [Evidence(document.id, "signature", f"{place.label} 处有笔迹") for place in inked]
    signed = list(dict.fromkeys(place.label for place in inked))
    missing = [label for label in dict.fromkeys(p.label for p in empty) if _is_expected(label, signed)]
    evidence += [Evidence(document.id, "no_signature", f"{label} 处未见笔迹") for label in missing]
    return {"agreement": round(share, 3), "signed": signed, "empty": missing}


def unsigned_form(document: DocumentType, pages: Sequence[PageText], least: float) -> str:
    """Say why a form of the office's own that came without its code is not seen to be signed; empty where ink is seen.

    Without the code nothing is known of what was issued: only that it is paper, and that somebody signed, can be looked for.
    """
    if not (document.generated and document.needs_signature):
        return ""
    if any(not page.on_paper for page in pages if not page.blank):
        return "不是纸张的扫描"
    inked = any(place.ink >= least for page in pages for place in page.signature_places)
    return "" if inked else "没有看见签名、盖章"


def refuse_void_form(case: Case, document: DocumentType, pages: Sequence[PageText]) -> None:
    """Let a form of the office's own that came without its code wait, where it may be one that is void.

    It bears the number of a void one; or none of its type holds, so that it cannot be of another.

    Raises:
        Doubt: ``VOIDED``.
    """
    text = squeeze("".join(page.text for page in pages))
    holding = case.records_of(document.id)
    for record in case.records.values():
        if record.type == document.id and record.voided and not record.signs:
            number = squeeze(record.doc_no)
            if (number and number in text) or not holding:
                raise _void(case, record)


def _void(case: Case, record: Record) -> Doubt:
    words = record.voided.words if record.voided else ""
    return Doubt(
        Reason.VOIDED,
        f"{case.number} 第 {record.no} 件 {record.title} {words}，不再收签署件；请核实手上的是不是作废的那一份",
        (str(case.number),),
    )


# ── the record and its code ──────────────────────────────────────────────────────────────────────────────
def _awaited(case: Case, document: DocumentType, code: DocumentCode) -> Record:
    """Return the generated record of this very type that still waits for its signed copy."""
    record = case.records.get(code.record)
    if record is None or record.type != document.id:
        raise Doubt(
            Reason.FOREIGN_CODE, f"二维码所指的 {case.number} 第 {code.record} 件不存在或文书种类不符"
        )
    if record.voided:
        raise _void(case, record)
    if record.status is RecordStatus.SIGNED:
        raise Doubt(
            Reason.ALREADY_SIGNED,
            f"{case.number} 第 {record.no} 件 {record.title} 已有签署件（第 {record.signed_by} 件），请核实是否重复扫描",
        )
    if record.status is not RecordStatus.PENDING:
        raise Doubt(
            Reason.NOT_AWAITED,
            f"{case.number} 第 {record.no} 件 {record.title} 无须签章，制发时已归档，不等签署件；请核实是否还要留存这份扫描",
        )
    return record


def _genuine(record: Record, payloads: Iterable[str], keys: Sequence[OfficeKey]) -> None:
    """Every code must be the very one the record was issued with, and made with the office's key."""
    printed, key_id = str(record.data.get("code", "")), str(record.data.get("key", ""))
    if is_keyed(printed):
        key = next((k for k in keys if k.id == key_id), None)
        if key is None:
            raise Doubt(
                Reason.KEY_MISSING,
                f"核对二维码的密钥（{key_id}）不在 keys/ 文件夹中，无法确认二维码真伪；请从备份取回 keys/ 后重新投入，"
                "或由人工核对后用 --signs 指定",
            )
        genuine = all(p.strip() == printed and is_genuine(p, key) for p in payloads)
    else:
        genuine = all(p.strip() == printed for p in payloads)
    if not genuine:
        raise Doubt(
            Reason.CODE_NOT_GENUINE,
            f"二维码不是制发第 {record.no} 件时所印的那一个（伪造或损坏），请人工核对原件",
        )


# ── its pages and its text ───────────────────────────────────────────────────────────────────────────────
def _on_paper(pages: Sequence[PageText], named: str) -> list[PageText]:
    """Return the sides with something on them; all must be pictures of paper."""
    sheets = [p for p in pages if not p.blank]
    if digital := [p.number for p in sheets if not p.on_paper]:
        raise Doubt(
            Reason.NOT_ON_PAPER,
            f"没有签字的原件：第 {_listed(digital)} 页是电子文件，不是纸张的扫描；{named} 要打印、签章后扫描",
        )
    return sheets


def _same_text(
    case: Case, record: Record, sheets: Sequence[PageText], issued: IssuedPrints, named: str
) -> float:
    """Return the share of the issued text that is on the scan, when nothing of it is missing or added."""
    lines = _lines(issued.issued_text(case.number, record.no))
    wanted = Counter(gram for line in lines for gram in _grams(line))
    if len(wanted) < FEW:
        raise Doubt(Reason.TEXT_DIFFERS, f"{named} 没有留存可供核对的文字，请人工核对后用 --signs 指定")
    on_page = {p.number: set(_grams(_plain(p.text))) for p in sheets}
    seen = set().union(*on_page.values())
    share = len(seen & wanted.keys()) / len(wanted)
    printed = record.data.get("printed_pages")
    short = f"第 {record.no} 件制发时共 {printed} 页，扫描件只有 {len(sheets)} 页；" if printed else ""
    if isinstance(printed, int) and len(sheets) < printed:
        raise Doubt(Reason.PAGES_MISSING, f"{short}缺页，请补齐后整份重新扫描")
    personal = _personal(case)
    others = [
        n
        for n, found in on_page.items()
        if not (own := found - personal) or len(own & wanted.keys()) < OWN_SHARE * len(own)
    ]
    if len(others) < len(sheets) and share >= issued.thresholds.text:
        if others:
            raise Doubt(
                Reason.FURTHER_PAGES,
                f"{named} 之外还夹有别的材料（第 {_listed(others)} 页），请分拆后重新投入",
            )
        if isinstance(printed, int) and len(sheets) > printed:
            raise Doubt(
                Reason.FURTHER_PAGES,
                f"{named} 制发时共 {printed} 页，扫描件有 {len(sheets)} 页，请核实多出的页",
            )
        if twice := _same_page_twice(on_page, wanted):
            raise Doubt(Reason.FURTHER_PAGES, f"第 {_listed(twice)} 页像是同一页扫描了两次，请核实")
    if share < issued.thresholds.text:
        raise Doubt(
            Reason.TEXT_DIFFERS,
            f"扫描件上的文字与制发的 {named} 不符（相符 {share:.0%}），可能缺页、放错了纸或扫描不清，请人工核对",
        )
    if any(len(part & seen) < PART_SHARE * len(part) for part in _parts(lines, wanted)):
        raise Doubt(
            Reason.PAGES_MISSING, f"{named} 有一部分文字不在扫描件上，可能缺页或被遮住，请核对后整份重新扫描"
        )
    _about_the_same_people(case, lines, sheets, named)
    return share


def _lines(text: str) -> list[str]:
    """Return the pieces of an issued text, without the clear text of its code."""
    pieces = (_CODE_LINE.sub("", squeeze(line)) for line in re.split(r"[\n\t\f]+", text))
    return [plain for piece in pieces if (plain := _plain(piece))]


def _plain(text: str) -> str:
    return "".join(_TEXT.findall(squeeze(text)))


def _grams(plain: str) -> Iterable[str]:
    return (plain[i : i + GRAM] for i in range(len(plain) - GRAM + 1))


def _parts(lines: Sequence[str], wanted: Mapping[str, int]) -> Iterable[set[str]]:
    """Cut the issued text, in its order, into parts of runs that occur nowhere else in it."""
    once = [gram for line in lines for gram in _grams(line) if wanted[gram] == 1]
    for start in range(0, max(len(once) - PART, 0) + STEP, STEP):
        part = once[start : start + PART]
        if len(part) >= FEW:
            yield set(part)


def _personal(case: Case) -> set[str]:
    """Return the runs of names, numbers and addresses: they stand on every paper of the household."""
    values = (str(value) for _, row in people(case.facts) for value in row.values())
    return {gram for value in values for gram in _grams(_plain(value))}


def _same_page_twice(on_page: Mapping[int, set[str]], wanted: Mapping[str, int]) -> list[int]:
    own = {number: found & wanted.keys() for number, found in on_page.items()}
    for (one, first), (other, second) in combinations(own.items(), 2):
        fewer = min(len(first), len(second))
        if fewer >= FEW and len(first & second) > SAME_SHARE * fewer:
            return [one, other]
    return []


def _about_the_same_people(case: Case, lines: Sequence[str], sheets: Sequence[PageText], named: str) -> None:
    """A form of the same type says nearly the same of another household: the names and numbers must agree too."""
    printed, seen = "\n".join(lines), _plain("".join(p.text for p in sheets))
    marks = {
        plain
        for _, row in people(case.facts)
        for key in ("name", "id_number")
        if len(plain := _plain(str(row.get(key) or ""))) > 1 and plain in printed
    }
    if marks and sum(mark in seen for mark in marks) < NAMED_SHARE * len(marks):
        raise Doubt(Reason.TEXT_DIFFERS, f"扫描件上的姓名、证号与制发的 {named} 不符或识别不清，请人工核对")


# ── ink ──────────────────────────────────────────────────────────────────────────────────────────────────
def _signed(
    document: DocumentType, sheets: Sequence[PageText], least: float, named: str
) -> tuple[list[SignaturePlace], list[SignaturePlace]]:
    """Return the places with ink and those without; the one who makes the document valid must have signed."""
    places = [place for sheet in sheets for place in sheet.signature_places if _is_asked(document, place)]
    if not places:
        raise Doubt(
            Reason.NO_SIGNATURE_PLACE,
            f"{named} 的扫描件上没有认出签名、盖章的位置，不能自动认作签署件，请人工核对后用 --signs 指定",
        )
    inked = [p for p in places if p.ink >= least]
    empty = [p for p in places if p.ink < least]
    if not inked:
        raise Doubt(Reason.NO_SIGNATURE, f"未见签名：{named} 的{_labels(empty)}处没有笔迹或印章")
    main = [p for p in places if _makes_valid(document, p)]
    if not any(p in inked for p in main):
        where = _labels(main) if main else "签署人"
        raise Doubt(
            Reason.NO_SIGNATURE, f"未见签名：{named} 的{where}处没有笔迹或印章，只有{_labels(inked)}处有"
        )
    return inked, empty


def _is_asked(document: DocumentType, place: SignaturePlace) -> bool:
    """Tell whether the document is signed here: not under a heading (七、签字), over its date only what is sealed."""
    if place.label == SEAL_OVER_DATE:
        return "章" in document.seals
    return not _HEADING.match(place.label)


def _makes_valid(document: DocumentType, place: SignaturePlace) -> bool:
    """Tell whether ink here makes the document valid: it is not the place of somebody who only receives or attests it."""
    who = _who(place.label)
    first = next((f.label for f in document.fields if f.kind == "sign"), "")
    declared = squeeze("；".join((document.seals, *document.signers, first)))
    return not _OF_THE_OFFICE.search(who) or who in declared


def _is_expected(label: str, signed: Sequence[str]) -> bool:
    """Tell whether somebody should have signed at an empty place: not one more row, not who only signs for another."""
    if label in (*signed, SEAL_OVER_DATE) or _IN_PLACE.search(label):
        return False
    return len(_who(label)) > 1


def _who(label: str) -> str:
    """Return who signs, of a label: 申请人 of 申请人（签名或按指印）; empty where it does not say."""
    return _NOT_WHO.sub("", squeeze(label))


def _labels(places: Sequence[SignaturePlace]) -> str:
    return "、".join(dict.fromkeys(f"“{p.label}”" for p in places))


def _listed(numbers: Sequence[int]) -> str:
    return "、".join(map(str, numbers))
