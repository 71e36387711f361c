"""«Completion of 户号, names, document types for bash, zsh, fish, PowerShell, nothing heavy loaded»; who is offered a name is on record."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import click
import pytest

from archivist.cli import command_words
from archivist.cli.completion import SHELLS
from archivist.cli.main import cli
from tests import access_log
from tests.command_line import Office
from tests.people import make_id

HEAVY = {"cv2", "numpy", "onnxruntime", "rapidocr", "pypdfium2", "PIL", "docx", "docxtpl", "lxml", "jinja2", "watchdog", "openpyxl", "rich", "pypdf"}  # fmt: skip

LIGHT = ("archivist cas", "archivist case show 王", "archivist case show 王秀")
UNASKED = {"archivist.cli.cases", "archivist.cli.steps", "archivist.config", "archivist.store.archive", "archivist.search.index", "archivist.model.event", "archivist.rules.pack"}  # fmt: skip
"""What neither a command's word nor a household's needs."""


def offered(office: Office, line: str, shell: str = "zsh") -> list[str]:
    """Return what the shell is offered for a line that ends in the word that was begun."""
    return _answer(office, line, shell).split("\n")[1::3]


def _answer(office: Office, line: str, shell: str = "zsh") -> str:
    """Return what the shell is told."""
    words = line.split(" ")
    asked = {
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "_ARCHIVIST_COMPLETE": f"{shell}_complete",
    }
    with mock.patch.object(office, "settings", office.settings | asked):
        code = (
            "import sys, json\nfrom archivist.cli.main import main\n"
            "try: main([])\nexcept SystemExit: pass\n"
            "sys.stderr.write(json.dumps(sorted(sys.modules)))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=office.root, env=office.environment, capture_output=True, text=True, check=True
        )  # fmt: skip
    loaded = json.loads(done.stderr)
    assert not {name.split(".")[0] for name in loaded} & HEAVY
    if line in LIGHT:
        assert not set(loaded) & UNASKED
    return done.stdout


def test_households_types_steps_and_commands_are_completed(office: Office) -> None:
    office.run(
        "case", "open", "特困", "--name", "王秀梅", "--id", make_id("19700101", "015"), "--on", "2024-03-04"
    )
    assert offered(office, "archivist case show 王") == ["王秀兰", "王秀梅"]
    assert offered(office, "archivist 查看 tjhq-tk") == ["TJHQ-TK-2024-000001"]
    assert offered(office, "archivist due --case 王秀梅") == ["王秀梅"]
    assert "受理通知书" in offered(office, "archivist 制发 受")
    assert "身份证或其他身份证明材料" in offered(office, "archivist file 王秀兰 x.pdf --type 身份")
    assert "受理" in offered(office, "archivist case step 王秀兰 受")
    assert offered(office, "archivist 立户 D") == ["DB", "DX"]
    assert offered(office, "archivist case list --state 公") == ["公示中"]
    assert offered(office, "archivist cas") == ["case"]
    assert offered(office, "archivist case record re") == ["replace", "retype"]
    assert offered(office, "archivist backup li") == ["list"]
    assert offered(office, "archivist backup E:\\bags --dry") == ["--dry-run"]
    assert offered(office, "archivist case open 低保 --on 2024-03-04 --na") == ["--name"]
    assert offered(office, "archivist --json 期限 --over") == ["--overdue"]


def _shown(command: click.Command, above: click.Context | None, name: str) -> tuple[click.Context, object]:
    """Return everything of a command that can be seen at Tab."""
    context = click.Context(command, parent=above, info_name=name, **command.context_settings)
    group = command if isinstance(command, click.Group) else None
    below = {one: group.get_command(context, one) for one in group.list_commands(context)} if group else {}
    words = [
        (one.value, _first(below.get(one.value)) or one.help)
        for begun in ("", "-")
        for one in command.shell_complete(context, begun)
        if one.value not in {"-h", "--help"}
    ]
    params = [
        (
            param.name, param.param_type_name, param.opts, param.secondary_opts, param.nargs, param.multiple,
            param.metavar if param.param_type_name == "argument" else "",
            [one.value for one in param.type.shell_complete(context, param, "")] if isinstance(param.type, click.Choice) else "",
            [one.type for one in param.type.shell_complete(context, param, "")] if isinstance(param.type, click.Path) else "",
        )
        for param in command.params
    ]  # fmt: skip
    settings = (context.ignore_unknown_options, context.allow_extra_args, context.allow_interspersed_args)
    return context, (words, params, settings, _first(command))


def _first(command: click.Command | None) -> str:
    return "" if command is None else command.short_help or command_words.first_words(command)


def _alike(
    real: click.Command, told: click.Command, above: tuple[click.Context, click.Context], name: str
) -> int:
    (context, is_), (other, said) = _shown(real, above[0], name), _shown(told, above[1], name)
    assert is_ == said, context.command_path
    if not isinstance(real, click.Group):
        return 1
    assert isinstance(told, click.Group)
    below = 0
    for one in real.list_commands(context):
        here, there = real.get_command(context, one), told.get_command(other, one)
        assert here is not None and there is not None, one
        below += _alike(here, there, (context, other), one)
    return below


def test_the_words_of_every_command_are_those_it_has() -> None:
    """A shell is told by data what it would be told by the command itself: every option, flag, choice, folder and file."""
    top = click.Context(cli, info_name="archivist", **cli.context_settings)
    counted = 0
    for name in cli.list_commands(top):
        real = cli.get_command(top, name)
        assert real is not None
        counted += _alike(real, command_words.command(name), (top, top), name)
    assert counted > 100


def test_what_a_command_does_is_told_whole() -> None:
    """What a shell shows beside a command is its first words, never cut: of some only three dots were left."""

    def told(commands: dict[str, Any]) -> Iterator[str]:
        for one in commands.values():
            yield one["help"]
            yield from told(one.get("commands", {}))

    said = [*told(json.loads(command_words.FILE.read_text(encoding="utf-8")))]
    assert len(said) > 80
    assert all(len(words) >= 2 and not words.endswith("...") for words in said), said


def test_the_shell_lists_no_english(office: Office) -> None:
    """«every --help in Chinese (click's own words too)»: what a shell shows beside an option as well."""
    for line in ("archivist --", "archivist case --", "archivist case show --", "archivist backup --"):
        about = _answer(office, line).split("\n")[2::3]
        assert about and not [one for one in about if one.isascii()], line


def test_a_command_that_is_in_no_data_yet_tells_nothing_and_fails_nowhere() -> None:
    made = command_words.command("nonesuch")
    assert made.shell_complete(click.Context(made), "--js")[0].value == "--json"


def test_a_name_of_two_households_is_completed_by_their_numbers(office: Office) -> None:
    """A word that names two households would be refused."""
    office.run(
        "case", "open", "特困", "--name", "王秀兰", "--id", make_id("19700101", "015"), "--on", "2024-03-04"
    )
    assert offered(office, "archivist next 王") == ["TJHQ-DB-2024-000001", "TJHQ-TK-2024-000001"]


def test_who_is_offered_a_name_is_on_record(office: Office) -> None:
    """«who … was shown in answers which households»: at Tab too; with nothing begun nobody is offered."""
    before = len(list(access_log.entries(office.root)))
    assert offered(office, "archivist case show ") == [""] or offered(office, "archivist case show ") == []
    assert len(list(access_log.entries(office.root))) == before
    assert offered(office, "archivist case show 王") == ["王秀兰"]
    last = list(access_log.entries(office.root))[-1]
    assert last["act"] == "completion" and "TJHQ-DB-2024-000001" in str(last["households"])


def test_where_it_cannot_be_put_on_record_nobody_is_offered(office: Office) -> None:
    log = office.root / "archive/access"
    shutil.rmtree(log, ignore_errors=True)
    log.write_bytes(b"")
    assert "王秀兰" not in offered(office, "archivist case show 王")


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_its_script(office: Office, shell: str) -> None:
    found = office.json("completion", shell)
    assert "_ARCHIVIST_COMPLETE" in found["script"] and f"completion {shell}" in found["install"]
    assert found["script"] in office.run("completion", shell).stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_bash_completes_a_name(office: Office) -> None:
    """The script is run by a real shell, the program by its console script."""
    script = office.run("completion", "bash").stdout
    typed = 'COMP_WORDS=(archivist case show 王); COMP_CWORD=3; _archivist_completion archivist; echo "${COMPREPLY[@]}"'
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", f"{script}\n{typed}"], cwd=office.root, env={**office.environment, "PATH": path}, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert "王秀兰" in done.stdout, done.stderr
