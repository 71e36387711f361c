"""Checking the archive: verify, the decision to accept what was found, and the rolling schedule."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from archivist.errors import ArchivistError, CaseNotFound, IntegrityAlarm, InvalidValue, NewerFormat
from archivist.model.bag_head import BagHead
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.model.reference_numbers import YearNumbers
from archivist.preservation import access_fixity, custody, foreign, history
from archivist.preservation.anchors import Anchors
from archivist.store import Archive, Stamp, bag, chain, durable_files
from archivist.store.archive_fixity import beside_bags, check_bags, check_format, doubles
from archivist.store.bag_fixity import BagCheck, FixityFault, FixityFinding, check_bag, refuse_newer
from archivist.store.bag_heads import bag_folder
from archivist.store.batches import IS_BATCH
from archivist.store.quarantine import finding_of
from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check found. ``known`` findings were accepted by a decision on record; ``drift`` is the index's only.

    ``foreign``: what other programs left there; ``set_back``: by bag the events written while the machine's clock was behind
    the event before. Neither is a fault.
    """

    checked: tuple[str, ...]
    files: int
    read: int
    findings: tuple[FixityFinding, ...]
    known: tuple[FixityFinding, ...]
    drift: tuple[str, ...]
    foreign: tuple[FixityFinding, ...] = ()
    set_back: tuple[tuple[str, tuple[int, ...]], ...] = ()


def verify(
    workspace: Workspace,
    by: By,
    numbers: Sequence[CaseNo] | None = None,
    *,
    quick: bool = False,
    processes: int = 0,
    step: Callable[[int, int], None] | None = None,
) -> Verification:
    """Check cases against their chains, and everything else when no case is named; one ledger event tells of it.

    Args:
        workspace: the open workspace.
        by: who checks, and when.
        numbers: the cases; ``None`` for all, with ledger, tray, orphans and index.
        quick: chains, manifests and sizes only.
        processes: checking processes; 0 means one for each core.
        step: called with the bags done and the bags there are.

    An archive whose own format is newer, or not to be told, is not written to: nothing is put on record.
    """
    archive, stamp = workspace.archive, workspace.stamp(by)
    doubts = check_format(archive.root)
    if any(
        f.problem is FixityFault.NEWER for f in doubts
    ):  # how such an archive ought to be, nobody here knows
        return Verification((), 0, 0, doubts, (), ())
    hold = nullcontext if doubts else partial(archive.writing, by.actor)
    with hold():
        pass  # an earlier crash is healed first
    everything = numbers is None
    numbers = archive.case_numbers() if numbers is None else numbers
    folders = [archive.folder(n) for n in numbers]
    if everything:
        folders += [*archive.ledger_folders(), *archive.batches.folders()]
    anchors = history.known(workspace)  # before the chains are read: they may grow meanwhile
    checks = check_bags(folders, quick=quick, processes=processes or os.cpu_count() or 1, step=step)
    results = [history.judged(anchors, check) for check in checks]
    with hold():
        # A commit may have run beside the check: what looked wrong is looked at again while nobody writes.
        anchors = anchors.without(archive.destructions.readable().values())
        results = [
            history.judged(anchors, check_bag(_folder(archive, r.bag), quick=quick)) if r.findings else r
            for r in results
            if r.bag not in anchors.tombstones
        ]
        findings = [*doubts, *(f for r in results for f in r.findings)]
        if everything:
            findings += [
                *doubles(results),
                *_orphans(archive, results, anchors),
                *check_tray(archive, quick=quick),
                *history.destroyed(anchors, archive),
                *map(finding_of, archive.damaged_notes()),
                *access_fixity.findings(archive),
                *_of_custody(archive, findings),
            ]
        accepted = _accepted(archive)
        known = tuple(f for f in findings if f in accepted)
        fresh = tuple(f for f in findings if f not in accepted)
        done = Verification(
            tuple(r.bag for r in results),
            sum(r.files for r in results),
            sum(r.read for r in results),
            fresh,
            known,
            _drift(workspace, {f.bag for f in findings}) if everything else (),
            (*(f for r in results for f in r.foreign), *(foreign.beside_bags(archive) if everything else ())),
            tuple((r.bag, r.set_back) for r in results if r.set_back),
        )
        if not doubts:
            heads = [h for r in results if (h := history.head_of(r)) and anchors.entered.get(h.bag) != h]
            _record(archive, stamp, done, results, heads, quick=quick)
            workspace.hold_heads(h for h in heads if bag_folder(archive.root, h.bag).parent != archive.cases)
    return done


def _folder(archive: Archive, name: str) -> Path:
    if IS_BATCH.fullmatch(name):
        return archive.batches.folder / name
    return archive.ledger / name if name.isdigit() else archive.cases / name


def _record(
    archive: Archive,
    stamp: Stamp,
    done: Verification,
    results: Sequence[BagCheck],
    heads: Sequence[BagHead],
    *,
    quick: bool,
) -> None:
    """Write into the ledger first, then the alarms: killed in between, the next check raises them again."""
    data: dict[str, object] = {
        "quick": quick,
        "checked": list(done.checked),
        "files": done.files,
        "bytes": done.read,
        "findings": [f.to_plain() for f in done.findings],
    }
    if place := archive.access.anchor():
        data["access"] = place
    recorded = False
    with suppress(IntegrityAlarm, NewerFormat):  # of this year's ledger itself: that is among the findings
        unsound = {bag.identifier(r.bag) for r in results if r.findings}
        archive.heads.record(stamp, heads, unsound=unsound)
        archive.note(Op.VERIFIED, data, stamp)
        recorded = True
    for finding in done.findings:
        if finding.problem is FixityFault.GONE:
            with suppress(InvalidValue):  # of the ledger or a batch
                archive.alarms.set(CaseNo.parse(finding.bag), [finding])
    for result in results:
        newer = any(f.problem is FixityFault.NEWER for f in result.findings)
        if result.bag.isdigit() or IS_BATCH.fullmatch(result.bag) or newer:
            continue  # what helps against an alarm, restoring or deciding, is not for these
        number = CaseNo.parse(result.bag)
        fresh = [f for f in done.findings if f.bag == result.bag]
        if fresh:
            archive.alarms.set(number, fresh)
        elif recorded and not quick and archive.alarms.findings(number):
            archive.note(Op.ALARM_CLEARED, {"case": result.bag, "how": "clean", "findings": []}, stamp)
            archive.alarms.clear(number)


def _orphans(archive: Archive, results: Sequence[BagCheck], anchors: Anchors) -> list[FixityFinding]:
    """Find folders that are no cases, cases without a number in the ledger, and cases that are gone."""
    numbers = archive.case_numbers()
    known = {*map(str, numbers), *archive.batches.ids(), *anchors.tombstones}
    found = [
        *beside_bags(archive.cases, known),
        *beside_bags(archive.ledger, {folder.name for folder in archive.ledger_folders()}),
        *beside_bags(archive.batches.folder, known),
    ]
    elsewhere = {r.bag: r.identity for r in results if r.identity != bag.identifier(r.bag)}
    known |= {f.file for f in found} | {f.found for f in found} | set(elsewhere.values())
    years: dict[int, YearNumbers] = {}
    taken = {head.bag for one in archive.custody.taken_over() for head in one.heads}
    own = [n for n in numbers if str(n) not in taken]
    lost = {n.year for n in own} - set(archive.ledgers.years())
    unread = set(lost)
    told = {r.bag for r in results if r.findings}
    for folder in archive.ledger_folders():
        try:
            events = chain.read(folder).events
        except NewerFormat as newer:
            return [*found, FixityFinding("ledger", "", FixityFault.NEWER, "", str(newer))]
        except IntegrityAlarm as alarm:
            unread.add(int(folder.name))
            if folder.name not in told:
                found.append(FixityFinding("ledger", "", FixityFault.UNCHECKED, "", str(alarm)))
            continue
        years[int(folder.name)] = YearNumbers.fold(event for event, _ in events)
    found += [
        FixityFinding(str(n), "", FixityFault.EXTRA, "总账中有这个户号", "总账没有给过这个户号")
        for n in own
        if n.year not in unread
        and str(n) not in elsewhere
        and n.sequence > years[n.year].last(f"{n.office}-{n.category.value}")
    ]
    gone = history.gone(anchors, archive, known)
    known |= {f.bag for f in gone}
    gone += history.never_there(anchors, archive, years, known)
    found += [
        FixityFinding(str(year), "", FixityFault.MISSING, "整年的总账")
        for year in sorted(lost)
        if str(year) not in known and bag.identifier(str(year)) not in known
    ]
    return [*found, *gone]


def _of_custody(archive: Archive, before: Sequence[FixityFinding]) -> list[FixityFinding]:
    """Return what is wrong with files handed over or taken over, as far as nothing else was found of them or of the ledger."""
    told = {finding.bag for finding in before}
    try:
        return [found for found in custody.findings(archive) if found.bag not in told]
    except (IntegrityAlarm, NewerFormat) as alarm:
        if told & {folder.name for folder in archive.ledger_folders()}:
            return []
        return [FixityFinding("ledger", "", FixityFault.UNCHECKED, "移交", str(alarm))]


def check_tray(archive: Archive, *, quick: bool) -> list[FixityFinding]:
    """Check the files of the tray against what is known of them; quick: the content of the originals is not read."""
    own = {p.name for p in archive.tray.folders() if not durable_files.is_link(p.lstat())}
    found = [*beside_bags(archive.review, own)]
    items, damaged = archive.tray.standing()
    for wrong in damaged:
        problem = FixityFault.CHANGED if wrong.file else FixityFault.MISSING
        file = str(wrong.why.file).rpartition("/")[2]
        found.append(FixityFinding(f"review/{wrong.id}", file, problem, "", wrong.why.what))
    for item in items:
        for file, wanted, there in item.damaged_files():
            problem = FixityFault.CHANGED if there else FixityFault.MISSING
            found.append(FixityFinding(f"review/{item.id}", file, problem, wanted, there))
        try:
            if durable_files.is_link(item.file.lstat()):
                found.append(
                    FixityFinding(f"review/{item.id}", item.file.name, FixityFault.LINK, item.sha256)
                )
                continue
            size = item.file.stat().st_size
            digest = item.sha256 if quick else durable_files.digest_of(item.file)[0]
        except OSError:
            found.append(FixityFinding(f"review/{item.id}", "original", FixityFault.MISSING, item.sha256))
            continue
        if size != item.size or digest != item.sha256:
            found.append(
                FixityFinding(f"review/{item.id}", item.file.name, FixityFault.CHANGED, item.sha256, digest)
            )
    return found


def _drift(workspace: Workspace, alarming: Collection[str]) -> tuple[str, ...]:
    """Return the cases that the index is behind of; one whose history has lost something is no matter of the index."""
    try:
        damaged = tuple(f"index/ {name} 已损坏" for name in workspace.index.damaged())
        return damaged or tuple(str(d.number) for d in workspace.drift() if str(d.number) not in alarming)
    except ArchivistError as error:
        return (str(error),)


def _accepted(archive: Archive) -> set[FixityFinding]:
    try:
        return {
            FixityFinding.from_plain(f)
            for event in archive.ledger_events()
            if event.op is Op.ALARM_CLEARED and event.data["how"] == "accepted"
            for f in event.data["findings"]
        }
    except (IntegrityAlarm, NewerFormat):
        return set()


_ONLY_PUT_RIGHT: Final = (FixityFault.MISPLACED, FixityFault.DOUBLE, FixityFault.LINK)


# ── a person decides ──────────────────────────────────────────────────────────────────
def accept(workspace: Workspace, by: By, name: str, reason: str, second: By) -> tuple[FixityFinding, ...]:
    """Record the decision to keep a bag as it is although its check fails; it can be written to again.

    A bag whose chain or manifests fail cannot be accepted: nothing could be added to it that anyone could check.
    Of one whose history was changed or cut, or that is gone, the ledger keeps the heads that are lost and the new one,
    and the index follows it anew.

    Args:
        workspace: the open workspace.
        by: who decides, and when.
        name: the bag's External-Identifier: a case number, ``ledger-2024``, a batch's id.
        reason: why; always told.
        second: who confirms it, another person; stands in the event as ``confirmed``.

    Raises:
        InvalidValue: E002, without a reason, or when there is nothing to decide. IntegrityAlarm: E202, see above.
        NewerFormat: E210, when a newer program wrote to it. CaseNotFound: E201, nobody knows such a bag.
    """
    archive, stamp = workspace.archive, workspace.stamp(by)
    if not reason.strip():
        raise InvalidValue("须用 --reason 写明理由")
    with archive.writing(by.actor):
        anchors, folder = history.known(workspace), bag_folder(archive.root, name)
        check = check_bag(folder) if folder.is_dir() else None
        findings = (
            history.judged(anchors, check).findings if check else history.missing(anchors, archive, name)
        )
        if check is None and not findings:
            raise CaseNotFound(f"没有 {name}，总账和索引中也没有")
        if not findings:
            raise InvalidValue("检查没有发现问题，无需作出决定", file=name)
        refuse_newer(findings)
        if any(map(_of_the_chain, findings)):
            raise IntegrityAlarm("事件链或清单本身有问题，只能恢复，不能认可", file=name)
        if any(f.problem in _ONLY_PUT_RIGHT for f in findings):
            raise IntegrityAlarm("文件夹不是这一户自己的，只能放回原处，不能认可", file=name)
        data = {
            "case": name,
            "how": "accepted",
            "findings": [f.to_plain() for f in findings],
            "confirmed": {
                "actor": second.actor,
                "known_by": second.known_by.value if second.known_by else "",
                "registered_account": second.registered_account,
            },
        }
        of_history = any(f.problem in (FixityFault.HISTORY, FixityFault.GONE) for f in findings)
        if of_history:
            data |= history.decided(anchors, name, check)
        archive.note(Op.ALARM_CLEARED, data, stamp, reason)
        with suppress(InvalidValue):  # of the ledger or a batch there is no alarm
            archive.alarms.clear(CaseNo.parse(name))
        if of_history:
            workspace.adopt(name)
    return findings


def _of_the_chain(finding: FixityFinding) -> bool:
    return finding.problem is not FixityFault.HISTORY and (
        finding.file in (bag.MANIFEST, bag.TAG_MANIFEST) or finding.file.startswith("events/")
    )
