"""What every command shares: the options, the workspace found from here, and one way to say things."""

from __future__ import annotations

import datetime as dt
import functools
import json
import os
import socket
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
from click.core import ParameterSource

from archivist import settings_file
from archivist.api.access import Shown, shown_in
from archivist.api.access import record as enter_access
from archivist.api.result import Problem, Result
from archivist.cli.encoding import encodable
from archivist.cli.identity import as_text, asked_pin, os_account, terminal
from archivist.errors import AccessNotLogged, ArchivistError, UsageError
from archivist.model.by import CHINA, By, KnownBy
from archivist.model.ids import CaseNo
from archivist.model.invisible import without_invisible
from archivist.model.permissions import Act
from archivist.printable import visible

if TYPE_CHECKING:
    from rich.console import Console

    from archivist.workspace import Workspace

F = TypeVar("F", bound=Callable[..., Any])
MANY = 200
"""So many cases to be gone through deserve a progress bar."""
_SAME_MOMENT: Final = dt.timedelta(seconds=1)
"""Two looks at one clock lie no farther apart; a moment farther off was told."""


def machine_clock() -> dt.datetime:
    """Return what the machine's own clock says. The only clock there is."""
    return dt.datetime.now(CHINA)


def now() -> dt.datetime:
    """Return the present moment; ``ARCHIVIST_NOW`` (ISO 8601) sets it for rehearsals, and every event tells of it.

    Raises:
        UsageError: E001, ``ARCHIVIST_NOW`` is no moment.
    """
    fixed = os.environ.get("ARCHIVIST_NOW")
    if not fixed:
        return machine_clock()
    try:
        moment = dt.datetime.fromisoformat(fixed)
    except ValueError:
        raise UsageError(
            f"环境变量 ARCHIVIST_NOW 的“{fixed}”不是时间",
            remedy="写成 2024-03-08T10:30:00+08:00 的样子，或去掉它，按机器的时间办理。",
        ) from None
    return moment.astimezone(CHINA) if moment.tzinfo else moment.replace(tzinfo=CHINA)


class Session:
    """One run of the program: its options, its workspace, its voice."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.actor = ""
        self.despite_clock = ""
        self.pin_stdin = False
        self._with_pin: set[str] = set()
        self.json = False
        self.verbose = False
        self.clock = now
        self.unlogged = False
        self.command = ""
        self.typed: set[str] = set()
        self._shown = Shown()
        self._shown_on = dt.date.min
        self._workspace: Workspace | None = None
        self._consoles: dict[bool, Console] = {}

    @property
    def workspace(self) -> Workspace:
        """The workspace named, or the nearest one from here upwards.

        Raises:
            NotAWorkspace: E205. WrongWorkspaceKind: E215, it is of the other kind than the command.
        """
        if self._workspace is None:
            from archivist.api.authorisation import require_kind
            from archivist.settings_file import is_gbk
            from archivist.workspace import Workspace

            opened = Workspace.open(self.root())
            require_kind(opened.root, self.command)
            opened.disclosing = self._disclose
            self._workspace = opened
            if is_gbk(opened.root):
                self.warn("archivist.toml 是用 GBK（记事本的“ANSI”）保存的，已照 GBK 读取；请另存为 UTF-8。")
        return self._workspace

    def close(self) -> None:
        """Let go of what is open; say so when the index could not follow."""
        if self._workspace is None:
            return
        if self._workspace.behind is not None:
            self.warn(
                f"已写入档案库；但索引没有跟上（{self._workspace.behind}），运行 archivist reindex 补上。"
            )
        for notice in self._workspace.clock_notices:
            self.warn(notice)
        self._workspace.close()

    def root(self) -> Path:
        """Return the folder of the workspace, which need not be whole.

        Raises:
            NotAWorkspace: E205, none was named and none is above.
        """
        if self.folder is not None:
            return self.folder.resolve()
        return settings_file.nearest(Path.cwd())

    def by(self, named: str = "", *, writes: bool = True) -> By:
        """Return who acts (``--as``, else whose account it is, else the account) from which account and machine, at this moment.

        Args:
            named: somebody else who acts besides.
            writes: whether something is to be written, or shown to some alone; who only looks is asked for nothing.
        """
        account = os_account()
        said = without_invisible(named or self.actor).strip()
        moment, real = self.clock(), machine_clock()
        clock = real if abs(real - moment) > _SAME_MOMENT else None
        host = as_text(socket.gethostname())
        by = By(
            said or account or "unknown", moment,
            account=account, host=host, clock=clock, despite_clock=self.despite_clock.strip(),
        )  # fmt: skip
        try:
            workspace = self.workspace
            if not (writes or settings_file.says(workspace.root, "account")):
                return by  # a quick question reads no settings that would tell it nothing
            from archivist.api import authorisation, identification

            by = identification.identified(workspace, by, named=bool(said))
            if writes and (unchecked := authorisation.unchecked_today(workspace, by)):
                self.warn(unchecked)
        except ArchivistError:  # of the workspace or its settings: whatever is done with it says so itself
            return by
        return self._proven(by) if writes and workspace.config.people else by

    def _proven(self, by: By, *, counted: bool = True) -> By:
        """Return who acts as known by the PIN, which is asked for where there is one and it was not given before.

        A wrong one is not ``counted`` where nothing can be written.
        """
        from archivist.api import people

        if not people.has_pin(self.workspace, by.actor):
            return by
        if by.actor in self._with_pin:
            return replace(by, known_by=KnownBy.PIN, registered_account="")
        where = terminal()
        known = people.remembered(self.workspace, by, where)
        if known is None:
            said = asked_pin(by.actor, from_stdin=self.pin_stdin)
            known = people.prove(self.workspace, by, said, where, counted=counted)
        self._with_pin.add(by.actor)
        return known

    def today(self) -> dt.date:
        """The civil date of the law."""
        return self.clock().date()

    # ── saying things ────────────────────────────────────────────────────────────────────────────────────
    def console(self, *, err: bool = False) -> Console:
        """Return the console for people."""
        if err not in self._consoles:
            from rich.console import Console

            self._consoles[err] = Console(stderr=err, highlight=False, soft_wrap=True, emoji=False)
        return self._consoles[err]

    def say(self, text: str, style: str = "") -> None:
        """Print a line for people; nothing with ``--json``."""
        if not self.json:
            self.record(text)
            self.console().print(visible(text), style=style or None, markup=False)

    def notice(self, lines: Sequence[str]) -> None:
        """Print what should be looked at, a line each; nothing with ``--json``."""
        for line in lines:
            self.say(f"注意：{line}", "yellow")

    def warn(self, text: str) -> None:
        """Print a line for people to the error stream."""
        self.record(text)
        self.console(err=True).print(visible(text), style="yellow", markup=False)

    def refuse(self, problem: Problem) -> None:
        """Print an error for people to the error stream; nothing with ``--json``, whose document says it."""
        if self.json:
            return
        self.record(problem)
        console = self.console(err=True)
        console.print(f"{problem.title}（{problem.code}）", style="bold red", markup=False)
        console.print(visible(str(problem)), markup=False)
        console.print(visible(f"怎么办：{problem.remedy}"), style="dim", markup=False)

    def trace(self, error: BaseException) -> None:
        """Print the way an error came, with ``--verbose``."""
        if self.verbose:
            sys.stderr.write(visible("".join(traceback.format_exception(error))))

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> None:
        """Print a table for people; nothing with ``--json``."""
        if self.json:
            return
        self.record(rows)
        from rich import box
        from rich.cells import cell_len
        from rich.markup import escape
        from rich.table import Table

        from archivist.cli.tables import lay_out

        texts = [[visible(str(cell)) for cell in row] for row in rows]
        laid = lay_out(columns, texts, self.console().width, cell_len)
        if laid is None:
            self._entries(columns, texts, title)
            return
        table = Table(
            title=escape(visible(title)) or None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False
        )
        for head, width in zip(laid.heads, laid.widths, strict=True):
            table.add_column(escape(head), no_wrap=True, overflow="ignore", min_width=width)
        for row in laid.rows:
            table.add_row(*map(escape, row))
        self.console().print(table, soft_wrap=False)

    def _entries(self, columns: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
        """Print a table that is too wide for the window as one entry after the other, so that nothing of it is lost."""
        if title:
            self.say(title, "bold")
        for row in rows:
            self.say(row[0], "bold")
            for column, cell in zip(columns[1:], row[1:], strict=True):
                if cell:
                    self.say(f"  {column}：{cell.replace(chr(10), '；')}")

    def emit(self, result: Result, *, named: Shown | None = None) -> None:
        """Print the one JSON document of a run with ``--json``; whom a result names is on record before anything is shown.

        Args:
            result: what the run answers.
            named: what is put on record instead, for an answer that tells nothing of the households it names.
        """
        if named is None:
            self.record(result)
        else:
            self._enter(named)
            self._shown |= shown_in(result)
        if self.json:
            sys.stdout.write(encodable(json.dumps(result.as_json(), ensure_ascii=False, indent=2)) + "\n")

    def record(self, answer: object) -> None:
        """Put on record whom an answer names, once a day and run, before it is shown."""
        if self._workspace is None:  # nothing was read of any household
            return
        if named := shown_in(answer):
            self._name(named)

    def _disclose(self, households: frozenset[CaseNo], items: frozenset[str]) -> None:
        if named := Shown(households, items):
            self._name(named)
        else:  # it may name somebody all the same, as heads and lists do
            self.workspace.archive.access.require_writable()

    def _name(self, named: Shown) -> None:
        """Put on record whom something names, once a day and run."""
        if self.today() != self._shown_on:
            self._shown, self._shown_on = Shown(), self.today()
        if shown := named - self._shown:
            self._enter(shown)

    def _enter(self, shown: Shown) -> None:
        """Write an entry of the access log.

        Raises:
            AccessNotLogged: E213, it could not be written, and nobody said ``--unlogged``, or not of a read-only archive.
        """
        try:
            enter_access(self.workspace, self.by(writes=False), shown, face="cli", act=self.command)
        except AccessNotLogged as error:
            if not (self.unlogged and error.read_only):
                raise
            from archivist.api import authorisation

            who = self._proven(self.by(writes=False), counted=False)
            authorisation.require(self.workspace, who, Act.LOOK_UNLOGGED)
            sys.stderr.write("档案库只读，本次查阅没有登记（--unlogged）\n")
        self._shown |= shown

    @contextmanager
    def progress(self, what: str, least: int = 0) -> Iterator[Callable[[int, int], None]]:
        """Show a progress bar on the error stream while a block runs; silent with ``--json``.

        Args:
            what: what is being done.
            least: for fewer than so many there is no bar.
        """
        if self.json:
            yield lambda _done, _total: None
            return
        from rich.markup import escape
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        bar = Progress(*columns, console=self.console(err=True), transient=False)
        task = bar.add_task(escape(visible(what)), total=None)
        with ExitStack() as stack:

            def step(done: int, total: int) -> None:
                if total >= least and not bar.live.is_started:
                    stack.enter_context(bar)
                bar.update(task, completed=done, total=total)

            if not least:
                stack.enter_context(bar)
            yield step


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Keep a shared option: what was typed, before or after the command's name, beats the environment; the last one typed counts."""
    session, name = ctx.ensure_object(Session), param.name or ""
    typed = ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
    if typed and isinstance(value, str) and not value.strip():
        raise click.BadParameter("后面要写明，不能是空的", ctx, param)
    if value not in (None, False, "") and (typed or name not in session.typed):
        setattr(session, {"workspace": "folder", "as_": "actor"}.get(name, name), value)
    if typed:
        session.typed.add(name)
    return value


class _Folder(click.Path):
    """A folder, which an empty name is not (it would be the one one is in)."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not str(value).strip():
            self.fail("后面要写明，不能是空的", param, ctx)
        return super().convert(value, param, ctx)


def shared(command: F) -> F:
    """Add the options every command takes, before or after its name."""
    options = (
        click.option("--workspace", type=_Folder(path_type=Path, file_okay=False), envvar="ARCHIVIST_WORKSPACE", expose_value=False, callback=_remember, help="工作区文件夹；默认从当前文件夹往上找。"),
        click.option("--as", "as_", envvar="ARCHIVIST_AS", expose_value=False, callback=_remember, help="以谁的名义办理；默认为登录名。"),
        click.option("--despite-clock", metavar="理由", expose_value=False, callback=_remember, help="机器时间早于上一事件，查明后仍要给号的，写明理由。"),
        click.option("--pin-stdin", is_flag=True, expose_value=False, callback=_remember, help="口令从标准输入读取，每个一行；供程序使用。"),
        click.option("--json", "json", is_flag=True, expose_value=False, callback=_remember, help="输出一个 JSON 文档，供程序读取。"),
        click.option("--unlogged", is_flag=True, expose_value=False, callback=_remember, help="档案库只读、查阅登记写不进时仍然显示；限管理员。"),
        click.option("-v", "--verbose", is_flag=True, expose_value=False, callback=_remember, help="出错时给出完整的调用过程。"),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def with_session(command: F) -> F:
    """Hand the run's session to a command as its first argument, with the shared options added."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        context = click.get_current_context()
        session = context.ensure_object(Session)
        session.command = context.command_path.partition(" ")[
            2
        ]  # without the program's name, without arguments
        return command(session, *args, **kwargs)

    return shared(run)  # type: ignore[return-value]
