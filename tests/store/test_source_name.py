"""The clerk's name of a file stands beside the chain, not in it, and can be taken away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.model.event import Op
from archivist.model.ids import RecordNo
from archivist.store import Archive, Draft, Original, source_name
from archivist.store.bag_fixity import check_bag
from tests.store.kit import NUMBER, STAMP, add_file, new_archive, open_wang

NAME = "赵钱孙 扫描.pdf"
FIRST = RecordNo("0001")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    made = new_archive(tmp_path)
    open_wang(made)
    return made


def source_of(archive: Archive, record: RecordNo) -> dict[str, object]:
    return dict(archive.read(NUMBER).records[record].source)


def take_away(archive: Archive, *paths: str) -> None:
    """Let an event remove files; any event can."""
    facts = {"applicant": {"name": "王秀兰"}}
    archive.commit(NUMBER, lambda _: Draft(Op.FACTS_CHANGED, {"facts": facts}, removed=paths), STAMP)


def test_the_name_stands_beside_the_chain(archive: Archive, tmp_path: Path) -> None:
    """The chain has sha256(salt + name), the name stands in ``text/NNNN.src``, a tag file of the bag."""
    add_file(archive, tmp_path, NAME, b"x")
    source = source_of(archive, FIRST)
    assert "name" not in source and len(str(source["name_sha256"])) == 64
    folder = archive.folder(NUMBER)
    assert not [p for p in (folder / "events").iterdir() if "赵钱孙" in p.read_text(encoding="utf-8")]
    kept = json.loads((folder / "text/0001.src").read_bytes())
    assert (kept["name"], len(kept["salt"])) == (NAME, 32)
    assert archive.source_name(NUMBER, archive.read(NUMBER).records[FIRST]) == NAME
    assert "text/0001.src" in (folder / "tagmanifest-sha256.txt").read_text(encoding="utf-8")
    assert "src" not in (folder / "manifest-sha256.txt").read_text(encoding="utf-8")
    assert check_bag(folder).findings == ()


def test_two_files_of_one_name_have_two_digests(archive: Archive, tmp_path: Path) -> None:
    """Each has a salt of its own, so that a digest confirms no guess."""
    for content in (b"x", b"y"):
        add_file(archive, tmp_path, NAME, content)
    one, two = (source_of(archive, RecordNo(no))["name_sha256"] for no in ("0001", "0002"))
    assert one != two


def test_a_name_taken_away_is_gone_and_the_bag_is_whole(archive: Archive, tmp_path: Path) -> None:
    """It is removable by a later event: no name stays for ever, the rest of the source does."""
    add_file(archive, tmp_path, NAME, b"x")
    take_away(archive, "text/0001.src")
    record = archive.read(NUMBER).records[FIRST]
    assert archive.source_name(NUMBER, record) == "" and record.source_sha256
    assert check_bag(archive.folder(NUMBER)).findings == ()
    assert not [
        p for p in archive.folder(NUMBER).rglob("*") if p.is_file() and NAME.encode() in p.read_bytes()
    ]


def test_a_file_is_known_with_its_name_and_without(archive: Archive, tmp_path: Path) -> None:
    """This very file: size, mtime, inode, digest; and the name where it is known."""
    original = add_file(archive, tmp_path, NAME, b"x", lock=False)
    renamed = Original.of(original.path.rename(tmp_path / "另名.pdf"), "另名.pdf")
    source = source_of(archive, FIRST)
    known = archive.source(NUMBER, FIRST, source)
    assert original.is_source(known) and not renamed.is_source(known)
    take_away(archive, "text/0001.src")
    unnamed = archive.source(NUMBER, FIRST, source)
    assert original.is_source(unnamed) and renamed.is_source(unnamed)
    original.path.unlink(missing_ok=True)
    (tmp_path / "另名.pdf").write_bytes(b"y")
    assert not Original.of(tmp_path / "另名.pdf", NAME).is_source(unnamed)
    assert not original.is_source(None)


def test_a_name_that_was_changed_by_hand_is_not_believed(archive: Archive, tmp_path: Path) -> None:
    """What is not the name that was digested is shown to nobody; the check finds the changed file."""
    add_file(archive, tmp_path, NAME, b"x")
    path = archive.folder(NUMBER) / "text/0001.src"
    for content in ('{"name": "李四.pdf", "salt": "00"}', '{"name": 1}', "[]", "", "\ufffe"):
        path.write_text(content, encoding="utf-8")
        assert archive.source_name(NUMBER, archive.read(NUMBER).records[FIRST]) == ""
    assert [f.file for f in check_bag(archive.folder(NUMBER)).findings] == ["text/0001.src"]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_name_comes_back(name: str) -> None:
    """A name is any text there is."""
    content, digest = source_name.seal(name)
    kept = json.loads(content)
    assert kept["name"] == name
    assert source_name.seal(name)[1] != digest
