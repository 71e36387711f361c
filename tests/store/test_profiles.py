"""New bags keep to the BagIt profile they name; any BagIt tool takes them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Final

import bagit
import pytest

from archivist.model.ids import CaseNo
from archivist.store import bag
from archivist.store.bag_contents import contents
from archivist.store.bag_profile import fields, profile_of
from tests.tamper.scene import Scene, make_scene

PROFILES: Final = Path(__file__).parent.parent.parent / "docs/profiles"
PLACES: Final = {
    "shehui-jiuzhu-huodang": "cases",
    "zongzhang": "ledger",
    "piliang-saomiao": "batches",
}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Households, a year of the ledger, a batch."""
    return make_scene(tmp_path_factory.mktemp("profiles"))


def contradictions(folder: Path) -> list[str]:
    """Return what in a bag is not as its profile says; any BagIt tool takes it besides."""
    assert bagit.Bag(str(folder)).is_valid()
    info = (folder / bag.INFO).read_bytes()
    profile = profile_of(info)
    assert profile is not None
    return list(profile.faults(info, contents(folder).files))


@pytest.mark.parametrize("name", PLACES)
def test_a_new_bag_keeps_to_the_profile_it_names(scene: Scene, name: str) -> None:
    """A new ``bag-info.txt`` adds ``BagIt-Profile-Identifier``, ``Archivist-Format: 2`` and passes."""
    profile = json.loads((PROFILES / f"{name}-1.0.json").read_text(encoding="utf-8"))
    folders = sorted((scene.archive / PLACES[name]).iterdir())
    for folder in folders:
        assert contradictions(folder) == []
        told = bagit.Bag(str(folder)).info["BagIt-Profile-Identifier"]
        assert told == profile["BagIt-Profile-Info"]["BagIt-Profile-Identifier"]


CASE_INFO: Final = bag.case_info(CaseNo.parse("TJHQ-DB-2024-000001"), "样例街道", dt.date(2024, 3, 4))
CASE_FILES: Final = (
    "bagit.txt", bag.INFO, bag.MANIFEST, bag.TAG_MANIFEST, "events/000001.json", "data/01/0001 件.pdf", "text/0001.txt",
)  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Archivist-Format: 2", "Archivist-Format: 9", "“9”，不在规定之内"),
        ("Bagging-Date: 2024-03-04\n", "", "缺 Bagging-Date"),
        ("Bagging-Date: 2024-03-04\n", "Bagging-Date:\n", "缺 Bagging-Date"),
        ("Bagging-Date", "Bagging-Date: 2024-03-04\nBagging-Date", "写了 2 次"),
        ("Archivist-Format", "X-Other: 1\nArchivist-Format", "X-Other 不是规范的项目"),
        ("一户一档 最低", "一户一档 最高", "不在规定之内"),
    ],
)
def test_what_bag_info_says_otherwise_is_found(old: str, new: str, said: str) -> None:
    """Every line the profile asks for, once, with a value it allows, and no other line."""
    profile = profile_of(CASE_INFO)
    assert profile and list(profile.faults(CASE_INFO, CASE_FILES)) == []
    (fault,) = profile.faults(CASE_INFO.replace(old.encode(), new.encode()), CASE_FILES)
    assert said in fault


@pytest.mark.parametrize(
    ("there", "lacking", "said"),
    [
        ("fetch.txt", "", "fetch.txt"),
        ("events/备忘.txt", "", "不是规范允许的标签文件"),
        ("", "events/000001.json", "缺 events/000001.json"),
        ("", bag.MANIFEST, f"缺 {bag.MANIFEST}"),
        ("", bag.TAG_MANIFEST, f"缺 {bag.TAG_MANIFEST}"),
    ],
)
def test_files_that_are_too_many_or_lacking_are_found(there: str, lacking: str, said: str) -> None:
    profile = profile_of(CASE_INFO)
    files = {*CASE_FILES, there} - {"", lacking}
    assert profile and any(said in fault for fault in profile.faults(CASE_INFO, files))


def test_a_bag_of_before_names_no_profile() -> None:
    """Old bags are not rewritten: 未检."""
    assert profile_of(b"External-Identifier: TJHQ-DB-2024-000001\n") is None
    assert profile_of(CASE_INFO.replace(b"huodang", b"unknown")) is None


def test_a_long_line_goes_on() -> None:
    assert fields(b"A: one\n  two\nB: 1\nB: 2\n") == {"A": ("one two",), "B": ("1", "2")}
