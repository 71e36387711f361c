"""``archivist verify`` and ``archivist restore``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from archivist.api import fixity as api
from archivist.api import restoring, sealing
from archivist.api.fixity import FixityFindingView, Restored, Verified
from archivist.api.signatures import UNSIGNED
from archivist.cli.passwords import asking, password_file
from archivist.cli.session import Session, with_session
from archivist.cli.signatures import show_signatures
from archivist.errors import IndexFault, IntegrityAlarm, NewerFormat, UsageError


@click.command()
@click.argument("cases", nargs=-1, metavar="[户]…")
@click.option(
    "--all", "everything", is_flag=True, help="全部户档，连同总账、待认领、索引（不写户时即为此）。"
)
@click.option("--quick", is_flag=True, help="只查事件链、清单与文件大小，不重读内容。")
@click.option(
    "--bind", is_flag=True, help="旧版程序写的户档、总账，核对无误的，登记一笔写明是哪一户、哪一年的。"
)
@click.option(
    "--processes", default=0, type=click.IntRange(0, 64), help="检查进程数；默认每个处理器核心一个。"
)
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True),
    metavar="封存|报送|回执|备份|副本",
    help="与封存（heads.tsv、seal.json）、报送的 zip、回执、备份或另一份档案库核对，不写任何内容。",
)
@click.option(
    "--anchor",
    default="",
    metavar="摘要",
    help="与 --against 同用：封存单、移交清单上的二维码内容，或摘要的前 20 位以上。",
)
@password_file
@click.option("--accept", is_flag=True, help="认可所指一户检查出的问题（须写理由），解除只读，记入总账。")
@click.option("--reason", default="", help="认可的理由。")
@click.option("--with", "second", metavar="姓名", help="与 --accept 同用：确认的另一人；两人中须有分管领导。")
@with_session
def verify(
    session: Session,
    cases: tuple[str, ...],
    everything: bool,
    quick: bool,
    bind: bool,
    processes: int,
    against: Path | None,
    anchor: str,
    password_file: Path | None,
    accept: bool,
    reason: str,
    second: str | None,
) -> int:
    """核对：事件链、清单、每个文件的内容、总账、多余的文件、索引。有问题的户档转为只读。

    缺失、被改动的用 archivist restore 从备份找回（一户，或 --all 全部）；核实无误、决定维持现状的用 --accept，
    恢复时会放弃内容的用 restore --accept-loss，都须两人。
    """
    if everything and cases:
        raise UsageError("--all 与指明的户不能同时写")
    if (anchor or password_file) and not against:
        raise UsageError("--anchor、--password-file 只与 --against 同用")
    if against:
        if cases or everything or quick or bind or accept:
            raise UsageError("--against 不与指明的户和别的选项同用")
        return _compare(session, against, anchor, password_file)
    if accept:
        return _accept(session, cases, reason, second)
    with session.progress("核对") as progress:
        done = (api.verify_and_bind if bind else api.verify)(
            session.workspace,
            session.by(),
            cases,
            quick=quick,
            processes=processes,
            progress=progress,
        )
    return _show(session, done, bind=bind)


def _accept(session: Session, cases: tuple[str, ...], reason: str, second: str | None) -> int:
    if len(cases) != 1:
        raise UsageError("--accept 须指明一户")
    if not second or not second.strip():
        raise UsageError("认可须由两人作出：用 --with 写确认的另一人")
    decided = api.accept(session.workspace, session.by(), cases[0], reason, session.by(second))
    session.emit(decided)
    session.say(
        f"已记入总账：认可 {decided.case} 的 {len(decided.accepted)} 项问题，解除只读（{decided.decided_by}、{decided.confirmed_by}）",
        "green",
    )
    session.notice(decided.warnings)
    return 0


def _show(session: Session, done: Verified, *, bind: bool) -> int:
    """Show what a check found; return the exit status."""
    session.emit(done)
    show_findings(session, done.findings)
    what = f"核对了 {done.checked} 个档案袋、{done.files} 个文件" + (
        "（快速，未读内容）" if done.quick else f"，读了 {done.bytes / 1e6:.1f} MB"
    )
    if bind:
        session.say(f"写明归属 {len(done.bound)} 个档案袋" if done.bound else "没有须写明归属的档案袋")
    if done.known:
        session.say(f"另有 {len(done.known)} 项已有决定在案", "dim")
    if done.index_drift:
        session.warn(
            f"索引与档案库不一致（{len(done.index_drift)} 户）：运行 archivist reindex；档案本身不受影响"
        )
    if done.foreign:
        names = dict.fromkeys(f.file.rsplit("/", 1)[-1] for f in done.foreign)
        session.say(
            f"另有 {len(done.foreign)} 个别的程序留下的无关文件（{'、'.join(list(names)[:3])}{' 等' if len(names) > 3 else ''}），"
            "不影响档案；archivist doctor --tidy 把它们移出去",
            "dim",
        )
    session.notice(done.clock)
    if done.newer:
        session.say(f"{what}；{done.newer} 处由更新版本的程序写入，没有核对，请升级本程序", "yellow")
    if broken := len(done.findings) - done.newer:
        session.say(f"{what}，发现 {broken} 项问题；{done.closed}已转为只读", "bold red")
        return IntegrityAlarm.exit_status
    if done.newer:
        return NewerFormat.exit_status
    session.say(f"{what}，没有问题", "green")
    return IndexFault.exit_status if done.index_drift else 0


def _compare(session: Session, against: Path, anchor: str, password_file: Path | None) -> int:
    """Show every bag that is not as the other side has it, and how many are."""
    done = sealing.compare(session.workspace, against, anchor, ask=asking(password_file))
    session.emit(done)
    counts = Counter(b.label for b in done.bags)
    differing = [b for b in done.bags if b.standing not in ("same", "grown")]
    if differing:
        session.table(
            ("档案", "结果", "对方到第几个事件", "这里到第几个事件", "说明"),
            [(b.bag, b.label, b.anchored or "", b.here or "", b.text) for b in differing],
        )
    what = "，".join(f"{label} {count}" for label, count in counts.items())
    if done.signature and done.signature.standing != UNSIGNED:
        show_signatures(session, (done.signature,))
    if done.kind != "copy" and not done.anchored:
        session.say("没有与盖章的单子上的摘要核对（--anchor）：这份文件本身是否被换过，无从知道", "dim")
    if done.alarming:
        session.say(f"共 {len(done.bags)} 个：{what}；有 {done.alarming} 个须查明", "bold red")
        return IntegrityAlarm.exit_status
    session.say(f"共 {len(done.bags)} 个：{what}", "green")
    return 0


def show_findings(session: Session, findings: tuple[FixityFindingView, ...]) -> None:
    """Print what is wrong: which case, which file, what was expected and found, what to do."""
    if session.json:
        return
    for name in dict.fromkeys(f.bag for f in findings):
        session.say(name, "bold red")
        for f in (f for f in findings if f.bag == name):
            told = "，".join(
                w
                for w in (f.expected and f"应为 {_short(f.expected)}", f.found and f"实为 {_short(f.found)}")
                if w
            )
            session.say(f"  {f.label}  {f.file or '整个户档'}" + (f"（{told}）" if told else ""))
            session.say(f"        {f.remedy}", "dim")


def _short(digest: str) -> str:
    return f"{digest[:12]}…" if len(digest) == 64 else digest


@click.command()
@click.argument("case_", metavar="[户]", required=False)
@click.option(
    "--all", "everything", is_flag=True, help="备份中有、这里没有或已损坏的全部；完好的不动，不放弃任何内容。"
)
@click.option(
    "--from",
    "backup",
    required=True,
    type=click.Path(path_type=Path),
    help="备份、报送副本所在的文件夹，或报送包（.zip）。",
)
@click.option("--dry-run", is_flag=True, help="只列出要怎样恢复，不动任何文件。")
@click.option(
    "--accept-loss", is_flag=True, help="副本中没有的就此放弃，按现有的恢复：须两人决定，记入总账。"
)
@click.option(
    "--with", "second", metavar="姓名", help="与 --accept-loss 同用：确认的另一人；两人中须有分管领导。"
)
@click.option("--reason", default="", help="与 --accept-loss 同用：放弃的理由。")
@click.option(
    "--hold-again", is_flag=True, help="与 --accept-loss 同用：会丢掉的在冻结中的，在总账中重新冻结。"
)
@with_session
def restore(
    session: Session,
    case_: str | None,
    everything: bool,
    backup: Path,
    dry_run: bool,
    accept_loss: bool,
    second: str | None,
    reason: str,
    hold_again: bool,
) -> int:
    """恢复：按摘要从备份找回缺失、被改动的文件与事件；换下的移到 outbox/损坏，不删除。

    户可以是已经不见了的户号，也可以是 总账2024、批次编号、review/编号（待认领的一份）、密钥，以及备份中的
    设置、格式、规则包、文书样式、口令、查阅登记。
    """
    if bool(case_) == everything:
        raise UsageError("写明一户（或 总账2024、设置 ……），或用 --all，只能写一个")
    if everything or restoring.is_part(case_ or ""):
        if accept_loss:
            raise UsageError("--accept-loss 只与指明的一户、一年的总账同用")
        return _restore_office(session, case_ or "", backup, dry_run=dry_run)
    assert case_ is not None
    by = session.by(writes=not dry_run)
    confirming = session.by(second) if accept_loss and second and not dry_run else None
    if confirming and not session.json:
        planned = api.restore(session.workspace, by, case_, backup, dry_run=True, accept_loss=True)
        _show_loss(session, planned, "将放弃")
    done = api.restore(
        session.workspace, by, case_, backup,
        dry_run=dry_run, accept_loss=accept_loss, second=confirming, reason=reason, hold_again=hold_again,
    )  # fmt: skip
    session.emit(done)
    if dry_run or done.plan:
        rows = [(s.label, s.file, s.source) for s in done.plan]
        session.table(("怎样恢复" if dry_run else "已恢复", "文件", "来自"), rows)
    for path in done.missing:
        session.say(f"副本中没有：{path}", "yellow")
    _show_loss(session, done, "要放弃" if dry_run else "已放弃")
    session.notice(done.warnings)
    if dry_run:
        session.say("以上是计划，没有动任何文件" if done.plan else "没有可恢复的")
        return 0
    if done.moved_aside:
        session.say(f"移到 {done.aside_folder}：{len(done.moved_aside)} 个文件")
    show_findings(session, done.left)
    for what in done.residue:
        session.say(f"副本里还有已剔除的内容，没有恢复，待清：{what}", "yellow")
    if done.left or done.missing:
        session.say(
            f"{done.case} 仍有 {len(done.left) or len(done.missing)} 项问题，没有全部恢复", "bold red"
        )
        return IntegrityAlarm.exit_status
    session.say(f"{done.case} 已恢复，解除只读", "green")
    return 0


def _restore_office(session: Session, part: str, backup: Path, *, dry_run: bool) -> int:
    """Put back everything, or a part of what stands in no bag; the settings first, without which there is nobody to ask."""
    before: tuple[str, ...] = ()
    if not part or part in ("设置", "archivist.toml", "口令"):
        settings = restoring.restore_settings(session.root(), backup, dry_run=dry_run)
        before = settings.restored
        if before and dry_run:
            session.emit(settings)
            session.say(f"{'、'.join(before)} 这里没有或读不出来，会先取回；取回以后再运行，才看得出其余的")
            return 0
    with session.progress("恢复") as progress:
        done = restoring.restore_everything(
            session.workspace, session.by(writes=not dry_run), backup,
            part=part, before=before, dry_run=dry_run, progress=progress,
        )  # fmt: skip
    session.emit(done)
    for path in done.restored:
        session.say(f"{'会恢复' if dry_run else '已恢复'}：{path}")
    for line in done.differing:
        session.say(f"没有动：{line}", "yellow")
    for one in done.refused:
        session.warn(f"没有恢复 {one.path}：{one.problem}（{one.problem.code}）")
    for place in done.left:
        session.say(f"{place} 还有问题，没有全部恢复", "bold red")
    said = f"{done.generation}：{'会恢复' if dry_run else '恢复了'} {len(done.restored)} 个文件"
    session.say(f"{said}，{len(done.differing)} 处没有动", "green")
    if done.refused or done.left:
        return done.refused[0].problem.exit_status if done.refused else IntegrityAlarm.exit_status
    return 0


def _show_loss(session: Session, done: Restored, word: str) -> None:
    """Say what is given up: in words, event by event, the holds."""
    for what in done.lost:
        session.say(f"{word}：{what}", "yellow")
    for e in done.lost_events:
        digest = f"，摘要 {_short(e.sha256)}" if e.sha256 else ""
        session.say(
            f"  第 {e.seq} 个事件：{e.label or '内容已无从知道'} {e.about}".rstrip() + digest, "yellow"
        )
    for hold in done.lost_holds:
        session.say(f"  在冻结中：{hold}", "bold red")
    if done.decided_by:
        session.say(f"  {done.decided_by}、{done.confirmed_by} 决定，记入总账", "yellow")
