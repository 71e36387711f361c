"""One run from an empty folder to the judgement."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from archivist.errors import UnknownDocument
from archivist.model.document_code import OfficeKey
from archivist.settings_file import FILE_NAME
from archivist.workspace import Workspace
from benchmarks.filing_quality.households import settle
from benchmarks.filing_quality.kinds import Kind
from benchmarks.filing_quality.outcome import file_all, look_up, records
from benchmarks.filing_quality.plan import draw_all
from benchmarks.filing_quality.truth import Drop, Outcome, Resolve, Verdict, judge
from tests.kit import make_workspace


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what was dropped, what became of it, the judgement by kind."""

    drops: list[Drop]
    outcomes: list[Outcome]
    verdicts: dict[str, Verdict]
    strays: list[str]
    harmed: list[str]
    drawing_s: float
    filing_s: float


def resolver(workspace: Workspace) -> Resolve:
    """Return the lookup of types by name in the workspace's catalogue."""

    def resolve(names: tuple[str, ...]) -> str | None:
        for name in names:
            try:
                return workspace.catalogue.get(name).id
            except UnknownDocument:
                continue
        return None

    return resolve


def measure(folder: Path, kinds: Sequence[Kind], *, seed: int, batch: int, readers: int) -> Run:
    """Make the office and the files, file them, judge.

    Args:
        folder: for the workspace.
        kinds: one for each file.
        seed: of all chance.
        batch: forms in a feeder's batch.
        readers: processes that read files.
    """
    started = time.monotonic()
    with make_workspace(folder / "ws") as workspace:
        _set_readers(workspace.root / FILE_NAME, readers)
        _set_key(workspace.root / "keys", seed)
        town = settle(workspace, seed)
        drops = draw_all(workspace, town, kinds, seed=seed, batch=batch, progress=_say)
        before = [(number, str(record.no)) for number, record in records(workspace)]
        drawn = time.monotonic()
        file_all(workspace, lambda done, total: _say(f"filing {done} of {total}"))
        filed = time.monotonic()
        outcomes, strays = look_up(workspace, drops, town.numbers, before)
        resolve = resolver(workspace)
    verdicts: dict[str, Verdict] = {}
    harmed = []
    for drop, outcome in zip(drops, outcomes, strict=True):
        verdict = judge(drop, outcome, resolve)
        verdicts.setdefault(drop.kind, Verdict()).add(verdict)
        if verdict.harm or verdict.hasty:
            harmed.append(describe(drop, outcome))
    return Run(drops, outcomes, verdicts, strays, harmed, drawn - started, filed - drawn)


def _set_readers(settings: Path, readers: int) -> None:
    document = tomlkit.parse(settings.read_text(encoding="utf-8"))
    document["options"]["readers"] = readers
    settings.write_text(tomlkit.dumps(document), encoding="utf-8")


def _set_key(folder: Path, seed: int) -> None:
    """Give the office a key that follows from the seed, so that the same seed makes the same documents."""
    secret = hashlib.sha256(f"filing quality {seed}".encode()).digest()
    folder.mkdir(mode=0o700)
    path = folder / f"codes-0001-{OfficeKey.of(secret).id}.key"
    path.write_text(f"{secret.hex()}\n", encoding="ascii")
    path.chmod(0o600)


def describe(drop: Drop, outcome: Outcome) -> str:
    """Say of one file what should have become of it and what did."""
    should = "; ".join(
        f"{p.household or 'nobody'} {p.type[0] if p.type else '-'} {p.must}" + (f" signs {p.signed_copy_of}" if p.signed_copy_of else "")
        for p in drop.parts[:3]
    )  # fmt: skip
    became = "; ".join(
        f"{p.household} {p.type}"
        + (f" signs {p.signs}" if p.signs else "")
        + ("" if p.whole else " (a part)")
        for p in outcome.placements
    )
    lost = "" if outcome.kept else " LOST"
    return f"{drop.kind} · {drop.name} · truth: {should} · became: {became or ', '.join(outcome.waits) or 'inbox'}{lost}"


def _say(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
