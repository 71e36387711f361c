"""What a check of one item came to. It fails closed: right is only what was looked at, with nothing wrong or left open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from archivist.model.standing import Verdict


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """What one check found in one case.

    Attributes:
        wrong: what is wrong, each a sentence in Chinese; no value of a person stands in it.
        unchecked: what could not be looked at, and why.
        seen: what was looked at and found right.
    """

    wrong: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()

    @classmethod
    def of(cls, wrong: Iterable[str] = (), unchecked: Iterable[str] = (), seen: Iterable[str] = ()) -> Self:
        """Return an outcome; what is said twice is said once, and where nothing was looked at that is left open."""
        faults, still_open, right = (tuple(dict.fromkeys(said)) for said in (wrong, unchecked, seen))
        if not (faults or still_open or right):
            still_open = ("没有可检的内容",)
        return cls(faults, still_open, right)

    @property
    def verdict(self) -> Verdict:
        """What it came to: 合格, 不合格 or 未检."""
        if self.wrong:
            return Verdict.FAILED
        return Verdict.PASSED if self.seen and not self.unchecked else Verdict.UNCHECKED

    @property
    def words(self) -> str:
        """What there is to say of it, on one line."""
        if self.wrong:
            return "；".join(self.wrong)
        return "；".join(self.unchecked or self.seen)


def not_checked(why: str) -> ItemOutcome:
    """Return that nothing could be looked at, and why."""
    return ItemOutcome(unchecked=(why,))
