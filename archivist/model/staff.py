"""How the office's people are placed in the work of assistance, at which post, for all of their time or part of it; who is the same person."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Final

from archivist.model.invisible import without_invisible


class Post(StrEnum):
    """Where somebody works; the first two are the town's own staff (工作人员), the next two of a village."""

    AGENCY = "经办机构"
    DEPARTMENT = "管理部门"
    ASSISTANT = "协理员"
    VILLAGE_CLERK = "低保员"
    OTHER = "其他"
    """Not of this work alone: who leads, or sits on a panel. Stands on no roster."""


class Employment(StrEnum):
    """Whether the work of assistance is all somebody does."""

    FULL_TIME = "专职"
    PART_TIME = "兼职"


OF_THE_TOWN: Final = (Post.AGENCY, Post.DEPARTMENT)
OF_A_VILLAGE: Final = (Post.ASSISTANT, Post.VILLAGE_CLERK)


def alike(name: str) -> str:
    """Return a name as it is compared: forms of width and case, blanks and what nobody sees make no other person."""
    return "".join(unicodedata.normalize("NFKC", without_invisible(name)).casefold().split())
