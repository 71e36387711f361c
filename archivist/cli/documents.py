"""``archivist generate`` and ``archivist templates``."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archivist.cli.session import DAY, Session, pairs, with_session
from archivist.errors import ArchivistError, TemplateFault, UsageError
from archivist.model.ids import CaseNo

if TYPE_CHECKING:
    from archivist.issue.document import Issued, Outcome, Plan, Refused


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
    help="逐户填写的表格（.xlsx，含“户号”一列）或 .toml/.json。",
)
@click.option("--on", "on", type=DAY, help="成文日期；默认今天。")
@click.option("--pdf/--no-pdf", default=None, help="同时生成 PDF（需要 LibreOffice）。")
@click.option("--draft", is_flag=True, help="只出草稿：不编号、不归档、没有二维码。")
@click.option("--dry-run", is_flag=True, help="只看能否制发、缺什么，不写入。")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="另存一份到此文件夹，便于打印。"
)
@with_session
def generate(
    session: Session,
    document: str,
    cases: tuple[str, ...],
    settings: tuple[str, ...],
    source: Path | None,
    on: dt.date | None,
    pdf: bool | None,
    draft: bool,
    dry_run: bool,
    out: Path | None,
) -> int:
    """制发文书：一户或多户。缺项一次列全；归档为“待签”，打印、签章、扫描后自动对应。"""
    from archivist.issue.document import issue, plan

    workspace = session.workspace
    wanted = workspace.catalogue.get(document)
    shared, rows = _given(workspace_rows(source), pairs(settings))
    numbers = [workspace.find_case(c) for c in cases] + [CaseNo.parse(n) for n in rows if not cases]
    if not numbers:
        raise UsageError("没有写为哪一户制发")
    given = {n: {**shared, **rows.get(str(n), {})} for n in numbers}
    todo = plan(workspace, wanted, list(dict.fromkeys(numbers)), given, on=on or session.today())
    if len(numbers) == 1 and todo.refused:
        raise todo.refused[0].error
    if dry_run:
        return _show_plan(session, todo)
    if draft:
        return _drafts(session, todo, out or workspace.archive.outbox / "草稿")
    with_pdf = workspace.config.options.pdf if pdf is None else pdf
    if len(todo.documents) == 1:
        outcome = issue(workspace, todo, pdf=with_pdf)
    else:
        with session.progress(wanted.title) as step:
            outcome = issue(workspace, todo, pdf=with_pdf, report=lambda _r, done, total: step(done, total))
    if out:
        _copy_out(outcome.issued, out)
    return _show_outcome(session, outcome)


def workspace_rows(source: Path | None) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Read values for all documents, and values by case number, from a file."""
    if source is None:
        return {}, {}
    if source.suffix.lower() != ".xlsx":
        import json
        import tomllib

        text = source.read_text(encoding="utf-8-sig")
        try:
            raw = tomllib.loads(text) if source.suffix.lower() == ".toml" else json.loads(text)
        except ValueError as error:
            raise UsageError(f"读不出来：{error}", file=source.name) from None
        return dict(raw), {}
    from openpyxl import load_workbook

    book = load_workbook(source, read_only=True, data_only=True)
    try:
        lines = [r for r in book.worksheets[0].iter_rows(values_only=True) if any(c is not None for c in r)]
    finally:
        book.close()
    heads = [str(h or "").strip() for h in (lines[0] if lines else ())]
    if "户号" not in heads:
        raise UsageError("表格第一行没有“户号”一列", file=source.name)
    key = heads.index("户号")
    return {}, {
        str(CaseNo.parse(str(line[key]))): {
            h: v for h, v in zip(heads, line, strict=False) if h and h != "户号" and v is not None
        }
        for line in lines[1:]
        if line[key] is not None
    }


def _given(
    from_file: tuple[dict[str, Any], dict[str, dict[str, Any]]], settings: Sequence[tuple[str, str]]
) -> tuple[dict[str, Any], Mapping[str, dict[str, Any]]]:
    shared, rows = from_file
    return {**shared, **dict(settings)}, rows


def _show_plan(session: Session, todo: Plan) -> int:
    session.emit(
        {
            "documents": [
                {"case": str(p.case.number), "document": p.document.id, "hand": list(p.hand)}
                for p in todo.documents
            ],
            "refused": [_refused(r) for r in todo.refused],
        }
    )
    session.table(
        ("户号", "申请人", "文书", "打印后手写"),
        [(p.case.number, p.case.applicant_name, p.document.title, "、".join(p.hand)) for p in todo.documents],
        title="将制发（试运行，未写入）",
    )
    _show_refused(session, todo.refused)
    return todo.refused[0].error.exit_status if todo.refused else 0


def _drafts(session: Session, todo: Plan, out: Path) -> int:
    from archivist.issue.document import draft_document

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
                }
                for i in outcome.issued
            ],
            "refused": [_refused(r) for r in outcome.refused],
        }
    )
    if len(outcome.issued) == 1 and not session.json:
        (one,) = outcome.issued
        session.say(
            f"已制发 {one.title} → {one.case} 第 {one.record} 件（待签）"
            + (f"，{one.doc_no}" if one.doc_no else ""),
            "green",
        )
        for path in one.files:
            session.say(f"  {path}")
        if one.hand:
            session.say(f"打印后手写或盖章：{'、'.join(one.hand)}", "dim")
    elif outcome.issued:
        session.table(
            ("户号", "件号", "文书", "文号"), [(i.case, i.record, i.title, i.doc_no) for i in outcome.issued]
        )
        session.say(f"已制发 {len(outcome.issued)} 份，均为待签", "green")
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
    """列出文书目录：可制发的文书与可收取的材料。"""
    found = session.workspace.catalogue.all()
    session.emit(
        [
            {
                "id": d.id,
                "title": d.title,
                "code": d.code,
                "generated": d.generated,
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
                "●" if d.generated else "",
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
    """检查模板：用到的字段是否都有登记、能否生成；一次报全。"""
    from archivist.issue.render import declared_vs_used

    catalogue = session.workspace.catalogue
    wanted = [catalogue.get(n) for n in names] or [d for d in catalogue.all() if d.generated]
    faults: dict[str, list[str]] = {}
    for document in wanted:
        if document.template is None:
            faults[document.id] = ["没有模板文件"]
            continue
        try:
            problems = declared_vs_used(document, document.template)
        except ArchivistError as error:
            problems = [str(error)]
        if problems:
            faults[document.id] = problems
    session.emit({"checked": len(wanted), "faults": faults})
    session.table(("文书", "错误"), [(i, p) for i, ps in faults.items() for p in ps])
    session.say(
        f"检查了 {len(wanted)} 个模板，{'全部正常' if not faults else f'{len(faults)} 个有错'}",
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
    from archivist.issue.layout import build_all

    made = build_all(session.workspace.catalogue.generated(), folder)
    session.emit({"built": [str(p) for p in made]})
    session.say(f"生成了 {len(made)} 个模板 → {folder}")
