"""The words of every command as data (``command_words.json``), so that a shell that asks at each Tab loads no command.

``written`` makes the data of the commands themselves (``tools/make_docs.py`` writes it, a test holds it current);
``command`` makes of it a command that does nothing but tell what may follow.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import click

from archivist.cli.completion import offer
from archivist.cli.family import Family, HelpedInChinese, OrMake
from archivist.cli.session import shared

FILE: Final = Path(__file__).with_suffix(".json")
_SHARED: Final = shared(click.Command("")).params[::-1]
"""The options every command takes, in the order in which its help lists them."""


# ── written ──────────────────────────────────────────────────────────────────────────────────────────────
def written(group: click.Group) -> str:
    """Return the data of all commands of a group, as it stands in the file."""
    context = click.Context(group)
    lines = (
        f"{json.dumps(name)}: {json.dumps(_plain(group, context, name), ensure_ascii=False, sort_keys=True)}"
        for name in sorted(group.list_commands(context))
    )
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _plain(group: click.Group, above: click.Context, name: str) -> dict[str, Any]:
    command = group.get_command(above, name)
    assert command is not None, name
    plain: dict[str, Any] = {"help": first_words(command), "hidden": command.hidden}
    plain["settings"] = command.context_settings
    plain["params"] = [
        _param(param) for param in command.params if param.name not in {one.name for one in _SHARED}
    ]
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name, parent=above)
        plain["commands"] = {one: _plain(command, context, one) for one in command.list_commands(context)}
        if isinstance(command, OrMake):
            plain["make"] = {"alone": command.alone}
    return {key: value for key, value in plain.items() if value}


def first_words(command: click.Command) -> str:
    """Return what a command does in its first words; click would cut them at a blank, of which Chinese has none."""
    return re.split("[。；]|\n\n", command.help or "", maxsplit=1)[0].replace("\n", "").strip()


def _param(param: click.Parameter) -> dict[str, Any]:
    plain: dict[str, Any] = {"name": param.name, "metavar": param.metavar, "many": param.nargs == -1}
    match param.type:
        case click.Choice():
            plain["choices"] = [str(choice) for choice in param.type.choices]
        case click.Path():
            plain["path"] = "folder" if not param.type.file_okay else "file"
    if isinstance(param, click.Option):
        plain |= {"opts": param.opts, "off": param.secondary_opts, "help": param.help}
        plain |= {"flag": param.is_flag, "multiple": param.multiple, "hidden": param.hidden}
    return {key: value for key, value in plain.items() if value}


# ── read ─────────────────────────────────────────────────────────────────────────────────────────────────
@cache
def words() -> Mapping[str, Any]:
    """Return the data of all commands."""
    plain: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return plain


def command(name: str) -> click.Command:
    """Return a command that tells what may follow and does nothing; one that is in no data yet tells nothing."""
    return _command(name, words().get(name, {}))


def _command(name: str, plain: Mapping[str, Any]) -> click.Command:
    known: dict[str, Any] = {
        "name": name,
        "params": [_made(param) for param in plain.get("params", ())],
        "short_help": plain.get("help"),
        "hidden": plain.get("hidden", False),
        "context_settings": plain.get("settings", {}),
    }
    if "commands" in plain:
        below = {one: _command(one, data) for one, data in plain["commands"].items()}
        if "make" in plain:
            return OrMake(commands=below, alone=plain["make"].get("alone", False), **known)
        return Family(commands=below, **known)
    known["params"] += _SHARED
    made = HelpedInChinese(**known)
    offer(made)
    return made


def _made(plain: Mapping[str, Any]) -> click.Parameter:
    kind, metavar = _type(plain), plain.get("metavar")
    if "opts" not in plain:
        nargs = -1 if plain.get("many") else 1
        return click.Argument([plain["name"]], type=kind, nargs=nargs, required=False, metavar=metavar)
    known: dict[str, Any] = {"help": plain.get("help"), "hidden": plain.get("hidden", False)}
    if plain.get("flag"):
        first, *others = plain["opts"]
        return click.Option(
            [plain["name"], "/".join((first, *plain.get("off", ()))), *others], is_flag=True, **known
        )
    many = plain.get("multiple", False)
    return click.Option([plain["name"], *plain["opts"]], type=kind, multiple=many, metavar=metavar, **known)


def _type(plain: Mapping[str, Any]) -> click.ParamType[Any]:
    if "choices" in plain:
        return click.Choice(plain["choices"])
    if "path" in plain:
        return click.Path(file_okay=plain["path"] == "file")
    return click.STRING
