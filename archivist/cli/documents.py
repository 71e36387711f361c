"""``archivist generate``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from archivist.api import document_types, next_acts, office_documents
from archivist.api import documents as api
from archivist.api.document_results import (
    DocumentPlan,
    Drafts,
    EarlierDocument,
    IssuedDocuments,
)
from archivist.api.document_types import DocumentTypeView, MadeFor
from archivist.api.documents import PreparedDocuments
from archivist.api.parcels import Copies, Parcel
from archivist.api.result import Refusal
from archivist.cli.next_acts import next_line
from archivist.cli.parameters import DAY, pairs
from archivist.cli.session import Session, with_session
from archivist.errors import UsageError
from archivist.model.by import By

_FEW = 10
"""So many documents done before are named one by one."""


@click.command()
@click.argument("document", metavar="文书")
@click.argument("cases", nargs=-1, metavar="户…")
@click.option(
    "--set", "settings", multiple=True, metavar="键=值", help="文书上另填的内容，可多次；键为英文或中文名。"
)
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="逐户填写的表格（.xlsx，含“户号”一列）或 .toml/.json；机关文书的 .xlsx 是它那张表的各行。",
)
@click.option(
    "--search",
    "query",
    default="",
    metavar="检索式",
    help='为检索到的各户制发，如 "类别:低保 村社区:槐树里"。',
)
@click.option(
    "--list",
    "names",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="为名单上的各户制发：文本每行一户（户号、证号或姓名），或含“户号”一列的 .xlsx。",
)
@click.option("--on", "on", type=DAY, help="成文日期；默认今天。")
@click.option("--reason", default="", metavar="理由", help="倒签、重复制发的理由，记入户档。")
@click.option("--again", is_flag=True, help="已制发过，确须再发一份；须写 --reason。")
@click.option("--pdf/--no-pdf", default=None, help="同时生成 PDF（需要 LibreOffice）。")
@click.option("--draft", is_flag=True, help="只出草稿：不编号、不归档、没有二维码。")
@click.option("--dry-run", is_flag=True, help="只看能否制发、缺什么，不写入。")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="另存一份到此文件夹，便于打印。"
)
@click.option("--zip", "parcel", type=click.Path(path_type=Path, dir_okay=False), help="另存为一个压缩包。")
@click.option(
    "--merge",
    "merged",
    type=click.Path(path_type=Path, dir_okay=False),
    help="另存为一个 PDF，供一次打印（双面时各份另起一张）。",
)
@click.option(
    "--serves",
    "serves",
    multiple=True,
    metavar="件号",
    help="送达回证：送达的是第几件，可多次；不写为所有待送达的文书。",
)
@with_session
def generate(
    session: Session,
    document: str,
    cases: tuple[str, ...],
    settings: tuple[str, ...],
    source: Path | None,
    query: str,
    names: Path | None,
    on: dt.date | None,
    reason: str,
    again: bool,
    pdf: bool | None,
    draft: bool,
    dry_run: bool,
    out: Path | None,
    parcel: Path | None,
    merged: Path | None,
    serves: tuple[str, ...],
) -> int:
    """制发文书：一户或多户；机关文书（templates list 中标“机关”的）不写户。

    缺项一次列全。按户的归档为“待签”（无须签章的即为归档），打印、签章、扫描后自动对应；机关文书写入
    archive/outbox/机关文书，记入总账。成批制发中断的，重新运行同一命令：已制发的跳过，只补没有做的。
    """
    by = session.by(writes=not (draft or dry_run))
    wanted = document_types.document_type(session.workspace, document)
    if wanted.made_for in (MadeFor.OFFICE, MadeFor.REGISTER):
        _refuse_of_households(
            wanted,
            {
                "户": cases,
                "--search": query,
                "--list": names,
                "--reason": reason and not again,
                "--serves": serves,
                "--zip": parcel,
                "--merge": merged,
            },
        )
        for_office = office_documents.prepare(
            session.workspace,
            wanted.id,
            on=on or by.today,
            values=source,
            settings=dict(pairs(settings)),
            pdf=pdf,
            folder=out,
            draft=draft,
            again=again,
            reason=reason,
        )
        return _office_document(session, by, for_office, draft=draft, dry_run=dry_run)
    if draft and (parcel or merged):
        raise UsageError("草稿不编号、不归档，不能打包；去掉 --zip、--merge，或去掉 --draft")
    if merged and pdf is False:
        raise UsageError("--merge 需要 PDF，不能与 --no-pdf 同用")
    prepared = api.prepare(
        session.workspace,
        by,
        wanted.id,
        cases,
        listed=names,
        search=query,
        values=source,
        settings=dict(pairs(settings)),
        on=on,
        pdf=pdf,
        copies=Copies(out, parcel, merged),
        draft=draft,
        again=again,
        reason=reason,
        serves=serves,
    )
    if dry_run:
        return _show_plan(session, api.plan(session.workspace, prepared))
    if draft:
        return _show_drafts(session, api.draft(session.workspace, prepared, out))
    return _show_issued(session, _issue(session, by, wanted.title, prepared))


def _issue(session: Session, by: By, title: str, prepared: PreparedDocuments) -> IssuedDocuments:
    if prepared.ready < 2:
        return api.issue(session.workspace, by, prepared)
    before = f"，{prepared.skipped} 户此前已制发" if prepared.skipped else ""
    session.say(f"{title}：{prepared.ready} 户可以制发，{len(prepared.refused)} 户不能{before}")
    with session.progress(title) as progress:
        return api.issue(session.workspace, by, prepared, progress)


def _show_plan(session: Session, plan: DocumentPlan) -> int:
    session.emit(plan)
    session.table(
        ("户号", "申请人", "文书", "打印后手写"),
        [(p.case, p.applicant, p.title, "、".join(p.hand)) for p in plan.documents],
        title="将制发（试运行，未写入）",
    )
    for one in plan.documents:
        if one.continued:
            session.say(f"{one.case} 另有续页：{'、'.join(one.continued)}", "dim")
        for doubt in one.doubts:
            session.say(f"{one.case} 请核对：{doubt}", "yellow")
    _show_done_before(session, plan.done_before)
    session.notice(plan.notices)
    return _show_refused(session, plan.refused)


def _show_drafts(session: Session, made: Drafts) -> int:
    session.emit(made)
    for path in made.drafts:
        session.say(f"草稿 {path}")
    session.notice(made.notices)
    return _show_refused(session, made.refused)


def _show_issued(session: Session, done: IssuedDocuments) -> int:
    lost = show_parcels(session, done.parcels)
    session.emit(done)
    if len(done.issued) == 1:
        (one,) = done.issued
        session.say(
            f"已制发 {one.title} → {one.case} 第 {one.record} 件（{'待签' if one.pending else '无须签章，已归档'}）"
            + (f"，{one.doc_no}" if one.doc_no else ""),
            "green",
        )
        for path in one.files:
            session.say(f"  {path}")
        if one.hand:
            session.say(f"打印后手写或盖章：{'、'.join(one.hand)}", "dim")
        if one.continued:
            session.say(f"写不下的续在续页上，请一并签章：{'、'.join(one.continued)}", "dim")
        for doubt in one.doubts:
            session.say(f"请核对：{doubt}", "yellow")
        if one.case and (act := next_acts.after_in(session.workspace, one.case, by=session.by(writes=False))):
            session.say(next_line(act))
    elif done.issued:
        session.table(
            ("户号", "件号", "文书", "文号"), [(i.case, i.record, i.title, i.doc_no) for i in done.issued]
        )
        waiting = "均为待签" if done.issued[0].pending else "无须签章，均已归档"
        session.say(f"已制发 {len(done.issued)} 份，{waiting}", "green")
    _show_done_before(session, done.done_before)
    session.notice(done.notices)
    return _show_refused(session, done.refused) or lost


def _show_done_before(session: Session, earlier: Sequence[EarlierDocument]) -> None:
    if not earlier:
        return
    for one in earlier if len(earlier) <= _FEW else ():
        number = f"，{one.doc_no}" if one.doc_no else ""
        where = f"{one.case} 第 {one.record} 件" if one.case else "记入总账"
        session.say(f"此前已制发 {one.title}（{one.date}{number}）：{where}", "dim")
    session.say(f"{len(earlier)} 份此前已制发，跳过；有意再制发一份的，加 --again --reason 理由。")


def show_parcels(session: Session, parcels: Sequence[Parcel]) -> int:
    """Show what was taken away and what could not be; returns the exit status."""
    status = 0
    for one in parcels:
        if one.problem:
            session.warn(f"{one.problem}（{one.problem.code}）")
            status = one.problem.exit_status
        elif not one.path.is_dir():
            session.say(f"已写成 {one.path}" + (f"，{one.pages} 页" if one.pages else ""))
    return status


def _show_refused(session: Session, refused: Sequence[Refusal]) -> int:
    for one in refused:
        session.warn(f"未制发 {one.case}：{one}（{one.code}）")
    return refused[0].exit_status if refused else 0


# ── documents of the office ──────────────────────────────────────────────────────────────────────────────
def _refuse_of_households(document: DocumentTypeView, named: Mapping[str, object]) -> None:
    """Refuse what only documents of households take.

    Args:
        document: a document of the office.
        named: option → what was written for it.

    Raises:
        UsageError: E001.
    """
    superfluous = [option for option, value in named.items() if value]
    if document.made_for is MadeFor.OFFICE and superfluous:
        raise UsageError(
            f"{document.title}不按户制发、不入户档，不能与 {'、'.join(superfluous)} 同用",
            remedy=f"写成 archivist generate {document.title}，内容用 --set 或 --from 给出。",
        )


def _office_document(
    session: Session, by: By, prepared: office_documents.PreparedOfficeDocument, *, draft: bool, dry_run: bool
) -> int:
    """Issue a document of the office, or show what would be issued."""
    workspace = session.workspace
    if dry_run:
        return _show_office_plan(session, office_documents.plan(workspace, prepared))
    if draft:
        made = office_documents.draft(workspace, prepared)
        _show_drafts(session, made)
        return _show_doubts(session, made.doubts)
    return _show_office_issued(session, office_documents.issue(workspace, by, prepared))


def _show_office_plan(session: Session, plan: DocumentPlan) -> int:
    session.emit(plan)
    session.notice(plan.notices)
    if plan.done_before:
        _show_done_before(session, plan.done_before)
        return 0
    (one,) = plan.documents
    session.table(
        ("文书", "成文日期", "文号", "打印后手写"),
        [(one.title, one.date, "制发时编号" if one.numbered else one.doc_no, "、".join(one.hand))],
        title="将制发（试运行，未写入）",
    )
    return _show_doubts(session, one.doubts)


def _show_office_issued(session: Session, done: IssuedDocuments) -> int:
    lost = show_parcels(session, done.parcels)
    session.emit(done)
    session.notice(done.notices)
    if done.done_before:
        _show_done_before(session, done.done_before)
        return 0
    (one,) = done.issued
    session.say(f"已制发 {one.title}" + (f"，{one.doc_no}" if one.doc_no else "") + "，已记入总账", "green")
    for path in one.files:
        session.say(f"  {path}")
    if one.hand:
        session.say(f"打印后手写或盖章：{'、'.join(one.hand)}", "dim")
    return lost or _show_doubts(session, one.doubts)


def _show_doubts(session: Session, doubts: Sequence[str]) -> int:
    for line in doubts:
        session.warn(f"待核：{line}")
    return 1 if doubts else 0
