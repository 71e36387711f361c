"""Questions put to a person, on the error stream: the one place, so that nothing they name can steer the terminal."""

from __future__ import annotations

import click

from archivist.printable import visible


def confirmed(question: str) -> bool:
    """Ask for a yes; an empty answer is a no."""
    return click.confirm(visible(question), default=False, err=True)


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
