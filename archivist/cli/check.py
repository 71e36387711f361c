"""``archivist check``: what is missing in the files, what to do about it, on which sentence it rests."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

import click

from archivist.cli.session import DAY, Session, with_session
from archivist.errors import UsageError
from archivist.rules.completeness.run import Verdict
from archivist.rules.rule import Stage

if TYPE_CHECKING:
    import datetime as dt

    from archivist.procedure.completeness_audit import Checked, Report
    from archivist.rules.completeness.run import Finding

MANY: Final = 200
"""So many cases to be looked through deserve a progress bar."""
_STYLES: Final = {Verdict.PASSED: "green", Verdict.FAILED: "red", Verdict.UNCHECKED: "yellow"}


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
) -> int:
    """齐全性：缺什么、怎么办、依据哪一条。不写户时检查全部在办户档。查不出来的是“未检”，不算合格，由人核对后登记。"""
    from archivist.model.ids import parse_category
    from archivist.procedure.completeness_audit import check as run
    from archivist.procedure.completeness_audit import confirm

    at = Stage(stage) if stage else None
    workspace = session.workspace
    numbers = [workspace.find_case(c) for c in cases]
    if confirmed:
        if len(numbers) != 1:
            raise UsageError("--confirm 一次只登记一户")
        day = on or session.today()
        confirm(workspace, session.by(), numbers[0], confirmed, people=by, note=note, on=day, stage=at)
    elif by or note:
        raise UsageError("--by、--note 与 --confirm 同用")
    many = not numbers and len(workspace.archive.case_numbers()) >= MANY
    with session.progress("检查") if many else nullcontext() as step:
        report = run(
            workspace,
            numbers or None,
            stage=at,
            category=parse_category(category) if category else None,
            on=on or session.today(),
            step=step,
        )
    session.emit(_as_json(report, missing_only))
    if not session.json:
        _show(session, report, single=bool(numbers), missing_only=missing_only)
    for line in report.unread:
        session.warn(f"未检：{line}")
    return 0 if report.clean else 1


def _show(session: Session, report: Report, *, single: bool, missing_only: bool) -> None:
    shown = [c for c in report.cases if c.verdict is not Verdict.PASSED or not missing_only]
    if single:
        for one in shown:
            _show_case(session, one, missing_only)
    elif shown:
        session.table(
            ("户号", "申请人", "状态", "阶段", "结论", "不合格", "未检"),
            [
                (
                    c.case.number,
                    c.case.applicant_name,
                    c.case.state.label,
                    c.stage.label,
                    c.verdict.value,
                    _ids(c, Verdict.FAILED),
                    _ids(c, Verdict.UNCHECKED),
                )
                for c in shown
            ],
        )
    counts = "，".join(f"{v.value} {n} 户" for v, n in sorted(report.counts.items()))
    session.say(f"共 {len(report.cases)} 户" + (f"：{counts}" if counts else ""), "bold")
    if not single and any(c.verdict is not Verdict.PASSED for c in shown):
        session.say("缺什么、怎么办、依据：archivist check 户号", "dim")


def _ids(one: Checked, verdict: Verdict) -> str:
    return " ".join(dict.fromkeys(f.check.id for f in one.findings if f.verdict is verdict))


def _show_case(session: Session, one: Checked, missing_only: bool) -> None:
    session.say(
        f"{one.case.number}　{one.case.applicant_name}　{one.case.category.label}　{one.case.state.label}"
        f"　按{one.stage.label}阶段检查：{one.verdict.value}",
        "bold",
    )
    for finding in one.findings:
        if finding.verdict is not Verdict.PASSED or not missing_only:
            _show_finding(session, finding)
    if one.notice:
        session.say(one.notice, "cyan")


def _show_finding(session: Session, finding: Finding) -> None:
    check = finding.check
    session.say(f"{finding.verdict.value}　{check.id} {check.title}", _STYLES[finding.verdict])
    for problem in finding.problems:
        session.say(f"    · {problem}")
    for seen in finding.confirmed:
        session.say(f"    ✓ {seen}", "dim")
    if finding.todo:
        session.say(f"    {'怎么办' if finding.problems else '接下来'}：{finding.todo}")
    if finding.problems:
        session.say(f"    依据：{check.source}" + ("〔推定〕" if check.inferred else ""), "dim")
        if check.note:
            session.say(f"    注：{check.note}", "dim")


def _as_json(report: Report, missing_only: bool) -> dict[str, Any]:
    return {
        "counts": {v.value: n for v, n in report.counts.items()},
        "cases": [
            {
                "case": str(one.case.number),
                "state": one.case.state.value,
                "stage": one.stage,
                "verdict": one.verdict.value,
                "notice": one.notice,
                "findings": [
                    {
                        "id": f.check.id,
                        "title": f.check.title,
                        "verdict": f.verdict.value,
                        "problems": list(f.problems),
                        "todo": f.todo,
                        "confirmed": list(f.confirmed),
                        "source": str(f.check.source),
                        "inferred": f.check.inferred,
                        "note": f.check.note,
                    }
                    for f in one.findings
                    if f.verdict is not Verdict.PASSED or not missing_only
                ],
            }
            for one in report.cases
            if one.verdict is not Verdict.PASSED or not missing_only
        ],
        "unread": list(report.unread),
    }
