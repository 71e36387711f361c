"""A signed paper that a person hands to a command (``--paper``): read once, and nothing where it is no scan or nobody signed.

Every command that stands on one asks it here. Ink shows that somebody signed, not who: that is what the paper is kept for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.disposal_errors import ListChanged
from archivist.errors import FormatNotRead, UnreadableFile, UsageError
from archivist.ingest.matching.evidence import squeeze
from archivist.model.form_code import FormCode
from archivist.reading.formats.identify import identify
from archivist.reading.pages import PageText, ReadResult, SignaturePlace
from archivist.store import NewFile, Original, bag

__all__ = [
    "ReadPaper",
    "Reading",
    "content",
    "filed_as",
    "read_paper",
    "require_form",
    "require_ink",
    "require_on_paper",
]

Reading = Callable[[Path], ReadResult]
MOST_BYTES: Final = 256 << 20
"""A signed scan is not longer."""
_REMEDY: Final = "签字后扫描，再用 --paper 指明。没有写入任何内容。"
_PERSON: Final = ("签名", "签字")


@dataclass(frozen=True, slots=True)
class ReadPaper:
    """A file a person names, as it was when it was read."""

    original: Original
    result: ReadResult

    @property
    def name(self) -> str:
        """Its name, as messages say it; it is stored nowhere."""
        return self.original.path.name

    @property
    def pages(self) -> tuple[PageText, ...]:
        """What was read on it."""
        return self.result.pages


def read_paper(path: Path, read: Reading) -> ReadPaper:
    """Read a paper; one of which nothing can be read says so itself.

    Raises:
        DroppedFileError: E100–E111, see ``Original.of``. UsageError: E001, it is longer than any scan.
    """
    original = Original.of(path, path.name)
    if original.size > MOST_BYTES:
        raise UsageError("扫描件太大", file=path.name)
    try:
        return ReadPaper(original, read(path))
    except FormatNotRead:
        return ReadPaper(original, ReadResult.of_unread(identify(path)))


def content(paper: ReadPaper) -> bytes:
    """Return the bytes of a paper, as they were when it was read; its name, which may name people, goes nowhere.

    Raises:
        UnreadableFile: E101, it was changed since.
    """
    data = paper.original.path.read_bytes()
    if bag.sha256(data) != paper.original.sha256:
        raise UnreadableFile("识别之后文件又有变动，请再办一次", file=paper.name)
    return data


def filed_as(paper: ReadPaper, place: str) -> NewFile:
    """Return a paper as the ledger keeps it, at a path without its suffix, which follows from what the file is.

    Raises:
        UnreadableFile: E101, it was changed since it was read.
    """
    return NewFile(f"{place}{paper.result.format.extension_of(paper.name)}", content(paper))


def require_on_paper(paper: ReadPaper) -> None:
    """Refuse what is no scan of paper.

    Raises:
        UsageError: E001.
    """
    if all(page.blank for page in paper.pages) or any(not p.on_paper for p in paper.pages if not p.blank):
        raise UsageError("没有签字的材料：不是纸张的扫描件", file=paper.name, remedy=_REMEDY)


def require_form(
    paper: ReadPaper,
    title: str,
    wanted: FormCode,
    ink: float,
    *,
    place: str,
    least: int = 1,
    signers: Iterable[str] = (),
) -> None:
    """Refuse what is not the signed form of one request: another paper, another request's, no scan, not signed.

    Args:
        paper: what was read.
        title: of the form, as it stands on paper.
        wanted: the code it must bear.
        ink: share (0.0–1.0) of a signature's place that must be inked.
        place: where the form is that would be right, for whoever has another.
        least: so many people must have signed.
        signers: what stands in the labels of the places that must be signed.

    Raises:
        UsageError: E001, with every reason. ListChanged: E603, it is of another request, or of this one as it was.
    """
    require_on_paper(paper)
    _require_code(paper, title, wanted, place)
    if squeeze(title) not in squeeze("".join(page.text for page in paper.pages)):
        raise UsageError(f"看不出是《{title}》", file=paper.name, remedy="请扫描清楚，或换成这一张表。")
    require_ink(paper, ink, least=least, signers=signers)


def _require_code(paper: ReadPaper, title: str, wanted: FormCode, place: str) -> None:
    read = (FormCode.parse(text) for page in paper.pages for text in page.codes)
    codes = [code for code in read if code is not None]
    if not codes:  # the code in clear, below the picture
        codes = [code for page in paper.pages for code in FormCode.all_in(squeeze(page.text))]
    if not codes:
        raise UsageError(
            f"《{title}》上没有认出核对码 {wanted.payload}",
            file=paper.name,
            remedy=f"请连同二维码扫描清楚；没有二维码的是另做的表，用{place}的表打印、签字。没有写入任何内容。",
        )
    for code in codes:
        if code != wanted:
            same = "内容已变，" if code.subject == wanted.subject else ""
            raise ListChanged(
                f"扫描件是{code.words}的（{same}核对码 {code.payload}），不是现在{wanted.words}的（{wanted.payload}）",
                file=paper.name,
                remedy=f"用{place}的表打印、签字。没有写入任何内容。",
            )


def require_ink(paper: ReadPaper, ink: float, *, least: int = 1, signers: Iterable[str] = ()) -> None:
    """Refuse a scan on which too few signed.

    Args:
        paper: what was read.
        ink: share (0.0–1.0) of a signature's place that must be inked.
        least: so many people.
        signers: what stands in the labels of the places that must be signed.

    Raises:
        UsageError: E001, it is no scan, a place is not seen, or is empty; with every reason.
    """
    require_on_paper(paper)
    places = [place for page in paper.pages for place in page.signature_places if _is_of_a_person(place)]
    problems = [why for signer in signers if (why := _unsigned(signer, places, ink))]
    if (seen := sum(place.ink >= ink for place in places)) < least:
        problems.append(f"须有 {least} 人签字，看见 {seen} 处笔迹")
    if problems:
        raise UsageError("没有签字的材料", file=paper.name, problems=problems, remedy=_REMEDY)


def _is_of_a_person(place: SignaturePlace) -> bool:
    return any(word in place.label for word in _PERSON) and "日期" not in place.label


def _unsigned(signer: str, places: Sequence[SignaturePlace], ink: float) -> str:
    meant = [place for place in places if signer in place.label]
    if not meant:
        return f"没有认出“{signer}”的签名处，请扫描清楚"
    return "" if any(place.ink >= ink for place in meant) else f"{signer}处没有看见签名"
