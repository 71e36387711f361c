"""The generated pages are current; every error and command is documented."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import archivist.cluster_errors
import archivist.disposal_errors
import archivist.reader_errors  # noqa: F401 (their errors are in the tree once they are loaded)
from archivist.cli import command_words
from archivist.cli.main import COMMANDS, cli
from archivist.errors import ArchivistError, all_errors
from tools import pack_columns
from tools.make_docs import generated

ROOT = Path(__file__).resolve().parent.parent


def test_generated_pages_are_current() -> None:
    pages = generated()
    for name, text in pages.items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, f"run make docs: {name}"
    schemas = {f"json/{p.name}" for p in (ROOT / "docs/json").iterdir()}
    assert schemas == {name for name in pages if name.startswith("json/")}, "run make docs"


def test_what_a_shell_completes_is_what_the_commands_say() -> None:
    """``tools/make_docs.py`` writes it, a test holds it current."""
    assert command_words.FILE.read_text(encoding="utf-8") == command_words.written(cli), "run make docs"


def test_every_column_of_a_rule_pack_is_explained() -> None:
    """“an office can write its own pack with documentation alone”."""
    assert pack_columns.undescribed() == []


def test_every_place_a_page_names_is_there() -> None:
    for page in (ROOT / "README.md", ROOT / "HACKING.md", *(ROOT / "docs").glob("*.md")):
        for place in re.findall(
            r"`((?:archivist|tests|tools|docs|benchmarks)/[\w./-]+)`", page.read_text(encoding="utf-8")
        ):
            schema = re.fullmatch(r"archivist/[\w-]+/\d+", place)
            assert schema or (ROOT / place).exists(), f"{page.name}: {place}"


def test_the_quick_start_works_as_written(tmp_path: Path) -> None:
    """Every line of the README's quick start, in an empty folder."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = readme.split("## 快速上手")[1].split("```sh")[1].split("```")[0]
    program = f"{sys.executable} -m archivist"
    script = "set -e\narchivist() { " + program + ' "$@"; }\n' + block
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "已制发 社会救助申请书" in done.stdout
    assert "草稿" in done.stdout and "已制发 受理通知书" not in done.stdout


def test_every_error_owns_a_code_a_status_in_range_and_a_remedy() -> None:
    ranges = {
        "0": {2},
        "1": range(10, 20),
        "2": range(20, 30),
        "3": range(30, 40),
        "4": range(40, 50),
        "5": range(50, 60),
        "6": range(60, 70),
        "7": {70},
    }
    found = list(all_errors())
    assert len({e.code for e in found}) == len(found)
    for error in found:
        assert re.fullmatch(r"E\d{3}", error.code)
        # A fork and a strange receipt are alarms, as verify tells them: 22.
        assert error.exit_status in (
            *ranges[error.code[1]],
            *([22] if error.code in ("E610", "E611") else ()),
        ), error
        assert error.remedy and error.title


def test_an_error_tells_what_which_file_and_what_to_do() -> None:
    error = ArchivistError("坏了", file="a.pdf", problems=["一", "二"])
    assert str(error) == "a.pdf：坏了\n  · 一\n  · 二"
    assert error.as_json()["problems"] == ["一", "二"]


def test_every_command_stands_in_the_clerks_guide() -> None:
    guide = (ROOT / "docs/clerk-guide.md").read_text(encoding="utf-8")
    for command in COMMANDS:
        assert f"archivist {command}" in guide, command


def test_every_dependency_has_its_reason() -> None:
    listed = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    names = re.findall(r'^  "([A-Za-z0-9_-]+)[><=]', project, flags=re.M)
    assert len(names) > 20
    for name in names:
        assert f"`{name}`" in listed, name


def test_nothing_committed_names_a_machine_or_a_registry() -> None:
    words = re.compile(
        "|".join(["/".join(["", "work", "main"]), "py" + "pi.org", "python" + "hosted", "deb." + "debian"])
    )
    made = {"dist", "build", "site", "demo"}  # here, by `make`, and committed nowhere
    for path in ROOT.rglob("*"):
        first = path.relative_to(ROOT).parts[0]
        if (
            path.suffix in {".py", ".md", ".toml", ".sh", ".txt"}
            and first not in made
            and (first == ".ci" or not first.startswith("."))
            and path.is_file()
        ):
            assert not words.search(path.read_text(encoding="utf-8", errors="replace")), path
