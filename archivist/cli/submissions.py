"""``archivist submit``: handing files over to the bureau, and ``sign``, ``import``, ``list``."""

from __future__ import annotations

from pathlib import Path

import click

from archivist.api import submissions as api
from archivist.api.submissions import ReplyTaken, Submitted
from archivist.cli.family import OrMake
from archivist.cli.passwords import new_password, password_file
from archivist.cli.session import Session, with_session
from archivist.cli.signatures import show_signatures
from archivist.errors import UsageError

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group(cls=OrMake, alone=True)
def submit() -> None:
    """报送：archivist submit --quarter 2026Q4 —— 把新增和有变动的户档报送区民政局；sign 核对签名，import 收回执和反馈，list 列出。"""


@submit.command("make")
@click.option("--quarter", help="哪个季度，如 2026Q4。")
@click.option("--month", help="哪个月，如 2026-11。都不写：按规则包，上一个季度或上一个月。")
@click.option("--all", "everything", is_flag=True, help="全部户档。")
@click.option("--changed", is_flag=True, help="只报送上次回执以后有变动的（连同退回的）。")
@click.option("--new", is_flag=True, help="只报送新增的（连同退回的）。")
@click.option("--of", default="", metavar="代码", help="报送从这个机关接管的户档；不写只报送本机关的。")
@click.option("--to", type=_FOLDER, help="写到哪里，如移动硬盘；默认 outbox 的“报送”。")
@click.option("--part-size", default="", metavar="3.9G", help="每个分包最大多少；默认 3.9G，U 盘都放得下。")
@click.option(
    "--encrypt", is_flag=True, help="每个分包加上密码（AES-256；7-Zip、WinRAR 也能打开）；密码问两遍。"
)
@password_file
@click.option("--resume", metavar="编号", help="接着做没有做完的一次报送；已写好的分包不重写。")
@click.option("--dry-run", is_flag=True, help="只列出会报送哪些户，不写入。")
@click.option("--pdf/--no-pdf", default=None, help="移交清单另存 PDF。")
@with_session
def make(
    session: Session,
    quarter: str | None,
    month: str | None,
    everything: bool,
    changed: bool,
    new: bool,
    of: str,
    to: Path | None,
    part_size: str,
    encrypt: bool,
    password_file: Path | None,
    resume: str | None,
    dry_run: bool,
    pdf: bool | None,
) -> int:
    """报送：新增的和上次回执以后有变动的，打成分包（每包一个 BagIt 袋），逐包读回核对，记入总账。"""
    wanted = [name for name, on in (("all", everything), ("changed", changed), ("new", new)) if on]
    if len(wanted) > 1:
        raise UsageError("--all、--changed、--new 只能写一个")
    if resume and (quarter or month or wanted or of or part_size or dry_run):
        raise UsageError("--resume 只与 --to、--pdf、--encrypt 同用：其余的总账里已有")
    if password_file and to and password_file.resolve().is_relative_to(to.resolve()):
        raise UsageError(
            "密码文件不能放在报送的盘上", file=password_file.name, remedy="放到别处，另行告知接收单位。"
        )
    password = new_password("报送包", password_file) if encrypt or password_file else None
    with session.progress("报送") as progress:
        if resume:
            done = api.resume(
                session.workspace, session.by(), resume, to=to, encrypt=password, pdf=pdf, progress=progress
            )
        else:
            done = api.submit(
                session.workspace,
                session.by(writes=not dry_run),
                quarter=quarter,
                month=month,
                wanted=wanted[0] if wanted else "due",
                of=of,
                to=to,
                part_size=part_size,
                encrypt=password,
                dry_run=dry_run,
                pdf=pdf,
                progress=progress,
            )
    session.emit(done)
    return _show(session, done)


def _show(session: Session, done: Submitted) -> int:
    if not done.made:
        session.table(
            ("户号", "缘由", "分包", "MB"),
            [(c.case, c.why, c.part, f"{c.bytes / 1e6:.1f}") for c in done.cases],
        )
        session.say(f"{done.period}会报送 {len(done.cases)} 户，{done.size / 1e6:.1f} MB；没有写入任何内容")
    else:
        for part in done.parts:
            session.say(
                f"  {part.name}  {part.size / 1e6:,.1f} MB  {'已在且相符' if part.before else '读回相符'}",
                "dim",
            )
        session.say(
            f"{done.submission}：{len(done.cases)} 户，{len(done.parts)} 个分包 {done.size / 1e6:,.1f} MB，逐包读回相符；"
            f"锚 {' '.join(done.anchor[n : n + 4] for n in range(0, 16, 4))}",
            "green",
        )
        session.say(
            f"在 {done.folder}；打印移交清单，双方盖章后连同分包送去；回执用 archivist submit import 收"
        )
    for name in done.waiting:
        session.warn(
            f"{name} 还没有回执：请向接收单位索取，用 archivist submit import 收；其中的户这次一并再报送"
        )
    session.notice(done.notices)
    for case in done.too_large:
        session.warn(f"{case} 一户就超过一个分包，没有报送：加大 --part-size，或单独用移动硬盘移交")
    return 1 if done.too_large else 0


@submit.command("sign")
@click.argument("submission_id", metavar="编号")
@click.option("--to", type=_FOLDER, help="分包在哪里，如移动硬盘；默认 outbox 的“报送”。")
@with_session
def sign(session: Session, submission_id: str, to: Path | None) -> int:
    """核对分包旁边的签名（.p7s）：先用单位 UKey 自带的签名工具逐包做“分离式签名”，存为同名加 .p7s，再执行。"""
    done = api.check_signatures(session.workspace, submission_id, to=to)
    session.emit(done)
    show_signatures(session, done.parts)
    for name in done.missing:
        session.warn(f"{name} 不在 {done.folder}")
    return 0 if done.parts and not done.missing and all(p.standing == "good" for p in done.parts) else 1


@submit.command("import")
@click.argument("path", metavar="文件", type=click.Path(path_type=Path, dir_okay=False))
@with_session
def import_(session: Session, path: Path) -> int:
    """收区民政局的回执或抽查反馈（.json）：退回的、需整改的记入户档，列入 due。"""
    done = api.take_in(session.workspace, session.by(), path)
    session.emit(done)
    return _show_reply(session, done)


def _show_reply(session: Session, done: ReplyTaken) -> int:
    households = len({one.case for one in done.open})
    if done.kind == "receipt":
        session.say(
            f"回执 {done.submission}（{done.bureau}）：接收 {len(done.accepted)} 户，退回 {households} 户",
            "green",
        )
    else:
        total = len(done.accepted) + households
        session.say(
            f"抽查结果 {done.submission}（{done.bureau}）：{total} 户，需整改 {households} 户", "green"
        )
    session.table(
        ("户号", "件", "要改什么", "期限"),
        [(one.case, one.record, one.text, one.until or "") for one in done.open],
    )
    if not done.entered and done.open:
        session.say("这份文件以前收过，没有写入新的内容", "dim")
    for case in done.gone:
        session.warn(f"{case} 已不在档案库，没有登记")
    return 1 if done.open else 0


@submit.command("list")
@with_session
def list_(session: Session) -> None:
    """列出历次报送：做完没有，有没有回执，退回几户。"""
    found = api.list_submissions(session.workspace)
    session.emit(found)
    session.table(
        ("报送", "开始", "户", "分包", "状态", "接收单位", "退回"),
        [
            (
                s.submission,
                s.started_at[:16].replace("T", " "),
                s.cases,
                s.parts,
                s.stage_label,
                s.bureau,
                len(s.returned) or "",
            )
            for s in found.submissions
        ],
    )
    if not found.submissions:
        session.say("还没有报送过")
