"""``archivist check --four``, ``archivist bureau verify --four``: the four natures (四性), item by item."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from archivist.api import four_nature as api
from archivist.api.access import require_writable
from archivist.api.four_nature import FourNatureChecked, FourNatureItemView, Phase
from archivist.cli.session import Session
from archivist.model.standing import Verdict

FAILED: Final = 22
"""Exit status where an item is wrong; 1 where 合格 cannot be written for what is open."""
_STYLES: Final = {Verdict.PASSED: "green", Verdict.FAILED: "red", Verdict.UNCHECKED: "yellow"}
PHASES: Final = {phase.label: phase for phase in Phase}


def check_four(
    session: Session, cases: tuple[str, ...], phase: str | None, backup: Path | None, *, dry_run: bool
) -> int:
    """Check, show, and return the exit status."""
    if not dry_run:
        require_writable(session.workspace)  # the report names whom it is about
    with session.progress("四性检测", least=2) as progress:
        done = api.check(
            session.workspace,
            session.by(writes=not dry_run),
            cases,
            phase=PHASES[phase] if phase else None,
            backup=backup,
            dry_run=dry_run,
            progress=progress,
        )
    return _answer(session, done)


def check_four_received(
    session: Session,
    office: str,
    cases: tuple[str, ...],
    phase: str | None,
    backup: Path | None,
    *,
    dry_run: bool,
) -> int:
    """Check what the bureau received, show, and return the exit status."""
    if not dry_run:
        require_writable(session.workspace)
    with session.progress("四性检测", least=2) as progress:
        done = api.check_received(
            session.workspace,
            session.by(writes=not dry_run),
            office,
            cases,
            phase=PHASES[phase] if phase else None,
            backup=backup,
            dry_run=dry_run,
            progress=progress,
        )
    return _answer(session, done)


def _answer(session: Session, done: FourNatureChecked) -> int:
    session.emit(done)
    if not session.json:
        _show(session, done)
    if done.unrecorded:
        session.warn(f"没有记入总账，也没有写报告：{done.unrecorded}")
    if done.failed:
        return FAILED
    return 0 if done.passed and not done.unrecorded else 1


def _show(session: Session, done: FourNatureChecked) -> None:
    for item in done.items:
        if item.verdict is not Verdict.PASSED:
            _show_item(session, item)
    if len(done.cases) > 1:
        session.table(
            ("户号", "事件", "结论", "不合格", "未检"),
            [
                (
                    c.case,
                    c.seq,
                    c.conclusion,
                    _names(c.items, Verdict.FAILED),
                    _names(c.items, Verdict.UNCHECKED),
                )
                for c in done.cases
            ],
        )
    session.say(done.words, "green" if done.passed else "red" if done.failed else "yellow")
    for path in done.files:
        session.say(f"  {path}")


def _show_item(session: Session, item: FourNatureItemView) -> None:
    required = "" if item.required else "（非必检）"
    session.say(f"{item.verdict.value}　{item.nature}　{item.name}{required}", _STYLES[item.verdict])
    for line in item.wrong or item.unchecked:
        session.say(f"    · {line}")


def _names(items: tuple[FourNatureItemView, ...], verdict: Verdict) -> str:
    return "\n".join(item.name for item in items if item.verdict is verdict)
