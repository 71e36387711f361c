"""A year of the ledger that was taken away is not begun anew: its numbers would be given again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from archivist.errors import IntegrityAlarm
from archivist.model.event import Op
from archivist.store import Archive
from tests.store.kit import STAMP, new_archive, open_wang

ACTS: list[Callable[[Archive], object]] = [
    lambda archive: archive.allocate("TJHQ-DB", 2024, STAMP),
    lambda archive: archive.allocate("文号 样", 2024, STAMP, 3),
    lambda archive: archive.note(Op.VERIFIED, {}, STAMP),
]


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("act", ACTS)
def test_numbers_are_not_given_again_after_the_ledger_was_removed(
    tmp_path: Path, act: Callable[[Archive], object]
) -> None:
    """“a number is never given twice”: the cases of the year tell that it had a ledger."""
    archive = new_archive(tmp_path)
    archive.allocate("TJHQ-DB", 2024, STAMP)
    open_wang(archive)
    away = tmp_path / "away"
    shutil.move(archive.ledger / "2024", away)
    before = files(archive.ledger)
    for opened in (archive, Archive(archive.root)):
        with pytest.raises(IntegrityAlarm, match="总账不在了"):
            act(opened)
        assert files(archive.ledger) == before
    shutil.move(away, archive.ledger / "2024")
    assert Archive(archive.root).allocate("TJHQ-DB", 2024, STAMP) == (2,)


def test_without_a_case_the_checkpoint_remembers_the_year(tmp_path: Path) -> None:
    """Numbers of the office's own documents name no case; a year without either was never begun, as far as anybody can say."""
    root, checkpoints = tmp_path / "archive", tmp_path / "checkpoints"
    archive = Archive(root, checkpoints=checkpoints)
    archive.create()
    archive.allocate("文号 样", 2024, STAMP)
    shutil.rmtree(archive.ledger / "2024")
    with pytest.raises(IntegrityAlarm, match="本机记得它"):
        Archive(root, checkpoints=checkpoints).allocate("文号 样", 2024, STAMP)
    assert Archive(root, checkpoints=checkpoints).allocate("文号 样", 2023, STAMP) == (1,)


def test_a_year_that_begins_is_opened(tmp_path: Path) -> None:
    """Cases of other years say nothing of this one."""
    archive = new_archive(tmp_path)
    archive.allocate("TJHQ-DB", 2024, STAMP)
    open_wang(archive)
    assert archive.allocate("TJHQ-DB", 2025, STAMP) == (1,)
