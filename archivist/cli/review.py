"""``archivist review``: the tray, gone through quickly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

import click

from archivist.api import review as api
from archivist.api.inbox import DropOutcomeView, Fate, FiledFile
from archivist.api.review import Assignment
from archivist.api.tray_view import CandidateHousehold, TrayFilter, WaitingItem
from archivist.api.unlocking import can_be_unlocked
from archivist.cli import viewer
from archivist.cli.asking import answer_to
from archivist.cli.family import Family
from archivist.cli.inbox import LATE_REASON, describe
from archivist.cli.page_images import item_image as image
from archivist.cli.rearranging import join, split, turn, unlock, unsplit
from archivist.cli.session import F, Session, with_session
from archivist.errors import ArchivistError, UsageError
from archivist.printable import on_one_line

_TEXT_SHOWN: Final = 2000
"""Characters of a file's text that are shown."""
_OPENED: Final = "已用本机的程序打开"


@click.group(cls=Family)
def review() -> None:
    """待认领：没有把握自动归档的文件，由人指定归属。"""


for _command in (split, join, turn, unsplit, unlock, image):
    review.add_command(_command)


def narrowed(command: F) -> F:
    """Add the options that say which items are meant."""
    options = (
        click.option("--case", "of_case", default="", metavar="户", help="只看可能属于这一户的。"),
        click.option("--as-type", "of_type", default="", metavar="文书", help="只看可能是这种材料的。"),
        click.option("--why", default="", metavar="原因", help="只看这种原因的，如 线索矛盾。"),
        click.option("--search", "only", multiple=True, metavar="词", help="只看文件名或页面上有这个词的。"),
    )
    for option in reversed(options):
        command = option(command)
    return command


@review.command("list")
@narrowed
@click.option("--page", default=1, show_default=True, help="第几页。")
@click.option("--per-page", default=api.PAGE, show_default=True, help="每页几件；0 为全部。")
@with_session
def list_(
    session: Session, of_case: str, of_type: str, why: str, only: tuple[str, ...], page: int, per_page: int
) -> None:
    """列出待认领的文件、可能的户和材料。"""
    waiting = api.list_waiting(
        session.workspace, TrayFilter(of_case, of_type, why, only), page=page, per_page=max(per_page, 0)
    )
    session.emit(waiting)
    if waiting.items:
        session.table(("编号", "文件", "建议", "原因"), list(map(_row, waiting.items)))
    for damaged in waiting.damaged:
        session.notice([f"{damaged.item} 已损坏（{damaged.file}：{damaged.why}）。{damaged.remedy}"])
    if not waiting.waiting:
        session.say("没有待认领的文件" if not waiting.damaged else "没有别的待认领文件")
        return
    narrowed_to = f"，符合条件 {waiting.matching} 件" if waiting.matching != waiting.waiting else ""
    at = f"，第 {waiting.page}/{waiting.pages} 页（--page）" if waiting.pages > 1 else ""
    session.say(f"共 {waiting.waiting} 件待认领{narrowed_to}{at}")
    if any(i.suggested for i in waiting.items):
        session.say("● 只有一个候选：archivist review assign --suggested 一并归入。", "dim")


def _row(item: WaitingItem) -> tuple[str, str, str, str]:
    shown = item.households[:2]
    alike = len({_short(h) for h in shown}) < len(shown)  # of two categories, or of two years
    households = [(_household if alike else _short)(h) for h in shown] + ["…"] * (len(item.households) > 2)
    types = "、".join(t.title for t in item.types[:2]) + ("…" if len(item.types) > 2 else "")
    mark = "● " if item.suggested else ""
    proposal = mark + " · ".join(filter(None, ("、".join(households), types)))
    return item.short, on_one_line(item.name), proposal or "—", item.reason_label


def _short(candidate: CandidateHousehold) -> str:
    """Return a candidate as the list has room for it: the last digits of the number name a case too."""
    return f"{candidate.applicant} {candidate.case.rpartition('-')[2]}".strip()


def _household(candidate: CandidateHousehold) -> str:
    return f"{candidate.applicant} {candidate.case}".strip()


@review.command()
@click.argument("item", metavar="编号")
@with_session
def show(session: Session, item: str) -> None:
    """查看一件：原因、候选、线索、识别出的文字。"""
    entry = api.show_waiting(session.workspace, item)
    session.emit(entry)
    _show(session, entry)
    session.table(
        ("线索", "指向", "出处"), [(e.kind_label, e.speaks_for, e.where) for e in entry.item.evidence]
    )
    if entry.text:
        session.say("识别出的文字：", "dim")
        session.say(entry.text.replace("\f", "\n—— 下一页 ——\n")[:_TEXT_SHOWN])


def _show(session: Session, entry: api.TrayEntry) -> None:
    found = entry.item
    session.say(
        f"{found.short}  {on_one_line(found.name)}  {found.received[:16].replace('T', ' ')}  {found.pages} 页",
        "bold",
    )
    session.say(f"原因：{found.message}")
    session.say(f"文件：{entry.path}")
    for number, household in enumerate(found.households, 1):
        session.say(f"可能的户 {number}：{_household(household)}")
    if found.batch:
        session.say(f"来自批量件 {found.batch} {found.batch_pages}")
    if found.proposal:
        parts = ",".join("+".join(map(str, part)) for part in found.proposal)
        session.say(f"可能要拆成 {parts}：archivist review split {found.short} --proposed")
    if can_be_unlocked(found):
        session.say(f"加了密码：archivist review unlock {found.short}，按提示输入密码")
    if found.types:
        session.say(f"可能的材料：{'、'.join(t.title for t in found.types)}")


@review.command("open")
@click.argument("item", metavar="编号")
@with_session
def open_(session: Session, item: str) -> int:
    """用本机的看图、阅读程序打开（只读）。"""
    entry = api.show_waiting(session.workspace, item)
    session.emit(entry)
    return _launch(session, entry)


def _launch(session: Session, entry: api.TrayEntry) -> int:
    if not viewer.opened(entry.path):
        session.warn(f"本机没有能打开它的程序，请到这里查看：{entry.path}")
        return 1
    session.say(f"{_OPENED}：{entry.path}")
    return 0


@review.command()
@click.argument("words", metavar="编号… 户 | 编号=户[=文书]…", nargs=-1)
@click.option("--type", "type_", default="", metavar="文书", help="文书（材料）种类；只有一个候选时可不写。")
@click.option("--suggested", is_flag=True, help="按唯一的候选归入；不写编号时，凡有建议的（●）都归入。")
@narrowed
@click.option("--signs", metavar="件号", help="这是第几件待签文书的签署件。")
@click.option("--keep-duplicate", is_flag=True, help="与已归档的件完全相同也另存一件。")
@click.option("--dry-run", is_flag=True, help="只列出会归到哪里，不归。")
@LATE_REASON
@with_session
def assign(
    session: Session,
    words: tuple[str, ...],
    type_: str,
    suggested: bool,
    of_case: str,
    of_type: str,
    why: str,
    only: tuple[str, ...],
    *,
    signs: str | None,
    keep_duplicate: bool,
    dry_run: bool,
    reason: str,
) -> int:
    r"""指定归入哪一户、是哪种材料；可一次多件。

    \b
    archivist review assign 3f 王秀兰                一件
    archivist review assign 3f a1 b2 王秀兰          几件归一户
    archivist review assign 3f=王秀兰 a1=12=户口簿   各归各户；12 是户号的末几位
    archivist review assign --suggested              凡只有一个候选的
    """
    workspace = session.workspace
    if suggested and not words:
        wanted: Sequence[Assignment] = api.suggested(workspace, TrayFilter(of_case, of_type, why, only))
        if not wanted:
            session.say("没有可以照办的建议")
    else:
        wanted = _assignments(words, type_, suggested=suggested)
    with session.progress("归档", least=5) as progress:
        done = api.assign(
            workspace, partial(session.by, writes=not dry_run), wanted,
            signs=signs, keep_duplicate=keep_duplicate, reason=reason, dry_run=dry_run, progress=progress,
        )  # fmt: skip
    session.emit(done)
    return _say_done(session, done)


def _assignments(words: Sequence[str], type_: str, *, suggested: bool) -> list[Assignment]:
    """Return what the words on the command line ask for.

    Raises:
        UsageError: E001.
    """
    if any("=" in word for word in words):
        if odd := [word for word in words if not 1 <= word.count("=") <= 2]:
            raise UsageError(f"“{odd[0]}”应写成 编号=户 或 编号=户=文书")
        split = [[*word.split("="), type_] for word in words]
        return [Assignment(item, case, kind) for item, case, kind, *_ in split]
    if suggested:
        return [Assignment(word, "", type_) for word in words]
    if len(words) < 2:
        raise UsageError("要写编号和户", remedy="如 archivist review assign 3f 王秀兰；或 --suggested。")
    *items, case = words
    return [Assignment(item, case, type_) for item in items]


def _say_done(session: Session, done: api.Assigned) -> int:
    if done.planned:
        rows = [
            (p.item, on_one_line(p.name), f"{p.applicant} {p.case}".strip(), p.title) for p in done.planned
        ]
        session.table(("编号", "文件", "归入", "材料"), rows)
    for filed in done.filed:
        session.say(describe(DropOutcomeView(Fate.FILED, filed=filed)), "green")
    if len(done.failed) == 1 and not done.filed:
        session.refuse(done.failed[0].problem)
    else:
        for left in done.failed:
            session.warn(
                f"仍在待认领  {on_one_line(left.name)}：{left.problem}（{left.problem.code}）{left.problem.remedy}"
            )
    if len(done.filed) > 1:
        session.say(
            f"归入 {len(done.filed)} 件" + (f"，{len(done.failed)} 件没有归入" if done.failed else ""), "bold"
        )
    return done.failed[0].problem.exit_status if done.failed else 0


@review.command()
@narrowed
@with_session
def work(session: Session, of_case: str, of_type: str, why: str, only: tuple[str, ...]) -> int:
    r"""逐件过：看一件，答一句，归一件。

    \b
    回车            按建议归入（● 才有）
    1、2 …          归入第几个候选户
    王秀兰          归入这一户（姓名、户号、户号末几位、证号都可以）
    王秀兰 户口簿   归入这一户，是这种材料
    o 打开   r 退回   s 跳过   q 结束
    """
    todo = api.list_waiting(session.workspace, TrayFilter(of_case, of_type, why, only), per_page=0)
    filed: list[FiledFile] = []
    failed: list[api.NotAssigned] = []
    for done in _answers(session, todo.items):
        filed += done.filed
        failed += done.failed
    session.emit(api.Assigned((), tuple(filed), tuple(failed)))
    session.say(
        f"归入 {len(filed)} 件，还有 {todo.waiting - len(filed)} 件" if todo.items else "没有待认领的文件"
    )
    return 0


def _answers(session: Session, items: Sequence[WaitingItem]) -> Iterator[api.Assigned]:
    """Ask about one item after another; yield what was done with each."""
    for number, item in enumerate(items, 1):
        entry = api.show_waiting(session.workspace, item.item)
        session.say(f"—— {number}/{len(items)} ——", "dim")
        _show(session, entry)
        while True:
            answer = _ask(item).strip()
            if answer == "q":
                return
            if answer == "s":
                break
            if answer == "o":
                _launch(session, entry)
                continue
            try:
                if answer == "r":
                    session.say(f"已退回 {api.hand_back(session.workspace, session.by(), item.item).path}")
                    break
                done = api.assign(session.workspace, session.by, [_meant(item, answer)])
            except ArchivistError as error:
                session.warn(f"{error} {error.remedy}")
                continue
            _say_done(session, done)
            yield done
            if done.filed:
                break


def _ask(item: WaitingItem) -> str:
    question = "归入（回车=照建议）" if item.suggested else "归入"
    try:
        return answer_to(question, default="" if item.suggested else "s")
    except click.Abort:  # Ctrl-C, or nothing more to be read
        return "q"


def _meant(item: WaitingItem, answer: str) -> Assignment:
    """Return what an answer says: nothing (as suggested), a candidate's place in the list, or a household and a type."""
    case, _, kind = answer.partition(" ")
    if case.isdecimal() and 1 <= int(case) <= len(item.households):
        case = item.households[int(case) - 1].case
    return Assignment(item.item, case, kind.strip())


@review.command("return")
@click.argument("item", metavar="编号")
@with_session
def return_(session: Session, item: str) -> None:
    """退回：不属于任何一户的，放到 outbox/退回，由您取走。"""
    returned = api.hand_back(session.workspace, session.by(), item)
    session.emit(returned)
    session.say(f"已退回 {returned.path}")
