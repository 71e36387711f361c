"""An office's old scans, in folders by household: of which household each seems to be, and what, by the names on the way to it.

Nothing is read of the scans themselves and nothing is written. A number that stands in a folder's or a file's name (户号, ID
number of somebody on file) says whose it is; a name alone is a proposal with a doubt, which a person takes away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from archivist.doctypes.catalogue import Catalogue, DocumentType
from archivist.errors import IntegrityAlarm, UnreadableFile, UsageError
from archivist.ingest.directory import WorkspaceDirectory
from archivist.ingest.matching.drop_folder import DropFolder
from archivist.ingest.matching.evidence import Doubt, Evidence, Reason
from archivist.ingest.matching.match_case import match_case
from archivist.ingest.matching.match_type import named_type
from archivist.ingest.matching.pages import pages_evidence
from archivist.ingest.settling import Dropped, PassedOver, look
from archivist.model import device_folder
from archivist.model.case import Case
from archivist.model.ids import CaseNo, Sha256
from archivist.store import Original
from archivist.workspace import Workspace

_SIGNS: Final = {"folder": "文件夹上的户号", "case_number": "名称里的户号", "id_number": "名称里的证件号码"}
_OLD: Final = "旧扫描件"
_CHECK: Final = "核对无误后清空本格"


@dataclass(frozen=True, slots=True)
class PlannedScan:
    """One old scan as it is to be taken in.

    Attributes:
        name: relative to the folder, with ``/``.
        case: whose it is; ``None`` where the names on the way do not say.
        document: what it is; ``None`` where its pages are to say.
        because: what speaks for it, in Chinese.
        doubt: why a person has to look; while it stands, ``case`` is not believed.
        candidates: the households a doubt is about.
    """

    name: str
    case: CaseNo | None
    document: DocumentType | None
    because: str = ""
    doubt: str = ""
    candidates: tuple[CaseNo, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether the household is known without the pages."""
        return self.case is not None and not self.doubt


def scans_in(workspace: Workspace, folder: Path) -> tuple[list[Dropped], list[PassedOver]]:
    """Return the files of a folder and its folders, by name, and what is never taken.

    Raises:
        UsageError: E001, there is no such folder, it is the workspace's own or holds it, or there is no file in it.
    """
    if not folder.is_dir():
        raise UsageError("没有这个文件夹", file=folder.name or str(folder))
    inside, root = folder.resolve(), workspace.root.resolve()
    if inside.is_relative_to(root / "archive") or root.is_relative_to(inside):
        raise UsageError(
            "这是工作区自己的文件夹，或工作区就在它里面", file=folder.name,
            remedy="写存放旧扫描件的文件夹；放进收件箱的，用 archivist watch 收取。",
        )  # fmt: skip
    passed: list[PassedOver] = []
    found = sorted(look(folder, passed), key=lambda one: one.name)
    if not found:
        raise UsageError("文件夹里没有可收的文件", file=folder.name)
    return found, sorted(passed, key=lambda one: one.name)


def propose(
    workspace: Workspace, scans: Sequence[Dropped], progress: Callable[[int, int], None]
) -> tuple[tuple[PlannedScan, ...], int]:
    """Return what is proposed for each scan that was not taken before, and how many were.

    Args:
        workspace: the open workspace, whose index is current.
        scans: as they lie in their folder.
        progress: called with the scans looked at, and how many there are.
    """
    directory, seen = _KnownDirectory(workspace), dict[tuple[Sha256, CaseNo | None], str]()
    planned: list[PlannedScan] = []
    before = 0
    for done, dropped in enumerate(scans, 1):
        one = _proposed(dropped.name, directory, workspace.catalogue)
        try:
            digest = Original.of(dropped.path, dropped.name).sha256
        except UnreadableFile as error:
            one = PlannedScan(one.name, one.case, one.document, one.because, str(error), one.candidates)
        else:
            if taken_before(workspace, digest, dropped.name):
                before += 1
                progress(done, len(scans))
                continue
            if same := seen.get((digest, one.case)):
                because = f"{one.because}；与 {same} 完全相同，只收一件"
                one = PlannedScan(one.name, one.case, one.document, because, one.doubt, one.candidates)
            seen.setdefault((digest, one.case), dropped.name)
        planned.append(one)
        progress(done, len(scans))
    return tuple(planned), before


def _proposed(name: str, directory: WorkspaceDirectory, catalogue: Catalogue) -> PlannedScan:
    document, where = _type_of(name, catalogue)
    signs: list[Evidence] = []
    try:
        case = match_case(pages_evidence((), name, directory), DropFolder.of(name), None, directory, signs)
    except Doubt as doubt:
        candidates = tuple(map(CaseNo.parse, doubt.cases))
        only_named = doubt.reason is Reason.NO_CASE and len(candidates) == 1
        told = doubt.message.removesuffix("，请指定归入哪一户").replace("页上", "名称里")
        if only_named:
            return PlannedScan(
                name, candidates[0], document, "；".join(filter(None, ("姓名", where))),
                f"只有姓名相符，{_CHECK}", candidates,
            )  # fmt: skip
        listed = f"；可能是 {'、'.join(map(str, candidates[:5]))}" if candidates else ""
        return PlannedScan(name, None, document, where, f"{told}{listed}", candidates)
    kinds = dict.fromkeys(_SIGNS.get(sign.kind, "姓名和住址") for sign in signs)
    return PlannedScan(name, case.number, document, "；".join(filter(None, (*kinds, where))))


def _type_of(name: str, catalogue: Catalogue) -> tuple[DocumentType | None, str]:
    """Return what the file's name, or that of a folder it lies in, the nearest first, says it is, and which of them."""
    path = PurePath(name)
    if found := named_type(path.stem, catalogue):
        return found, "文件名"
    for folder in reversed(path.parts[:-1]):
        if found := named_type(folder, catalogue):
            return found, f"文件夹“{folder}”"
    return None, ""


class _KnownDirectory(WorkspaceDirectory):
    """Reads a case once for all scans that lie in its folder."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._cases: dict[CaseNo, Case] = {}

    def case(self, number: CaseNo) -> Case:
        """Return a case; only the last few are kept."""
        if number not in self._cases:
            if len(self._cases) > 50:
                self._cases.clear()
            self._cases[number] = super().case(number)
        return self._cases[number]


def taken_before(workspace: Workspace, digest: Sha256, name: str) -> str:
    """Return where a scan went that an earlier run took in, in Chinese; empty where none did.

    It is known by its bytes and its name within the folder, wherever a person has put it since.

    Args:
        workspace: the open workspace.
        digest: of its bytes.
        name: relative to the folder; empty to ask whether these bytes are there under any name.
    """
    return next(_places(workspace, digest, name), "")


def _places(workspace: Workspace, digest: Sha256, name: str) -> Iterator[str]:
    archive = workspace.archive
    for row in workspace.index.duplicate(digest):
        with suppress(IntegrityAlarm):  # whoever writes to it is told
            record = archive.read(row.case).records.get(row.record)
            if (
                record
                and record.source_sha256 == digest
                and _is_of(archive.source_name(row.case, record), name)
            ):
                yield f"{row.case} 第 {row.record} 件"
    for item in archive.tray.holding_bytes(digest):
        if _is_of(item.name, name):
            yield f"待认领 {item.id}"
    for batch, called in archive.batches.made_of_bytes(digest):
        if _is_of(called, name):
            yield f"批量件 {batch}"


def _is_of(called: str, name: str) -> bool:
    """Tell whether a name that was kept is that of a scan of the folder: with the household before it, or without."""
    return not name or called == name or called.partition("/")[2] == name


def kept_name(scan: PlannedScan) -> str:
    """Return the name under which a scan is kept: that of its household's drop folder stands before it where it is sure.

    A folder of old scans that is called like the inbox's for devices is none: what lies in it came from no scanner.
    """
    if scan.is_sure:
        return f"{scan.case}/{scan.name}"
    return f"{_OLD}/{scan.name}" if scan.name.startswith(f"{device_folder.FOLDER}/") else scan.name


def named_for(scan: PlannedScan) -> str:
    """Return the path by which a scan is recognised: what the plan says of it, as if folder and file were called so.

    Where the household is sure nothing else of its own names is held against it; a person has looked at them.
    """
    path = PurePath(kept_name(scan))
    title = scan.document.title if scan.document else "-"
    if scan.is_sure:
        return f"{scan.case}/{title}{path.suffix}"
    return str(path.with_suffix("") / f"{title}{path.suffix}") if scan.document else str(path)
