"""Questions put to a person, on the error stream: the one place, so that nothing they name can steer the terminal."""

from __future__ import annotations

import sys
from typing import Protocol

import click

from archivist.errors import UsageError
from archivist.printable import visible


class Speaker(Protocol):
    """What is asked of the session: who reads it, and that it can say something."""

    @property
    def json(self) -> bool:
        """Whether a program reads what is printed."""

    def say(self, text: str) -> None:
        """Print a line for a person."""


def confirmed(question: str) -> bool:
    """Ask for a yes; an empty answer is a no."""
    return click.confirm(visible(question), default=False, err=True)


def is_terminal() -> bool:
    """Tell whether somebody sits there."""
    return sys.stdin.isatty()


def can_ask(session: Speaker) -> bool:
    """Return whether a person can be asked: one sits there and no program reads what is printed."""
    return is_terminal() and not session.json


def refuse_unasked(session: Speaker, what: str, remedy: str = "") -> None:
    """Refuse what wants a yes where nobody can be asked for it.

    Raises:
        UsageError: E001, nobody can be asked; ``what`` says what stands there with nobody to say yes to it.
    """
    if not can_ask(session):
        remedy = remedy or "先看看的加 --dry-run，确定的加 --yes。没有写入任何内容。"
        raise UsageError(f"{what}，没有人确认", remedy=remedy)


def agreed(session: Speaker, question: str, otherwise: str) -> bool:
    """Ask whether to go on; after a no, say that nothing was done."""
    if confirmed(question):
        return True
    session.say(otherwise)
    return False


def answer_to(question: str, default: str = "") -> str:
    """Ask for a line; an empty one is the default.

    Raises:
        click.Abort: Ctrl-C, or there is nothing more to be read.
    """
    return str(click.prompt(visible(question), default=default, show_default=False, err=True))


def secret_for(question: str, again: str = "") -> str:
    """Ask for a line that is not shown while it is typed, and once more by the words of ``again``, if given."""
    return str(
        click.prompt(
            visible(question), hide_input=True, confirmation_prompt=visible(again) or False, err=True
        )
    )


def remark(text: str) -> None:
    """Say something between two questions."""
    click.echo(visible(text), err=True)
