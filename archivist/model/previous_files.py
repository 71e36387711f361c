"""The file of another office that a file continues: the household moved, and its file was taken over (转入)."""

from __future__ import annotations

from dataclasses import dataclass

from archivist.model.event import Data
from archivist.model.ids import CaseNo, Sha256

FOLDER = "data/前档"
"""Where in the bag the package stands that holds it whole; read-only, and destroyed with the file."""


@dataclass(frozen=True, slots=True)
class PreviousFile:
    """A file of another office: its number there, the digest of its last event, and the package that holds it.

    Attributes:
        package: path in the bag.
    """

    case: CaseNo
    head: Sha256
    package: str

    def to_plain(self) -> dict[str, str]:
        """Return it as the event that opens the new file says it."""
        return {"case": str(self.case), "head": self.head, "package": self.package}


def previous(data: Data) -> PreviousFile | None:
    """Return the file that a ``case_opened`` says it continues; ``ValueError`` or ``KeyError`` when it says it wrongly."""
    said = data.get("previous")
    if said is None:
        return None
    return PreviousFile(CaseNo.parse(said["case"]), Sha256(said["head"]), str(said["package"]))
