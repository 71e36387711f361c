"""What is known of each dropped file, what became of it, and the judgement. Pure: nothing here touches a disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final, Literal

Must = Literal["file", "wait", "either"]
"""Should the program file it by itself, leave it to a person, or may it do either?"""
Resolve = Callable[[tuple[str, ...]], str | None]
"""Returns the id of the first of these names that the catalogue of types has."""
OTHER: Final = "other"
"""The type for what fits no other."""


@dataclass(frozen=True, slots=True)
class Part:
    """One paper: a file is one, a feeder's batch or an archive holds several.

    Attributes:
        household: key of the household it belongs to; None when it belongs to none, or to no single one.
        type: names of its type, best first; empty when it is of no type but 其他材料.
        must: what should become of it. A paper that should be filed may wait as well while the catalogue has no type
            for it.
        signed_copy_of: number of the record of its household whose signed copy it is.
        pages: sheets it consists of, for a part of a batch; 0 when that is not counted.
        blanks: blank sheets after it, which may go with it.
    """

    household: str | None
    type: tuple[str, ...] = ()
    must: Must = "file"
    signed_copy_of: str | None = None
    pages: int = 0
    blanks: int = 0


@dataclass(frozen=True, slots=True)
class Drop:
    """One file in the inbox.

    Attributes:
        kind: name of its kind.
        name: relative to the inbox, with ``/``.
        sha256: of its bytes.
        parts: the papers in it, in order.
    """

    kind: str
    name: str
    sha256: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Placement:
    """One record that came of a file.

    Attributes:
        household: key of the household it was filed in.
        type: id of the type it was filed as.
        signs: number of the record whose signed copy it is called.
        whole: whether the record holds the dropped file itself, not a part of it.
        pages: of the record; 0 when unknown.
        suffix: of the record's file.
    """

    household: str
    type: str
    signs: str | None = None
    whole: bool = True
    pages: int = 0
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file.

    Attributes:
        placements: the records that came of it.
        waits: reasons for which it, or what is left of it, waits in the tray.
        in_inbox: whether it still lies in the inbox.
        kept: whether a file with its very bytes is anywhere in the archive.
    """

    placements: tuple[Placement, ...] = ()
    waits: tuple[str, ...] = ()
    in_inbox: bool = False
    kept: bool = True


@dataclass(slots=True)
class Verdict:
    """Counts of papers, except where it says files.

    Attributes:
        files: files judged.
        papers: papers in them.
        due: files of one paper that should have been filed without a person.
        due_right: of these, filed in the right household.
        right: papers filed in the right household, also where they might have waited.
        wrong_household: records in a household that the paper is not of.
        wrong_signed: records called the signed copy of what they are not.
        hasty: papers filed in the right household that a person should have seen first.
        typed: papers in the right household that have been judged by type.
        type_right: of these, with the right type.
        signatures: of the due ones, signed copies.
        signatures_right: of these, filed as the signed copy of the right record.
        batch_due: parts of files with several papers that should have been filed.
        batch_right: of these, filed in the right household as what they are, with all their sheets and no other.
        in_tray: files that wait, wholly or in part.
        in_inbox: files left in the inbox.
        lost: files whose bytes are nowhere.
        ending_changed: files filed whole under another ending, which no double click opens.
        reasons: how many files wait for each reason.
    """

    files: int = 0
    papers: int = 0
    due: int = 0
    due_right: int = 0
    right: int = 0
    wrong_household: int = 0
    wrong_signed: int = 0
    hasty: int = 0
    typed: int = 0
    type_right: int = 0
    signatures: int = 0
    signatures_right: int = 0
    batch_due: int = 0
    batch_right: int = 0
    in_tray: int = 0
    in_inbox: int = 0
    lost: int = 0
    ending_changed: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    def add(self, other: Verdict) -> None:
        """Add another's counts to these."""
        for name in self.__slots__:
            if name == "reasons":
                for reason, count in other.reasons.items():
                    self.reasons[reason] = self.reasons.get(reason, 0) + count
            else:
                setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def harm(self) -> int:
        """What must never happen, added up."""
        return self.wrong_household + self.wrong_signed + self.lost


def judge(drop: Drop, outcome: Outcome, resolve: Resolve) -> Verdict:
    """Compare what became of a file with what is known of it."""
    verdict = Verdict(
        files=1,
        papers=len(drop.parts),
        in_tray=int(bool(outcome.waits)),
        in_inbox=int(outcome.in_inbox),
        lost=int(not outcome.kept),
        reasons=dict.fromkeys(outcome.waits, 1),
    )
    due = [part for part in drop.parts if must_of(part, resolve) == "file"]
    if len(drop.parts) > 1:
        verdict.batch_due = len(due)
    else:
        verdict.due = len(due)
        verdict.signatures = sum(part.signed_copy_of is not None for part in due)
    bundles = [p for p in outcome.placements if p.whole and len(drop.parts) > 1]
    _judge_bundles(drop, bundles, verdict)
    _judge_parts(drop, [p for p in outcome.placements if p not in bundles], verdict, resolve)
    for placement in outcome.placements:
        before = _ending(PurePath(drop.name).suffix)
        verdict.ending_changed += placement.whole and _ending(placement.suffix) != before
    return verdict


def must_of(part: Part, resolve: Resolve) -> Must:
    """Return what should become of a part, given which types there are."""
    return "either" if part.must == "file" and part.type and resolve(part.type) is None else part.must


def _judge_bundles(drop: Drop, placements: Sequence[Placement], verdict: Verdict) -> None:
    """Several papers in one record: at best all of one household's, and never a signed copy."""
    for placement in placements:
        if all(p.household == placement.household for p in drop.parts):
            verdict.hasty += 1
        else:
            verdict.wrong_household += 1
        verdict.wrong_signed += placement.signs is not None


def _judge_parts(drop: Drop, placements: Sequence[Placement], verdict: Verdict, resolve: Resolve) -> None:
    open_parts = list(drop.parts)
    for placement in placements:
        part = _part_of(placement, open_parts, resolve)
        if part is None:  # one record more in its own household is no harm: a mail and its attachment
            verdict.wrong_household += all(p.household != placement.household for p in drop.parts)
            verdict.wrong_signed += placement.signs is not None
            continue
        open_parts.remove(part)
        _judge_placement(part, placement, verdict, resolve, batch=len(drop.parts) > 1)


def _part_of(placement: Placement, parts: list[Part], resolve: Resolve) -> Part | None:
    """Return the paper that a record must be: of its household, and as much like it as there is."""
    own = [p for p in parts if p.household == placement.household]
    signed = [p for p in own if placement.signs and p.signed_copy_of == placement.signs]
    typed = [p for p in own if resolve(p.type) == placement.type]
    return next(iter((*signed, *typed, *own)), None)


def _judge_placement(
    part: Part, placement: Placement, verdict: Verdict, resolve: Resolve, *, batch: bool
) -> None:
    must = must_of(part, resolve)
    verdict.right += must != "wait"
    verdict.hasty += must == "wait"
    verdict.typed += 1
    typed = placement.type == (resolve(part.type) or OTHER)
    verdict.type_right += typed
    signed = placement.signs == part.signed_copy_of
    sheets = not (part.pages and placement.pages) or 0 <= placement.pages - part.pages <= part.blanks
    verdict.wrong_signed += placement.signs is not None and not (signed and sheets)
    if must == "file" and batch:
        verdict.batch_right += typed and signed and sheets
    elif must == "file":
        verdict.due_right += 1
        verdict.signatures_right += part.signed_copy_of is not None and signed


_SAME_ENDING: Final[Mapping[str, str]] = {".jpeg": ".jpg", ".tiff": ".tif", ".htm": ".html"}


def _ending(suffix: str) -> str:
    return _SAME_ENDING.get(suffix.lower(), suffix.lower())
