"""``archivist backup``: making generations, and ``check``, ``list``, ``drill``."""

from __future__ import annotations

from pathlib import Path

import click

from archivist.api import backups as api
from archivist.cli.asking import agreed, refuse_unasked
from archivist.cli.family import OrMake
from archivist.cli.fixity import show_findings
from archivist.cli.session import Session, with_session
from archivist.errors import IntegrityAlarm

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group(cls=OrMake)
def backup() -> None:
    """备份：archivist backup 文件夹 —— 把整个工作区备份到移动硬盘；check 核对，drill 演练恢复，list 列出。"""


@backup.command("make")
@click.argument("dest", type=_FOLDER, metavar="文件夹")
@click.option("--label", default="", help="这块盘叫什么（记入总账），如 移动硬盘甲；默认用文件夹名。")
@click.option(
    "--keep", default=0, type=click.IntRange(0, 1000), help="只留最近几份，再早的整份删去；默认都留。"
)
@click.option("--dry-run", is_flag=True, help="只列出会删去哪几份，不备份。")
@click.option("--yes", is_flag=True, help="不再询问，照删。")
@with_session
def make(session: Session, dest: Path, label: str, keep: int, dry_run: bool, yes: bool) -> int:
    """备份整个工作区（索引除外）：没有变动的不重复占地方，做完逐个读回核对，记入总账。"""
    plan = api.plan(session.workspace, dest, keep)
    if dry_run:
        session.emit(plan)
        session.table(("会删去的备份",), [(name,) for name in plan.removed])
        return 0
    if plan.removed and not yes:
        listed = "、".join(plan.removed)
        refuse_unasked(session, f"会删去 {listed}", "确定要删的加 --yes，先看看的加 --dry-run。")
        if not agreed(session, f"备份做好以后删去 {listed}？", "没有备份。"):
            return 0
    with session.progress("备份") as progress:
        done = api.back_up(session.workspace, session.by(), dest, label=label, keep=keep, progress=progress)
    session.emit(done)
    made = done.generation
    session.say(
        f"已备份 {made.name}：{made.bags} 个档案袋，新抄 {done.copied} 个文件（{done.copied_bytes / 1e6:.1f} MB），"
        f"{done.linked} 个与上一份相同",
        "green",
    )
    if done.removed:
        session.say(f"已删去较早的：{'、'.join(done.removed)}")
    if done.destroyed:
        session.say(
            f"移出已销毁 {len(done.destroyed)} 户（{'、'.join(done.destroyed)}）；较早的各份里还有，按残留清除：archivist retention residue",
            "yellow",
        )
    if done.same_disk:
        session.warn("备份与档案库在同一块磁盘上：磁盘坏了两样都没有了，请另备一份到移动硬盘")
    for flaw in made.left_out:
        session.warn(f"没有备份 {flaw.path}：{flaw.why}")
    return _damaged(session, made)


def _damaged(session: Session, made: api.GenerationView) -> int:
    if not made.damaged:
        return 0
    for flaw in made.damaged:
        session.say(f"  {flaw.path}：{flaw.why}", "red")
    session.say(
        f"档案库中有 {len(made.damaged)} 处已经损坏，照原样备份了；请用 archivist verify 核对，从较早的备份恢复",
        "bold red",
    )
    return IntegrityAlarm.exit_status


@backup.command("check")
@click.argument("dest", type=_FOLDER, metavar="文件夹")
@click.option("--processes", default=0, type=click.IntRange(0, 64), help="检查进程数。")
@with_session
def check(session: Session, dest: Path, processes: int) -> int:
    """核对一份备份（或文件夹中最近的一份）：重读每个文件，对照事件链与链头。"""
    with session.progress("核对备份") as progress:
        done = api.check(dest, processes=processes, progress=progress)
    session.emit(done)
    show_findings(session, done.findings)
    made = done.generation
    if done.findings:
        session.say(f"{made.name} 有 {len(done.findings)} 处不符，不要再依靠它，请重新备份", "bold red")
        return IntegrityAlarm.exit_status
    session.say(f"{made.name}：{made.bags} 个档案袋、{made.files} 个文件，没有问题", "green")
    return _damaged(session, made)


@backup.command("list")
@click.argument("dest", type=_FOLDER, metavar="文件夹")
@with_session
def list_(session: Session, dest: Path) -> None:
    """列出文件夹中的备份。"""
    found = api.list_generations(dest)
    session.emit(found)
    session.table(
        ("备份", "时间", "档案袋", "文件", "MB", "已损坏"),
        [
            (
                g.name,
                g.made[:16].replace("T", " "),
                g.bags,
                g.files,
                f"{g.bytes / 1e6:.1f}",
                len(g.damaged) or "",
            )
            for g in found.generations
        ],
    )
    for name in found.unread:
        session.warn(f"{name} 的说明读不出来，用 archivist backup check 核对")
    if not (found.generations or found.unread):
        session.say("这里还没有备份")


@backup.command("drill")
@click.argument("dest", type=_FOLDER, metavar="文件夹")
@click.option("--into", type=_FOLDER, help="在哪里临时恢复（要放得下整个档案库）；默认用系统的临时文件夹。")
@with_session
def drill(session: Session, dest: Path, into: Path | None) -> int:
    """演练：把一份备份恢复到临时文件夹，核对、检索、查期限，报告用了多久，然后删去。"""
    done = api.drill(session.workspace, dest, session.by(), into)
    session.emit(done)
    session.table(("步骤", "结果", "秒"), [(s.step, s.outcome, f"{s.seconds:.1f}") for s in done.steps])
    show_findings(session, done.findings)
    total = sum(s.seconds for s in done.steps)
    if not done.passed:
        session.say(f"{done.generation.name} 没有通过演练", "bold red")
        return IntegrityAlarm.exit_status
    session.say(f"{done.generation.name} 可以恢复，用了 {total:.0f} 秒", "green")
    return 0
