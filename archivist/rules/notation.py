"""The small notations of a step's row: ``needs = ["a|b", "x?"]``, ``asks = { "x?" = … }``; read once, nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from archivist.declarations.forms import Notation

_NAME: Final = r"[a-z][a-z0-9_]*"


@dataclass(frozen=True, slots=True)
class Need(Notation):
    """What a step rests on: one of some documents; ``a|b`` either, a trailing ``?`` only recommended (宜有)."""

    EXPECTED: ClassVar[str] = "文书代号，任一写作 a|b，末尾加 ? 为宜有"

    documents: tuple[str, ...]
    required: bool = True

    @classmethod
    def parse(cls, text: str) -> Self:
        """See ``Notation``."""
        names = tuple(text.removesuffix("?").split("|"))
        if not all(re.fullmatch(_NAME, name) for name in names) or len(set(names)) < len(names):
            raise ValueError(text)
        return cls(names, not text.endswith("?"))

    def __str__(self) -> str:
        return "|".join(self.documents) + ("" if self.required else "?")


@dataclass(frozen=True, slots=True)
class Ask(Notation):
    """The name of what a step is told; a trailing ``?``: it may be."""

    EXPECTED: ClassVar[str] = "项的代号（小写英文），末尾加 ? 为可不填"

    name: str
    required: bool = True

    @classmethod
    def parse(cls, text: str) -> Self:
        """See ``Notation``."""
        if not re.fullmatch(_NAME, name := text.removesuffix("?")):
            raise ValueError(text)
        return cls(name, not text.endswith("?"))

    def __str__(self) -> str:
        return self.name + ("" if self.required else "?")
