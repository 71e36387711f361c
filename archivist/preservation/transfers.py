"""A household moved to another office: its closed file goes along as a package (转出), and the new file there continues it (转入).

The office it left keeps its own file for its own time; nothing leaves it. What is handed over is the bag as it stood when it was closed, in a ZIP
file whose bytes follow from it. The office it comes to opens a file under a number of its own, in one commit that has the package, whole and
read-only, in its bag: no household is in two custodies, and none in none.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Final

from archivist.disposal_errors import ForkedChain
from archivist.errors import ArchiveError, CaseClosed, FileTooLarge, InvalidValue, UnreadableFile
from archivist.model import persons
from archivist.model.bag_head import BagHead
from archivist.model.by import By
from archivist.model.case import Case, CaseStatus
from archivist.model.case_fold import apply
from archivist.model.event import Event, Op
from archivist.model.holds import inherited
from archivist.model.ids import GENESIS, OFFICE_CODE, CaseNo, Sha256
from archivist.model.plain_json import JsonList, JsonTable, MalformedData, parse_json, require_shape
from archivist.model.previous_files import FOLDER, PreviousFile
from archivist.preservation.submission_bags import content, pack, zipped
from archivist.procedure.cases import drop_folder, new_number, opening, refuse_second, require_identity
from archivist.store import NewFile, Original, chain, durable_files, held_files, stored_zip
from archivist.store.bag_fixity import check_bag
from archivist.store.inbox_access import make_drop_folder
from archivist.store.stored_zip import ZipEntry
from archivist.store.streamed_files import digest_of_chunks
from archivist.workspace import Workspace

GROUP: Final = "转出"
"""Folder of the outbox in which packages lie."""
ABOUT: Final = "transfer.json"
SCHEMA: Final = "archivist/transfer-package/1"
_ABOUT: Final = JsonTable(
    {"schema": str, "from": str, "to": str, "case": str, "seq": int, "head": str, "holds": JsonList(dict)},
    open=True,
)
_MOST_BYTES: Final = 2 << 30
_LINK: Final = 0o120000


@dataclass(frozen=True, slots=True)
class TransferredOut:
    """A package that was written, or would be; ``again`` where it had been written before and nothing changed since."""

    case: CaseNo
    to: str
    head: BagHead
    path: Path | None
    sha256: str
    holds: tuple[str, ...]
    again: bool


@dataclass(frozen=True, slots=True)
class TransferredIn:
    """A file that was opened for a household that moved here; ``case`` is ``None`` where it was only looked at."""

    case: Case | None
    previous: CaseNo
    head: Sha256
    applicant: str
    records: int
    holds: tuple[str, ...]
    folder: Path | None


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────────
def transfer_out(
    workspace: Workspace, by: By, number: CaseNo, to: str, *, dry_run: bool = False
) -> TransferredOut:
    """Write the package of a closed file for the office the household moved to, and enter it in the ledger.

    Args:
        workspace: the open workspace.
        by: who does it, and when.
        number: the file; it is closed (注销) already.
        to: code of the office it goes to.
        dry_run: write nothing.

    Raises:
        InvalidValue: E002, no code of another office. CaseClosed: E207, the file is open. IntegrityAlarm: E202, the bag is not as its
            chain says. ArchiveError: E200, it is too long for a package. WriteFailed: E204, nothing was handed over.

    Survives: a kill at any point; done again it is the same package, once.
    """
    code = to.strip().upper()
    if not OFFICE_CODE.fullmatch(code) or code == workspace.config.office.code:
        raise InvalidValue(f"--to 须是另一机关的代码（两至八个大写字母），不是“{to}”")
    archive, stamp = workspace.archive, workspace.stamp(by)
    with workspace.writing(by):
        archive.refuse(number)
        case = archive.read(number)
        if case.status is not CaseStatus.DEREGISTERED:
            raise CaseClosed(
                "还没有注销，不能转出",
                file=str(number),
                remedy=f"先按程序终止、注销：archivist case deregister {number} --reason 迁出。",
            )
        holds = held_files.holds(archive, case, by.today)
        words = tuple(hold.words for hold in holds)
        about: dict[str, Any] = {
            "schema": SCHEMA,
            "from": workspace.config.office.code,
            "to": code,
            "case": str(number),
            "seq": case.seq,
            "head": case.head,
            "holds": [hold.to_plain() for hold in inherited(holds, str(number))],
        }
        head = BagHead(str(number), case.seq, case.head)
        packed = pack(archive.root, head)
        told = content(ABOUT, f"{json.dumps(about, ensure_ascii=False, sort_keys=True, indent=1)}\n".encode())
        entries = [told, *packed.below(str(number))]
        if stored_zip.length(entries) > _MOST_BYTES:
            raise ArchiveError("一包装不下", file=str(number))
        digest, _ = digest_of_chunks(_zipped(entries))
        for event in archive.ledger_events(Op.TRANSFERRED_OUT):
            (entry,) = event.data["files"]
            path = archive.root / "outbox" / entry["path"]
            if entry["sha256"] == digest and path.is_file():
                return TransferredOut(number, code, head, path, digest, words, again=True)
        if dry_run:
            return TransferredOut(number, code, head, None, digest, words, again=False)
        said = {"case": str(number), "to": code, "seq": case.seq, "head": case.head}
        (path,) = archive.hand_out(
            GROUP,
            f"T-{number}-{code}",
            {".zip": partial(_zipped, entries)},
            Op.TRANSFERRED_OUT,
            said,
            stamp,
            [number],
        )
    return TransferredOut(number, code, head, path, digest, words, again=False)


def _zipped(entries: Sequence[ZipEntry]) -> Iterator[bytes]:
    remedy = "用 archivist verify 查明，从备份恢复这一户（restore），再转出。"
    return zipped(entries, "没有转出", remedy)


# ── in ───────────────────────────────────────────────────────────────────────────────────────────────────
def transfer_in(workspace: Workspace, by: By, package: Path, *, dry_run: bool = False) -> TransferredIn:
    """Open a file for a household that moved here, from the package of the office it left.

    Args:
        workspace: the open workspace.
        by: who does it, and when.
        package: the ZIP file; it stays where it is.
        dry_run: write nothing.

    Raises:
        UnreadableFile: E101, it is no package, or hostile. FileTooLarge: E102. ForkedChain: E610, the bag in it is not whole or
            not the one it says. InvalidValue: E002, it is for another office. CaseClosed: E207, it was taken in already. CaseExists: E208.
            NotDelegated: E503. WriteFailed: E204.

    Survives: a kill at any point: the new file is there with the package in it, or only a number is gone.
    """
    original = Original.of(package, "")  # it has a name of its own in the bag, which names nobody
    with tempfile.TemporaryDirectory(prefix="archivist-transfer-") as folder:
        about = _unpacked(package, Path(folder))
        if about["to"] != workspace.config.office.code:
            raise InvalidValue(f"这一包是转给 {about['to']} 的", file=package.name)
        old = _sound(Path(folder) / about["case"], about, package.name)
    workspace.pack.require_delegated(old.category, by.today)
    facts = persons.settled(old.facts, today=by.today).facts
    applicant = facts.get("applicant", {})
    assert not isinstance(applicant, tuple)
    require_identity(applicant)
    holds = tuple(f"{plain.get('cause', '')}（{plain.get('origin', '')}）" for plain in about["holds"])
    planned = TransferredIn(None, old.number, old.head, old.applicant_name, len(old.records), holds, None)
    with workspace.writing(by):
        _refuse_again(workspace, old, package.name)
        refuse_second(workspace, old.category, str(applicant.get("id_number", "")))
        if dry_run:
            return planned
        path = f"{FOLDER}/T-{old.number}-{about['to']}.zip"
        said: dict[str, object] = {"previous": PreviousFile(old.number, old.head, path).to_plain()}
        if about["holds"]:
            said["holds"] = about["holds"]
        trial = CaseNo(about["to"], old.category, by.today.year, 1)
        _require_fitting(trial, opening(workspace, trial, facts, by.today, "", said).data, by, package.name)
        target = new_number(workspace, by, old.category, by.today.year)
        draft = opening(workspace, target, facts, by.today, f"由 {old.number} 转入", said)
        draft = replace(draft, files=(*draft.files, NewFile(path, original)))
        case = workspace.archive.open_case(target, workspace.config.office.name, draft, workspace.stamp(by))
        place = drop_folder(workspace, case)
        with durable_files.writing(f"户档 {target} 已经建立，只是投放文件夹没有建成"):
            make_drop_folder(place)
        workspace.follow(target)
    return replace(planned, case=case, folder=place)


def _refuse_again(workspace: Workspace, old: Case, name: str) -> None:
    for number in workspace.archive.case_numbers():
        first = chain.read(workspace.archive.folder(number), upto=1).events[0][0]
        if first.data.get("previous", {}).get("case") == str(old.number):
            raise CaseClosed(f"已接收过，就是 {number}", file=name, remedy="不用再接收；没有写入任何内容。")


def _require_fitting(target: CaseNo, data: Any, by: By, name: str) -> None:
    """Refuse what would open a file that nobody could read."""
    trial = Event(1, GENESIS, by.time.isoformat(), by.actor, Op.CASE_OPENED, data)
    try:
        apply(Case(target), trial, GENESIS)
    except chain.UNFIT as error:
        raise UnreadableFile(f"{ABOUT} 不是本系统写的（{error}）", file=name) from error


def _sound(folder: Path, about: dict[str, Any], name: str) -> Case:
    """Return the file in a package, once its bag is whole and ends where the package says."""
    if findings := check_bag(folder).findings:
        raise ForkedChain(
            "户档不完整或已被改动",
            file=name,
            problems=[f"{f.file}：{f.problem.label}" for f in findings[:10]],
        )
    held = chain.read(folder)
    try:
        old = chain.state(CaseNo.parse(about["case"]), held)
    except chain.UNFIT as error:
        raise ForkedChain(f"事件内容前后矛盾（{error}）", file=name) from error
    finally:
        chain.forget()
    if (held.seq, held.head) != (about["seq"], about["head"]):
        raise ForkedChain("户档不是所写的那一份：最后一个事件不符", file=name)
    if old.status is not CaseStatus.DEREGISTERED or old.number.office != about["from"]:
        raise ForkedChain("转出机关还没有注销这一户，或者不是它的户档", file=name)
    return old


def _unpacked(package: Path, folder: Path) -> dict[str, Any]:
    """Unpack a package whose every entry is known to be harmless; return what it says of itself."""
    try:
        with zipfile.ZipFile(package) as packed:
            infos = packed.infolist()
            if sum(info.file_size for info in infos) > _MOST_BYTES or len(infos) > stored_zip.MOST_ENTRIES:
                raise FileTooLarge("转来的包太大", file=package.name)
            about = _about(packed, package.name)
            for problem in _hostile(infos, about["case"]):
                raise UnreadableFile(f"不是转出包：{problem}", file=package.name)
            for info in infos:
                target = folder / info.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(info) as source, target.open("xb") as made:
                    shutil.copyfileobj(source, made)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise UnreadableFile("压缩包损坏，或者不是转出包", file=package.name) from error
    return about


def _about(packed: zipfile.ZipFile, name: str) -> dict[str, Any]:
    try:
        with packed.open(ABOUT) as handle:
            about = parse_json(handle.read(1 << 20))
        require_shape(about, _ABOUT)
        CaseNo.parse(about["case"])
    except (KeyError, MalformedData, InvalidValue) as error:
        raise UnreadableFile(f"没有 {ABOUT}，或者它不完整", file=name) from error
    if about["schema"] != SCHEMA:
        raise UnreadableFile(f"{ABOUT} 的格式是 {about['schema']}，本程序认得的是 {SCHEMA}", file=name)
    return dict(about)


def _hostile(infos: list[zipfile.ZipInfo], case: str) -> Iterator[str]:
    """Yield why a package is none: every entry is a plain, stored file below the bag, named once."""
    seen: set[str] = set()
    for info in infos:
        name = info.filename
        parts = PurePosixPath(name).parts
        if name != ABOUT and (len(parts) < 2 or parts[0] != case):
            yield "里面有户档以外的文件"
        elif (
            "\\" in name
            or ":" in name
            or any(part in ("..", ".") for part in name.split("/"))
            or name.endswith("/")
        ):
            yield "里面有不合格的文件名"
        elif info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            yield "里面有压缩或加密的文件"
        elif (info.external_attr >> 16) & 0o170000 == _LINK:
            yield "里面有链接"
        elif name.casefold() in seen:
            yield "里面有同名的文件"
        seen.add(name.casefold())
