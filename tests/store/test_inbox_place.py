"""Where an inbox may be: outside the workspace and every archive, perhaps not there just now."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from archivist.config import parse
from archivist.errors import DroppedFileError, SettingsError
from archivist.model.ids import Sha256
from archivist.store import inbox_claim, inbox_place, originals
from archivist.store.inbox_place import place_of
from archivist.store.index_trail import LedgerPlace
from tests.kit import make_workspace

LINKS = pytest.mark.skipif(
    os.name == "nt", reason="links to folders want a privilege there, and Wine follows none"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    with make_workspace(tmp_path / "office" / "ws") as workspace:
        return workspace.root


def refused(root: Path, place: Path) -> str:
    with pytest.raises(SettingsError) as found:
        place_of(root, str(place))
    assert "archivist.toml" in str(found.value) and found.value.remedy
    return found.value.what


def test_it_is_the_archive_s_own_or_the_one_that_is_said(root: Path, tmp_path: Path) -> None:
    """“an inbox outside the 0700 archive”, and one that is not there just now: a share that is not mounted yet."""
    assert place_of(root, "") == root / "archive/inbox" == place_of(root, str(root / "archive/inbox"))
    assert place_of(root, str(tmp_path / "扫描")) == (tmp_path / "扫描").resolve()


@LINKS
def test_what_a_link_leads_to_is_settled(root: Path, tmp_path: Path) -> None:
    (tmp_path / "真").mkdir()
    (tmp_path / "链").symlink_to(tmp_path / "真")
    assert place_of(root, str(tmp_path / "链")) == (tmp_path / "真").resolve()


def test_no_inbox_holds_an_archive_or_lies_in_one(root: Path, tmp_path: Path) -> None:
    """What lies in an inbox is filed and taken away: none of an archive's own files may ever be."""
    other = tmp_path / "other"
    make_workspace(other / "ws").close()
    (tmp_path / "alone/archive/cases").mkdir(parents=True)
    (tmp_path / "alone/archive/ledger").mkdir()
    (tmp_path / "bag").mkdir()
    (tmp_path / "bag/bagit.txt").touch()
    for place, why in (
        (root, "工作区就在它里面"),
        (root.parent, "工作区就在它里面"),
        (Path(root.anchor), "工作区就在它里面"),
        (root / "archive", "工作区里面"),
        (root / "archive/cases", "工作区里面"),
        (root / "archive/inbox/设备", "工作区里面"),
        (root / "doc_templates", "工作区里面"),
        (other / "ws/archive/inbox", "一个档案库"),
        (other / "ws/扫描", "另一个工作区"),
        (other, "里面有一个工作区"),
        (tmp_path / "alone/archive/cases/x", "一个档案库"),
        (tmp_path / "bag/data", "一个档案库"),
        (root / ".." / "ws" / "archive", "工作区里面"),
    ):
        assert why in refused(root, place), place


@LINKS
def test_a_link_that_leads_into_the_archive_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "链").symlink_to(root / "archive" / "cases")
    assert "工作区里面" in refused(root, tmp_path / "链")
    (tmp_path / "圈").symlink_to(tmp_path / "圈")
    try:
        inbox = place_of(root, str(tmp_path / "圈"))
    except SettingsError:
        return
    assert inbox_place.trouble(inbox)


def test_what_is_no_folder_or_no_path_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "文件").touch()
    assert "不是文件夹" in refused(root, tmp_path / "文件")
    if os.name != "nt":  # there a path of this length is one
        assert refused(root, tmp_path / ("长" * 300))
    elsewhere = () if os.name == "nt" else (r"\\server\scan",)  # there it is a share
    for said in ("扫描", "../扫描", "~/扫描", *elsewhere, "/srv/\\u0000x", "/srv/a\\nb"):
        with pytest.raises(SettingsError) as found:
            parse(f'pack = "national"\n[options]\ninbox = "{said}"' if "\\u" in said or "\\n" in said else f"pack = 'national'\n[options]\ninbox = '{said}'")  # fmt: skip
        assert "完整路径" in str(found.value) and "inbox" in str(found.value), said


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="for root no folder is closed")
def test_a_folder_that_is_closed_to_us_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "不能写入" in inbox_place.trouble(tmp_path)
    tmp_path.chmod(0o700)


def test_what_is_not_there_just_now_is_told(tmp_path: Path) -> None:
    assert inbox_place.trouble(tmp_path) == ""
    with pytest.raises(DroppedFileError, match="没有这个文件夹") as found:
        inbox_place.require(tmp_path / "扫描")
    assert "文件都还在原处" in found.value.remedy
    (tmp_path / "文件").touch()
    assert inbox_place.trouble(tmp_path / "文件") == "不是文件夹"


def test_what_a_kill_left_on_its_way_out_gets_its_name_back(tmp_path: Path) -> None:
    """Never over a file that came meanwhile under the name."""
    (tmp_path / "设备").mkdir()
    (tmp_path / "设备/.leaving-a.pdf").write_bytes(b"old")
    (tmp_path / "设备/a.pdf").write_bytes(b"new")
    (tmp_path / ".leaving-b.pdf").write_bytes(b"b")
    (tmp_path / ".leaving-").write_bytes(b"none")
    originals.give_back(tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == {
        "a.pdf": b"new", "a (2).pdf": b"old", "b.pdf": b"b", ".leaving-": b"none",
    }  # fmt: skip


def test_two_workspaces_do_not_share_an_inbox(tmp_path: Path) -> None:
    """“Two workspaces naming the same outside inbox: detect … and refuse with a clear message”; one that moved is known again."""
    inbox, one, two = tmp_path / "扫描", tmp_path / "甲", tmp_path / "乙"
    inbox.mkdir()
    for root in (one, two):
        make_workspace(root).close()
    began = LedgerPlace(2024, 1, Sha256("a" * 64))
    inbox_claim.claim(inbox, one, began)
    inbox_claim.claim(inbox, one, began)
    with pytest.raises(DroppedFileError, match="另一个工作区的收件箱") as refused:
        inbox_claim.claim(inbox, two, None)
    assert str(one) in refused.value.what and inbox_claim.FILE in refused.value.remedy
    shutil.copytree(one, tmp_path / "甲的副本")
    with pytest.raises(DroppedFileError):
        inbox_claim.claim(inbox, tmp_path / "甲的副本", began)
    one.rename(tmp_path / "甲搬走了")
    inbox_claim.claim(inbox, tmp_path / "甲搬走了", began)
    assert inbox_claim.other_owner(inbox, two, None)
    (inbox / inbox_claim.FILE).write_text("{", encoding="utf-8")
    assert not inbox_claim.other_owner(inbox, two, None), "a damaged one binds nobody"
    (inbox / inbox_claim.FILE).unlink()
    inbox_claim.claim(inbox, two, None)


def test_on_another_computer_only_the_same_archive_is_the_same_workspace(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share seen from two computers: a workspace brought back from its backup goes on, a stranger does not begin."""
    began = LedgerPlace(2024, 1, Sha256("a" * 64))
    monkeypatch.setattr("platform.node", lambda: "柜台")
    inbox_claim.claim(tmp_path, root / "was", began)
    monkeypatch.setattr("platform.node", lambda: "新电脑")
    assert "柜台" in inbox_claim.other_owner(tmp_path, root, LedgerPlace(2024, 1, Sha256("b" * 64)))
    assert "柜台" in inbox_claim.other_owner(tmp_path, root, None)
    assert not inbox_claim.other_owner(tmp_path, root, began)
