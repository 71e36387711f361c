"""A household moves: its file goes along whole, the new one continues it; in no two custodies, in none never; hostile packages refused."""

from __future__ import annotations

import gc
import json
import random
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import bagit
import pytest

from archivist.disposal_errors import ForkedChain
from archivist.doctypes.ids import DocumentId
from archivist.errors import ArchivistError, CaseClosed, CaseExists, InvalidValue, UnreadableFile
from archivist.model.case import CaseStatus
from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.preservation.transfers import ABOUT, TransferredOut, transfer_in, transfer_out
from archivist.preservation.verification import verify
from archivist.procedure.closing import deregister
from archivist.store import Draft, NewFile
from archivist.workspace import Workspace
from tests.ingest.test_refiling import file
from tests.kit import BY, SETTINGS, TODAY, make_workspace, open_household

NUMBER = CaseNo.parse("TJHQ-DB-2024-000001")


@pytest.fixture
def left(tmp_path: Path) -> Iterator[Workspace]:
    """The office the household left: one closed file with one paper."""
    with make_workspace(tmp_path / "甲") as made:
        open_household(made)
        file(made, NUMBER, "收条.txt", "收条", "other")
        deregister(made, BY, NUMBER, on=TODAY, reason="迁出")
        yield made


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Workspace]:
    """The office it comes to."""
    folder = tmp_path / "乙"
    with make_workspace(folder) as made:
        (folder / "archivist.toml").write_text(SETTINGS.replace('"TJHQ"', '"TJHX"'), encoding="utf-8")
        yield made


def handed_over(left: Workspace) -> Path:
    done: TransferredOut = transfer_out(left, BY, NUMBER, "TJHX")
    assert done.path is not None
    return done.path


def sound(workspace: Workspace) -> None:
    assert verify(workspace, BY).findings == ()
    for number in workspace.archive.case_numbers():
        assert bagit.Bag(str(workspace.archive.folder(number))).validate()
    assert not workspace.index.drift()


def test_the_new_file_continues_the_old_one(left: Workspace, here: Workspace) -> None:
    """New number, ``previous {case, head}``, read-only copy in the new bag; the old office keeps its own."""
    head = left.archive.read(NUMBER).head
    package = handed_over(left)
    done = transfer_in(here, BY, package)
    assert done.case is not None and done.case.previous is not None
    case = here.archive.read(done.case.number)
    assert (str(case.number), case.status) == ("TJHX-DB-2024-000001", CaseStatus.OPEN)
    assert case.previous is not None and (case.previous.case, case.previous.head) == (NUMBER, head)
    assert case.applicant_name == left.archive.read(NUMBER).applicant_name
    kept = here.archive.folder(case.number) / case.previous.package
    assert kept.read_bytes() == package.read_bytes() and kept.stat().st_mode & 0o777 == 0o400
    assert not case.records and case.next_record() == "0001", "its papers are the old file's"
    assert left.archive.read(NUMBER).head == head and list(left.archive.read(NUMBER).records) == ["0001"]
    assert here.index.search(case.applicant_name).hits
    sound(left)
    sound(here)


def test_out_again_is_the_same_package_once(left: Workspace) -> None:
    """Killed in between, or asked twice: the same bytes, entered once; the ledger names nobody."""
    first = transfer_out(left, BY, NUMBER, "TJHX")
    again = transfer_out(left, BY, NUMBER, "tjhx ")
    assert again.again and (again.path, again.sha256) == (first.path, first.sha256)
    (event,) = left.archive.ledger_events(Op.TRANSFERRED_OUT)
    assert event.data["head"] == left.archive.read(NUMBER).head
    assert left.archive.read(NUMBER).applicant_name not in json.dumps(dict(event.data), ensure_ascii=False)


def test_a_package_is_never_in_memory_whole(tmp_path: Path) -> None:
    """A file of 48 MB goes out, and comes in, within 40 MB of memory: read, packed and unpacked piece by piece."""
    with make_workspace(tmp_path / "甲") as workspace:
        open_household(workspace)
        scan = NewFile("data/01 申请/大件.bin", random.Random(1).randbytes(48_000_000))
        workspace.commit(NUMBER, lambda _: Draft(Op.FACTS_CHANGED, {"facts": {}}, "补", (scan,)), BY)
        deregister(workspace, BY, NUMBER, on=TODAY, reason="迁出")
        with at_most(40_000_000):
            package = handed_over(workspace)
    with make_workspace(tmp_path / "乙") as workspace:
        settings = workspace.root / "archivist.toml"
        settings.write_text(SETTINGS.replace('"TJHQ"', '"TJHX"'), encoding="utf-8")
        with at_most(40_000_000):
            transfer_in(workspace, BY, package)
        assert package.stat().st_size > 48_000_000


@contextmanager
def at_most(bytes_: int) -> Iterator[None]:
    """See that a block never holds more than so much memory that Python gave out."""
    gc.collect()
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < bytes_
    finally:
        tracemalloc.stop()


def test_only_a_closed_file_goes_out(tmp_path: Path) -> None:
    """A deregisters, then ``transfer out``: no household in two custodies."""
    with make_workspace(tmp_path / "ws") as workspace:
        open_household(workspace)
        with pytest.raises(CaseClosed, match="还没有注销"):
            transfer_out(workspace, BY, NUMBER, "TJHX")
        for code in ("TJHQ", "", "天津", "../x", "A"):
            with pytest.raises(InvalidValue, match="--to"):
                transfer_out(workspace, BY, NUMBER, code)
        assert not list(workspace.archive.ledger_events(Op.TRANSFERRED_OUT))


def test_taken_in_once(left: Workspace, here: Workspace) -> None:
    """F30: same package taken in twice: E207; a trial takes nothing; one for another office is not taken."""
    package = handed_over(left)
    assert transfer_in(here, BY, package, dry_run=True).case is None
    assert here.archive.case_numbers() == []
    done = transfer_in(here, BY, package)
    assert done.case is not None
    with pytest.raises(CaseClosed, match=f"已接收过，就是 {done.case.number}"):
        transfer_in(here, BY, package)
    deregister(here, BY, done.case.number, on=TODAY, reason="误收")
    with pytest.raises(CaseClosed, match="已接收过"):
        transfer_in(here, BY, package)
    with pytest.raises(InvalidValue, match="转给 TJHX"):
        transfer_in(left, BY, package)
    assert len(here.archive.case_numbers()) == 1


def test_not_beside_an_open_file_of_the_same_person(left: Workspace, here: Workspace) -> None:
    """The person's open file here is looked at first: E208."""
    open_household(here)
    with pytest.raises(CaseExists):
        transfer_in(here, BY, handed_over(left))


def test_a_hold_goes_along(left: Workspace, here: Workspace) -> None:
    """F16: hold, then transfer: it is there in every copy and child, from the first event on."""
    file(left, NUMBER, "冻结.txt", "档案保全登记表", DocumentId.LEGAL_HOLD_RECORD)
    package = handed_over(left)
    done = transfer_in(here, BY, package)
    assert done.case is not None
    (hold,) = here.archive.read(done.case.number).holds
    assert hold.origin == f"{NUMBER} H1" and hold.in_force(TODAY) and not hold.scope
    assert len(done.holds) == 1


Edit = Callable[[dict[str, bytes]], dict[str, bytes]]


def _told(**more: object) -> Edit:
    def edit(files: dict[str, bytes]) -> dict[str, bytes]:
        return files | {ABOUT: json.dumps(json.loads(files[ABOUT]) | more).encode()}

    return edit


def _one_bit(files: dict[str, bytes]) -> dict[str, bytes]:
    name = next(n for n in files if "/data/" in n and n.endswith(".txt") and "0001" in n)
    return files | {name: bytes([files[name][0] ^ 1]) + files[name][1:]}


def _without_last(files: dict[str, bytes]) -> dict[str, bytes]:
    return {n: d for n, d in files.items() if n != max(n for n in files if "/events/" in n)}


def everything(folder: Path) -> set[Path]:
    """Return what is there, but for the index and who holds the lock."""
    return {p for p in folder.rglob("*") if "index" not in p.parts and p.name != ".lock"}


WAYS: dict[str, tuple[type[ArchivistError], Edit]] = {
    "a bit": (ForkedChain, _one_bit),
    "an event cut off": (ForkedChain, _without_last),
    "another head": (ForkedChain, _told(head="0" * 64)),
    "another number": (UnreadableFile, _told(case="TJHQ-DB-2024-000002")),
    "no number": (UnreadableFile, _told(case="../../x")),
    "another office": (ForkedChain, _told(**{"from": "TJHD"})),
    "a newer format": (UnreadableFile, _told(schema="archivist/transfer-package/2")),
    "holds that are none": (UnreadableFile, _told(holds=[{"hold": "?"}])),
    "nothing said": (UnreadableFile, lambda files: {n: d for n, d in files.items() if n != ABOUT}),
    "above": (UnreadableFile, lambda files: files | {f"{NUMBER}/../../x": b"x"}),
    "beside": (UnreadableFile, lambda files: files | {"x/y": b"x"}),
    "absolute": (UnreadableFile, lambda files: files | {"/etc/x": b"x"}),
    "a drive": (UnreadableFile, lambda files: files | {f"{NUMBER}/C:x": b"x"}),
    "a stranger in the bag": (ForkedChain, lambda files: files | {f"{NUMBER}/data/x.txt": b"x"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_is_no_package_is_refused(left: Workspace, here: Workspace, tmp_path: Path, way: str) -> None:
    """Hostile and damaged packages: each refused in words, nothing written, no number taken."""
    kind, edit = WAYS[way]
    made = tmp_path / "包.zip"
    with zipfile.ZipFile(handed_over(left)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    with zipfile.ZipFile(made, "w") as packed:
        for name, data in edit(files).items():
            packed.writestr(name, data)
    before = everything(tmp_path)
    with pytest.raises(kind) as refused:
        transfer_in(here, BY, made)
    assert refused.value.remedy and here.archive.case_numbers() == []
    assert everything(tmp_path) == before


@pytest.mark.parametrize("data", [b"", b"PK", b"%PDF", b"PK\3\4" + bytes(400)])
def test_what_is_no_zip_is_refused(here: Workspace, tmp_path: Path, data: bytes) -> None:
    """Never E700 for bad input."""
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(UnreadableFile):
        transfer_in(here, BY, tmp_path / "x.zip")


def test_a_bomb_and_a_link_are_refused(left: Workspace, here: Workspace, tmp_path: Path) -> None:
    """Only plain stored files: what is packed tighter could be a bomb, a link could point anywhere."""
    with zipfile.ZipFile(handed_over(left)) as packed:
        about = packed.read(ABOUT)
    for name, kind in (("炸弹", zipfile.ZIP_DEFLATED), ("链接", zipfile.ZIP_STORED)):
        made = tmp_path / f"{name}.zip"
        with zipfile.ZipFile(made, "w") as packed:
            packed.writestr(ABOUT, about)
            info = zipfile.ZipInfo(f"{NUMBER}/data/x")
            info.external_attr = (0o120777 if name == "链接" else 0o100644) << 16
            packed.writestr(info, bytes(1 << 16), kind)
        with pytest.raises(UnreadableFile):
            transfer_in(here, BY, made)
