"""A case's drop folder: its number says whose it is, its name must not say somebody else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from archivist.ingest.matching.evidence import CaseDirectory, squeeze
from archivist.ingest.matching.names import looks_like_name
from archivist.model.ids import CASE_NO_IN_TEXT, CaseNo

if TYPE_CHECKING:
    from archivist.ingest.matching.household import Household


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
        """Tell whether the folder may be this household's: it names somebody of it, or nobody at all."""
        label = squeeze(self.label)
        if not label or any(name in label or _cut(name) in label for name in household.names):
            return True
        if any(squeeze(name) in label for name in directory.former_names(self.case)):
            return True
        words = re.findall(r"[^\W\d_a-z]+(?:·[^\W\d_a-z]+)*", label)
        return not any(looks_like_name(word) for word in words) and not _on_file(words, directory)


def _cut(name: str) -> str:
    """Return a name as a folder may hold it: 40 characters, without what no file system takes."""
    return re.sub(r'[\\/:*?"<>|]', "_", name)[:40]


def _on_file(words: list[str], directory: CaseDirectory) -> bool:
    starts = {word[:size] for word in words for size in range(2, len(word) + 1)}
    return any(True for _ in directory.named(starts))
