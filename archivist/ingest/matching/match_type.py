"""Which document is it: by our own code, its title line, or the words of its file name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from archivist.doctypes.catalogue import Catalogue, DocumentType
from archivist.ingest.matching.evidence import Doubt, Evidence, Reason, squeeze
from archivist.model.document_code import DocumentCode
from archivist.reading.pages import ReadResult

TITLE_LINES = 12
"""A title is looked for in so many lines from the top of a page."""


def match_type(
    result: ReadResult, name: str, code: DocumentCode | None, catalogue: Catalogue, evidence: list[Evidence]
) -> DocumentType:
    """Return the one type, adding every sign seen to ``evidence``.

    Raises:
        Doubt: none, several documents in one scan, or title and file name that disagree.
    """
    if code is not None:
        found = catalogue.by_code(code.type_code)
        if found is None:
            raise Doubt(Reason.FOREIGN_CODE, f"二维码中的文书代码 {code.type_code} 不在目录中")
        evidence.append(Evidence(found.id, "qr", "二维码"))
        return found
    titles = [_title_type(p.text, catalogue) for p in result.pages]
    by_title = next((t for t in titles if t), None)
    by_name = _named_type(squeeze(PurePath(name).stem), catalogue)
    if by_title:
        evidence.append(Evidence(by_title[0].id, "title", "标题行"))
    if by_name:
        evidence.append(Evidence(by_name.id, "file_name", "文件名"))
    exact = {t[0].id for t in titles if t and t[1]}
    if len(exact) > 1:
        names = "、".join(catalogue.get(i).title for i in sorted(exact))
        raise Doubt(
            Reason.SEVERAL_DOCUMENTS,
            f"一份扫描里有多种材料（{names}），请分拆后重新投入",
            types=tuple(sorted(exact)),
        )
    if by_title and by_name and by_title[0].id != by_name.id:
        raise Doubt(
            Reason.SEVERAL_TYPES,
            f"标题像“{by_title[0].title}”，文件名像“{by_name.title}”，请指定",
            types=(by_title[0].id, by_name.id),
        )
    chosen = by_title[0] if by_title else by_name
    if chosen is None:
        raise Doubt(Reason.NO_TYPE, "没有认出是哪种材料（标题行与文件名都不在文书目录中），请指定")
    return chosen


def _title_type(text: str, catalogue: Catalogue) -> tuple[DocumentType, bool] | None:
    """Return the type a page's title line names, and whether the line is nothing but the title."""
    lines = [s for s in (squeeze(line) for line in text.splitlines()) if s][:TITLE_LINES]
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
            squeezed = squeeze(alias)
            if len(squeezed) >= 2:
                yield document, squeezed
