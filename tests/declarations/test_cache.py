"""What is kept of tables that were read: never trusted blindly, and no loss when it goes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archivist.declarations import cache
from archivist.declarations.cache import CheckedTables

TABLES = {"title": "某表", "rows": [{"a": 1}]}


def kept(path: Path) -> CheckedTables:
    tables = CheckedTables(path)
    tables.put("x", "mark 1", TABLES)
    tables.save()
    return CheckedTables(path)


def test_what_was_kept_is_given_back_under_the_same_mark_only(tmp_path: Path) -> None:
    path = tmp_path / "index" / "kept.json"
    assert kept(path).get("x", "mark 1") == TABLES
    assert kept(path).get("x", "mark 2") is None, "stale"
    assert kept(path).get("y", "mark 1") is None


def test_every_damage_is_noticed(tmp_path: Path) -> None:
    """A cache: damaged or stale, it is rebuilt silently."""
    path = tmp_path / "kept.json"
    kept(path)
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert CheckedTables(path).get("x", "mark 1") is None, place
    for part in (b"", whole[:-1], whole.partition(b"\n")[2], json.dumps({"x": ["mark 1", TABLES]}).encode()):
        path.write_bytes(part)
        assert CheckedTables(path).get("x", "mark 1") is None
    assert kept(path).get("x", "mark 1") == TABLES


def test_a_process_remembers_for_all_who_read_the_same(tmp_path: Path) -> None:
    """What one workspace has read, the next need not; under another mark it is another thing, and nobody changes it for others."""
    memory: cache.Memory = {}
    CheckedTables(tmp_path / "one.json", memory).put("x", [1, 2], TABLES)
    first = CheckedTables(None, memory).get("x", [1, 2])
    assert first == TABLES
    first["rows"].clear()
    told = CheckedTables(tmp_path / "two.json", memory)
    assert told.get("x", [1, 2]) == TABLES
    assert CheckedTables(None, memory).get("x", [1, 3]) is None
    assert CheckedTables(None, memory).get("y", [1, 2]) is None
    assert CheckedTables(tmp_path / "two.json").get("x", [1, 2]) is None, "not saved yet"
    told.save()
    assert CheckedTables(tmp_path / "two.json").get("x", [1, 2]) == TABLES


def test_a_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "REMEMBERED", 3)
    memory: cache.Memory = {}
    for name in "abcde":
        CheckedTables(None, memory).put(name, 1, TABLES)
    assert [name for name in "abcde" if CheckedTables(None, memory).get(name, 1)] == ["c", "d", "e"]


def test_another_release_reads_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept.json"
    kept(path)
    monkeypatch.setattr(cache, "FORMAT", "archivist 99.0 tables 1")
    assert CheckedTables(path).get("x", "mark 1") is None


def test_what_is_no_longer_asked_for_goes(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    tables = kept(path)
    tables.put("y", 1, "checked")
    tables.save()
    assert CheckedTables(path).get("x", "mark 1") is None
    assert CheckedTables(path).get("y", 1) == "checked"


def test_a_disk_that_refuses_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file where the folder should be", encoding="utf-8")
    tables = CheckedTables(tmp_path / "index" / "kept.json")
    tables.put("x", 1, TABLES)
    tables.save()
    assert tables.get("y", 1) is None
