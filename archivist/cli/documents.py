"""``archivist generate`` and ``archivist templates``."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archivist.cli.session import DAY, Session, pairs, with_session
from archivist.errors import TemplateFault, UsageError, WriteFailed
from archivist.model.ids import CaseNo

if TYPE_CHECKING:
    from archivist.issuing.case_documents import Issued, Outcome, Plan, Refused


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
    pdf: bool | None,
    draft: bool,
    dry_run: bool,
    out: Path | None,
    parcel: Path | None,
    merged: Path | None,
) -> int:
    """制发文书：一户或多户；机关文书（templates list 中标“机关”的）不写户。

    缺项一次列全。按户的归档为“待签”（无须签章的即为归档），打印、签章、扫描后自动对应；机关文书写入
    archive/outbox/机关文书，记入总账。
    """
    from archivist.cli import office
    from archivist.issuing import batch
    from archivist.issuing.case_documents import issue, plan

    workspace = session.workspace
    wanted = workspace.catalogue.get(document)
    options = workspace.config.options
    with_pdf = bool(merged) or (options.pdf if pdf is None else pdf)
    if wanted.of_office:
        office.refuse_households(
            wanted,
            {"户": cases, "--search": query, "--list": names, "--zip": parcel, "--merge": merged},
        )
        wish = office.Wish(on or session.today(), with_pdf, draft, dry_run, out)
        return office.generate(session, wanted, source, dict(pairs(settings)), wish)
    shared, rows = batch.read_values(source)
    numbers = [workspace.find_case(c) for c in cases]
    numbers += batch.listed(workspace, names) if names else []
    numbers += batch.searched(workspace, query) if query else []
    numbers = list(dict.fromkeys(numbers or [CaseNo.parse(n) for n in rows]))
    if not numbers:
        raise UsageError(
            "没有写为哪一户制发", remedy="写户号或姓名，或用 --search、--list、--from 指明各户。"
        )
    if draft and (parcel or merged):
        raise UsageError("草稿不编号、不归档，不能打包；去掉 --zip、--merge，或去掉 --draft")
    if merged and pdf is False:
        raise UsageError("--merge 需要 PDF，不能与 --no-pdf 同用")
    batch.refuse_existing(parcel, merged)
    told = {**shared, **dict(pairs(settings))}
    given = {n: {**told, **rows.get(str(n), {})} for n in numbers}
    todo = plan(workspace, session.by(), wanted, numbers, given, on=on or session.today())
    if len(numbers) == 1 and todo.refused:
        raise todo.refused[0].error
    if dry_run:
        return _show_plan(session, todo)
    if draft:
        return _drafts(session, todo, out or workspace.archive.outbox / "草稿")
    if len(todo.documents) == 1:
        outcome = issue(workspace, session.by(), todo, pdf=with_pdf)
    else:
        session.say(f"{wanted.title}：{len(todo.documents)} 户可以制发，{len(todo.refused)} 户不能")
        with session.progress(wanted.title) as step:
            outcome = issue(
                workspace, session.by(), todo, pdf=with_pdf, report=lambda _r, done, total: step(done, total)
            )
    if out:
        _copy_out(outcome.issued, out)
    lost = _parcels(session, outcome.issued, parcel, merged)
    return _show_outcome(session, outcome) or lost


def _parcels(session: Session, issued: Sequence[Issued], parcel: Path | None, merged: Path | None) -> int:
    """Write the archive and the merged PDF; what cannot be written takes nothing back of what was issued."""
    from archivist.issuing import batch

    status = 0
    for target, write in ((parcel, batch.into_zip), (merged, batch.into_pdf)):
        if target is None or not issued:
            continue
        try:
            pages = write(issued, target)
        except WriteFailed as error:
            session.warn(f"{error}（{error.code}）")
            status = error.exit_status
        else:
            session.say(f"已写成 {target}" + (f"，{pages} 页" if pages else ""))
    return status


def _show_plan(session: Session, todo: Plan) -> int:
    continued = [p.continued for p in todo.documents]
    session.emit(
        {
            "documents": [
                {
                    "case": str(p.case.number),
                    "document": p.document.id,
                    "hand": list(p.hand),
                    "continued": list(boxes),
                }
                for p, boxes in zip(todo.documents, continued, strict=True)
            ],
            "refused": [_refused(r) for r in todo.refused],
        }
    )
    session.table(
        ("户号", "申请人", "文书", "打印后手写"),
        [(p.case.number, p.case.applicant_name, p.document.title, "、".join(p.hand)) for p in todo.documents],
        title="将制发（试运行，未写入）",
    )
    for one, boxes in zip(todo.documents, continued, strict=True):
        if boxes:
            session.say(f"{one.case.number} 另有续页：{'、'.join(boxes)}", "dim")
    _show_refused(session, todo.refused)
    return todo.refused[0].error.exit_status if todo.refused else 0


def _drafts(session: Session, todo: Plan, out: Path) -> int:
    from archivist.issuing.case_documents import draft_document

    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = []
    for planned in todo.documents:
        path = out / f"{planned.case.number} {planned.document.title}（草稿）.docx"
        path.write_bytes(draft_document(planned))
        path.chmod(0o600)
        paths.append(path)
    session.emit({"drafts": [str(p) for p in paths], "refused": [_refused(r) for r in todo.refused]})
    for path in paths:
        session.say(f"草稿 {path}")
    _show_refused(session, todo.refused)
    return todo.refused[0].error.exit_status if todo.refused else 0


def _copy_out(issued: Sequence[Issued], out: Path) -> None:
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for item in issued:
        for path in item.files:
            target = out / f"{item.case} {path.name}"
            shutil.copyfile(path, target)


def _show_outcome(session: Session, outcome: Outcome) -> int:
    session.emit(
        {
            "issued": [
                {
                    "case": str(i.case),
                    "record": i.record,
                    "title": i.title,
                    "doc_no": i.doc_no,
                    "files": [str(f) for f in i.files],
                    "hand": list(i.hand),
                    "continued": list(i.continued),
                    "pending": i.pending,
                }
                for i in outcome.issued
            ],
            "refused": [_refused(r) for r in outcome.refused],
        }
    )
    if len(outcome.issued) == 1 and not session.json:
        (one,) = outcome.issued
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
    elif outcome.issued:
        session.table(
            ("户号", "件号", "文书", "文号"), [(i.case, i.record, i.title, i.doc_no) for i in outcome.issued]
        )
        waiting = "均为待签" if outcome.issued[0].pending else "无须签章，均已归档"
        session.say(f"已制发 {len(outcome.issued)} 份，{waiting}", "green")
    _show_refused(session, outcome.refused)
    return outcome.refused[0].error.exit_status if outcome.refused else 0


def _refused(refused: Refused) -> dict[str, object]:
    return {"case": str(refused.case), **refused.error.as_json()}


def _show_refused(session: Session, refused: Sequence[Refused]) -> None:
    for one in refused:
        session.warn(f"未制发 {one.case}：{one.error}（{one.error.code}）")


# ── templates ────────────────────────────────────────────────────────────────────────────────────────────
@click.group()
def templates() -> None:
    """文书目录与模板。"""


@templates.command("list")
@with_session
def list_(session: Session) -> None:
    """列出文书目录：按户制发的文书、机关文书、用 report 编制的册表，与可收取的材料。"""
    from archivist.cli.office import made_for

    found = session.workspace.catalogue.all()
    session.emit(
        [
            {
                "id": d.id,
                "title": d.title,
                "code": d.code,
                "generated": d.generated,
                "made_for": made_for(d),
                "folder": d.folder,
                "categories": [c.value for c in d.categories],
            }
            for d in found
        ]
    )
    session.table(
        ("代号", "名称", "码", "制发", "环节", "类别"),
        [
            (
                d.id,
                d.title,
                d.code,
                made_for(d),
                d.folder,
                " ".join(c.value for c in d.categories),
            )
            for d in found
        ],
    )


@templates.command()
@click.argument("names", nargs=-1, metavar="[文书]…")
@with_session
def check(session: Session, names: tuple[str, ...]) -> int:
    """检查模板：逐一试填，核对用到的字段、样例、二维码；也检查本工作区改过的模板；一次报全。"""
    from archivist.documents.template.check import check as faults_of
    from archivist.documents.template.check import own_template, strangers

    workspace = session.workspace
    catalogue = workspace.catalogue
    wanted = [catalogue.get(n) for n in names] or list(catalogue.generated())
    faults: dict[str, list[str]] = {}
    with session.progress("检查模板") as step:
        for done, document in enumerate(wanted, 1):
            if problems := faults_of(document, document.template):
                faults[document.id] = problems
            step(done, len(wanted))
    own = [d.id for d in wanted if own_template(d)]
    if not names:
        faults |= {
            name: ["文书目录中没有这种文书：文件名应为文书代号"]
            for name in strangers(workspace.templates, (d.id for d in catalogue))
        }
        faults |= {name: ["本程序要用这种文书，文书目录中没有"] for name in catalogue.lacking()}
        faults |= {path: ["本程序要用这个字段，没有文书登记它"] for path in catalogue.undeclared()}
    session.emit({"checked": len(wanted), "own": own, "faults": faults})
    session.table(
        ("文书", "错误"),
        [(f"{i}（本工作区）" if i in own else i, p) for i, ps in faults.items() for p in ps],
    )
    session.say(
        f"检查了 {len(wanted)} 个模板"
        + (f"，其中本工作区改过的 {len(own)} 个" if own else "")
        + f"，{'全部正常' if not faults else f'{len(faults)} 个有错'}",
        "red" if faults else "green",
    )
    return TemplateFault.exit_status if faults else 0


@templates.command()
@click.argument("names", nargs=-1, required=True, metavar="文书…")
@with_session
def copy(session: Session, names: tuple[str, ...]) -> None:
    """把自带的模板复制到本工作区，供您用 Word/WPS 修改；本工作区的模板优先。"""
    workspace = session.workspace
    workspace.templates.mkdir(exist_ok=True)
    copied = []
    for name in names:
        document = workspace.catalogue.get(name)
        if document.template is None:
            raise UsageError(f"{document.title}是收取的材料，没有模板")
        for path in (document.template, document.template.with_suffix(".toml")):
            target = workspace.templates / path.name
            if target.exists():
                raise UsageError(f"工作区已有 {path.name}，不覆盖", remedy="要重新开始，请先把它改名或移走。")
            shutil.copyfile(path, target)
            copied.append(str(target))
    session.emit({"copied": copied})
    for line in copied:
        session.say(line)


@templates.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@with_session
def build(session: Session, folder: Path) -> None:
    """由各文书 .toml 中的版式（layout）生成 .docx 模板，写入指定文件夹。"""
    from archivist.documents.template.build import build_all

    made = build_all(session.workspace.catalogue.generated(), folder)
    session.emit({"built": [str(p) for p in made]})
    session.say(f"生成了 {len(made)} 个模板 → {folder}")
