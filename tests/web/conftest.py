"""One office with its people and one household, made once; every test works on a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import Office, opened
from tests.web.browser import Page, staffed

LETTERS = 3


@pytest.fixture(scope="session")
def staffed_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office as it was made, with letters in its tray that give a name alone; nobody works in it."""
    office = opened(tmp_path_factory.mktemp("office"))
    for n in range(LETTERS):
        text = f"情况说明\n本人王秀兰，家住样例里，今年收成不好，第 {n} 封\n"
        (office.root / "archive/inbox" / f"来信{n:02d}.txt").write_text(text, encoding="utf-8")
    office.run("watch", "--once", check=1)
    return staffed(office.root)


@pytest.fixture
def page(staffed_office: Path, tmp_path: Path) -> Iterator[Page]:
    """The page of an office with the file of 王秀兰 opened on 4 March 2024, four days ago."""
    shutil.copytree(staffed_office, tmp_path / "office")
    made = Page(tmp_path / "office")
    yield made
    made.close()


@pytest.fixture
def office_without_people(tmp_path: Path) -> Office:
    """An office whose settings register nobody."""
    (tmp_path / "nobody").mkdir()
    return opened(tmp_path / "nobody")
