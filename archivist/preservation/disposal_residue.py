"""What is left of destroyed files outside the archive's own folders: copies in the outbox and elsewhere on this machine, media, submissions.

What names people is looked for before they are forgotten: the places found then stand in ``outbox/处置/<XH>/残留.tsv`` until the batch is
closed, by path alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.disposal_errors import ResidueLeft
from archivist.errors import ArchivistError, UsageError
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.disposals import Disposal, DisposalState
from archivist.model.event import Event, Op
from archivist.model.facts import rows, single
from archivist.model.ids import CaseNo
from archivist.preservation import disposal_list
from archivist.preservation.disposal_batches import batch_of, enter, require_state
from archivist.preservation.disposal_papers import RECORD, signed
from archivist.preservation.disposal_persons import require_clearing
from archivist.preservation.local_copies import LocalFile, look_through
from archivist.preservation.signed_papers import ReadPaper
from archivist.store import Archive, durable_files
from archivist.store.ledger import LedgerFold
from archivist.workspace import Workspace

FOLDER: Final = "处置"
NOTED: Final = "残留.tsv"
_LOCAL: Final = ("archive/inbox", "archive/review", "archive/outbox", "archive/alarms", "archive/.work", "archive/moves", "searches")  # fmt: skip
"""Where copies are looked for. ``cases``, ``ledger`` and ``batches`` are bags, of which batches are asked by their events; what
the index takes away is in no byte of it."""
_NAME_LEAST: Final = 2
_HERE: Final = "本机："
_SCANS: Final = "批量扫描："
_LIST: Final = "残留清单："
_OPAQUE: Final = "看不到内容："
"""How places begin of which the program cannot tell what stands in them."""
_NAMING: Final = ("name", "id_number", "address", "phone")


@dataclass(frozen=True, slots=True)
class Residue:
    """One place where something may still be.

    Attributes:
        place: how people name it, and by what it is cleared: ``本机：archive/outbox/…``, ``看不到内容：archive/outbox/…`` (a folder), ``备份：备份盘-2``, ``报送：S-…``.
        cases: the destroyed files of which it is; none where nobody knows which.
        what: what is to be done.
    """

    place: str
    cases: tuple[str, ...]
    what: str


# ── before it is forgotten ───────────────────────────────────────────────────────────────────────────────
def note(workspace: Workspace, batch: Disposal, numbers: Iterable[CaseNo]) -> None:
    """Look for copies of files that are about to be destroyed, by all that names their people, and write down where.

    Survives: a kill at any point; the next run looks again for those that are still there.
    """
    archive = workspace.archive
    words: dict[CaseNo, tuple[str, ...]] = {}
    found = {*_noted(archive, batch)}
    for number in numbers:
        with suppress(ArchivistError):  # one that cannot be read leaves the batch
            words[number] = _words(archive.read(number))
            found |= {(f"{_SCANS}{name}", str(number)) for name in _scans(archive, number)}
    for one in _files(workspace, words):
        found |= {(f"{_HERE}{one.path}", str(number)) for number in one.cases}
        if one.opaque and not one.cases:
            found.add((f"{_OPAQUE}{one.path}", ""))
    folder = archive.outbox / FOLDER / batch.id
    text = "".join(f"{place}\t{case}\n" for place, case in sorted(found)).encode()
    with durable_files.writing("没有销毁任何档案"):
        durable_files.make_folders(folder, below=archive.root)
        staged = archive.work / f"residue-{batch.id}"
        durable_files.unlink(staged)
        durable_files.write_new(staged, text)
        durable_files.replace(staged, folder / NOTED)
        durable_files.sync_folder(folder)


def _words(case: Case) -> tuple[str, ...]:
    """Return what tells that a file is of a household: its number; names of more than one character, ID numbers, addresses."""
    told = [str(case.number), case.number.compact]
    for group in case.facts:
        for row in rows(case.facts, group) or (single(case.facts, group),):
            told += [str(row[key]) for key in _NAMING if row.get(key)]
    return tuple(word for word in sorted({*told}) if len(word) >= _NAME_LEAST)


def _scans(archive: Archive, number: CaseNo) -> set[str]:
    """Return the batches of scans of which papers went to a case."""
    sources = (event.source for event, _ in archive.chain(number).events)
    return {str(source["batch"]) for source in sources if source and source.get("batch")}


# ── what there is ────────────────────────────────────────────────────────────────────────────────────────
def residue(workspace: Workspace, batch: Disposal) -> tuple[Residue, ...]:
    """Return every place where something of the destroyed files may be and that nobody said is clear."""
    archive = workspace.archive
    words = {number: (str(number), number.compact) for number in batch.destroyed}
    local: dict[str, set[str]] = {}
    for one in _files(workspace, words):
        if one.cases:
            local.setdefault(f"{_HERE}{one.path}", set()).update(map(str, one.cases))
    destroyed = {*map(str, batch.destroyed)}
    opaque: dict[str, list[str]] = {}
    for place, case in _still_noted(workspace, batch) if destroyed else ():
        if place.startswith(_OPAQUE):
            folder, _, name = place.rpartition("/")
            opaque.setdefault(folder, []).append(name)
        elif case in destroyed:
            local.setdefault(place, set()).add(case)
    found = [Residue(place, tuple(sorted(cases)), _advice(place)) for place, cases in sorted(local.items())]
    found += [
        Residue(
            place,
            (),
            f"{len(names)} 个图片、PDF、加密或过大的文件，程序看不到里面有没有本批的户，打开核实后登记",
        )
        for place, names in sorted(opaque.items())
    ]
    if batch.destroyed and not batch.state.is_over and not _list_of(archive, batch).is_file():
        told = "销毁前写下的残留清单不在了，程序不知道哪里还有写着人名的副本；查看本机各处后由两人登记"
        found.append(Residue(f"{_LIST}{FOLDER}/{batch.id}/{NOTED}", (), told))
    if batch.destroyed:
        last = max(batch.destroyed.values())  # copies that were made later have none of them
        found += [Residue(p, (), _advice(p)) for p in copies_elsewhere(archive, before=last)]
    return tuple(one for one in found if one.place not in batch.cleared)


def _advice(place: str) -> str:
    if place.startswith("备份："):
        return "介质上较早的各份还有，删去或销毁介质后由两人登记"
    if place.startswith("报送："):
        return "请接收单位按下次报送的 destroyed.tsv 处理，答复后登记"
    if place.startswith(_SCANS):
        return "整批扫描的原件含有本户的页，核实后登记"
    return "删去，或核实与本户无关后登记"


def copies_elsewhere(archive: Archive, before: str = "") -> Iterator[str]:
    """Yield the media and submissions that the ledger tells of, each once; those of before a moment when one is given."""
    told = archive.ledgers.folded(_COPIES)
    yield from (place for place, first in told.items() if not before or first < before)


def _fold_copies(before: Mapping[str, str], events: Iterable[Event]) -> Mapping[str, str]:
    """Return the media and submissions, each with the moment of which the ledger tells first."""
    told = dict(before)
    for event in events:
        medium = event.op is Op.BACKUP_MADE
        place = f"备份：{event.data['medium']}" if medium else f"报送：{event.data['submission']}"
        told[place] = min(told.get(place, event.time), event.time)
    return told


_COPIES: Final[LedgerFold[Mapping[str, str]]] = LedgerFold(
    (Op.BACKUP_MADE, Op.SUBMISSION_MADE), {}, _fold_copies
)


def _list_of(archive: Archive, batch: Disposal) -> Path:
    return archive.outbox / FOLDER / batch.id / NOTED


def _noted(archive: Archive, batch: Disposal) -> Iterator[tuple[str, str]]:
    """Yield the places that were written down, each with a case of which something is there; empty where nobody can tell."""
    with suppress(OSError):
        for line in _list_of(archive, batch).read_text(encoding="utf-8").splitlines():
            place, _, case = line.rpartition("\t")
            yield place, case


def _still_noted(workspace: Workspace, batch: Disposal) -> Iterator[tuple[str, str]]:
    batches = workspace.archive.batches.ids()
    for place, case in _noted(workspace.archive, batch):
        name = place.partition("：")[2]
        there = name in batches if place.startswith(_SCANS) else (workspace.root / name).exists()
        if there:
            yield place, case


def _files(workspace: Workspace, words: Mapping[CaseNo, Sequence[str]]) -> Iterator[LocalFile]:
    archive = workspace.archive
    inbox = () if archive.inbox.is_relative_to(archive.root) else (str(archive.inbox),)
    return look_through(workspace.root, (*_LOCAL, *inbox), words, but=archive.outbox / FOLDER)


# ── cleared, closed ──────────────────────────────────────────────────────────────────────────────────────
def clear(workspace: Workspace, by: By, name: str, place: str, names: Sequence[str], reason: str) -> Disposal:
    """Record that two people cleared a place, or why nothing need be cleared there.

    Raises:
        TwoPersonsNeeded: E605. UsageError: E001, no such place is left. WrongBatchState: E607.

    Survives: a kill at any point.
    """
    with workspace.writing(by):
        batch = batch_of(workspace.archive, name)
        require_state(batch, DisposalState.EXECUTING, DisposalState.EXECUTED)
        meant = meant_by(place, [one.place for one in residue(workspace, batch)])
        require_clearing(workspace.config, by.today, names)
        said = {"disposal": batch.id, "place": meant, "by": list(names)}
        enter(workspace, by, Op.DISPOSAL_RESIDUE_CLEARED, said, reason=reason)
    return batch_of(workspace.archive, name)


def meant_by(place: str, left: Sequence[str]) -> str:
    """Return which of the places that are left is meant, with or without its kind.

    Raises:
        UsageError: E001, none, or more than one.
    """
    meant = [one for one in left if place in (one, one.partition("：")[2])]
    if len(meant) != 1:
        raise UsageError(f"残留中没有“{place}”" if not meant else f"“{place}”不止一处", problems=left)
    return meant[0]


def close(workspace: Workspace, by: By, name: str, *, paper: ReadPaper | None) -> Disposal:
    """Close a batch: nothing is left anywhere, and the signed record of the destruction is filed with the list for ever.

    Raises:
        ResidueLeft: E609, with every place. WrongBatchState: E607. UsageError: E001, no signed scan. ListChanged: E603, it is of
            another batch or list.

    Survives: a kill at any point; what stands in the outbox for the batch is cleared when it is closed, or stays for a person.
    """
    with workspace.writing(by):
        batch = plan_closing(workspace, name)
        scan = signed(workspace, batch, RECORD, paper)
        enter(workspace, by, Op.DISPOSAL_CLOSED, {"disposal": batch.id}, scan)
        with suppress(OSError):
            durable_files.unlink(_list_of(workspace.archive, batch))
    return batch_of(workspace.archive, name)


def plan_closing(workspace: Workspace, name: str) -> Disposal:
    """Return the batch as it is before; nothing is written, no paper is looked at. Refuses what else ``close`` refuses."""
    batch = batch_of(workspace.archive, name)
    require_state(batch, DisposalState.EXECUTED)
    if left := residue(workspace, batch):
        raise ResidueLeft(f"{batch.id} 还有 {len(left)} 处残留", problems=[one.place for one in left])
    disposal_list.read(workspace, batch)
    return batch
