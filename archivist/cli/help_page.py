"""Help and the parser's complaints in Chinese: what click says in English, in one table, and lines as wide as they look."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import click
from rich.cells import cell_len

from archivist.cli.tables import wrapped

_HELP: Final = (
    (r"Show this message and exit\.", "显示这一页。"),
    (r"Show the version and exit\.", "显示版本。"),
    (r"\[OPTIONS\]", "[选项]"),
    (r"COMMAND \[ARGS\]\.\.\.", "命令 …"),
    (r"\bTEXT\b", "文字"),
    (r"\bINTEGER RANGE\b|\bINTEGER\b", "整数"),
    (r"\bFLOAT RANGE\b|\bFLOAT\b", "数"),
    (r"\bDIRECTORY\b", "文件夹"),
    (r"\b(FILE|FILENAME|PATH)\b", "文件"),
    (r"\[default: (.*?)\]", r"[默认 \1]"),
    (r"\[required\]", "[必填]"),
    (r"\[(x?[0-9<>=x]+)\]", r"[\1]"),
)
"""What click writes into a help page → Chinese."""
_HEADINGS: Final = {"Options": "选项", "Commands": "命令", "Positional arguments": "要写的"}
_RANGE: Final = "不在范围内"
_COMPLAINTS: Final = (
    (r"'(.*)' is not a valid integer.*", r"“\1”不是整数"),
    (r"'(.*)' is not a valid float.*", r"“\1”不是数"),
    (r"'(.*)' is not a valid .*", r"“\1”不合要求"),
    (r"(.*) is not in the range (.*?)\.?", rf"\1 {_RANGE}（\2）"),
    (r"'(.*)' is not one of (.*?)\.?", r"没有“\1”；可用：\2"),
    (r"(?:File|Path|文件) '(.*)' does not exist\.", r"没有“\1”这个文件"),
    (r"Directory '(.*)' does not exist\.", r"没有“\1”这个文件夹"),
    (r"\w+ '(.*)' is a file\.", r"“\1”是文件，不是文件夹"),
    (r"\w+ '(.*)' is a directory\.", r"“\1”是文件夹，不是文件"),
    (r"\w+ '(.*)' is not readable\.", r"“\1”读不出来，没有权限"),
    (r"\w+ '(.*)' is not writable\.", r"“\1”写不进去，没有权限"),
    (r"Option '(.*)' requires an argument\.", r"\1 后面要有一个值"),
    (r"Option '(.*)' requires (\d+) arguments\.", r"\1 后面要有 \2 个值"),
    (r"Option '(.*)' does not take a value\.", r"\1 后面不跟值"),
    (r"Got unexpected extra arguments? \((.*)\)", r"多出了参数：\1"),
    (r"Argument '(.*)' takes (\d+) values\.", r"\1 要写 \2 个"),
    (r"Takes (\d+) values but .*", r"要写 \1 个值"),
    (r"Missing command\.", "缺少命令"),
)
"""What click objects to → the same in Chinese; what it quotes stays as it was typed."""

_KEEP_LINES: Final = re.compile(r"^(?:\\b|\x08) *\n", re.MULTILINE)


def complaint(error: click.ClickException) -> str:
    """Say in Chinese what the parser of the command line objects to."""
    match error:
        case click.MissingParameter():
            metavar = error.param.make_metavar(error.ctx) if error.param and error.ctx else ""
            return f"缺少 {_in_help(metavar) or error.param_hint or '参数'}"
        case click.NoSuchOption():
            near = f"；是不是 {'、'.join(error.possibilities)}？" if error.possibilities else ""
            return f"没有选项 {error.option_name}{near}"
        case click.BadParameter() if error.param and error.ctx:
            param = error.param
            name = param.opts[0] if isinstance(param, click.Option) else param.make_metavar(error.ctx)
            return f"{_in_help(name)}：{_translated(error.message)}"
        case click.exceptions.NoArgsIsHelpError():
            return "缺少命令"
    return _translated(error.message)


def _translated(message: str) -> str:
    for english, chinese in _COMPLAINTS:
        if found := re.fullmatch(english, message, re.DOTALL):
            return found.expand(chinese)
    return message


def _in_help(text: str) -> str:
    for english, chinese in _HELP:
        text = re.sub(english, chinese, text)
    return text


class ChineseHelp(click.HelpFormatter):
    """A help page whose Chinese lines are as wide as they look, in two columns that stand straight."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how the command is typed."""
        super().write_usage(prog, _in_help(args), prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        self.write(f"{'':>{self.current_indent}}{_HEADINGS.get(heading, heading)}：\n")

    def write_text(self, text: str) -> None:
        """Write a text; its lines stay lines, so the mark that tells click to leave them says nothing here."""
        indent = " " * self.current_indent
        text = _KEEP_LINES.sub("", text)
        for line in wrapped(text, max(self.width - self.current_indent, 20), cell_len).split("\n"):
            self.write(f"{indent}{line}\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write two columns; what is too long for the first has the second begin below it."""
        told = [(_in_help(first), _in_help(second)) for first, second in rows]
        wide = min(max((cell_len(first) for first, _ in told), default=0), col_max) + col_spacing
        indent = " " * self.current_indent
        for first, second in told:
            lines = wrapped(second, max(self.width - wide - self.current_indent, 20), cell_len).split("\n")
            if cell_len(first) > wide - col_spacing:
                self.write(f"{indent}{first}\n")
            else:
                self.write(f"{indent}{first}{' ' * (wide - cell_len(first))}{lines.pop(0)}".rstrip() + "\n")
            for line in filter(None, lines):
                self.write(f"{indent}{' ' * wide}{line}\n")
