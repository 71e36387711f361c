"""An inbox outside the archive, perhaps on another disk; devices' own folders in it."""

from __future__ import annotations

import shutil
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archivist.api.case_file import show_case
from archivist.api.status import status
from archivist.errors import DroppedFileError, SettingsError
from archivist.ingest.batches import Outcome
from archivist.ingest.filing import Filed, LeftInInbox
from archivist.ingest.watch_folder import file_once, watch
from archivist.model import device_folder
from archivist.model.facts import Facts, parse_facts
from archivist.model.ids import CaseNo, RecordNo
from archivist.preservation import disposal_residue, foreign, record_copies
from archivist.procedure.cases import drop_folder
from archivist.store import inbox_claim
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace, open_household
from tests.people import WANG_ID, make_id
from tests.waiting import until

CARD = f"居民身份证\n姓名 王秀兰\n公民身份号码 {WANG_ID}"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """An office whose inbox lies beside it."""
    make_workspace(tmp_path / "ws").close()
    (tmp_path / "扫描").mkdir()
    with (tmp_path / "ws/archivist.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"inbox = '{tmp_path / '扫描'}'\n")
    with Workspace.open(tmp_path / "ws") as made:
        open_household(made)
        yield made


def taken(workspace: Workspace) -> dict[str, Outcome]:
    done: dict[str, Outcome] = {}
    file_once(workspace, lambda: BY, lambda outcome, *_: done.update({outcome.name: outcome}))
    return done


@contextmanager
def watched(workspace: Workspace) -> Iterator[list[Outcome]]:
    """Watch the inbox meanwhile; what the watch tells is added to the list."""
    told: list[Outcome] = []
    stop = threading.Event()
    with Workspace.open(workspace.root) as other:
        thread = threading.Thread(
            target=watch, args=(other, lambda: BY, lambda outcome, *_: told.append(outcome), stop)
        )
        thread.start()
        try:
            yield told
        finally:
            stop.set()
            thread.join()


def number_of(workspace: Workspace) -> CaseNo:
    return workspace.archive.case_numbers()[0]


@pytest.mark.parametrize(
    ("name", "device", "within"),
    [
        ("设备/柜台/a.pdf", "柜台", "a.pdf"),
        ("设备/柜台/TJHQ-DB-2024-000001 王秀兰/a.pdf", "柜台", "TJHQ-DB-2024-000001 王秀兰/a.pdf"),
        ("设备/a.pdf", "", "a.pdf"),
        ("设备", "", "设备"),
        ("a.pdf", "", "a.pdf"),
        ("设备2/柜台/a.pdf", "", "设备2/柜台/a.pdf"),
        ("户/设备/柜台/a.pdf", "", "户/设备/柜台/a.pdf"),
    ],
)
def test_which_device(name: str, device: str, within: str) -> None:
    assert (device_folder.device_of(name), device_folder.within(name)) == (device, within)


def test_drop_folders_and_scans_are_in_it_and_the_archive_s_own_is_empty(workspace: Workspace) -> None:
    """“All users of the inbox go through one property.”."""
    inbox = workspace.archive.inbox
    case = workspace.archive.read(number_of(workspace))
    assert drop_folder(workspace, case).parent == inbox and drop_folder(workspace, case).is_dir()
    (drop_folder(workspace, case) / "诊断证明.txt").write_text("诊断证明书\n患者 王秀兰", encoding="utf-8")
    (inbox / "身份证.txt").write_text(CARD, encoding="utf-8")
    assert all(isinstance(one, Filed) for one in taken(workspace).values())
    assert [p.name for p in inbox.rglob("*") if p.is_file()] == [inbox_claim.FILE]
    assert not [*(workspace.root / "archive/inbox").iterdir()]


def test_a_device_s_folder_is_where_it_came_from_and_says_not_whose_it_is(workspace: Workspace) -> None:
    """“`设备/<name>/` per-device subfolders as source”: in each record's source, in the tray's, in that of a package's parts."""
    inbox, number = workspace.archive.inbox, number_of(workspace)
    desk = inbox / "设备" / f"{number} 柜台"  # a name like a drop folder's is still a device
    home = inbox / "设备" / "高拍仪" / f"{number} 王秀兰"
    for folder in (desk, home):
        folder.mkdir(parents=True)
    (desk / "身份证.txt").write_text(CARD, encoding="utf-8")
    (desk / "一页.txt").write_text("看不出是谁的", encoding="utf-8")
    (home / "诊断证明.txt").write_text("诊断证明书\n没有写姓名", encoding="utf-8")
    with zipfile.ZipFile(desk / "几份.zip", "w") as package:
        package.writestr("甲.txt", CARD + "\n户口簿")
        package.writestr("乙.txt", "也看不出")
    with zipfile.ZipFile(inbox / "设备" / "散.zip", "w") as package:
        package.writestr("丙.txt", "还是看不出")
        package.writestr("丁.txt", "丁看不出")
    taken(workspace)
    records = workspace.archive.read(number).records.values()
    came = {(workspace.archive.source_name(number, r), r.source.get("device", "")) for r in records}
    assert (f"设备/{number} 柜台/身份证.txt", f"{number} 柜台") in came
    assert (f"设备/高拍仪/{number} 王秀兰/诊断证明.txt", "高拍仪") in came
    waiting = {item.name: item.source.get("device", "") for item in workspace.archive.tray.items()}
    assert waiting[f"设备/{number} 柜台/一页.txt"] == f"{number} 柜台"
    assert waiting[f"设备/{number} 柜台/几份.zip/乙.txt"] == f"{number} 柜台"
    assert waiting["散.zip/丙.txt"] == ""
    assert "设备/高拍仪" in str(show_case(workspace, str(number)))


def test_a_share_that_goes_away_stops_no_watch_and_no_household(workspace: Workspace, tmp_path: Path) -> None:
    """“inbox missing”: it is told once, households are opened, and what is dropped is taken when the share is back."""
    inbox = workspace.archive.inbox
    inbox.rename(tmp_path / "不在")
    with watched(workspace) as told:
        until(lambda: bool(told))
        assert isinstance(told[0], LeftInInbox) and "没有这个文件夹" in told[0].error.what
        (tmp_path / "不在/身份证.txt").write_text(CARD, encoding="utf-8")
        (tmp_path / "不在").rename(inbox)
        until(lambda: len(told) > 1)
    assert isinstance(told[1], Filed), told
    shutil.rmtree(inbox)
    assert drop_folder(workspace, open_household(workspace, again())).parent == inbox


def again() -> Facts:
    told = {"name": "李样例", "id_number": make_id("19800101", "021"), "address": "样例路2号"}
    return parse_facts({"applicant": told})


def test_a_copy_that_takes_long_is_filed_once_and_whole(workspace: Workspace) -> None:
    """“a 60 s copy is filed once, whole”: written piece by piece, each pause longer than a file is left to settle."""
    path = workspace.archive.inbox / "身份证.txt"
    with watched(workspace) as told:
        with path.open("wb", buffering=0) as copy:
            for piece in [CARD[n : n + 6].encode() for n in range(0, len(CARD), 6)]:
                copy.write(piece)
                time.sleep(0.3)  # settle_s is 0.2
        until(lambda: any(isinstance(one, Filed) for one in told))
    (filed,) = [one for one in told if isinstance(one, Filed)]
    record = workspace.archive.read(filed.case).records[filed.record]
    folder = workspace.archive.folder(filed.case)
    assert (folder / record.files[0].path).read_text("utf-8") == CARD and not path.exists()


def test_an_inbox_set_where_none_may_be_stops_writing_before_it_begins(workspace: Workspace) -> None:
    """Nothing is half done: reading goes on, whoever writes is told of the setting first."""
    settings = workspace.root / "archivist.toml"
    text = settings.read_text("utf-8").replace(
        str(workspace.archive.inbox), str(workspace.root / "archive/cases")
    )
    settings.write_text(text, encoding="utf-8")
    with Workspace.open(workspace.root) as wrong:
        assert wrong.archive.read(number_of(wrong)).number == number_of(wrong)
        with pytest.raises(SettingsError, match="收件箱不能设在"):
            open_household(wrong, again())
        assert len(wrong.archive.case_numbers()) == 1


def test_copies_in_it_are_found_by_whoever_looks_for_what_is_left(workspace: Workspace) -> None:
    """A record that was taken out, a household that is destroyed: copies in the inbox outside are named too."""
    inbox, number = workspace.archive.inbox, number_of(workspace)
    (inbox / "身份证.txt").write_text(CARD, encoding="utf-8")
    taken(workspace)
    (inbox / "又一份.txt").write_text(CARD, encoding="utf-8")
    record = workspace.archive.read(number).records[RecordNo("0001")]
    copies = [c.name for c in record_copies.copies_of(workspace.archive, number, record)]
    assert copies == [str(inbox / "又一份.txt")]
    left = [one.path for one in disposal_residue._files(workspace, {number: (WANG_ID,)}) if one.cases]
    assert str(inbox / "又一份.txt") in left
    assert not foreign.beside_bags(workspace.archive)


def test_another_workspace_takes_nothing_from_it(workspace: Workspace, tmp_path: Path) -> None:
    """“refuse with a clear message”: once, in a watch and in status; what lies there is left to whose it is."""
    inbox = workspace.archive.inbox
    assert taken(workspace) == {}
    shutil.copytree(workspace.root, tmp_path / "copy")
    (inbox / "身份证.txt").write_text(CARD, encoding="utf-8")
    with Workspace.open(tmp_path / "copy") as copy:
        with pytest.raises(DroppedFileError, match="另一个工作区的收件箱"):
            taken(copy)
        with watched(copy) as told:
            until(lambda: bool(told))
            time.sleep(1.5)
        assert len(told) == 1 and isinstance(told[0], LeftInInbox) and (inbox / "身份证.txt").exists()
        assert any("另一个工作区" in c.detail for c in status(copy, on=BY.time).troubles)
    assert isinstance(taken(workspace)["身份证.txt"], Filed)
