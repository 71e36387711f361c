"""A family of commands: known by Chinese names too, helpful about a word it does not know, with help in Chinese."""

from __future__ import annotations

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


class Family(click.Group):
    """Commands that belong together."""

    context_class = Context

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its own name."""
        command = super().get_command(ctx, cmd_name)
        return command if command is None else as_ours(ctx, command)

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


def as_ours(ctx: click.Context, command: click.Command) -> click.Command:
    """Return a command with its help in Chinese; where a shell asks what may follow, with what completes its words."""
    command.context_class = Context
    if ctx.resilient_parsing:
        from archivist.cli.completion import offer

        offer(command)
    return command


def path_of(ctx: click.Context) -> Words:
    """Return the words of a command after the program's name."""
    words: list[str] = []
    at: click.Context | None = ctx
    while at is not None and at.parent is not None:
        words.insert(0, at.info_name or "")
        at = at.parent
    return tuple(words)
