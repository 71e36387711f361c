"""What a person sees of a waiting file: each candidate with what speaks for it, numbered where that stands on the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from archivist.api.page_images import PagedFile, PlacedText, marked
from archivist.errors import ArchivistError
from archivist.model.case import CaseStatus
from archivist.model.facts import rows, single
from archivist.model.ids import CaseNo, mask_id

if TYPE_CHECKING:
    from archivist.api.tray_view import WaitingItem
    from archivist.model.case import Case
    from archivist.workspace import Workspace

MOST: Final = 9
"""So many candidates are shown; each has a key."""
_WHERE_IT_STANDS: Final = frozenset(
    {"id_number", "name", "name_and_birth_or_address", "case_number", "title"}
)
"""Kinds of evidence that are told by their mark on the page, where one is found."""


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that speaks for a candidate, or against it (``good`` false); ``mark`` its number on the page, 0 where it has none."""

    text: str
    mark: int = 0
    good: bool = True


@dataclass(frozen=True, slots=True)
class HouseholdSeen:
    """A household a waiting file may belong to.

    Attributes:
        standing: category and where it stands, in Chinese; ``place`` its village or community.
        closed: it takes a paper only with a reason.
        next_record: the number the paper would get.
    """

    case: str
    applicant: str
    standing: str
    place: str
    closed: bool
    next_record: str
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class TypeSeen:
    """A type a waiting file may be of."""

    type: str
    title: str
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class MarkedPlace:
    """A number on a page, and the boxes it stands beside, in thousandths of the page."""

    number: int
    page: int
    boxes: tuple[PlacedText, ...]


@dataclass(frozen=True, slots=True)
class SeenItem:
    """All that is told of the candidates of one item, and what is marked on its pages."""

    households: tuple[HouseholdSeen, ...]
    types: tuple[TypeSeen, ...]
    marks: tuple[MarkedPlace, ...]

    def on(self, page: int) -> tuple[MarkedPlace, ...]:
        """Return the marks of a page."""
        return tuple(mark for mark in self.marks if mark.page == page)


class _Marks:
    """Numbers given to words as they are found on the pages; the same words have the same number."""

    def __init__(self, paged: PagedFile) -> None:
        self._lines = paged.lines
        self._numbers: dict[str, int] = {}
        self.made: list[MarkedPlace] = []

    def number(self, words: str) -> int:
        """Return the number of words, 0 where they stand on no page."""
        if words not in self._numbers:
            self._numbers[words] = 0
            for page, lines in self._lines.items():
                if words and (boxes := marked(lines, [words])):
                    self._numbers[words] = len(self.made) + 1
                    self.made.append(MarkedPlace(self._numbers[words], page, boxes[:3]))
                    break
        return self._numbers[words]


def seen(workspace: Workspace, item: WaitingItem, paged: PagedFile) -> SeenItem:
    """Return the candidates of an item with what speaks for them; one that cannot be read says so."""
    marks = _Marks(paged)
    households = tuple(
        _household(workspace, item, h.case, h.applicant, marks) for h in item.households[:MOST]
    )
    types = []
    for candidate in item.types[:MOST]:
        kinds = [e for e in item.evidence if e.speaks_for == candidate.type]
        number = marks.number(candidate.title)
        signs = [Sign("标题", number)] if number else []
        signs += [
            Sign(e.where or e.kind_label) for e in kinds if not number or e.kind not in _WHERE_IT_STANDS
        ]
        types.append(TypeSeen(candidate.type, candidate.title, tuple(signs)))
    return SeenItem(households, tuple(types), tuple(marks.made))


def _household(
    workspace: Workspace, item: WaitingItem, number: str, applicant: str, marks: _Marks
) -> HouseholdSeen:
    told = [e for e in item.evidence if e.speaks_for == number]
    try:
        case = workspace.archive.read(CaseNo.parse(number))
    except ArchivistError as error:
        return HouseholdSeen(number, applicant, "未检", "", False, "", (Sign(error.what, good=False),))
    found = [Sign(text, at) for text, words in _words(case) if (at := marks.number(words))]
    rest = [
        Sign(f"{e.kind_label}：{e.where}" if e.where else e.kind_label)
        for e in told
        if not found or e.kind not in _WHERE_IT_STANDS
    ]
    closed = case.status is CaseStatus.DEREGISTERED
    against = [Sign("已注销：归入要写理由", good=False)] if closed else []
    if found and len(found) == 1 and not any(sign.text.startswith("证号") for sign in found) and not told:
        against.append(Sign("只有姓名相同", found[0].mark, good=False))
    standing = f"{case.category.label} · {case.status.label if closed else case.state.label}"
    place = str(single(case.facts, "applicant").get("village", "") or "")
    return HouseholdSeen(
        number,
        case.applicant_name or applicant,
        standing,
        place,
        closed,
        case.next_record(),
        (*found, *rest, *against),
    )


def _words(case: Case) -> Iterator[tuple[str, str]]:
    """Yield what of a household may stand on a paper: how it is shown, and the words themselves."""
    yield f"户号 {case.number}", str(case.number)
    people: list[Mapping[str, object]] = [single(case.facts, "applicant"), *rows(case.facts, "members")]
    for person in people:
        if number := str(person.get("id_number") or ""):
            yield f"证号 {mask_id(number)}", number
    for person in people:
        if name := str(person.get("name") or ""):
            relation = str(person.get("relation") or "")
            yield f"姓名 {name}" + (f"，{relation}" if relation else ""), name


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a file that waited is filed now, and by whom."""

    case: str
    applicant: str
    record: str
    title: str
    actor: str
    at: str


def whereabouts(workspace: Workspace, sha256: str) -> Whereabouts | None:
    """Return where a file with this digest was filed last; ``None`` where it is in no household's file, or the index cannot tell."""
    try:
        found = workspace.index.duplicate(sha256)
        for row in reversed(found):
            case = workspace.archive.read(row.case)
            if record := case.records.get(row.record):
                event = workspace.archive.chain(case.number).events[record.seq - 1][0]
                return Whereabouts(
                    str(case.number),
                    case.applicant_name,
                    record.no,
                    record.title,
                    event.actor,
                    record.filed_at,
                )
    except (ArchivistError, IndexError):
        return None
    return None
