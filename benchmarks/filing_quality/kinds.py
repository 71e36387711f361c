"""A kind of file: how one is drawn, what it needs, what is true of it."""

from __future__ import annotations

import hashlib
import importlib.util
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from archivist.documents.render import pdf as pdf_maker
from benchmarks.filing_quality import scans
from benchmarks.filing_quality.truth import Drop, Part

if TYPE_CHECKING:
    from archivist.cli.demo.paper import Generator, Picture
    from benchmarks.filing_quality.forms import Form
    from benchmarks.filing_quality.households import Household, Town
    from benchmarks.filing_quality.scans import Look
    from tests.reading.pages import Sheet


@dataclass
class Setting:
    """What one file is drawn from.

    Attributes:
        kind: name of its kind.
        number: running number among all files; stands in its name.
        turn: running number within its kind.
        town: everybody.
        household: whose paper it is, unless the kind says otherwise.
        another: some other ordinary household.
        rng: where all chance comes from.
        forms: documents issued for this file, of ``household``; a batch's are of all.
        other_forms: documents issued for this file, of ``another``.
        office_file: document that an office program has written for it, when its kind asks for one.
    """

    kind: str
    number: int
    turn: int
    town: Town
    household: Household
    another: Household
    rng: random.Random
    forms: Sequence[Form] = ()
    other_forms: Sequence[Form] = ()
    office_file: Path | None = None

    @property
    def chance(self) -> Generator:
        """A generator for pictures."""
        return np.random.default_rng(self.rng.randrange(2**32))

    def path(self, suffix: str, folder: str = "", stem: str = "") -> Path:
        """Return where the file goes: in the inbox or a folder there, under a scanner's name unless ``stem`` is given."""
        place = self.town.inbox / folder if folder else self.town.inbox
        place.mkdir(exist_ok=True)
        return place / f"{stem or 'SCAN'}{self.number:04d}{suffix}"

    def drop(self, path: Path, *parts: Part) -> Drop:
        """Say what is true of a file that has been written."""
        name = path.relative_to(self.town.inbox).as_posix()
        return Drop(self.kind, name, hashlib.sha256(path.read_bytes()).hexdigest(), parts)

    def scan(
        self,
        sheets: Sequence[Sheet | Picture],
        *,
        folder: str = "",
        look: Look | None = None,
        suffix: str = "",
        stem: str = "",
    ) -> Path:
        """Scan sheets into one file; machine and format by chance unless given."""
        suffix = suffix or (self.rng.choice(scans.PICTURES) if len(sheets) == 1 else ".pdf")
        machine = self.rng.choice(scans.LOOKS) if look is None else look
        machine = "fax" if suffix == ".tif" else machine
        flat = [s if isinstance(s, np.ndarray) else scans.flat(s) for s in sheets]
        return scans.save(
            [scans.taken(p, machine, self.chance) for p in flat], self.path(suffix, folder, stem)
        )

    def paper(self, sheets: Sequence[Sheet], *, folder: str = "") -> Path:
        """Put a paper into the inbox as clerks do: mostly scanned, every fourth time as an office program's PDF."""
        if self.rng.random() < 0.25:
            return scans.born_digital(sheets, self.path(".pdf", folder))
        return self.scan(sheets, folder=folder)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file.

    Attributes:
        name: in the table.
        draw: writes one file and says what is true of it.
        forms: ids of the documents to be issued for each file, for its household.
        other_forms: the same for another household.
        batch: whether there are as many of ``forms`` as a batch has, spread over households.
        office: ending of the file that an office program must write first; empty for none.
        module: name of the Python package that such a file is written with, when it is not of the project's own.
        weight: a kind of more weight is the first of which there are two.
    """

    name: str
    draw: Callable[[Setting], Drop]
    forms: tuple[str, ...] = ()
    other_forms: tuple[str, ...] = ()
    batch: bool = False
    office: str = ""
    module: str = ""
    weight: int = 1

    @property
    def lacking(self) -> str:
        """Why such a file cannot be made here; empty when it can."""
        if self.module and importlib.util.find_spec(self.module) is None:
            return f"the package {self.module} is not installed"
        if (self.forms or self.office) and not pdf_maker.available():
            return "LibreOffice is not installed"
        return ""
