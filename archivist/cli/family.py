"""A family of commands: known by Chinese names too, helpful about a word it does not know, with help in Chinese."""

from __future__ import annotations

from typing import Any

import click

from archivist.cli.chinese_names import Words, named, names_below
from archivist.near_words import did_you_mean


class Context(click.Context):
    """A command being read: its help is in Chinese and ends in examples."""

    def make_formatter(self) -> click.HelpFormatter:
        """Return what lays out the help."""
        from archivist.cli.help_page import ChineseHelp

        return ChineseHelp(width=self.terminal_width, max_width=self.max_content_width)

    def get_help(self) -> str:
        """Return the help, with real examples at its end."""
        from archivist.cli.examples import of

        lines = of(path_of(self))
        ending = "".join(f"\n  {line}" for line in lines)
        return super().get_help() + (f"\n\n例：{ending}" if lines else "")


class HelpedInChinese(click.Command):
    """A command whose option for help says in Chinese what it does, where a shell lists it too."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option that shows the help."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示这一页。"
        return option


class Family(HelpedInChinese, click.Group):
    """Commands that belong together."""

    context_class = Context

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its own name."""
        command = super().get_command(ctx, cmd_name)
        return command if command is None else as_ours(command)

    def knows(self, ctx: click.Context, word: str) -> bool:
        """Tell whether a word is a command here, by its own name or a Chinese one."""
        return word in self.list_commands(ctx) or bool(named(path_of(ctx), word))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant; whoever asks for it by a Chinese name is on record with its own."""
        meant = named(path_of(ctx), args[0])
        if meant:
            args = [*meant, *args[1:]]
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            word = error.command_name
            near = did_you_mean(word, [*self.list_commands(ctx), *names_below(path_of(ctx))])
            raise click.UsageError(f"没有命令 {word}{near}", ctx) from error


class OrMake(Family):
    """A family that makes something where its first word is none of its commands: a folder, an option.

    Attributes:
        alone: whether it makes something where nothing follows its name at all; else its help is shown.
    """

    def __init__(self, *args: Any, alone: bool = False, **attrs: Any) -> None:
        super().__init__(*args, **attrs)
        self.alone = alone

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the name of the command that was meant before what is no command."""
        if not args and not self.alone:
            return super().parse_args(ctx, args)
        if not any(self.knows(ctx, word) or word in {"--help", "-h"} for word in args[:1]):
            args = ["make", *args]
        return super().parse_args(ctx, args)


def as_ours(command: click.Command) -> click.Command:
    """Return a command with its help in Chinese."""
    command.context_class = Context
    return command


def path_of(ctx: click.Context) -> Words:
    """Return the words of a command after the program's name."""
    words: list[str] = []
    at: click.Context | None = ctx
    while at is not None and at.parent is not None:
        words.insert(0, at.info_name or "")
        at = at.parent
    return tuple(words)
