"""What can be put back into a bag from copies of it, by its own chain and theirs; nothing is written here.

The chain is settled first. Of each event that is wrong or missing, the digest is known by the event after it or by the tag manifest: a file of
that digest, from any copy, is the event. Then, where a copy's chain has ours as its beginning, what follows there was cut
from ours. A copy whose chain parts from ours is not followed. Every file, and both manifests, follow from the chain.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from archivist.errors import ArchiveError, NewerFormat
from archivist.model.bag_head import BagHead
from archivist.preservation.copies import CopySet, prefix, whole_beginning
from archivist.preservation.repairs import RepairPlan
from archivist.store import bag, chain, durable_files
from archivist.store.bag_contents import contents
from archivist.store.bag_fixity import BagCheck, FixityFault, check_bag, refuse_newer
from archivist.store.chain import Chain
from archivist.store.event_witnesses import alike, judge, path_of, read_events, seq_of
from archivist.store.foreign_files import is_foreign

_FIXED: Final = ("bagit.txt", bag.INFO, bag.MANIFEST, bag.TAG_MANIFEST)


def plan_bag(
    folder: Path, copies: CopySet, anchors: Iterable[BagHead] = (), *, accept_loss: bool = False
) -> RepairPlan:
    """Say what would be put back into a bag and what would be set aside.

    Args:
        folder: the bag, or where it was.
        copies: where to look.
        anchors: heads that ledger and index know.
        accept_loss: what is known to be lost is given up: what is whole is put back all the same.

    Raises:
        NewerFormat: E210, a newer program wrote to it. ArchiveError: E200, copies of it contradict each other.
    """
    return _BagRepair(folder, copies, tuple(anchors), accept_loss).plan()


class _BagRepair:
    """The plan for one bag, step by step."""

    def __init__(
        self, folder: Path, copies: CopySet, anchors: tuple[BagHead, ...], accept_loss: bool
    ) -> None:
        self.folder = folder
        self.copies = copies
        self.anchors = anchors
        self.accept_loss = accept_loss
        self.identity = bag.identifier(folder.name)
        self.bags = copies.bags(self.identity)
        self.made = RepairPlan(folder)
        self.check: BagCheck | None = None

    def plan(self) -> RepairPlan:
        with suppress(OSError):
            if stat.S_ISDIR(self.folder.lstat().st_mode):
                self.check = check_bag(self.folder)
                refuse_newer(self.check.findings)
        self.made.new = self.check is None
        if self.check is not None:
            self.copies.add_folder(
                self.folder
            )  # a file that only lies in another place of the bag is not lost
        known, own = self._own()
        settled, data = self._settled(known, own)
        if settled.seq == known:
            settled, data = self._continued(settled, data)
        whole, own_chain = settled.seq >= known, settled
        settled, data = self._held_against_anchors(settled, data, whole=whole)
        whole = whole or settled is not own_chain  # it gave way to one that is, and may be shorter
        self.made.kept, self.made.whole = settled, whole
        if not settled.events:
            self.made.missing.append(f"{chain.EVENTS}/{chain.event_name(1)}")
            return self.made
        self._files(settled, whole=whole)
        for seq, content in data.items():
            self.made.put(path_of(seq), bag.sha256(content), content, self._place_of(content))
        if whole:
            self._tags(settled)
            self._surplus(settled)
        return self.made

    # ── the events ───────────────────────────────────────────────────────────────────────────────────────
    def _own(self) -> tuple[int, Mapping[int, tuple[bytes, str]]]:
        """Return how many events the bag ought to have, and of each its bytes, and the digest it ought to have if it is wrong."""
        if self.check is None:
            return 0, {}
        files = contents(self.folder).files
        found, _ = read_events(self.folder, files)
        count, wrong = judge(found, _read(self.folder / bag.TAG_MANIFEST))
        strays = {seq_of(f.file) for f in self.check.findings if f.problem is FixityFault.STRAY}
        while count in strays:
            count -= 1
        expected = {fault.seq: fault.expected for fault in wrong}
        own = {}
        for seq in range(1, count + 1):
            data = _read(self.folder / path_of(seq))
            own[seq] = (data, expected[seq] if seq in expected else bag.sha256(data))
        return count, own

    def _settled(self, known: int, own: Mapping[int, tuple[bytes, str]]) -> tuple[Chain, dict[int, bytes]]:
        """Return the chain as far as own and copied events make it, and the events that have to be put back for it."""
        made, put = Chain(self.identity), dict[int, bytes]()
        for seq in range(1, known + 1):
            data, expected = own[seq]
            for candidate in self._candidates(seq, data, expected):
                try:
                    made.append(chain.decode(candidate), bag.sha256(candidate))
                except (NewerFormat, *chain.UNFIT):
                    continue
                if candidate != data:
                    put[seq] = candidate
                break
            else:
                self.made.missing += [
                    path_of(n) for n in range(seq, known + 1) if own[n][1] != bag.sha256(own[n][0])
                ]
                return made, put
        return made, put

    def _candidates(self, seq: int, data: bytes, expected: str) -> Iterable[bytes]:
        """Yield what may be an event, the surest first."""
        if bag.sha256(data) == expected:
            yield data
            return
        copied = [b.events[seq].read() for b in self.bags if seq in b.events]
        if len(expected) == 64 and (found := self.copies.event(expected)):
            yield found
        if data in copied:  # a copy says the same: what names another digest is wrong
            yield data
        yield from (c for c in copied if not expected or alike(expected, bag.sha256(c)))

    def _continued(self, settled: Chain, data: dict[int, bytes]) -> tuple[Chain, dict[int, bytes]]:
        """Return the chain with what follows it in a copy."""
        longer = [
            b
            for b in self.bags
            if b.chain.seq > settled.seq
            and (not settled.seq or b.chain.events[settled.seq - 1][1] == settled.head)
        ]
        if not longer:
            return settled, data
        chosen = longer[0]
        for other in longer[1:]:
            if chosen.chain.events[other.chain.seq - 1][1] != other.chain.head:
                raise ArchiveError(
                    "两个副本互相矛盾，不知道该信哪一个，没有恢复",
                    file=self.identity,
                    problems=[chosen.place, other.place],
                    remedy="查明哪一个是真的，用 --from 指明它所在的文件夹。",
                )
        upto = chosen.chain.seq
        whole = whole_beginning(chosen.chain, self.copies, settled.seq)
        if whole < upto and self.accept_loss and whole:
            self.made.lost += [f"{path_of(n)}（副本中没有它的文件）" for n in range(whole + 1, upto + 1)]
            self.made.given_up.append(chosen.chain)
            upto = whole
        tail = {n: chosen.data[n - 1] for n in range(settled.seq + 1, upto + 1)}
        return prefix(chosen.chain, upto), data | tail

    def _held_against_anchors(
        self, settled: Chain, data: dict[int, bytes], *, whole: bool
    ) -> tuple[Chain, dict[int, bytes]]:
        """Say what ledger and index know of that the chain would lack; a rewritten chain gives way to a copy they confirm."""
        denied = [head for head in self.anchors if not _confirms(settled, head)]
        if not denied:
            return settled, data
        proven = [b for b in self.bags if all(_confirms(b.chain, head) for head in self.anchors)]
        rewritten = any(head.seq <= settled.seq for head in denied)
        if not proven or not rewritten:
            if not rewritten and not whole:
                return settled, data  # nothing goes of a chain that cannot be mended
            last = max(head.seq for head in self.anchors)
            self.made.unknown += denied
            self.made.lost.append(
                "历史与总账所记的链头不符，这些副本也都不符"
                if rewritten
                else f"第 {settled.seq + 1}—{last} 个事件（总账或索引记有，这些副本中没有）"
            )
            return settled, data
        true = proven[0]
        shared = [one == other for one, other in zip(settled.events, true.chain.events, strict=False)]
        same = shared.index(False) if False in shared else len(shared)
        self.made.lost.append(f"现有第 {same + 1}—{settled.seq} 个事件（与总账不符，改用副本的，移出另存）")
        self.made.given_up.append(settled)
        return true.chain, {n: true.data[n - 1] for n in range(same + 1, true.chain.seq + 1)}

    def _place_of(self, content: bytes) -> str:
        for copied in self.bags:
            if content in copied.data:
                return f"{copied.place}/{chain.EVENTS}"
        return "副本"

    # ── the files ────────────────────────────────────────────────────────────────────────────────────────
    def _files(self, settled: Chain, *, whole: bool) -> None:
        """Plan the files the chain names; of a chain that is not whole the manifests tell the rest."""
        wanted: dict[str, tuple[str, int | None]] = {p: (d, s) for p, (d, s) in settled.files.items()}
        if not whole:
            for name in (bag.MANIFEST, bag.TAG_MANIFEST):
                for path, line in bag.readable_lines(_read(self.folder / name)).items():
                    if bag.is_payload(path) or path.startswith("text/"):
                        wanted.setdefault(path, (line, None))
        for path, (digest, size) in sorted(wanted.items()):
            if self._stands(path, digest, size):
                continue
            if (found := self.copies.find(digest, size)) is not None:
                self.made.put(path, digest, found)
            else:
                self.made.missing.append(path)

    def _stands(self, path: str, digest: str, size: int | None) -> bool:
        if self.check is None:
            return False
        with suppress(OSError):
            info = (self.folder / path).lstat()
            if stat.S_ISREG(info.st_mode) and size in (None, info.st_size):
                return durable_files.digest_of(self.folder / path)[0] == digest
        return False

    def _tags(self, settled: Chain) -> None:
        """Plan what follows from the chain: declaration, bag-info, manifests."""
        told = str(settled.events[0][0].data.get("bag_info_sha256", ""))
        info = _read(self.folder / bag.INFO) if self.check is not None else b""
        if not info or (told and bag.sha256(info) != told):
            info = self._info(told)
            if not info:
                self.made.missing.append(bag.INFO)
                return
            self.made.put(bag.INFO, bag.sha256(info), info, "副本")
        payload, tags = settled.manifests(bag.sha256(info))
        for name, content in (
            ("bagit.txt", bag.DECLARATION),
            (bag.MANIFEST, payload),
            (bag.TAG_MANIFEST, tags),
        ):
            if self.check is None or _read(self.folder / name) != content:
                self.made.make(name, content)

    def _info(self, told: str) -> bytes:
        for file in self.copies.named(bag.INFO):
            content = file.read()
            if bag.sha256(content) == told or (
                not told and bag.external_identifier(content) == self.identity
            ):
                return content
        return b""

    def _surplus(self, settled: Chain) -> None:
        """Plan that goes what nobody recorded; other programs' files stay."""
        if self.check is None:
            return
        here = contents(self.folder)
        kept = {*settled.files, *(path_of(e.seq) for e, _ in settled.events), *_FIXED, *self.made.missing}
        put = {repair.path for repair in self.made.repairs}
        for path in sorted({*here.files, *here.links, *here.bags} - put):
            unknown = path not in kept and not is_foreign(path) and not path.endswith("/…")
            if unknown or path in here.links:
                self.made.aside(path)


def _confirms(held: Chain, head: BagHead) -> bool:
    return held.seq >= head.seq and held.events[head.seq - 1][1] == head.head


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.is_file() and not path.is_symlink() else b""
    except OSError:
        return b""
