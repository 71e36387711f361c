"""What must hold after every fault and the next start, whatever the command was."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import bagit

from archivist.errors import ArchivistError
from archivist.ingest.turning import turned_by_hand
from archivist.issuing.number_series import series
from archivist.model.disposals import DisposalState
from archivist.model.event import Op
from archivist.model.facts import to_plain
from archivist.model.ids import CaseNo
from archivist.model.reference_numbers import ReferenceNumber
from archivist.preservation import disposal_residue
from archivist.preservation.disposal_batches import batches
from archivist.search.index import Index
from archivist.store import Archive, archive_format, bag, chain
from archivist.store.bag_heads import bag_folder, is_bureau, read_head
from archivist.store.custody import ledgers_taken
from archivist.workspace import Workspace
from tests.faults.office import (
    HELD_PAPER,
    LOST,
    OLD_FOLDER,
    OLD_PAPER,
    OLD_SCANS,
    PAPERS,
    PARTS,
    ZHANG,
    Command,
    lay,
    opened,
    scan,
    stack,
)

DIGESTS: Final = {hashlib.sha256(scan(name)).hexdigest(): name for name in (*PAPERS, OLD_PAPER, HELD_PAPER)}
DIGESTS.update({hashlib.sha256(scan(name)).hexdigest(): name for name in OLD_SCANS})
DIGESTS.update({hashlib.sha256(stack(name)).hexdigest(): name for name in PARTS})
PARTS_OF: Final = {f"{name} {n}": name for name, texts in PARTS.items() for n in range(len(texts))}
"""The papers of a stack by their names, and the stack they are of."""
DIGESTS.update({hashlib.sha256(stack(name)).hexdigest(): name for name in PARTS_OF})
QUERIES: Final = (
    "王秀兰",
    "wxl",
    "身份证",
    "诊断",
    "刘",
    "刘样例",
    "022-00009999",
    "受理通知书",
    "样例",
    "无名氏",
)


class Broken(AssertionError):
    """A promise did not hold."""


def must(holds: object, what: str) -> None:
    """Say loudly which promise did not hold."""
    if not holds:
        raise Broken(what)


Picture = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """How the archive looks between two steps of a command: all that people see, and the numbers taken."""

    picture: Picture
    numbers: dict[tuple[str, int], int]
    """The last number given, by sequence and year."""


def look(archive: Archive) -> Step:
    """Return how the archive looks."""
    cases = []
    for number in archive.case_numbers():
        case = archive.read(number)
        records: list[object] = [
            (
                r.no,
                r.type,
                r.title,
                r.status.value,
                [f.path for f in r.files],
                bool(r.text),
                bool(r.doc_no),  # which it is depends on how many were lost before; see ``explained``
                r.voided is not None,
            )
            for r in case.records.values()
        ]
        records += [(n, m.record.type, str(m.case), m.new) for n, m in case.moved_out.items()]
        records += [(n, gone.record.type, gone.why.value) for n, gone in case.expunged.items()]
        records += [(n, gone.record.type, gone.item) for n, gone in case.unfiled.items()]
        records += [(person.name, str(person.to)) for person in case.former]
        records += [(str(paper.case), paper.record, paper.sha256) for paper in case.references]
        records += [(hold.id, hold.origin) for hold in case.holds]
        records += [("merged", str(one.case)) for one in case.merged]
        records += [("into", str(case.merged_into.case))] if case.merged_into else []
        facts = json.dumps(to_plain(case.facts), ensure_ascii=False, sort_keys=True)
        cases.append((str(number), case.seq, case.status.value, facts, tuple(map(repr, records))))
    waiting = tuple(
        sorted(
            (i.name, i.sha256, i.reason, i.text, i.reading, *sorted(turned_by_hand(i).items()))
            for i in archive.tray.items()
        )
    )
    numbers: dict[tuple[str, int], int] = {}
    for folder in archive.ledger.iterdir():
        for event, _ in chain.read(folder).events:
            if event.op is Op.NUMBERS_ALLOCATED:
                sequence, first = (event.data["sequence"], int(folder.name)), event.data["first"]
                must(first == numbers.get(sequence, 0) + 1, f"{sequence} gave {first} again")
                numbers[sequence] = event.data["last"]
    _copies_are_noted(archive)
    return Step((tuple(cases), waiting, destroyed(archive), entered(archive)), numbers)


def _copies_are_noted(archive: Archive) -> None:
    """Check that where copies may be is written down before those are forgotten whom they name."""
    if not any(archive.ledger_events(Op.DISPOSAL_STARTED)):
        return
    for batch in batches(archive).values():
        if batch.destroyed and batch.state in (DisposalState.EXECUTING, DisposalState.EXECUTED):
            path = archive.outbox / disposal_residue.FOLDER / batch.id / disposal_residue.NOTED
            must(path.is_file() and path.stat().st_size > 0, f"{batch.id}: nobody knows where copies may be")


ELSEWHERE: Final = (Op.LEDGER_OPENED, Op.NUMBERS_ALLOCATED, Op.NUMBERS_VACANT, Op.HEADS_RECORDED)
"""Of the ledger's events those that come by themselves, or are looked at as numbers and heads."""


def entered(archive: Archive) -> tuple[tuple[str, str], ...]:
    """Return what the ledger says was done, and to what."""
    events = (e for e in archive.ledger_events() if e.op not in ELSEWHERE or e.reason == LOST)
    return tuple((e.op.value, str(e.data.get("case", e.data.get("disposal", "")))) for e in events)


def destroyed(archive: Archive) -> tuple[tuple[str, str], ...]:
    """Return what the ledger says of destructions; a case is there and nothing is said of it, or gone and all is said."""
    ops = (Op.CASE_DESTROYING, Op.CASE_DESTROYED)
    said = tuple((e.op.value, str(e.data["case"])) for e in archive.ledger_events() if e.op in ops)
    for case in {case for _, case in said}:
        told = [op for op, one in said if one == case]
        must(told == [op.value for op in ops], f"{case}: the ledger says {told}")
        must(not (archive.cases / case).exists(), f"{case} is destroyed and there")
    return said


def steps_of(base: Path, command: Command, out: Path) -> list[Step]:
    """Run a command without a fault; return how the archive looked before it and after each thing it told."""
    lay(base, out)
    steps = [look(Archive(out / "archive"))]
    command.run(out)(lambda _: steps.append(look(Archive(out / "archive"))))
    must(len(steps) > 1, f"{command.name} tells nothing")
    return steps


def start(root: Path) -> Archive:
    """Start the program anew: it heals what it finds."""
    archive = Archive(root / "archive", wait_s=5.0)
    with archive.writing("启动"):
        pass
    return archive


def check(root: Path, steps: Sequence[Step], told: int, *, rounds: int = 1) -> int:
    """Check every promise about the archive after a fault and the next start.

    Args:
        root: the workspace.
        steps: how it may look, from ``steps_of``.
        told: how many steps somebody was told of.
        rounds: how often the numbers may have been taken that the command takes.

    Returns:
        How many steps are done: as many as were told, or one more.
    """
    archive = Archive(root / "archive")
    must((archive.root / archive_format.NAME).read_text() == archive_format.LINE, "FORMAT is not whole")
    must(not any(archive.work.iterdir()), f".work/ holds {sorted(p.name for p in archive.work.iterdir())}")
    must(not archive.two_case_changes.begun(), f"moves/ holds {archive.two_case_changes.begun()}")
    incoming = archive.receptions.incoming
    must(not (incoming.is_dir() and any(incoming.iterdir())), "incoming/ is not empty")
    received = [p for one in archive.receptions.offices() for p in (*one.glob("*-*"), *one.glob("ledger/*"))]
    taken = (year for ledger in ledgers_taken(archive.root) for year in ledger.glob("[0-9]*"))
    for folder in (
        *archive.cases.iterdir(),
        *archive.ledger.iterdir(),
        *archive.batches.folders(),
        *taken,
        *received,
    ):
        whole(folder)
    now = look(archive)
    fits = [n for n in range(told, min(told + 2, len(steps))) if now.picture == steps[n].picture]
    must(fits, f"told {told} steps, but the archive shows neither that nor one more: {now}")
    for sequence, last in {**steps[0].numbers, **steps[told].numbers}.items():
        must(now.numbers.get(sequence, 0) >= last, f"{sequence}: {last} was given and is forgotten")
    for sequence, last in now.numbers.items():
        had, wanted = (steps[n].numbers.get(sequence, 0) for n in (0, -1))
        must(last <= had + rounds * (wanted - had), f"{sequence}: more numbers than asked for")
    _papers(archive)
    _heads(archive)
    return fits[0]


def _heads(archive: Archive) -> None:
    """The ledger has each bag's head, or the bag is marked so that it gets it; what was sealed or handed over is there."""
    entered = {
        head[0]: head
        for event in archive.ledger_events()
        if event.op is Op.HEADS_RECORDED
        for head in event.data["heads"]
    }
    for event in archive.ledger_events():
        for entry in event.data.get("files", ()):
            path = archive.outbox / entry["path"]
            must(
                path.exists() and bag.sha256(path.read_bytes()) == entry["sha256"],
                f"{path.name} is entered as handed out and lost",
            )
    bags = [*map(str, archive.case_numbers()), *archive.batches.ids()]
    bags += [bag.identifier(folder.name) for folder in archive.ledger_folders()]
    marked = archive.heads.changed.names()
    for name in bags:
        head = list(read_head(name, bag_folder(archive.root, name)))
        must(name in marked or entered.get(name) == head, f"{name} changed, and nothing says so")


def whole(folder: Path) -> None:
    """Check a bag to the last byte: chain, manifests, every file it names and none that it does not."""
    name = folder.name
    current = chain.read(folder)
    pending = folder / "pending"  # no package has an empty folder
    must(not pending.is_dir() or not any(pending.iterdir()), f"{name}: pending/ is not empty")
    manifest = (folder / bag.MANIFEST).read_bytes()
    must(manifest == current.manifest(), f"{name}: manifest and chain differ")
    tags = bag.parse_manifest((folder / bag.TAG_MANIFEST).read_bytes())
    named = {p: d for p, (d, _) in current.files.items()} | tags
    for path, digest in named.items():
        data = (folder / path).read_bytes()
        must(bag.sha256(data) == digest, f"{name}: {path} is damaged")
        if bag.is_payload(path):
            mode = stat.S_IMODE((folder / path).stat().st_mode)
            must(mode == 0o400, f"{name}: {path} is writable ({mode:o})")
    present = {
        str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.name != bag.TAG_MANIFEST
    }
    must(present == set(named), f"{name}: {present ^ set(named)} is in the bag or in the manifests only")


def _papers(archive: Archive) -> None:
    """Every paper is intact, filed at most once, and not both filed and in the tray; at the bureau no paper ever was."""
    if is_bureau(archive.root):
        return
    filed: Counter[str] = Counter()
    for number in archive.case_numbers():
        for path, (digest, _) in archive.chain(number).files.items():
            if bag.is_payload(path) and digest in DIGESTS:
                filed[DIGESTS[digest]] += 1
    waiting: Counter[str] = Counter()
    for item in archive.tray.items():
        must(bag.sha256(item.file.read_bytes()) == item.sha256, f"tray: {item.name} is damaged")
        waiting[DIGESTS[item.sha256]] += 1
    kept = Counter(
        DIGESTS[bag.sha256(path.read_bytes())]
        for batch in archive.batches.ids()
        for path in archive.batches.originals(batch)
    )
    handed_back = Counter(
        DIGESTS[bag.sha256(path.read_bytes())] for path in (archive.outbox / "退回").glob("*")
    )
    taken_out = Counter(
        DIGESTS[entry.sha256]
        for number in archive.case_numbers()
        for gone in archive.read(number).expunged.values()
        for entry in gone.record.files
    )
    left = {p.name for p in archive.review.iterdir()} - {i.id for i in archive.tray.items()}
    must(not left, f"review/ holds {left}, which is no item")
    for name in DIGESTS.values():
        original = archive.inbox / name
        here = filed[name] + waiting[name] + kept[name] + handed_back[name] + taken_out[name]
        if name in PARTS_OF:
            must(
                here == kept[PARTS_OF[name]],
                f"{name} is there {here} times, its stack {kept[PARTS_OF[name]]}",
            )
            continue
        if name in OLD_SCANS:
            folder = archive.root.parent / OLD_FOLDER
            must(here <= 1, f"{name} is there {here} times")
            must(
                not folder.exists() or (folder / name).read_bytes() == scan(name),
                f"{name} did not stay as it was",
            )
            continue
        content = stack(name) if name in PARTS else scan(name)
        must(not original.exists() or original.read_bytes() == content, f"inbox: {name} is damaged")
        must(here <= 1, f"{name} is there {here} times")
        gone = name == OLD_PAPER and ZHANG in archive.destroyed()
        must(here or original.exists() or gone, f"{name} is lost")


def go_on(root: Path, command: Command, steps: Sequence[Step], done: int) -> None:
    """Work goes on after the next start: index equal to a rebuild, what was left is done once, numbers go on."""
    with opened(root) as workspace:
        workspace.catch_up(command.now())
        same_index(workspace.index, workspace.archive, root)
        if command.again:
            command.again(workspace, command.now, lambda _: None)
            must(
                look(workspace.archive).picture == steps[-1].picture,
                f"after the next start the papers are not where they belong: {look(workspace.archive)}",
            )
            _papers(workspace.archive)
        elif done == 0:
            command.act(workspace, command.now, lambda _: None)
        explained(workspace, again=bool(command.again) or done == 0)
        for number in workspace.archive.case_numbers():
            whole(workspace.archive.folder(number))
        for folder in workspace.archive.batches.folders():
            whole(folder)
        before = look(workspace.archive).numbers
        for (sequence, year), last in before.items():
            given = workspace.archive.allocate(sequence, year, workspace.stamp(command.now()))[0]
            must(given == last + 1, f"{sequence} {year} does not go on after {last}")
        same_index(workspace.index, workspace.archive, root)


def explained(workspace: Workspace, *, again: bool) -> None:
    """Every number that a run of the program took is borne by one document, or vacant; one that died is told apart.

    Args:
        workspace: as the next start left it.
        again: the work was gone on with; else it is enough that the run is known to have died.
    """
    archive, found = workspace.archive, series(workspace)
    must(not found.repeated, f"{found.repeated} stand twice")
    lost = {
        str(ReferenceNumber.of(taken.sequence, year, number))
        for year in archive.ledgers.years()
        for taken in archive.ledgers.numbers(year).allocations
        for number in taken.numbers
        if taken.run
    } & {line.doc_no for line in found.unexplained}
    must(not lost or (not again and archive.runs.abandoned()), f"nobody says what became of {lost}")
    must(not archive.runs.alive(), "a run that died counts as alive")


def same_index(index: Index, archive: Archive, root: Path) -> None:
    """Check that an index says what one made from the archive alone says."""
    with Index(Path(f"{root}.rebuilt"), archive) as fresh:
        fresh.rebuild()
        must(not index.drift(), f"the index is behind: {index.drift()}")
        for question, one, two in zip(("rows", *QUERIES), answers(index), answers(fresh), strict=True):
            must(one == two, f"the index answers {question} otherwise than a rebuild: {one} / {two}")


def answers(index: Index) -> list[object]:
    """Return all an index says: every row, and the answers to some queries."""
    cases = index.cases()
    rows = [
        (c, index.find_cases(str(c.number)), index.find_cases(c.applicant), index.records(c.number))
        for c in cases
    ]
    sources = [sorted(map(repr, index.duplicate(d))) for d in DIGESTS]
    return [
        (
            rows,
            sorted(
                index.ask(
                    lambda c: c.select(
                        "SELECT p.name, c.number FROM people p JOIN cases c ON c.id = p.case_id"
                    )
                )
            ),
            sources,
        ),
        *(sorted(map(repr, index.search(q, limit=100).hits)) for q in QUERIES),
    ]


def strangers_check(root: Path) -> None:
    """Check every case with the Library of Congress's own BagIt tool."""
    archive = Archive(root / "archive")
    for number in archive.case_numbers():
        must(bagit.Bag(str(archive.folder(number))).validate(), f"{number}: bagit refuses it")


def fingerprint(root: Path) -> str:
    """Return a digest of all that lies in an archive: paths, bytes, modes; not the lock, not times."""
    total = hashlib.sha256()
    for folder, folders, names in os.walk(root / "archive"):
        folders.sort()
        total.update(folder[len(str(root)) :].encode() + b"\0")
        for name in sorted(names):
            path = f"{folder}/{name}"
            if name in (".lock", ".watching"):
                continue
            with open(path, "rb") as file:  # noqa: PTH123 (thousands of files: quick)
                total.update(
                    f"{name}\0{os.fstat(file.fileno()).st_mode:o}\0".encode()
                    + hashlib.sha256(file.read()).digest()
                )
    return total.hexdigest()


__all__ = ["ArchivistError", "Broken", "CaseNo", "Step", "check", "go_on", "look", "start", "steps_of"]
