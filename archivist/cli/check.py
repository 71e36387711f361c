"""``archivist check``: what is missing in the files, what to do about it, on which sentence it rests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from archivist.api import completeness as api
from archivist.api.across import AcrossPair, check_across
from archivist.api.completeness import (
    CheckedCase,
    CheckFindingView,
    CheckReport,
    EvidenceKind,
    Stage,
    Verdict,
)
from archivist.cli.four_nature import PHASES, check_four
from archivist.cli.parameters import DAY
from archivist.cli.session import MANY, Session, with_session
from archivist.errors import UsageError
from archivist.model.ids import parse_category

if TYPE_CHECKING:
    import datetime as dt

_STYLES: Final = {
    Verdict.PASSED: "green",
    Verdict.FAILED: "red",
    Verdict.UNCHECKED: "yellow",
    Verdict.NOT_APPLICABLE: "dim",
}


@click.command()
@click.argument("cases", nargs=-1, metavar="[户]…")
@click.option(
    "--stage",
    type=click.Choice([s.value for s in Stage]),
    help="按哪一阶段检查：受理、在享、归档；默认由办理状态决定。",
)
@click.option("--category", help="只看一类救助。")
@click.option("--missing-only", is_flag=True, help="只列不合格和未检的。")
@click.option("--on", "on", type=DAY, help="以哪一天为准；默认今天。")
@click.option(
    "--confirm",
    "confirmed",
    multiple=True,
    metavar="检查",
    help="登记人工核对：这项未检的已由人看过、无误，如 C10.photos，可多次。",
)
@click.option(
    "--by", multiple=True, metavar="姓名", help="与 --confirm 同用：谁核对的，可多次；默认为经办人。"
)
@click.option("--note", default="", help="与 --confirm 同用：看到了什么。")
@click.option(
    "--across", is_flag=True, help="查各户之间：同一人重复、义务人是救助对象、他户已死亡、与工作人员同名。"
)
@click.option(
    "--four",
    is_flag=True,
    help="四性检测：真实、完整、可用、安全，逐项合格、不合格、未检；不写户时检测全部户档。",
)
@click.option("--phase", type=click.Choice(list(PHASES)), help="与 --four 同用：哪一环节的检测项；默认全部。")
@click.option(
    "--backup",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="备份盘",
    help="与 --four 同用：备份盘上的文件夹，连同最近一次备份一起检查。",
)
@click.option("--dry-run", is_flag=True, help="与 --four 同用：只检测，不写报告，不记总账。")
@with_session
def check(
    session: Session,
    cases: tuple[str, ...],
    stage: str | None,
    category: str | None,
    missing_only: bool,
    on: dt.date | None,
    confirmed: tuple[str, ...],
    by: tuple[str, ...],
    note: str,
    across: bool,
    four: bool,
    phase: str | None,
    backup: Path | None,
    dry_run: bool,
) -> int:
    """齐全性：缺什么、怎么办、依据哪一条。不写户时检查全部在办户档。

    “合格”写明看了哪些件、环节和登记；查不出来的是“未检”，由人核对后登记；没有可查的是“不适用”，写明为什么。
    """
    workspace, day = session.workspace, on or session.today()
    if four:
        if stage or category or missing_only or on or confirmed or by or note or across:
            raise UsageError("--four 只与户号、--phase、--backup、--dry-run 同用")
        return check_four(session, cases, phase, backup, dry_run=dry_run)
    if phase or backup or dry_run:
        raise UsageError("--phase、--backup、--dry-run 与 --four 同用")
    if across:
        if cases or stage or category or confirmed:
            raise UsageError("--across 查全部在办户档，不与户号、--stage、--category、--confirm 同用")
        return _check_across(session, day)
    at = Stage(stage) if stage else None
    if confirmed:
        if len(cases) != 1:
            raise UsageError("--confirm 一次只登记一户")
        api.confirm(workspace, session.by(), cases[0], confirmed, people=by, note=note, on=day, stage=at)
    elif by or note:
        raise UsageError("--by、--note 与 --confirm 同用")
    with session.progress("检查", least=MANY) as progress:
        report = api.check(
            workspace,
            cases,
            stage=at,
            category=parse_category(category) if category else None,
            on=day,
            missing_only=missing_only,
            progress=progress,
        )
    session.emit(report)
    if not session.json:
        _show(session, report, single=bool(cases))
    for line in report.unread:
        session.warn(f"未检：{line}")
    return 0 if report.clean else 1


def _check_across(session: Session, day: dt.date) -> int:
    with session.progress("核对", least=MANY) as progress:
        report = check_across(session.workspace, on=day, progress=progress)
    session.emit(report)
    if report.pairs:
        session.table(
            ("户号", "他户", "姓名", "情形"),
            [
                (p.case, p.other or "工作人员", p.person, f"{p.kind.label}\n{_outcome(p)}")
                for p in report.pairs
            ],
        )
    for pair in report.pairs:
        session.say(f"· {pair.case}：{pair.words}" + (f"；{pair.excepted}" if pair.excepted else ""))
    waiting = sum(pair.is_open for pair in report.pairs)
    session.say(f"各户之间有 {len(report.pairs)} 处，其中 {waiting} 处须处理", "bold")
    for line in report.unchecked:
        session.warn(f"未检：{line}")
    return 0 if report.clean else 1


def _outcome(pair: AcrossPair) -> str:
    return "已写明例外" if pair.excepted else pair.gravity.label


def _show(session: Session, report: CheckReport, *, single: bool) -> None:
    if single:
        for one in report.cases:
            _show_case(session, one)
    elif report.cases:
        session.table(
            ("户号", "申请人", "状态", "阶段", "结论", "不合格", "未检"),
            [
                (
                    c.case,
                    c.applicant,
                    c.state.label,
                    c.stage.label,
                    c.verdict.value,
                    _ids(c, Verdict.FAILED),
                    _ids(c, Verdict.UNCHECKED),
                )
                for c in report.cases
            ],
        )
    counts = "，".join(f"{v.value} {n} 户" for v, n in sorted(report.counts.items()))
    session.say(f"共 {report.total} 户" + (f"：{counts}" if counts else ""), "bold")
    if not single and not all(c.verdict.settled for c in report.cases):
        session.say("缺什么、怎么办、依据：archivist check 户号", "dim")


def _ids(one: CheckedCase, verdict: Verdict) -> str:
    return " ".join(dict.fromkeys(f.id for f in one.findings if f.verdict is verdict))


def _show_case(session: Session, one: CheckedCase) -> None:
    session.say(
        f"{one.case}　{one.applicant}　{one.category.label}　{one.state.label}"
        f"　按{one.stage.label}阶段检查：{one.verdict.value}",
        "bold",
    )
    for finding in one.findings:
        _show_finding(session, finding)
    if one.notice:
        session.say(one.notice, "cyan")
    session.notice(one.remarks)


def _show_finding(session: Session, finding: CheckFindingView) -> None:
    why = f"：{finding.reason}" if finding.reason else ""
    session.say(f"{finding.verdict.value}　{finding.id} {finding.title}{why}", _STYLES[finding.verdict])
    for problem in finding.problems:
        session.say(f"    · {problem}")
    if finding.verdict is Verdict.PASSED and (looked_at := _looked_at(finding)):
        session.say(f"    凭：{looked_at}", "dim")
    for seen in finding.confirmed:
        session.say(f"    ✓ {seen}", "dim")
    if finding.todo:
        session.say(f"    {'怎么办' if finding.problems else '接下来'}：{finding.todo}")
    if finding.problems:
        session.say(f"    依据：{finding.source}" + ("〔推定〕" if finding.inferred else ""), "dim")
        if finding.note:
            session.say(f"    注：{finding.note}", "dim")


def _looked_at(finding: CheckFindingView) -> str:
    """Return what a check looked at, but for what people looked up, which is shown line by line."""
    return "、".join(e.said for e in finding.evidence if e.kind is not EvidenceKind.CONFIRMED)
