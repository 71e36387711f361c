"""Two households become one (并户): the living case takes the people, then the other is closed; held together by a note of what was begun.

The note (see ``two_case_changes``) is ``moves/<the case that ends>.merge``. Nothing is taken out of the case that ends, and nothing copied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from archivist.errors import CaseNotFound
from archivist.model.case import Case, CaseStatus
from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.model.plain_json import JsonTable
from archivist.store.chain import Chain
from archivist.store.commit import Draft, Stamp
from archivist.store.two_case_changes import ACTING, TwoCaseChange, TwoCaseKind, read_stamp

SUFFIX: Final = ".merge"


@dataclass(frozen=True, slots=True)
class HouseholdMerger(TwoCaseChange):
    """A case that ends and the living one its people belong to from then on; by whom, when and why.

    Attributes:
        case: the one that ends.
        target: the living one.
        closing: what the event says that closes the one: ``date``, and ``open`` where something was.
    """

    case: CaseNo
    target: CaseNo
    closing: Mapping[str, Any]
    reason: str
    stamp: Stamp

    @property
    def note_name(self) -> str:
        """The file name of its note."""
        return f"{self.case}{SUFFIX}"

    @property
    def title(self) -> str:
        """What is done, for people."""
        return "并入"

    @property
    def arrival(self) -> str:
        """What is there once the target has it, for people."""
        return f"{self.target} 已经登记并入的成员"

    def plain(self) -> Mapping[str, Any]:
        """Return what its note says besides."""
        return {"closing": dict(self.closing)}

    def has_arrived(self, target: Chain | None) -> bool:
        """Tell whether the living case has the people.

        Raises:
            CaseNotFound: E201, it was there when it was begun and is gone.
        """
        if target is None:
            raise CaseNotFound(f"没有户档 {self.target}")
        return self._taken(target) is not None

    def _taken(self, target: Chain) -> str | None:
        """Return the digest of the event by which the living case took them."""
        for event, digest in target.events:
            if event.op is Op.HOUSEHOLD_MERGED and event.data["case"] == str(self.case):
                return digest
        return None

    def has_left(self, case: Case) -> bool:
        """Tell whether the other case is closed."""
        return case.status is CaseStatus.DEREGISTERED

    def departure(self, case: Case, target: Chain) -> Draft:
        """Return the change that closes the other case, whatever else was changed in it meanwhile."""
        into = {"case": str(self.target), "head": self._taken(target) or target.head}
        return Draft(Op.DEREGISTERED, {**self.closing, "merged_into": into}, self.reason)


def _read(note: dict[str, Any]) -> HouseholdMerger:
    return HouseholdMerger(
        CaseNo.parse(note["case"]),
        CaseNo.parse(note["target"]),
        note["closing"],
        note["reason"],
        read_stamp(note),
    )


MERGERS: Final = TwoCaseKind(
    f"*{SUFFIX}",
    JsonTable({**dict.fromkeys(("case", "target", "reason", "pack"), str), "closing": dict, "by": ACTING}),
    _read,
)
"""The notes of mergers."""
