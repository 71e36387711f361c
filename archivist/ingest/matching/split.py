"""Where one paper ends and the next begins in a file that may hold several. Pure: pages in, parts with reasons out.

A cut is made by itself only in a file that is a feeder's batch beyond doubt: with a separator sheet in it, or the codes
of two of our documents. In any other file cuts are proposed, and a person makes them: splitting may never take from a
page the sign that it is a stranger's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from archivist.doctypes.catalogue import Catalogue
from archivist.ingest.matching.evidence import CaseDirectory, squeeze
from archivist.ingest.matching.page_type import type_of_page
from archivist.ingest.matching.pages import PageEvidence, pages_evidence
from archivist.model.document_code import DocumentCode, is_separator
from archivist.reading.pages import PageText


class Cut(StrEnum):
    """Why a part begins where it does. The words are stable."""

    START = "start"
    CODE = "code"
    SEPARATOR = "separator"
    HOUSEHOLD = "household"
    BEYOND = "beyond"
    TITLE = "title"
    MEMBER = "member"
    UNLOCKED = "unlocked"
    BY_HAND = "by_hand"
    PHOTOS = "photos"

    @property
    def label(self) -> str:
        """The reason in Chinese."""
        return _LABELS[self.value]


_LABELS: Final = {
    "start": "开头",
    "code": "二维码",
    "separator": "分隔页",
    "household": "换了一户",
    "beyond": "不是前一份文书的页",
    "title": "标题行",
    "member": "附件",
    "unlocked": "解开密码",
    "by_hand": "人工拆分",
    "photos": "照片文件夹",
}


@dataclass(frozen=True, slots=True)
class PageSigns:
    """What tells, on one page, which paper it is of.

    Attributes:
        number: 1-based, in the file.
        text: what was read.
        code: our code on it; the first, if there are several.
        damaged: whether there is a code of ours that cannot be right, or several different ones.
        separator: whether it is a separator sheet.
        blank: whether nothing is on it.
        households: whom it speaks for: case numbers; for a valid ID number that is on nobody's file, the number.
        title: id of the document type that a line of its own names; empty when none does.
    """

    number: int
    text: str = ""
    code: DocumentCode | None = None
    damaged: bool = False
    separator: bool = False
    blank: bool = False
    households: frozenset[str] = frozenset()
    title: str = ""


@dataclass(frozen=True, slots=True)
class IssuedForm:
    """What the archive knows of the sheets of an issued document; ``pages`` is 0 where it is not on record."""

    pages: int
    text: str


Issued = Callable[[DocumentCode], IssuedForm | None]
"""Returns what a code stands for; ``None`` when there is no such record."""


@dataclass(frozen=True, slots=True)
class ProposedPart:
    """One paper.

    Attributes:
        pages: its page numbers.
        cut: why it begins where it does.
        doubt: why a person must look at it even if everything else about it is clear; empty when none.
        inner: its pages by the papers that may be in it, where that is for a person to say.
    """

    pages: tuple[int, ...]
    cut: Cut
    doubt: str = ""
    inner: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class SplitProposal:
    """The papers in a file.

    Attributes:
        parts: in order.
        blanks: numbers of the blank pages; ``separators`` those of the separator sheets. They are in no part.
        acts: whether the file is a batch beyond doubt, to be split without a person.
        waits: whether, not being that, it must not be filed whole.
    """

    parts: tuple[ProposedPart, ...]
    blanks: tuple[int, ...]
    separators: tuple[int, ...]
    acts: bool
    waits: bool


@dataclass(frozen=True, slots=True)
class PartsProposed:
    """A file that may hold several papers: their pages, and why it must not be filed whole (empty when it may)."""

    parts: tuple[tuple[int, ...], ...] = ()
    waits: str = ""


ONE_PAPER: Final = PartsProposed()


SHORT: Final = 30
"""A page with fewer characters than that says too little to be compared."""
ALIKE: Final = 0.5
"""Share (0.0–1.0) of a page's words that the text of the document issued must have for the page to be of it."""
_WORD: Final = 4
_PRINTED_NUMBER: Final = re.compile(r"[-—–―一_~·.]{1,3}\s*(\d{1,2})\s*[-—–―一_~·.]{1,3}")


def signs_of(pages: Iterable[PageText], directory: CaseDirectory, catalogue: Catalogue) -> list[PageSigns]:
    """Return the signs of each page."""
    read = {page.number: page for page in pages}
    _, *seen = pages_evidence(read.values(), "", directory)
    return [_signs(read[evidence.number], evidence, catalogue) for evidence in seen]


def _signs(page: PageText, evidence: PageEvidence, catalogue: Catalogue) -> PageSigns:
    codes = evidence.codes
    strangers = {seen.number for seen in evidence.ids if not seen.owners}
    guess = type_of_page(page, catalogue)
    return PageSigns(
        page.number,
        page.text,
        codes[0] if codes else None,
        len(set(codes)) > 1 or (evidence.damaged_code and not codes),
        any(map(is_separator, page.codes)),
        page.blank,
        frozenset({*map(str, evidence.cases), *strangers}),
        guess.type.id if guess and guess.headed else "",
    )


@dataclass
class _Group:
    """The part that is being put together."""

    cut: Cut
    pages: list[PageSigns] = field(default_factory=list)
    code: DocumentCode | None = None
    form: IssuedForm | None = None
    doubt: str = ""

    @property
    def households(self) -> set[str]:
        stated = {str(self.code.case)} if self.code else set()
        return stated.union(*(p.households for p in self.pages))

    @property
    def title(self) -> str:
        return next((p.title for p in self.pages if p.title), "")

    @property
    def signless(self) -> bool:
        return not any(p.code or p.damaged or p.households for p in self.pages)

    def name(self, code: DocumentCode, issued: Issued) -> None:
        """Let it be the form that a code names."""
        self.code, self.form = code, issued(code)


def propose(pages: Sequence[PageSigns], issued: Issued) -> SplitProposal:
    """Say which papers the pages of a file are.

    Args:
        pages: the signs of every page of the file, in order.
        issued: what the archive knows of the document a code names.
    """
    separators = tuple(p.number for p in pages if p.separator)
    blanks = tuple(p.number for p in pages if p.blank and not p.separator)
    batch = bool(separators) or len({p.code for p in pages if p.code}) > 1
    groups: list[_Group] = []
    following = Cut.START
    for page in pages:
        if page.separator:
            following = Cut.SEPARATOR
        elif not page.blank:
            fresh = following if following is not Cut.START or not groups else _cut(groups[-1], page, issued)
            if fresh:
                groups.append(_Group(fresh))
            _add(groups[-1], page, issued, batch=batch)
            following = Cut.START
    if batch:
        parts = tuple(map(_part, _bundled(groups)))
        return SplitProposal(parts, blanks, separators, acts=bool(parts), waits=False)
    parts = tuple(_part([group]) for group in groups)
    waits = any(group.cut in (Cut.CODE, Cut.BEYOND) for group in groups[1:])
    return SplitProposal(parts, blanks, separators, acts=False, waits=waits)


def _cut(group: _Group, page: PageSigns, issued: Issued) -> Cut | None:
    """Say why a page begins a paper of its own; ``None`` when it goes with the pages before it."""
    if page.damaged:
        return Cut.CODE
    if page.code is not None:
        if page.code == group.code or _leads_to(group, page.code, issued):
            return None
        return Cut.CODE
    another = bool(page.households and group.households and group.households.isdisjoint(page.households))
    if group.code is not None:
        if not another and belongs(page, group.form, len(group.pages) + 1):
            return None
        return Cut.HOUSEHOLD if another else Cut.BEYOND
    if another:
        return Cut.HOUSEHOLD
    return Cut.TITLE if page.title and group.title and page.title != group.title else None


def _add(group: _Group, page: PageSigns, issued: Issued, *, batch: bool) -> None:
    if page.code and not group.code:
        group.name(page.code, issued)
        group.doubt = ""
    nothing = not (page.code or page.damaged or page.households)
    if batch and nothing and not group.code and group.cut is not Cut.SEPARATOR:
        group.doubt = f"第 {page.number} 页上没有可以判断属于哪一户的内容"
    group.pages.append(page)


def belongs(page: PageSigns, form: IssuedForm | None, place: int) -> bool:
    """Tell whether a page without a code is the page of an issued document at some place (1-based)."""
    if form is None or (form.pages and place > form.pages):
        return False
    printed = _PRINTED_NUMBER.fullmatch((page.text.strip().splitlines() or [""])[-1].strip())
    if printed and int(printed[1]) != place:
        return False
    if len(squeeze(page.text)) < SHORT:
        return not page.title and bool(printed or form.pages)
    return alike(page.text, form.text) >= ALIKE


def _leads_to(group: _Group, code: DocumentCode, issued: Issued) -> bool:
    """Tell whether pages without any sign are of the form whose first page comes after them: it was fed last sheet first."""
    if group.code is not None or not group.signless or group.cut is Cut.SEPARATOR:
        return False
    form = issued(code)
    if form is None or (form.pages and len(group.pages) >= form.pages):
        return False
    return all(len(squeeze(p.text)) >= SHORT and alike(p.text, form.text) >= ALIKE for p in group.pages)


def alike(text: str, issued: str) -> float:
    """Return the share (0.0–1.0) of a page's words that a text has too; a word is any run of four characters."""
    words = _words(text)
    return len(words & _words(issued)) / max(len(words), 1)


def _words(text: str) -> set[str]:
    plain = squeeze(text)
    return {plain[n : n + _WORD] for n in range(len(plain) - _WORD + 1)}


def _bundled(groups: Iterable[_Group]) -> list[list[_Group]]:
    """Put groups that only a title parts together again: that cut is for a person to make."""
    bundles: list[list[_Group]] = []
    for group in groups:
        if group.cut is Cut.TITLE:
            bundles[-1].append(group)
        else:
            bundles.append([group])
    return bundles


def _part(groups: Sequence[_Group]) -> ProposedPart:
    first = groups[0]
    numbers = [tuple(p.number for p in group.pages) for group in groups]
    part = ProposedPart(tuple(n for pages in numbers for n in pages), first.cut, first.doubt)
    if len(groups) == 1:
        return part
    return replace(part, doubt=part.doubt or "其中可能有几份材料，要不要拆开请人看", inner=tuple(numbers))
