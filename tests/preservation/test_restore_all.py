"""``restore --all``: what a backup has and is missing or damaged here comes back; what is sound stays, nothing is given up."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archivist.api import restoring
from archivist.errors import ArchiveError
from archivist.model.event import Op
from archivist.preservation import generations
from archivist.preservation.backup import back_up
from archivist.preservation.restore_all import restore_all
from archivist.preservation.verification import verify
from archivist.store import office_keys, pins
from archivist.store.access_log import Access
from archivist.workspace import Workspace
from tests.command_line import Office
from tests.kit import BY
from tests.preservation.test_restore import ONE, TWO, file, flip
from tests.preservation.test_restore import workspace as workspace

OWN = {
    "packs/own/rules.toml": 'title = "x"\n',
    "doc_templates/own_form.toml": 'id = "own_form"\n',
    "doc_templates/materials.toml": "[x]\n",
}


@pytest.fixture
def generation(workspace: Workspace, tmp_path: Path) -> Iterator[Path]:
    """A generation of an office that has something of every kind."""
    for place, text in OWN.items():
        (workspace.root / place).parent.mkdir(parents=True, exist_ok=True)
        (workspace.root / place).write_text(text, encoding="utf-8")
    pins.put(workspace.root, "林经办", "135790")
    workspace.archive.access.enter(Access(BY, "cli", "case show", frozenset({ONE})))
    (tmp_path / "盘").mkdir()
    yield back_up(workspace, BY, tmp_path / "盘").generation.folder


def files_of(root: Path) -> dict[str, bytes]:
    """Return what a backup keeps of a workspace, but what comes and goes and what a restoration itself writes."""
    tops = (
        "archive/cases",
        "archive/access",
        "archive/batches",
        "archive/review",
        "keys",
        "packs",
        "doc_templates",
    )
    paths = [p for top in tops for p in (root / top).rglob("*") if p.is_file()]
    paths += [root / "archivist.toml", root / "archive/FORMAT"]
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in paths if not p.name.startswith(".")}


def torn(path: Path) -> None:
    """Cut a file, and put behind it what is no text."""
    path.write_bytes(path.read_bytes()[:-3] + b"\xff[")


def emptied(path: Path) -> None:
    """Leave nothing in a file."""
    path.write_bytes(b"")


DAMAGE: dict[str, Callable[[Path], None]] = {"gone": Path.unlink, "emptied": emptied, "torn": torn}
FILES = ("archive/FORMAT", "archivist.toml", "packs/own/rules.toml", "doc_templates/own_form.toml", "doc_templates/materials.toml", "keys/pins.json")  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_all_that_stands_in_no_bag_comes_back_by_its_digest(
    workspace: Workspace, generation: Path, damage: str
) -> None:
    """「restore of the rest: archive/FORMAT, archivist.toml, packs/, doc_templates/, PINs and keys, from a backup, by digest」."""
    before = files_of(workspace.root)
    key = next(p for p in (workspace.root / office_keys.FOLDER).glob("*.key"))
    for place in (*FILES, key.relative_to(workspace.root).as_posix()):
        path = workspace.root / place
        path.chmod(0o600)
        DAMAGE[damage](path)
    workspace.close()
    planned = restoring.restore_settings(workspace.root, generation, dry_run=True)
    pins_too = () if damage == "gone" else ("keys/pins.json",)  # without PINs nobody is asked for one
    assert planned.restored == ("archivist.toml", *pins_too)
    first = restoring.restore_settings(workspace.root, generation)
    with Workspace.open(workspace.root) as fresh:
        looked = restoring.restore_everything(fresh, BY, generation, before=first.restored, dry_run=True)
        done = restoring.restore_everything(fresh, BY, generation, before=first.restored)
        assert (
            set(done.restored) == {*FILES, key.relative_to(workspace.root).as_posix()} == set(looked.restored)
        )
        assert (done.refused, done.differing, done.left) == ((), (), ())
        assert files_of(fresh.root) == before
        (event,) = fresh.archive.ledger_events(Op.RESTORED)
        assert set(event.data["restored"]) == set(done.restored)
        assert restoring.restore_everything(fresh, BY, generation).restored == (), "it is done once"


def test_what_is_sound_and_another_is_said_and_stays(workspace: Workspace, generation: Path) -> None:
    """「what differs soundly is listed, never overwritten」."""
    (workspace.root / "packs/own/rules.toml").write_text('title = "y"\n', encoding="utf-8")
    (workspace.root / "packs/own/new.toml").write_text("", encoding="utf-8")
    pins.put(workspace.root, "林经办", "246802")
    file(workspace, generation.parent.parent, 7)
    before = files_of(workspace.root)
    done = restore_all(workspace, BY, generation)
    assert [line.split("：")[0] for line in done.differing] == ["keys/pins.json", "packs/own/rules.toml"]
    assert done.restored == [] and files_of(workspace.root) == before


def test_cases_ledger_and_waiting_files_come_back_with_all(workspace: Workspace, generation: Path) -> None:
    """「everything a backup has that is missing or damaged here」, each bag by its chain."""
    before = files_of(workspace.root)
    shutil.rmtree(workspace.archive.folder(TWO))
    flip(next(workspace.archive.folder(ONE).glob("data/*/0001*")))
    (item,) = workspace.archive.tray.items()
    flip(item.file)
    flip(workspace.archive.ledger / "2024/events/000002.json")
    with Workspace.open(workspace.root) as fresh:
        done = restore_all(fresh, BY, generation)
        assert (done.refused, done.left) == ([], [])
        assert files_of(fresh.root) == before
        assert verify(fresh, BY).findings == ()


def test_nothing_is_given_up_with_all(workspace: Workspace, generation: Path, tmp_path: Path) -> None:
    """A case that has lost more than the backup has waits for two people; the rest comes back."""
    file(workspace, tmp_path, 7)
    shutil.rmtree(workspace.archive.folder(ONE))
    (workspace.root / "packs/own/rules.toml").unlink()
    with Workspace.open(workspace.root) as fresh:
        done = restore_all(fresh, BY, generation)
        assert [place for place, _ in done.refused] == [f"archive/cases/{ONE}"]
        assert done.restored == ["packs/own/rules.toml"]


def test_what_is_not_as_the_list_of_the_backup_says_is_not_put_back(
    workspace: Workspace, generation: Path
) -> None:
    """By digest: a file of the backup that somebody changed is none."""
    (workspace.root / "doc_templates/own_form.toml").unlink()
    there = generation / "doc_templates/own_form.toml"
    there.chmod(0o600)
    there.write_text('id = "forged"\n', encoding="utf-8")
    done = restore_all(workspace, BY, generation)
    assert done.restored == [] and "校验表" in done.differing[0]
    shutil.rmtree(generation / "anchor")
    (generation / generations.ABOUT).unlink()
    with pytest.raises(ArchiveError):
        restoring.restore_everything(workspace, BY, generation)


def test_who_cannot_be_asked_for_a_pin_that_is_damaged_may_bring_it_back(
    workspace: Workspace, generation: Path
) -> None:
    """A sibling of settings that are gone: as long as the PINs cannot be read, every act is refused, also this one."""
    workspace.close()
    settings = workspace.root / "archivist.toml"
    people = '\n[[people]]\nname = "王档案"\nroles = ["archivist"]\n[[people]]\nname = "钱受理"\nroles = ["intake"]\n'
    settings.write_text(settings.read_text(encoding="utf-8") + people, encoding="utf-8")
    torn(workspace.root / "keys/pins.json")
    words = ("--from", str(generation))
    who = {"ARCHIVIST_AS": "王档案", "ARCHIVIST_NOW": "2024-03-08T10:30:00+08:00"}
    office = Office(workspace.root, who)
    office.run("restore", "口令", *words)
    assert "林经办" in pins.read(workspace.root)
    (workspace.root / "packs/own/rules.toml").unlink()
    Office(workspace.root, {**who, "ARCHIVIST_AS": "钱受理"}).run("restore", "规则包", *words, check=54)
    assert not (workspace.root / "packs/own/rules.toml").exists()
    office.run("restore", "规则包", *words)


def test_a_workspace_without_settings_is_restored_by_the_command(
    workspace: Workspace, generation: Path
) -> None:
    """With a dry run and ``--json``, also where no workspace can be opened yet."""
    workspace.close()
    root = workspace.root
    (root / "archivist.toml").unlink()
    office = Office(root)
    words = ("restore", "--all", "--from", str(generation), "--workspace", str(root))
    planned = json.loads(office.run(*words, "--dry-run", "--json").stdout)
    assert planned["restored"] == ["archivist.toml"] and not (root / "archivist.toml").exists()
    done = json.loads(office.run(*words, "--json").stdout)
    assert done["restored"] == ["archivist.toml"] and done["schema"] == "archivist/restore-all/1"
    office.run("restore", "规则包", "--from", str(generation))
    office.run("restore", "--from", str(generation), check=2)
