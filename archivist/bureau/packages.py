"""The packages of a submission: opened, held against one another and their own manifests, and taken apart into a staging folder.

What the bags in them say is for ``reception``; here it is settled that the parts are whole and belong together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.bureau.hostile_zip import HostileZip, UnpackedFile, opened
from archivist.bureau.package_entries import ASK
from archivist.errors import ArchiveError, IntegrityAlarm, UnreadableFile, UsageError
from archivist.model.ids import Sha256
from archivist.model.plain_json import LARGE, MalformedData
from archivist.preservation import submission_format as form
from archivist.preservation.submission_format import Submission, SubmissionId
from archivist.printable import visible
from archivist.store import bag, bag_profile, durable_files
from archivist.store.bag_contents import DECLARED_BY, FileDigests
from archivist.store.receptions import BAGS, LEDGER

_OWN: Final = (DECLARED_BY, bag.INFO, bag.MANIFEST)
_LISTS: Final = (form.LIST, form.DESTROYED, form.EXPUNGED)


@dataclass(frozen=True, slots=True)
class PackagePart:
    """One package as it says of itself.

    Attributes:
        package: the open file.
        number: which part it is, from 1.
    """

    package: HostileZip
    id: SubmissionId
    number: int
    submission: Submission
    about: bytes

    @property
    def name(self) -> str:
        """How the part is called, whatever the file is called here."""
        return self.id.part_name(self.number)


@dataclass(frozen=True, slots=True)
class StagedSubmission:
    """A submission whose parts are whole, taken apart.

    Attributes:
        digests: of the packages as they were read, in the order of ``parts``.
        folder: of the staging; the households' bags and the ledger's are in ``BAGS`` below it.
        bags: their places there, case numbers and ``ledger/2026``, with what was written into each.
        heads: ``anchor/heads.tsv``.
        destroyed: the case numbers in ``destroyed.tsv``.
    """

    submission: Submission
    parts: tuple[PackagePart, ...]
    digests: tuple[Sha256, ...]
    folder: Path
    bags: Mapping[str, FileDigests]
    heads: bytes
    destroyed: tuple[str, ...]


@contextmanager
def opened_parts(files: Sequence[Path]) -> Iterator[tuple[PackagePart, ...]]:
    """Open the packages of one submission and see that all its parts are there; nothing is written.

    Args:
        files: in any order; the same one twice counts once.

    Raises:
        UnreadableFile: E101, one is none, or a part is missing. UsageError: E001, they are of several submissions.
        FileTooLarge: E102. PasswordNeeded: E106. IntegrityAlarm: E202, two of them contradict each other.
    """
    with ExitStack() as stack:
        yield _of_one([_look(stack.enter_context(opened(path))) for path in files])


def _of_one(parts: Sequence[PackagePart]) -> tuple[PackagePart, ...]:
    ids = sorted({str(part.id) for part in parts})
    if len(ids) != 1:
        raise UsageError(
            f"一次接收一次报送，这里有 {'、'.join(ids) or '零'} 个",
            remedy="一次报送的各包一起写明，分别接收。",
        )
    by_number: dict[int, PackagePart] = {}
    for part in parts:
        name, other = part.package.name, by_number.setdefault(part.number, part)
        if other is not part and other.package.digest() != part.package.digest():
            raise IntegrityAlarm(f"第 {part.number} 包有两份，内容不同", file=name, remedy=ASK)
        if part.about != parts[0].about:
            raise IntegrityAlarm(f"各包的 {form.ABOUT} 不一样，不是同一次报送的", file=name, remedy=ASK)
    wanted = parts[0].submission.parts
    if missing := [str(n) for n in range(1, wanted + 1) if n not in by_number]:
        raise UnreadableFile(
            f"包不完整：共 {wanted} 包，缺第 {'、'.join(missing)} 包", file=ids[0],
            remedy="各包齐了再一起接收。没有接收任何内容。",
        )  # fmt: skip
    return tuple(by_number[number] for number in sorted(by_number))


def _look(package: HostileZip) -> PackagePart:
    folder, file = package.folder(), package.name
    named = form.read_part_name(folder)
    if named is None:
        raise UnreadableFile(
            f"里面的文件夹 {visible(folder)[:60]} 不是报送包（应如 S-TJHQ-2026Q4-01-01）",
            file=file,
            remedy=ASK,
        )
    about = package.read(f"{folder}/{form.ABOUT}", LARGE)
    try:
        submission = Submission.decode(about)
    except MalformedData as wrong:
        raise UnreadableFile(f"{form.ABOUT} {wrong}", file=file, remedy=ASK) from wrong
    if submission.id != named[0] or not 1 <= named[1] <= submission.parts:
        raise UnreadableFile(f"{form.ABOUT} 与文件夹 {folder} 不是同一次报送", file=file, remedy=ASK)
    return PackagePart(package, named[0], named[1], submission, about)


@contextmanager
def staging(staged: Path) -> Iterator[None]:
    """Make a folder under ``.work/`` to stage in, and take it away again when the block fails; what cannot be taken away goes at the next start."""
    durable_files.remove_tree(staged)
    durable_files.make_folder(staged)
    try:
        yield
    except BaseException:
        with suppress(OSError):
            durable_files.remove_tree(staged)
        raise


def stage(
    parts: Sequence[PackagePart], folder: Path, step: Callable[[int, int], None] | None = None
) -> StagedSubmission:
    """Take the parts apart and hold each against its manifests.

    Args:
        parts: as ``look`` found them.
        folder: new, under ``.work/``; whoever made it removes it when this fails.
        step: called with the files read and the files there are.

    Raises:
        UnreadableFile: E101, the package is damaged. OSError: the disk refused.
        IntegrityAlarm: E202, a part is not as its manifests say. ArchiveError: E200, it does not keep to the profile.
    """
    durable_files.make_folder(folder / BAGS)
    durable_files.make_folder(folder / BAGS / LEDGER)
    found: dict[str, FileDigests] = {}
    digests: list[Sha256] = []
    total, done = sum(len(part.package.entries) for part in parts), 0

    def read() -> None:
        nonlocal done
        done += 1
        if step:
            step(done, total)

    heads = destroyed = b""
    for part in parts:
        place = folder / f"part-{part.number}"
        durable_files.make_folder(place)
        files, digest = part.package.unpack(place, read)
        digests.append(digest)
        top = part.id.part_folder(part.number)
        files = {path[len(top) + 1 :]: file for path, file in files.items()}
        root = place / top
        _require_whole(part, root, files)
        found |= _bags(part, root, files, folder / BAGS)
        anchors = (root / form.HEADS).read_bytes()
        heads = heads or anchors
        if bag.sha256(anchors) != part.submission.anchor:
            raise IntegrityAlarm(f"{form.HEADS} 与报送所写的锚不符", file=part.name, remedy=ASK)
        if (root / form.DESTROYED).is_file():
            destroyed = (root / form.DESTROYED).read_bytes()
        durable_files.remove_tree(place)
    return StagedSubmission(
        parts[0].submission, tuple(parts), tuple(digests), folder, found, heads, _first_column(destroyed)
    )


def _require_whole(part: PackagePart, root: Path, files: Mapping[str, UnpackedFile]) -> None:
    """Refuse a part that is no bag of the profile, or of which a file is missing, changed or one too many."""
    payload = {path: file.sha256 for path, file in files.items() if bag.is_payload(path)}
    tags = {p: file.sha256 for p, file in files.items() if p != bag.TAG_MANIFEST and p not in payload}
    if missing := [name for name in (*_OWN, bag.TAG_MANIFEST, form.HEADS, form.ABOUT) if name not in files]:
        raise IntegrityAlarm(f"缺 {missing[0]}", file=part.name, remedy=ASK)
    if (root / DECLARED_BY).read_bytes() != bag.DECLARATION:
        raise ArchiveError(f"{DECLARED_BY} 不是 BagIt 1.0", file=part.name, remedy=ASK)
    for manifest, there in ((bag.TAG_MANIFEST, tags), (bag.MANIFEST, payload)):
        try:
            listed = bag.parse_manifest((root / manifest).read_bytes())
        except ValueError as error:
            raise IntegrityAlarm(f"{manifest} 不是清单", file=part.name, remedy=ASK) from error
        wrong = sorted(path for path in listed.keys() | there.keys() if listed.get(path) != there.get(path))
        if wrong:
            how = (
                "清单里没有"
                if wrong[0] not in listed
                else "缺失"
                if wrong[0] not in there
                else "内容与清单不符"
            )
            raise IntegrityAlarm(
                f"{visible(wrong[0])} {how}（共 {len(wrong)} 处）", file=part.name, remedy=ASK
            )
    _require_profile(part, (root / bag.INFO).read_bytes(), files)
    places = (f"{form.CASES}/", f"{form.LEDGER}/")
    if strange := sorted(p for p in payload if p not in _LISTS and not p.startswith(places)):
        raise ArchiveError(f"{visible(strange[0])} 不该在报送包里", file=part.name, remedy=ASK)


def _require_profile(part: PackagePart, info: bytes, files: Mapping[str, UnpackedFile]) -> None:
    profile, said = bag_profile.profile_of(info), bag_profile.fields(info)
    if profile is None or profile.identifier != form.PROFILE:
        raise ArchiveError(f"{bag.INFO} 写的规范不是报送包的（{form.PROFILE}）", file=part.name, remedy=ASK)
    if faults := list(profile.faults(info, files)):
        raise ArchiveError(visible(faults[0]), file=part.name, remedy=ASK)
    payload = [file.size for path, file in files.items() if bag.is_payload(path)]
    expected = {
        "External-Identifier": str(part.id),
        "Bag-Group-Identifier": str(part.id),
        "Bag-Count": f"{part.number} of {part.submission.parts}",
        "Payload-Oxum": f"{sum(payload)}.{len(payload)}",
        "Archivist-Anchor": part.submission.anchor,
        "Archivist-Transfer-Type": part.submission.kind.value,
    }
    for key, value in expected.items():
        if said[key][0] != value:
            raise ArchiveError(
                f"{bag.INFO} 的 {key} 是“{visible(said[key][0])[:80]}”，应为“{value}”",
                file=part.name,
                remedy=ASK,
            )


def _bags(
    part: PackagePart, root: Path, files: Mapping[str, UnpackedFile], into: Path
) -> dict[str, FileDigests]:
    """Put the bags of a part where they are checked; those there must be the ones the submission says."""
    told = [one.case for one in part.submission.of_part(part.number)]
    there = _names(root / form.CASES)
    if there != told:
        wrong = sorted({*there} ^ {*told})
        how = "没有列入报送" if wrong[0] in there else "不在包里"
        raise IntegrityAlarm(f"{visible(wrong[0])[:60]} {how}", file=part.name, remedy=ASK)
    years = _names(root / form.LEDGER)
    if years != ([bag.folder_name(head.bag) for head in part.submission.ledger] if part.number == 1 else []):
        raise IntegrityAlarm("总账的年度与报送所写的不符", file=part.name, remedy=ASK)
    written: dict[str, dict[str, tuple[Sha256, int]]] = {
        **{f"{form.CASES}/{name}": {} for name in told},
        **{f"{form.LEDGER}/{year}": {} for year in years},
    }
    for path, file in files.items():
        data, kind, name, *rest = [*path.split("/", 3), "", "", ""]
        if (place := written.get(f"{data}/{kind}/{name}")) is not None:
            place[rest[0]] = file.sha256, file.size
    for name in told:
        durable_files.rename_new(root / form.CASES / name, into / name)
    for year in years:
        durable_files.rename_new(root / form.LEDGER / year, into / LEDGER / year)
    return {
        place.removeprefix(f"{form.CASES}/").removeprefix("data/"): found for place, found in written.items()
    }


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def _first_column(table: bytes) -> tuple[str, ...]:
    lines = table.decode("utf-8", "replace").splitlines()[1:]
    return tuple(line.partition("\t")[0] for line in lines if line)
