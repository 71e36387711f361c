"""``archivist watch`` and ``archivist file``."""

from __future__ import annotations

import datetime as dt
import signal
import sys
import threading
from contextlib import nullcontext
from pathlib import Path

import click

from archivist.api import cluster_following, watching
from archivist.api import inbox as api
from archivist.api.fixity import Verified
from archivist.api.inbox import DropOutcomeView, Fate, LeftFile, NotTakenView
from archivist.api.result import Problem
from archivist.api.watch_log import WatchLog
from archivist.cli.asking import is_terminal
from archivist.cli.parameters import DAY
from archivist.cli.passwords import ask_password
from archivist.cli.session import Session, with_session
from archivist.errors import StillWritten
from archivist.printable import on_one_line
from archivist.reader_errors import ReaderBroken

LATE_REASON = click.option("--reason", default="", help="归入已注销的户：为什么现在才归。")


@click.command()
@click.option("--once", is_flag=True, help="处理完收件箱里现有的文件就结束。")
@click.option(
    "--log",
    type=click.Path(path_type=Path),
    metavar="文件",
    help="运行日志写在这里：每天一个，留 90 天，不含姓名、证号和文件名。",
)
@with_session
def watch(session: Session, once: bool, log: Path | None) -> int:
    """守候收件箱：认出是哪一户、哪种材料的自动归档，其余转待认领。Ctrl-C 结束。"""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if sys.platform == "win32":  # Ctrl-Break, and what ends a task: SIGTERM never arrives there
        signal.signal(signal.SIGBREAK, lambda *_: stop.set())
    kept = WatchLog.begun(session.workspace, log, session.clock, session.warn) if log else None
    heard = _Heard(session, kept)
    (_once if once else _for_long)(session, heard, stop)
    return _summary(session, heard.outcomes, heard.passed, shown=once or heard.is_shown)


class _Heard:
    """What a watch told so far, in the log too where one is kept."""

    def __init__(self, session: Session, log: WatchLog | None) -> None:
        self._session, self.log = session, log
        self.outcomes: list[DropOutcomeView] = []
        self.passed: list[NotTakenView] = []

    def take(self, outcome: DropOutcomeView) -> None:
        self.outcomes.append(outcome)
        if self.log:
            self.log.take(outcome)

    def pass_over(self, over: NotTakenView) -> None:
        self.passed.append(over)
        if self.log:
            self.log.pass_over(over)

    def check(self, found: Verified | Problem) -> None:
        if self.log:
            self.log.check(found)
        if self.is_shown:
            _warn_of(self._session, found)

    @property
    def is_shown(self) -> bool:
        """Whether somebody sits there: what names files is for a screen, not for the journal of a service that keeps a log."""
        return self.log is None or sys.stderr.isatty()


def _once(session: Session, heard: _Heard, stop: threading.Event) -> None:
    workspace = session.workspace
    if other := watching.who_watches(workspace):
        session.warn(f"{other}正在守候收件箱：文件由先到的一方收取，不会收两次。")
    with session.progress("收件") as step, heard.log or nullcontext():

        def count(outcome: DropOutcomeView, done: int, total: int) -> None:
            heard.take(outcome)
            step(done, total)

        try:
            api.file_inbox(workspace, session.by, count, stop, heard.pass_over)
        except KeyboardInterrupt:
            stop.set()
            raise
    if cluster_following.is_set_up(workspace) and (
        trouble := cluster_following.followed(workspace.root, session.clock())
    ):
        session.warn(trouble)


def _for_long(session: Session, heard: _Heard, stop: threading.Event) -> None:
    workspace = session.workspace
    if not watching.who_watches(workspace):  # else the watch itself says so, and ends
        session.say(f"守候 {workspace.archive.inbox}，Ctrl-C 结束", "dim")

    follower = None
    if cluster_following.is_set_up(workspace):
        follower = cluster_following.ClusterFollower(workspace.root, session.clock, session.warn)

    def tell(outcome: DropOutcomeView, _done: int, _total: int) -> None:
        heard.take(outcome)
        if heard.is_shown:
            session.say(describe(outcome))
        if follower:
            follower.filed()

    def tell_passed(over: NotTakenView) -> None:
        heard.pass_over(over)
        if heard.is_shown:
            session.say(f"不收取  {on_one_line(over.name)}：{over.message}")

    _end_by_signal(stop)
    with follower or nullcontext(), heard.log or nullcontext():
        watching.watch_inbox(workspace, session.by, tell, stop, heard.check, tell_passed)


def _end_by_signal(stop: threading.Event) -> None:
    for asked in (signal.SIGINT, signal.SIGTERM):  # by a person, by the system
        signal.signal(asked, lambda *_: stop.set())


def _warn_of(session: Session, checked: Verified | Problem) -> None:
    if isinstance(checked, Problem) and checked.code == ReaderBroken.code:
        session.warn(f"{checked}（{checked.code}）{checked.remedy}")
        return
    if isinstance(checked, Problem):
        session.warn(f"例行核对没有完成：{checked}")
        return
    for finding in checked.findings:
        session.warn(f"例行核对发现问题：{finding.bag} {finding.file} {finding.label}；该户档已转为只读")


def describe(outcome: DropOutcomeView) -> str:
    """Return one line about what became of a file."""
    if filed := outcome.filed:
        if outcome.fate is Fate.ALREADY_FILED:
            what = "上次已登记，移去原件"
        else:
            what = f"签署件，对应第 {filed.signs} 件" if filed.signs else filed.title
        remarks = _remark(filed.likeness) + _remark(filed.remark)
        return f"已归档  {on_one_line(filed.name)} → {filed.case} 第 {filed.record} 件（{what}）{remarks}"
    if waiting := outcome.waiting:
        return f"待认领  {on_one_line(waiting.name)} → {waiting.item}：{waiting.message}{_remark(waiting.remark)}"
    assert outcome.left is not None
    return f"{_left(outcome.left)}  {on_one_line(outcome.name)}：{outcome.left.error.message}"


def _remark(text: str) -> str:
    return f"；{text}" if text else ""


def _left(left: LeftFile) -> str:
    return "等写完" if left.error.code == StillWritten.code else "未处理"


def _summary(
    session: Session, outcomes: list[DropOutcomeView], passed: list[NotTakenView], *, shown: bool
) -> int:
    done = api.InboxFiled.of(outcomes, passed)
    if not (shown or session.json):
        return 1 if done.review or done.left else 0
    session.emit(done)
    rows = [*map(_row, outcomes), *((on_one_line(p.name), "不收取", p.message) for p in passed)]
    if rows and not session.json:
        session.table(("文件", "结果", "去向"), rows)
    before = sum(o.fate is Fate.ALREADY_FILED for o in outcomes)
    session.say(
        f"归档 {len(done.filed) - before} 件，待认领 {len(done.review)} 件"
        + (f"，上次已归档 {before} 件" if before else "")
        + (f"，留在收件箱 {len(done.left)} 件" if done.left else "")
        + (f"，不收取 {len(passed)} 项" if passed else ""),
        "bold",
    )
    if done.review:
        session.say("用 archivist review list 查看，archivist review assign 指定归属。", "dim")
    return 1 if done.review or done.left else 0


def _row(outcome: DropOutcomeView) -> tuple[str, str, str]:
    if filed := outcome.filed:
        if outcome.fate is Fate.ALREADY_FILED:
            what = "（上次已登记）"
        else:
            what = f" {filed.title}" + (f"（第 {filed.signs} 件的签署件）" if filed.signs else "")
        remarks = _remark(filed.likeness) + _remark(filed.remark)
        return on_one_line(filed.name), "已归档", f"{filed.case} 第 {filed.record} 件{what}{remarks}"
    if waiting := outcome.waiting:
        return (
            on_one_line(waiting.name),
            "待认领",
            f"{waiting.item} {waiting.message}{_remark(waiting.remark)}",
        )
    assert outcome.left is not None
    return on_one_line(outcome.name), _left(outcome.left), outcome.left.error.message


@click.command("file")
@click.argument("case_", metavar="户")
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="文件…",
    type=click.Path(path_type=Path, exists=True),
)
@click.option("--type", "type_", metavar="文书", help="文书（材料）种类；不写则自动识别。")
@click.option("--signs", metavar="件号", help="这是第几件待签文书的签署件。")
@click.option("--serves", "serves", multiple=True, metavar="件号", help="送达回证：送达的是第几件，可多次。")
@click.option("--received-on", type=DAY, help="送达回证上的收到日期，看过原件的写。")
@click.option("--keep-duplicate", is_flag=True, help="与已归档的件完全相同也另存一件。")
@LATE_REASON
@with_session
def file_(
    session: Session,
    case_: str,
    paths: tuple[Path, ...],
    type_: str | None,
    signs: str | None,
    serves: tuple[str, ...],
    received_on: dt.date | None,
    keep_duplicate: bool,
    reason: str,
) -> int:
    """把指明的文件归入指明的户档；您的原文件不动。

    文件夹里全是照片的，是一份材料，一张一页。加了密码的，在终端里会问您密码。
    """
    ask = ask_password if is_terminal() else None
    with session.progress("归档", least=2) as progress:
        done = api.file_by_hand(
            session.workspace, session.by, case_, paths, type=type_, signs=signs,
            keep_duplicate=keep_duplicate, reason=reason, serves=serves, received_on=received_on, ask=ask,
            progress=progress,
        )  # fmt: skip
    session.emit(done)
    session.table(
        ("文件", "件号", "文书（材料）"),
        [(on_one_line(f.name), f.record, f.title + _remark(f.likeness)) for f in done.filed],
        title=done.case,
    )
    if len(done.failed) == 1 and not done.filed:
        session.refuse(done.failed[0])
    else:
        for problem in done.failed:
            session.warn(f"{problem}（{problem.code}）{problem.remedy}")
    return done.failed[0].exit_status if done.failed else 0
