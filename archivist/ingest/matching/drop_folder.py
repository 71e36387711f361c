"""A case's drop folder: its number says whose it is, its name must not say somebody else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from archivist.ingest.matching.evidence import CaseDirectory, squeeze
from archivist.ingest.matching.names import looks_like_name
from archivist.model.ids import CASE_NO_IN_TEXT, CaseNo

if TYPE_CHECKING:
    from archivist.ingest.matching.household import Household

_SHORTEST: Final = 2
"""Characters of the shortest names; one more makes another name as well as a word beside it."""
_BESIDE_A_NAME: Final = "家户的等档夫妻父母子女儿"
_ANOTHERS: Final = re.compile(
    "(?:别|旁|外)人|(?:别|他|旁|另)(?:一)?(?:家|户)|(?:他|其他)人(?!员)|不是(?:这|本)|不详|不明|待查|[错误](?:投|放|户)|非(?:本|该)户"
)
"""What says by itself that a folder is not this household's, or that nobody knows."""


@dataclass(frozen=True, slots=True)
class DropFolder:
    """A folder in the inbox that begins with a case number.

    Attributes:
        case: the number.
        label: what follows it, usually the applicant's name.
    """

    case: CaseNo
    label: str

    @classmethod
    def of(cls, name: str) -> DropFolder | None:
        """Return the drop folder of a path relative to the inbox; None when it lies in none."""
        parts = PurePath(name).parts
        match = CASE_NO_IN_TEXT.match(parts[0].upper()) if len(parts) > 1 else None
        return cls(CaseNo.parse(match[0]), parts[0][match.end() :]) if match else None

    def names(self, household: Household, directory: CaseDirectory) -> bool:
        """Tell whether the folder may be this household's: it names somebody of it, or nobody at all, and does not say that it is another's."""
        label = squeeze(self.label)
        if _ANOTHERS.search(label):
            return False
        own = {*household.names, *map(squeeze, directory.former_names(self.case))}
        words = re.findall(r"[^\W\d_a-z]+(?:·[^\W\d_a-z]+)*", label)
        if not label or any(
            shape in label and not _goes_on(name, words, own, directory)
            for name in own
            for shape in (name, _cut(name))
        ):
            return True
        return not any(looks_like_name(word) for word in words) and not _on_file(words, directory)


def _goes_on(name: str, words: list[str], own: set[str], directory: CaseDirectory) -> bool:
    """Tell whether a name of the household is only the beginning of somebody else's: 王秀 in 王秀兰."""
    for word in (w for w in words if w.startswith(name) and w != name and w not in own):
        longer = {word[:size] for size in range(len(name) + 1, len(word) + 1)} - own
        if any(True for _ in directory.named(longer)):
            return True
        if len(name) == _SHORTEST and len(word) == len(name) + 1 and word[-1] not in _BESIDE_A_NAME:
            return True
    return False


def _cut(name: str) -> str:
    """Return a name as a folder may hold it: 40 characters, without what no file system takes."""
    return re.sub(r'[\\/:*?"<>|]', "_", name)[:40]


def _on_file(words: list[str], directory: CaseDirectory) -> bool:
    starts = {word[:size] for word in words for size in range(2, len(word) + 1)}
    return any(True for _ in directory.named(starts))
