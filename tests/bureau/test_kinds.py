"""Two kinds of workspace, and no command of one in the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from archivist import settings_file
from archivist.api import cases
from archivist.cli.main import cli
from archivist.errors import WrongWorkspaceKind
from archivist.model.ids import Category
from archivist.model.permissions import MAY, Act, fits
from archivist.settings_file import WorkspaceKind
from archivist.workspace import Workspace
from tests.bureau.kit import RECEIVER, make_bureau
from tests.cli.test_json import leaves
from tests.command_line import Office, opened


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return opened(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Office:
    root = tmp_path_factory.mktemp("bureau")
    made = Office(root)
    made.run(
        "init",
        ".",
        "--kind",
        "bureau",
        "--pack",
        "tianjin-hongqiao",
        "--office",
        "红桥区民政局",
        "--code",
        "HQMZ",
    )
    return made


def test_init_makes_either(office: Office, bureau: Office) -> None:
    """``init --kind bureau``: its own settings, name as it is given, folders for what it receives; an office's has none."""
    with Workspace.open(bureau.root) as workspace:
        assert workspace.config.kind is WorkspaceKind.BUREAU
        assert workspace.config.office.name == workspace.config.office.bureau == "红桥区民政局"
    assert (bureau.root / "archive/received").is_dir() and (bureau.root / "archive/incoming").is_dir()
    assert not (office.root / "archive/received").exists()
    assert settings_file.kind(office.root) is WorkspaceKind.OFFICE
    assert "--scanner-group" in bureau.run(
        "init", "x", "--kind", "bureau", "--pack", "national", "--office", "某局", "--code", "AB", "--scanner-group", "root", check=2
    ).stderr  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        ["case", "open", "低保", "--name", "赵一"], ["case", "list"], ["due"], ["next"], ["check"], ["watch", "--once"],
        ["file", "王秀兰", "archivist.toml"], ["review", "list"], ["generate", "受理通知书", "王秀兰"], ["submit"], ["verify"], ["retention", "list"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_an_offices_command_is_refused_at_the_bureau(bureau: Office, words: list[str]) -> None:
    """Commands of an office refuse there, clearly: which, where, what to do."""
    found = bureau.json(*words, check=None)
    assert found["error"]["code"] == "E215" and "区（县）民政局的工作区" in found["error"]["message"]
    assert " ".join(words[:1]) in found["error"]["message"] and found["error"]["remedy"]


def test_the_bureaus_commands_are_refused_at_an_office(office: Office) -> None:
    """“and the reverse”."""
    for words in (["bureau", "list"], ["bureau", "verify"], ["bureau", "receive", "x.zip"]):
        found = office.json(*words, check=None)
        assert found["error"]["code"] == "E215" and "镇（街道）的工作区" in found["error"]["message"]


def test_what_both_do_works_at_the_bureau(bureau: Office) -> None:
    """Looking, and what keeps the house."""
    for words in (
        ["search", "王"],
        ["ledger"],
        ["people", "list"],
        ["bureau", "list"],
        ["reindex"],
        ["access", "list"],
        ["report"],
        ["report", "monthly_roster", "--dry-run"],
    ):
        bureau.run(*words)


def test_every_command_and_every_act_is_of_one_kind_or_both() -> None:
    """No command is of neither; the bureau's are its own."""
    for path in leaves(cli):
        words = " ".join(path)
        assert fits(words, bureau=True) or fits(words, bureau=False), words
        assert (path[0] == "bureau") <= (not fits(words, bureau=False)), words
    assert {a for a in MAY if not fits(a.value, bureau=False)} == {
        Act.RECEIVE, Act.VERIFY_RECEIVED, Act.DRAW_SAMPLE, Act.GIVE_FEEDBACK,
    }  # fmt: skip


def test_a_face_that_asks_api_is_refused_too(tmp_path: Path) -> None:
    """The gate stands before the act, whatever face asks."""
    with make_bureau(tmp_path) as workspace, pytest.raises(WrongWorkspaceKind):
        cases.open_case(workspace, RECEIVER, Category.DB, (), opened_on=RECEIVER.today)


@pytest.mark.parametrize("text", ['kind = "bureau"', 'pack = "national"\nkind = "bureau" # 局'])
def test_the_kind_is_known_without_reading_the_settings(tmp_path: Path, text: str) -> None:
    (tmp_path / "archivist.toml").write_text(f"\ufeff{text}\n", encoding="utf-8")
    assert settings_file.kind(tmp_path) is WorkspaceKind.BUREAU
    for other in (
        '# kind = "bureau"',
        '[office]\nkind = "bureau"',
        'kind = "bureau',
        "kind = 3",
        "kind = 'other'",
    ):
        (tmp_path / "archivist.toml").write_text(other, encoding="utf-8")
        assert settings_file.kind(tmp_path) is WorkspaceKind.OFFICE, other
