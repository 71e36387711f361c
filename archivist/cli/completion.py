"""``archivist completion``: what the shell asks at Tab, for bash, zsh, fish and PowerShell.

The shells ask click (its own scripts); what may stand where is told by the words of a command's help: whatever is called 户
there is completed with households. Whoever is offered one is on record in the access log, as with every other answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import click
from click.shell_completion import CompletionItem, get_completion_class

from archivist.api import completion as api
from archivist.api.completion import Offer
from archivist.cli.session import Session, with_session
from archivist.errors import ArchivistError
from archivist.model.ids import Category

if TYPE_CHECKING:
    from archivist.workspace import Workspace

SHELLS: Final = ("bash", "zsh", "fish", "powershell")
_WHERE: Final = {
    "bash": "archivist completion bash >> ~/.bashrc",
    "zsh": "archivist completion zsh >> ~/.zshrc",
    "fish": "archivist completion fish > ~/.config/fish/completions/archivist.fish",
    "powershell": "archivist completion powershell >> $PROFILE",
}


class _Offered(click.ParamType[Any]):
    """A word that the shell may complete; what is typed is taken as it is."""

    name = "text"

    def __init__(self, ask: Callable[[Workspace, str], tuple[Offer, ...]]) -> None:
        self.ask = ask

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Take what was typed."""
        return value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return what the word may become; nothing where it cannot be said, for a shell has no place for an error."""
        session = ctx.find_object(Session) or Session()
        session.command = "completion"
        try:
            found = self.ask(session.workspace, incomplete)
            session.record(found)
        except (ArchivistError, OSError):
            return []
        return [CompletionItem(one.word, help=one.about) for one in found]


def _categories(_workspace: Workspace, begun: str) -> tuple[Offer, ...]:
    return tuple(Offer(c.value, c.label) for c in Category if c.value.startswith(begun.upper()))


def _states(_workspace: Workspace, begun: str) -> tuple[Offer, ...]:
    from archivist.model.states import State

    return tuple(Offer(s.label, s.value) for s in State if s.label.startswith(begun))


_HOUSEHOLD, _DOCUMENT, _STEP = _Offered(api.households), _Offered(api.document_types), _Offered(api.steps)
_BY_NAME: Final[dict[str, _Offered]] = {
    **dict.fromkeys(("户", "户2", "应归户", "--case"), _HOUSEHOLD),
    **dict.fromkeys(("文书", "册表", "种类", "--type", "--as-type"), _DOCUMENT),
    "环节": _STEP,
    **dict.fromkeys(("类别", "--category"), _Offered(_categories)),
    "--state": _Offered(_states),
}
"""What an argument is called in the help, or an option → what completes it."""


def offer(command: click.Command) -> None:
    """Let the words of a command be completed."""
    for param in command.params:
        called = (param.metavar or "").strip("[]…") if isinstance(param, click.Argument) else param.opts[0]
        if param.type is click.STRING and called in _BY_NAME:
            param.type = _BY_NAME[called]


@click.command()
@click.argument("shell", type=click.Choice(SHELLS), metavar="外壳")
@with_session
def completion(session: Session, shell: str) -> None:
    """补全：按 Tab 补全命令、户号、姓名、文书。外壳是 bash、zsh、fish 或 powershell；写出的脚本存进外壳的设置文件。"""
    kind = get_completion_class(shell)
    assert kind is not None, shell
    made = kind(click.get_current_context().find_root().command, {}, "archivist", "_ARCHIVIST_COMPLETE")
    script = made.source_template % made.source_vars()
    session.emit(api.CompletionScript(shell, script, _WHERE[shell]))
    session.say(f"# 存进设置文件，重开窗口后生效：{_WHERE[shell]}")
    session.say(script)
