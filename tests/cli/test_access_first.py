"""「if the entry cannot be written nothing personal is shown」, nor written: each command of the tree, with a log that takes nothing."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from unittest import mock

import pytest

from archivist.cli.main import COMMANDS
from archivist.model.ids import CASE_NO_IN_TEXT
from tests.cli import test_json
from tests.cli.test_json import RUNS
from tests.command_line import Office, opened
from tests.people import WANG
from tests.sampling import sample

KEPT = ("cases", "ledger", "batches", "review", "inbox", ".work", "alarms", "moves", "runs", "changed", "received", "incoming", ".lock", "access")  # fmt: skip
"""What the archive guards itself; whatever else a command writes is out of its keeping."""
OF_THE_PROGRAM = ("index", "keys", "archivist.toml", "packs", "doc_templates", "searches")
SECRETS = (WANG["applicant"]["name"], WANG["applicant"]["id_number"], WANG["applicant"]["address"])
SHARE = 1 / 3
EVER = (("import-scans",), ("generate",), ("report",), ("case", "export"), ("export",), ("backup", "make"), ("submit", "make"), ("review", "return"), ("bureau", "feedback"))  # fmt: skip
"""Commands that write out, which no sample leaves out."""

OF_NOBODY = (("init",), ("import",), ("case", "sheet"), ("templates", "build"), ("templates", "copy"))
"""Commands that write what no household is in."""


def outside(root: Path) -> dict[str, str]:
    """Return every file beside what the archive guards, with its digest."""
    found = {}
    for top in (root, root.with_name(f"{root.name} 盘")):
        for path in top.rglob("*") if top.is_dir() else ():
            parts = path.relative_to(top).parts
            own = parts[0] in OF_THE_PROGRAM or (
                parts[0] in ("archive", "局") and len(parts) > 1 and _kept(parts)
            )
            if path.is_file() and not own and not path.name.startswith("."):
                found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _kept(parts: tuple[str, ...]) -> bool:
    if parts[0] == "局":
        return parts[1] in OF_THE_PROGRAM or (parts[1] == "archive" and len(parts) > 2 and parts[2] in KEPT)
    return parts[1] in KEPT


def shut(root: Path) -> None:
    """Let no entry of the access log be written, whoever the program runs as."""
    for archive in (root / "archive", root / "局/archive"):
        if archive.is_dir():
            shutil.rmtree(archive / "access", ignore_errors=True)
            (archive / "access").write_text("", encoding="utf-8")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    (tmp_path / "office").mkdir()
    made = opened(tmp_path / "office")
    (made.root / "诊断.txt").write_text("门诊诊断证明", encoding="utf-8")
    (made.root / "回证.txt").write_text("送达回证", encoding="utf-8")
    return made


def test_nothing_is_shown_or_written_out_before_it_is_on_record(office: Office, tmp_path: Path) -> None:
    """「every command that shows or writes personal data outside archive/」: no file appears, no name is printed."""
    runs = [(path, words) for path, several in RUNS.items() if path[0] in COMMANDS for _, _, words in several]
    chosen = sample(range(len(runs)), SHARE, "unlogged")
    said_nothing = 0
    for n, (path, words) in enumerate(runs):
        with mock.patch.object(office, "answers", "x1\n"):
            test_json.prepare(office, path)
            try:
                said = [test_json.filled(office, word) for word in words]
            except (IndexError, StopIteration):  # an earlier command of the table is not taken as there
                continue
            if path not in OF_NOBODY and (n in chosen or path in EVER):
                said_nothing += tried(office, tmp_path / "shut", path, said)
            with mock.patch("click.launch", return_value=0):
                office.run(*path, *said, check=None)
    assert said_nothing, "every command was let through"


def tried(office: Office, root: Path, path: tuple[str, ...], said: list[str]) -> bool:
    """Run a command in a copy of the office whose log takes nothing; tell whether it was refused for that."""
    disk = office.root.with_name(f"{office.root.name} 盘")
    for source, target in ((office.root, root), (disk, root.with_name(f"{root.name} 盘"))):
        shutil.rmtree(target, ignore_errors=True)
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True)
    shut(root)
    before = outside(root)
    words = [word.replace(str(office.root), str(root)) for word in said]
    with mock.patch("archivist.cli.viewer.opened", side_effect=AssertionError("a file was opened")):
        done = Office(root, answers="x1\n").run(*path, *words, check=None)
    what = f"archivist {' '.join((*path, *words))}\n{done.stdout}{done.stderr}"
    assert outside(root) == before, what
    typed = " ".join(words)
    assert not CASE_NO_IN_TEXT.search(done.stdout), what
    assert not [secret for secret in SECRETS if secret in done.stdout and secret not in typed], what
    return "E213" in done.stderr
