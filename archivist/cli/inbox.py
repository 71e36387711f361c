"""``archivist watch``, ``archivist file`` and ``archivist review``."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archivist.cli.session import Session, with_session
from archivist.errors import ArchivistError, SettingsError, UsageError
from archivist.model.ids import RecordNo

if TYPE_CHECKING:
    from archivist.doctypes.catalogue import DocumentType
    from archivist.ingest.filing import Outcome
    from archivist.store import TrayItem


_REASON = click.option("--reason", default="", help="归入已注销的户：为什么现在才归。")


@click.command()
@click.option("--once", is_flag=True, help="处理完收件箱里现有的文件就结束。")
@with_session
def watch(session: Session, once: bool) -> int:
    """守候收件箱：认出是哪一户、哪种材料的自动归档，其余转待认领。Ctrl-C 结束。"""
    from archivist.ingest.watch_folder import file_once
    from archivist.ingest.watch_folder import watch as keep_watch

    stop = threading.Event()
    outcomes: list[Outcome] = []
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    workspace = session.workspace
    if once:
        with session.progress("收件") as step:

            def report(outcome: Outcome, done: int, total: int) -> None:
                outcomes.append(outcome)
                step(done, total)

            try:
                file_once(workspace, session.by, report, stop)
            except KeyboardInterrupt:
                stop.set()
                raise
        return _summary(session, outcomes)

    session.say(f"守候 {workspace.archive.inbox}，Ctrl-C 结束", "dim")

    def tell(outcome: Outcome, _done: int, _total: int) -> None:
        outcomes.append(outcome)
        session.say(describe(outcome))

    signal.signal(signal.SIGINT, lambda *_: stop.set())
    keep_watch(workspace, session.by, tell, stop, lambda: _hourly(session))
    return _summary(session, outcomes)


def _hourly(session: Session) -> None:
    """Read again the cases whose last check is the oldest; a fault here never ends the watch."""
    from archivist.preservation.verification import next_round, verify

    workspace = session.workspace
    try:
        numbers = next_round(workspace.archive, session.clock())
        done = verify(workspace, session.by(), numbers, processes=1) if numbers else None
    except ArchivistError as error:
        session.warn(f"例行核对没有完成：{error}")
        return
    for finding in done.findings if done else ():
        session.warn(
            f"例行核对发现问题：{finding.bag} {finding.file} {finding.problem.label}；该户档已转为只读"
        )


def describe(outcome: Outcome) -> str:
    """Return one line about what became of a file."""
    from archivist.ingest.filing import AlreadyFiled, Filed, NeedsReview

    match outcome:
        case Filed(name, case, record, title, signs):
            what = f"签署件，对应第 {signs} 件" if signs else title
            return f"已归档  {name} → {case} 第 {record} 件（{what}）"
        case AlreadyFiled(name, case, record):
            return f"已归档  {name} → {case} 第 {record} 件（上次已登记，移去原件）"
        case NeedsReview(name, item, _, message):
            return f"待认领  {name} → {item}：{message}"
        case _:
            return f"未处理  {outcome.name}：{outcome.error}"


def _summary(session: Session, outcomes: list[Outcome]) -> int:
    from archivist.ingest.filing import AlreadyFiled, Filed, Left, NeedsReview

    filed = [o for o in outcomes if isinstance(o, Filed | AlreadyFiled)]
    waiting = [o for o in outcomes if isinstance(o, NeedsReview)]
    left = [o for o in outcomes if isinstance(o, Left)]
    session.emit(
        {
            "filed": [
                {"name": o.name, "case": str(o.case), "record": o.record, "signs": getattr(o, "signs", None)}
                for o in filed
            ],
            "review": [
                {"name": o.name, "item": o.item, "reason": o.reason, "message": o.message} for o in waiting
            ],
            "left": [{"name": o.name, "error": o.error.as_json()} for o in left],
        }
    )
    if outcomes and not session.json:
        session.table(("文件", "结果", "去向"), [_row(o) for o in outcomes])
    session.say(
        f"归档 {len(filed)} 件，待认领 {len(waiting)} 件" + (f"，留在收件箱 {len(left)} 件" if left else ""),
        "bold",
    )
    if waiting:
        session.say("用 archivist review list 查看，archivist review assign 指定归属。", "dim")
    return 1 if waiting or left else 0


def _row(outcome: Outcome) -> tuple[str, str, str]:
    from archivist.ingest.filing import AlreadyFiled, Filed, NeedsReview

    match outcome:
        case Filed(name, case, record, title, signs):
            return (
                name,
                "已归档",
                f"{case} 第 {record} 件 {title}" + (f"（第 {signs} 件的签署件）" if signs else ""),
            )
        case AlreadyFiled(name, case, record):
            return name, "已归档", f"{case} 第 {record} 件（上次已登记）"
        case NeedsReview(name, item, _, message):
            return name, "待认领", f"{item} {message}"
        case _:
            return outcome.name, "未处理", str(outcome.error)


@click.command("file")
@click.argument("case_", metavar="户")
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="文件…",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@click.option("--type", "type_", metavar="文书", help="文书（材料）种类；不写则自动识别。")
@click.option("--signs", metavar="件号", help="这是第几件待签文书的签署件。")
@click.option("--keep-duplicate", is_flag=True, help="与已归档的件完全相同也另存一件。")
@_REASON
@with_session
def file_(
    session: Session,
    case_: str,
    paths: tuple[Path, ...],
    type_: str | None,
    signs: str | None,
    keep_duplicate: bool,
    reason: str,
) -> int:
    """把指明的文件归入指明的户档；您的原文件不动。"""
    from archivist.ingest.filing import file_by_hand
    from archivist.reading.reader_process import Reader

    workspace = session.workspace
    number = workspace.find_case(case_)
    document = workspace.catalogue.get(type_) if type_ else None
    signed = _record(signs)
    if signed and len(paths) > 1:
        raise UsageError("一件签署件只能是一个文件")
    done: list[dict[str, Any]] = []
    failed: list[ArchivistError] = []
    with Reader() as reader, session.progress("归档") as step:
        for n, path in enumerate(paths, 1):
            try:
                filed = file_by_hand(
                    workspace, session.by(), number, path, reader, document, signs=signed,
                    keep_duplicate=keep_duplicate, reason=reason,
                )  # fmt: skip
                done.append(
                    {
                        "name": filed.name,
                        "case": str(filed.case),
                        "record": filed.record,
                        "title": filed.title,
                        "signs": filed.signs,
                    }
                )
            except SettingsError:  # of the workspace, not of this file
                raise
            except ArchivistError as error:
                error.file = error.file or path.name
                failed.append(error)
            step(n, len(paths))
    session.emit({"filed": done, "failed": [e.as_json() for e in failed]})
    session.table(
        ("文件", "件号", "文书（材料）"),
        [(d["name"], d["record"], d["title"]) for d in done],
        title=str(number),
    )
    if len(failed) == 1 and not done and not session.json:
        raise failed[0]
    for problem in failed:
        session.warn(f"{problem}（{problem.code}）{problem.remedy}")
    return failed[0].exit_status if failed else 0


def _record(text: str | None) -> RecordNo | None:
    if text and not text.isdigit():
        raise UsageError(f"“{text}”不是件号")
    return RecordNo(f"{int(text):04d}") if text else None


# ── the review tray ──────────────────────────────────────────────────────────────────────────────────────
@click.group()
def review() -> None:
    """待认领：没有把握自动归档的文件，由人指定归属。"""


@review.command("list")
@with_session
def list_(session: Session) -> None:
    """列出待认领的文件。"""
    items = session.workspace.archive.tray.items()
    session.emit([_item(i) for i in items])
    session.table(
        ("编号", "文件", "收到", "原因", "可能的户档"),
        [
            (
                i.id,
                i.name,
                i.received[:16].replace("T", " "),
                i.message,
                "、".join(i.details.get("cases", ())),
            )
            for i in items
        ],
    )
    session.say(f"共 {len(items)} 件待认领" if items else "没有待认领的文件")


def _item(item: TrayItem) -> dict[str, Any]:
    return {
        "item": item.id,
        "name": item.name,
        "received": item.received,
        "reason": item.reason,
        "message": item.message,
        "sha256": item.sha256,
        "size": item.size,
        **item.details,
    }


@review.command()
@click.argument("item", metavar="编号")
@with_session
def show(session: Session, item: str) -> None:
    """查看一件：原因、候选、线索、识别出的文字。"""
    found = session.workspace.archive.tray.get(item)
    session.emit(_item(found) | {"path": str(found.file), "text": found.text})
    session.say(f"{found.id}  {found.name}", "bold")
    session.say(f"原因：{found.message}")
    session.say(f"文件：{found.file}")
    session.table(
        ("线索", "指向", "出处"),
        [
            (_KINDS.get(e["kind"], e["kind"]), e["speaks_for"], e["where"])
            for e in found.details.get("evidence", ())
        ],
    )
    if found.text:
        session.say("识别出的文字：", "dim")
        session.say(found.text.replace("\f", "\n—— 下一页 ——\n")[:2000])


_KINDS = {
    "qr": "二维码",
    "folder": "投放文件夹",
    "case_number": "户号",
    "id_number": "身份证号",
    "name_and_birth_or_address": "姓名与出生日期或住址",
    "name": "姓名",
    "title": "标题",
    "file_name": "文件名",
}


@review.command()
@click.argument("item", metavar="编号")
@click.argument("case_", metavar="户")
@click.option("--type", "type_", metavar="文书", help="文书（材料）种类；只有一个候选时可不写。")
@click.option("--signs", metavar="件号", help="这是第几件待签文书的签署件。")
@click.option("--keep-duplicate", is_flag=True, help="与已归档的件完全相同也另存一件。")
@_REASON
@with_session
def assign(
    session: Session,
    item: str,
    case_: str,
    type_: str | None,
    signs: str | None,
    keep_duplicate: bool,
    reason: str,
) -> None:
    """指定一件归入哪一户、是哪种材料。"""
    from archivist.ingest.filing import assign as do

    workspace = session.workspace
    found = workspace.archive.tray.get(item)
    number = workspace.find_case(case_)
    record = _record(signs)
    filed = do(
        workspace, session.by(), found, number, _type(session, found, type_), signs=record,
        keep_duplicate=keep_duplicate, reason=reason,
    )  # fmt: skip
    session.emit(
        {
            "name": filed.name,
            "case": str(filed.case),
            "record": filed.record,
            "title": filed.title,
            "signs": filed.signs,
        }
    )
    session.say(describe(filed), "green")


def _type(session: Session, item: TrayItem, named: str | None) -> DocumentType:
    catalogue = session.workspace.catalogue
    if named:
        return catalogue.get(named)
    candidates = list(item.details.get("types", ()))
    if len(candidates) != 1:
        raise UsageError(
            "没有唯一的种类候选", file=item.id, remedy="用 --type 指明文书（材料）种类，如 --type 身份证。"
        )
    return catalogue.get(candidates[0])


@review.command("return")
@click.argument("item", metavar="编号")
@with_session
def return_(session: Session, item: str) -> None:
    """退回：不属于任何一户的，放到 outbox/退回，由您取走。"""
    workspace = session.workspace
    with workspace.archive.writing(session.by().actor):
        found = workspace.archive.tray.get(item)
        path = workspace.archive.tray.hand_back(found, workspace.archive.outbox / "退回")
    session.emit({"item": found.id, "path": str(path)})
    session.say(f"已退回 {path}")
