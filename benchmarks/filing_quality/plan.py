"""How many files of each kind, and for whom; what must be issued and converted beforehand; then the drawing."""

from __future__ import annotations

import itertools
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.workspace import Workspace
from benchmarks.filing_quality import (
    batch_kinds,
    form_kinds,
    format_kinds,
    material_kinds,
    office,
    person_kinds,
    text_kinds,
)
from benchmarks.filing_quality.forms import Form, issue_forms
from benchmarks.filing_quality.households import LASTING, Town
from benchmarks.filing_quality.kinds import Kind, Setting
from benchmarks.filing_quality.truth import Drop

KINDS: Final = (
    *material_kinds.KINDS,
    *person_kinds.KINDS,
    *text_kinds.KINDS,
    *form_kinds.KINDS,
    *format_kinds.KINDS,
    *batch_kinds.KINDS,
)


def choose(words: str) -> list[Kind]:
    """Return the kinds whose name has one of the comma-separated words; all without any."""
    wanted = [w.strip() for w in words.split(",") if w.strip()]
    return [k for k in KINDS if not wanted or any(w in k.name for w in wanted)]


def share_out(kinds: Sequence[Kind], files: int) -> list[Kind]:
    """Return a kind for each file: every kind once, then the weighty ones again, then any; of batches one each."""
    turns = [k for k in kinds if not k.batch]
    random.Random(len(turns)).shuffle(turns)
    turns.sort(key=lambda k: -k.weight)
    once = list(kinds[:files])
    rest = itertools.islice(itertools.cycle(turns), files - len(once)) if turns else ()
    return sorted([*once, *rest], key=list(kinds).index)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must be there before a file can be drawn: forms as (household, type)."""

    forms: tuple[tuple[str, str], ...]
    other_forms: tuple[tuple[str, str], ...]


def draw_all(
    workspace: Workspace,
    town: Town,
    kinds: Sequence[Kind],
    *,
    seed: int,
    batch: int,
    progress: Callable[[str], None],
) -> list[Drop]:
    """Draw one file for each kind given, in the inbox.

    Args:
        workspace: where forms are issued.
        town: everybody.
        kinds: one for each file.
        seed: of all chance.
        batch: forms in a feeder's batch.
        progress: told what is being done.
    """
    settings = _settings(town, kinds, seed)
    wanted = [_wanted(town, kind, at, batch) for kind, at in zip(kinds, settings, strict=True)]
    progress(f"issuing {sum(len(w.forms) + len(w.other_forms) for w in wanted)} forms")
    forms = iter(issue_forms(workspace, town, [f for w in wanted for f in (*w.forms, *w.other_forms)]))
    for at, w in zip(settings, wanted, strict=True):
        at.forms = _take(forms, len(w.forms))
        at.other_forms = _take(forms, len(w.other_forms))
    drops = []
    with tempfile.TemporaryDirectory() as work:
        _convert(kinds, settings, Path(work))
        for number, (kind, at) in enumerate(zip(kinds, settings, strict=True), 1):
            progress(f"drawing {number} of {len(kinds)}: {kind.name}")
            drops.append(kind.draw(at))
    return drops


def _settings(town: Town, kinds: Sequence[Kind], seed: int) -> list[Setting]:
    settings: list[Setting] = []
    for number, kind in enumerate(kinds, 1):
        rng = random.Random(f"{seed} {number} {kind.name}")
        household, another = rng.sample(town.ordinary, 2)
        turn = sum(k is kind for k in kinds[: number - 1])
        settings.append(Setting(kind.name, number, turn, town, household, another, rng))
    return settings


def _wanted(town: Town, kind: Kind, at: Setting, batch: int) -> Wanted:
    if not kind.batch:
        own = tuple((at.household.key, form) for form in kind.forms)
        return Wanted(own, tuple((at.another.key, form) for form in kind.other_forms))
    homes = [h.key for h in town.households.values() if h.open and h.category in LASTING]
    pairs = ((home, form) for form in itertools.cycle(kind.forms) for home in homes)
    shuffled = list(itertools.islice(pairs, batch))
    at.rng.shuffle(shuffled)
    return Wanted(tuple(shuffled), ())


def _take(forms: Iterator[Form], count: int) -> list[Form]:
    return list(itertools.islice(forms, count))


def _convert(kinds: Sequence[Kind], settings: Sequence[Setting], work: Path) -> None:
    for ending in sorted({k.office for k in kinds if k.office}):
        ours = [at for kind, at in zip(kinds, settings, strict=True) if kind.office == ending]
        sources = work / f"to {ending}"
        sources.mkdir()
        made = office.convert([format_kinds.office_source(at, sources) for at in ours], ending, work)
        for at, file in zip(ours, made, strict=True):
            at.office_file = file
