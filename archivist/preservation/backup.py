"""Making a generation of backup beside an office at work.

Everything that moves (inbox, tray, outbox, notes) is copied first; then, under the lock and for as long as it takes to list
them, what changed meanwhile is copied and the last event of every bag is written down. From here on that moment is what
is copied: the events of a bag up to that one, and what they say the bag held. Both never change, so nobody waits. A file that
was moved or removed before it was copied makes a new round, of the bags that changed; the last round holds the lock.

What has not changed since the generation before is linked to it, never to the archive. Nothing counts before it is whole,
was read back and has its name.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from archivist.errors import ArchiveError, IntegrityAlarm, NewerFormat, SettingsError, UsageError, WriteFailed
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.ids import Sha256
from archivist.preservation import generations
from archivist.preservation.generations import BagAt, Flaw, Generation
from archivist.preservation.moving_files import PLACES, MovingFiles
from archivist.store import Archive, bag, chain, durable_files
from archivist.store.bag_heads import RECEIVED, is_bureau
from archivist.store.foreign_files import in_folder, is_foreign
from archivist.store.immutable_copies import Copied, Copier, SourceUnreadable
from archivist.store.inbox_place import OWN
from archivist.store.receptions import ANCHORS, LEDGER
from archivist.workspace import Workspace

BAGS: Final = ("cases", "ledger", "batches")
ROUNDS: Final = 4
"""Rounds of copying; the last one holds the lock."""
MARGIN: Final = 32 << 20
"""Bytes that stay free on the medium."""
_OFFICES: Final = {"cases": "archive/cases", "one": "archivist restore 户号 --from 本文件夹"}
_BUREAUS: Final = {
    "cases": "archive/received/单位代码",
    "one": "请报送单位重新报送（archivist submit），或把本文件夹里这一户的文件夹拷回 archive/received 原处，再运行 archivist bureau verify",
}
LEAFLET: Final = """这是一份完整的档案备份（{office}，{made}）。

· {cases} 每户一个文件夹，data/ 里是材料原件，text/ 里是文字；可以直接打开，不用任何程序。
· 核对全部文件：在本文件夹中运行 sha256sum -c SHA256SUMS（苹果电脑：shasum -a 256 -c SHA256SUMS）。
· anchor/heads.tsv 是各户档最后一个事件的摘要，与总账中“备份”一条所记的相符，说明历史没有被改写。
· 恢复一户：{one}。
· 整个工作区没有了：把本文件夹复制到新的位置，在那里运行 archivist reindex，再运行 archivist verify。
· 里面有居民个人信息和二维码密钥：请锁入柜中，不要借出。
"""


@dataclass(frozen=True, slots=True)
class BackupMade:
    """A generation that was made.

    Attributes:
        copied: files that were copied, ``copied_bytes`` long together; ``linked`` the others.
        removed: names of the generations that were removed after it.
        same_disk: it lies on the disk of the archive.
        destroyed: the cases that earlier generations on this medium hold and that were destroyed since; not in this one.
    """

    generation: Generation
    copied: int
    copied_bytes: int
    linked: int
    removed: tuple[str, ...]
    same_disk: bool
    destroyed: tuple[str, ...] = ()


def back_up(
    workspace: Workspace,
    by: By,
    dest: Path,
    *,
    label: str = "",
    keep: int = 0,
    step: Callable[[int, int], None] | None = None,
) -> BackupMade:
    """Make a generation of the whole workspace in a folder, and enter it in the ledger.

    Args:
        workspace: the open workspace.
        by: who, and when.
        dest: the folder; it must be there, outside the workspace.
        label: what the medium is called in the ledger; the name of ``dest`` when not given.
        keep: how many generations of this office stay; 0 for all.
        step: called with the bags done and the bags there are.

    Raises:
        UsageError: E001, ``dest`` is in the workspace. ArchiveError: E200, it is not there. ArchiveLocked: E203.
        WriteFailed: E204, no room, or the medium refused or gave back something else; nothing is left of it.

    Survives: a kill at any point; what is there under its name is whole, anything else is cleared at the next backup. Killed
        before the entry in the ledger, a generation is there of which the ledger does not know.
    """
    require_apart(workspace.root, dest)
    office = workspace.config.office.code or "archivist"
    workspace.archive.access.disclose(workspace.archive.case_numbers())
    with generations.held(dest):
        name = generations.name_of(office, f"{by.time:%Y%m%d-%H%M%S}", dest)
        before = next(reversed(generations.listed(dest, office)), None)
        part = dest / (name + generations.PART)
        making = _Making(workspace, by, part, before, step)
        try:
            with durable_files.writing("没有备份，备份盘上没有留下半份", name):
                made = making.run(office, label or dest.resolve().name, dest)
                durable_files.rename_new(part, dest / name)
                durable_files.sync_folder(dest)
        except BaseException:
            with suppress(OSError):  # else the next backup clears it
                durable_files.remove_tree(part)
            raise
        data = {
            "generation": name,
            "medium": made.label,
            "heads_sha256": made.heads_sha256,
            "bags": made.bags,
            "damaged": len(made.damaged),
        }
        workspace.archive.note(Op.BACKUP_MADE, data, workspace.stamp(by))
        removed = generations.surplus(dest, office, keep)
        for folder in removed:
            generations.remove(folder)
    copier = making.copier
    return BackupMade(
        generations.read(dest / name),
        copier.copied,
        copier.copied_bytes,
        copier.linked,
        tuple(folder.name for folder in removed),
        dest.stat().st_dev == workspace.root.stat().st_dev,
        _still_there(dest, office, making.destroyed),
    )


def _still_there(dest: Path, office: str, destroyed: Collection[str]) -> tuple[str, ...]:
    """Return the destroyed cases that generations in a folder still hold."""
    found: set[str] = set()
    for folder in generations.listed(dest, office):
        with suppress(ArchiveError):  # one whose list cannot be read is found by ``backup check``
            found |= {PurePosixPath(place).name for place in generations.heads(folder)}
    return tuple(sorted(found.intersection(destroyed)))


def require_apart(root: Path, dest: Path) -> None:
    """Refuse a folder that is not there, or in which a backup would lie in the workspace itself.

    Raises:
        UsageError: E001. ArchiveError: E200.
    """
    if not dest.is_dir():
        raise ArchiveError(
            "没有这个文件夹，没有备份",
            file=dest.name,
            remedy="请插好移动硬盘，核对盘符；第一次用的，先在盘上建一个文件夹。",
        )
    if dest.resolve().is_relative_to(root.resolve()):
        raise UsageError(
            "不能备份到工作区里面：工作区坏了，备份也就没有了",
            file=dest.name,
            remedy="换成移动硬盘或别的电脑。",
        )


class _Moved(Exception):
    """What a bag held at the moment is no longer where it was."""


@dataclass
class _Making:
    """One generation on its way."""

    workspace: Workspace
    by: By
    part: Path
    before: Path | None
    step: Callable[[int, int], None] | None
    damaged: dict[str, str] = field(default_factory=dict)
    sums: dict[str, Sha256] = field(default_factory=dict)
    done: dict[str, BagAt] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.archive: Archive = self.workspace.archive
        self.root: Path = self.workspace.root
        self.earlier: Mapping[str, Sha256] = {}
        self.earlier_bags: Mapping[str, BagAt] = {}
        if self.before is not None:
            with suppress(ArchiveError):  # a damaged one is not built upon
                self.earlier = generations.sums(self.before)
                flawed = {flaw.path.rsplit("/", 1)[0] for flaw in generations.read(self.before).damaged}
                kept = generations.heads(self.before)
                self.earlier_bags = {
                    p: b for p, b in kept.items() if not any(f.startswith(p) for f in flawed)
                }
        self.destroyed: set[str] = set()
        self.copier = Copier(self.before, self.earlier)
        try:
            self.inbox = self.archive.inbox
        except SettingsError:  # nothing is taken from where none may be: what lies there is nobody's scan
            self.inbox = self.root / OWN
        self.moving = MovingFiles(self.root, self.part, self.copier, self.inbox)

    def run(self, office: str, label: str, dest: Path) -> Generation:
        with self.archive.writing(self.by.actor):
            bags = self._bags()  # an earlier crash is healed by now
        self._require_room(bags, dest)
        durable_files.make_folder(self.part)
        self.moving.take()
        for round_ in range(1, ROUNDS + 1):
            last = round_ == ROUNDS
            with self.archive.writing(self.by.actor) if last else nullcontext():
                with self.archive.writing(self.by.actor):
                    self.moving.take()
                    bags = self._bags()
                self._forget_vanished(bags)
                if self._take_bags(bags, last=last):
                    break
        return self._finish(office, label, bags)

    # ── what there is ────────────────────────────────────────────────────────────────────────────────────
    def _bags(self) -> dict[str, BagAt]:
        """Return every bag as it stands but for what was destroyed; of one without an event nothing is said but that it is there."""
        self.destroyed |= {*map(str, self.archive.destructions.readable())}
        found = {}
        for parent in self._parents():
            for folder in sorted(parent.iterdir()) if parent.is_dir() else ():
                if not folder.is_dir() or folder.is_symlink() or is_foreign(folder.name):
                    continue
                beside = parent.parent.name == RECEIVED and folder.name in (LEDGER, ANCHORS)
                if beside or folder.name in self.destroyed:  # the latter somebody put back by hand
                    continue
                place = folder.relative_to(self.root).as_posix()
                found[place] = BagAt(place, 0, "")
                with suppress(OSError):
                    if names := chain.event_names(folder):
                        last = durable_files.read(f"{folder}/{chain.EVENTS}/{names[-1]}")
                        found[place] = BagAt(place, int(names[-1].removesuffix(".json")), bag.sha256(last))
        return found

    def _parents(self) -> Iterator[Path]:
        """Yield the folders whose folders are bags; in the bureau's archive those of each office that reports here too."""
        yield from (self.archive.root / kind for kind in BAGS)
        for office in self.archive.receptions.offices():
            yield from (office, office / LEDGER)

    def _require_room(self, bags: Mapping[str, BagAt], dest: Path) -> None:
        new = [place for place, at in bags.items() if self.earlier_bags.get(place) != at]
        places = (self.root / place for place in (*new, *PLACES))
        wanted = sum(map(_length, dict.fromkeys((*places, self.inbox))))
        free = shutil.disk_usage(dest).free
        if wanted + MARGIN > free:
            raise WriteFailed(
                f"备份要 {wanted / 1e6:,.0f} MB，盘上只有 {free / 1e6:,.0f} MB；没有写入任何内容",
                file=dest.name,
                remedy="换一个大些的盘，或用 --keep 少留几份后再备份。",
            )

    # ── what does not move ───────────────────────────────────────────────────────────────────────────────
    def _forget_vanished(self, bags: Mapping[str, BagAt]) -> None:
        for place, at in list(self.done.items()):
            if bags.get(place) != at:
                del self.done[place]
                self._forget_bag(place)

    def _keep(self, path: str, copied: Copied) -> None:
        self.sums[path] = copied.sha256

    def _forget_bag(self, place: str) -> None:
        durable_files.remove_tree(self.part / place)
        for paths in (self.sums, self.damaged):
            for path in [p for p in paths if p.startswith(f"{place}/")]:
                del paths[path]

    def _take_bags(self, bags: Mapping[str, BagAt], *, last: bool) -> bool:
        """Copy the bags that are not there yet; tell whether all are."""
        complete = True
        for place, at in bags.items():
            if place not in self.done:
                try:
                    self._take_bag(at, last=last)
                    self.done[place] = at
                except _Moved:
                    self._forget_bag(place)
                    complete = False
            if self.step:
                self.step(len(self.done), len(bags))
        return complete

    def _take_bag(self, at: BagAt, *, last: bool) -> None:
        source, target = self.root / at.place, self.part / at.place
        if self.earlier_bags.get(at.place) == at and self._link_bag(at.place):
            return
        try:
            held = chain.read(source, upto=at.seq)
            if held.head != at.head:
                raise IntegrityAlarm("最后一个事件与列表时不同")
        except (IntegrityAlarm, NewerFormat) as error:
            if not last:
                raise _Moved from error
            self._take_as_it_is(at.place, str(error))
            return
        (target / chain.EVENTS).mkdir(parents=True)
        (target / "data").mkdir()
        paths = {path: digest for path, (digest, _) in held.files.items()}
        paths |= {f"{chain.EVENTS}/{chain.event_name(e.seq)}": digest for e, digest in held.events}
        for path, digest in paths.items():
            self._take_file(at, path, digest, last=last)
        for name in ("bagit.txt", bag.INFO):
            self._take_file(at, name, None, last=last)
        info = self.sums.get(f"{at.place}/{bag.INFO}", Sha256(""))
        for name, data in zip((bag.MANIFEST, bag.TAG_MANIFEST), held.manifests(info), strict=True):
            self._keep(f"{at.place}/{name}", self.copier.write(target / name, data))

    def _take_file(self, at: BagAt, path: str, digest: Sha256 | None, *, last: bool) -> None:
        """Copy one file of a bag; where it is not what it ought to be although nothing was moved, say so."""
        source, full = self.root / at.place / path, f"{at.place}/{path}"
        try:
            copied = self.copier.take(source, self.part / full, digest)
        except (SourceUnreadable, FileNotFoundError) as error:
            if not last and self._went_on(at):
                raise _Moved from error
            self.damaged[full] = error.why if isinstance(error, SourceUnreadable) else "缺失"
            return
        self._keep(full, copied)
        if digest is not None and copied.sha256 != digest:
            self.damaged[full] = "内容与事件链所记不符"

    def _went_on(self, at: BagAt) -> bool:
        """Tell whether a bag took an event since, or is being exchanged for what an office handed over anew."""
        folder = self.root / at.place
        return (folder / chain.EVENTS / chain.event_name(at.seq + 1)).exists() or not folder.is_dir()

    def _link_bag(self, place: str) -> bool:
        """Link a bag that has not changed since the generation before; tell whether that could be done."""
        paths = [p for p in self.earlier if p.startswith(f"{place}/")]
        (self.part / place / "data").mkdir(parents=True, exist_ok=True)
        for path in paths:
            if not self.copier.link(path, self.part / path):
                self._forget_bag(place)
                return False
        self.sums |= {path: self.earlier[path] for path in paths}
        return True

    def _take_as_it_is(self, place: str, why: str) -> None:
        """Copy a bag whose chain does not hold, whatever is in it: it may be all there is."""
        self.damaged[f"{place}/{chain.EVENTS}"] = why
        foreign = set(in_folder(self.root / place))
        for folder, _, names in os.walk(self.root / place):
            for name in sorted(names):
                path = os.path.relpath(f"{folder}/{name}", self.root / place).replace(os.sep, "/")
                if (
                    path not in foreign
                    and Path(folder, name).is_file()
                    and not Path(folder, name).is_symlink()
                ):
                    self._take_file(BagAt(place, 0, ""), path, None, last=True)

    # ── the end ──────────────────────────────────────────────────────────────────────────────────────────
    def _finish(self, office: str, label: str, bags: Mapping[str, BagAt]) -> Generation:
        """Write what a generation says of itself, last of all; read everything back that was copied."""
        heads = generations.heads_text(bags)
        made = self.by.time.isoformat(timespec="seconds")
        bureau = is_bureau(self.archive.root)
        told = _BUREAUS if bureau else _OFFICES
        leaflet = LEAFLET.format(office=self.workspace.config.office.name, made=made, **told).encode()
        self.moving.make_folders()
        for kind in (*BAGS, RECEIVED) if bureau else BAGS:
            (self.part / "archive" / kind).mkdir(parents=True, exist_ok=True)
        self.sums |= self.moving.sums
        for name, data in ((generations.HEADS, heads), (generations.LEAFLET, leaflet)):
            self._keep(name, self.copier.write(self.part / name, data))
        found = Generation(
            self.part,
            office,
            made,
            label,
            bag.sha256(heads),
            len(bags),
            len(self.sums),
            self.copier.bytes,
            tuple(Flaw(durable_files.shown(p), w) for p, w in sorted(self.damaged.items())),
            tuple(Flaw(durable_files.shown(p), w) for p, w in sorted(self.moving.left_out.items())),
        )
        about = (json.dumps(found.to_plain(), ensure_ascii=False, indent=1) + "\n").encode()
        self._keep(generations.ABOUT, self.copier.write(self.part / generations.ABOUT, about))
        self.copier.settle()
        durable_files.write_new(self.part / generations.SUMS, generations.sums_text(self.sums))
        durable_files.sync_folder(self.part)
        return found


def _length(folder: Path) -> int:
    """Return how many bytes the plain files below a folder have."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(f"{place}/{name}").st_size
    return total
