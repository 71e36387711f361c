"""Which document is it: by our own code, by what its pages look like, or by the words of its file name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from archivist.doctypes.catalogue import Catalogue, DocumentType
from archivist.doctypes.ids import DocumentId
from archivist.ingest.matching.evidence import Doubt, Evidence, Reason, squeeze
from archivist.ingest.matching.page_type import AHEAD, TypeGuess, guesses, is_draw
from archivist.model.document_code import DocumentCode
from archivist.model.record import MACHINE, PERSON
from archivist.reading.pages import ReadResult

CODED: Final = 1.0
"""Score of a type that our own code names."""
NAMED: Final = 0.6
"""Score of a type that nothing but the file's name tells."""
CONFIRMED: Final = 0.1
"""Added to the score of a page where the file's name says the same."""
_MOST: Final = 0.97


@dataclass(frozen=True, slots=True)
class TypeMatch:
    """The type of a file, and how sure that is: 0.0–1.0."""

    type: DocumentType
    score: float


def typed(score: float | None) -> Mapping[str, object]:
    """Return what a record's data says of who chose its type: the program, this sure (0.0–1.0), or a person (``None``)."""
    return {"by": PERSON} if score is None else {"by": MACHINE, "score": score}


def match_type(
    result: ReadResult, name: str, code: DocumentCode | None, catalogue: Catalogue, evidence: list[Evidence]
) -> TypeMatch:
    """Return the one type, adding every sign seen to ``evidence``.

    Raises:
        Doubt: none, several documents in one scan, a page that looks like two types, or pages and file name that
            disagree.
    """
    if code is not None:
        found = catalogue.by_code(code.type_code)
        if found is None:
            raise Doubt(Reason.FOREIGN_CODE, f"二维码中的文书代码 {code.type_code} 不在目录中")
        evidence.append(Evidence(found.id, "qr", "二维码"))
        return TypeMatch(found, CODED)
    pages = [(p.number, likely) for p in result.pages if (likely := guesses(p, catalogue))]
    named = named_type(PurePath(name).stem, catalogue)
    if named:
        evidence.append(Evidence(named.id, "file_name", "文件名"))
    by_pages = _by_pages(pages, named, evidence)
    if by_pages is None:
        if named is None:
            raise Doubt(Reason.NO_TYPE, "没有认出是哪种材料（页面的样子与文件名都对不上文书目录），请指定")
        return TypeMatch(named, NAMED)
    if named is None:
        return TypeMatch(by_pages.type, by_pages.score)
    if named.id == by_pages.type.id or by_pages.type.id in named.looks_like:
        return TypeMatch(named, min(by_pages.score + CONFIRMED, _MOST))
    raise Doubt(
        Reason.SEVERAL_TYPES,
        f"页面像“{by_pages.type.title}”，文件名像“{named.title}”，请指定",
        types=(by_pages.type.id, named.id),
    )


def _by_pages(
    pages: Sequence[tuple[int, tuple[TypeGuess, ...]]], named: DocumentType | None, evidence: list[Evidence]
) -> TypeGuess | None:
    """Return what the pages look like, all those that look like anything; ``None`` when none does.

    Raises:
        Doubt: they look like several types, or one of them does.
    """
    sure: dict[str, TypeGuess] = {}
    drawn: list[TypeGuess] = []
    for number, found in pages:
        if is_draw(found):
            likely = [g for g in found if found[0].score - g.score < AHEAD]
            chosen = next((g for g in likely if named and g.type.id == named.id), None)
            if chosen is None:
                drawn += likely
                continue
        else:
            chosen = found[0]
        where = f"第 {number} 页{'标题行' if chosen.headed else '版式'}"
        evidence.append(Evidence(chosen.type.id, "title" if chosen.headed else "layout", where))
        if chosen.type.id not in sure or chosen.score > sure[chosen.type.id].score:
            sure[chosen.type.id] = chosen
    if len(sure) > 1:
        names = "、".join(g.type.title for g in sure.values())
        raise Doubt(
            Reason.SEVERAL_DOCUMENTS,
            f"一份扫描里有多种材料（{names}），请分拆后重新投入",
            types=tuple(sorted(sure)),
        )
    if drawn and not any(g.type.id in sure for g in drawn):
        types = {g.type.id: g.type.title for g in (*drawn, *sure.values())}
        raise Doubt(
            Reason.SEVERAL_TYPES,
            f"一页上像有几种材料（{'、'.join(types.values())}），请指定",
            types=tuple(types),
        )
    return next(iter(sure.values()), None)


# ── the file's name ──────────────────────────────────────────────────────────────────────────────────────
def named_type(stem: str, catalogue: Catalogue) -> DocumentType | None:
    """Return the one type whose name stands in a file's name, the longest first; ``None`` where two are as long."""
    stem = squeeze(stem)
    found = [(len(alias), document) for document, alias in _aliases(catalogue) if alias in stem]
    longest = max((length for length, _ in found), default=0)
    best = {d.id: d for length, d in found if length == longest}
    return next(iter(best.values())) if len(best) == 1 else None


def _aliases(catalogue: Catalogue) -> Iterable[tuple[DocumentType, str]]:
    for document in catalogue:
        # 其他、附件 say nothing about a paper
        names = document.names if document.id != DocumentId.OTHER else (document.title,)
        for alias in names:
            squeezed = squeeze(alias)
            if len(squeezed) >= 2:
                yield document, squeezed
