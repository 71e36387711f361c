"""``archivist generate`` for documents that belong to no household (机关文书)."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archivist.cli.session import Session
from archivist.errors import UsageError

if TYPE_CHECKING:
    from archivist.doctypes.catalogue import DocumentType
    from archivist.issuing.office_documents import Issued, Planned

HOUSEHOLD, OFFICE, REGISTER = "按户", "机关", "册表"
"""For whom a document is made: ``generate`` with a household, ``generate`` without, ``report``."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How a document is wanted; see the options of ``generate``."""

    on: dt.date
    pdf: bool
    draft: bool
    dry_run: bool
    out: Path | None


def made_for(document: DocumentType) -> str:
    """Return for whom a document is made, empty for papers that come in."""
    from archivist.report import REGISTERS
    from archivist.report.registers import sheetwise

    if not document.generated:
        return ""
    if document.of_office and (document.id in REGISTERS or sheetwise(document)):
        return REGISTER
    return OFFICE if document.of_office else HOUSEHOLD


def refuse_households(document: DocumentType, named: Mapping[str, object]) -> None:
    """Refuse a register, and what only documents of households take.

    Args:
        document: a document of the office.
        named: option → what was written for it.

    Raises:
        UsageError: E001.
    """
    if made_for(document) == REGISTER:
        raise UsageError(
            f"{document.title}由系统汇总各户编制，不逐份填写",
            remedy=f"用 archivist report {document.title} 编制。",
        )
    if superfluous := [option for option, value in named.items() if value]:
        raise UsageError(
            f"{document.title}不按户制发、不入户档，不能与 {'、'.join(superfluous)} 同用",
            remedy=f"写成 archivist generate {document.title}，内容用 --set 或 --from 给出。",
        )


def generate(
    session: Session, document: DocumentType, source: Path | None, settings: Mapping[str, str], wish: Wish
) -> int:
    """Issue a document of the office, or show what would be issued; returns the exit status."""
    from archivist.issuing import batch
    from archivist.issuing.office_documents import issue, plan

    workspace = session.workspace
    told = {**batch.read_fields(source, document), **settings}
    planned = plan(workspace, document, told, on=wish.on)
    if wish.dry_run:
        _show_plan(session, planned)
    elif wish.draft:
        _draft(session, planned, wish.out)
    else:
        issued = issue(workspace, session.by(), planned, pdf=wish.pdf)
        copy_out(issued.files, wish.out)
        _show(session, planned, issued)
    for line in planned.doubts:
        session.warn(f"待核：{line}")
    return 1 if planned.doubts else 0


def _show_plan(session: Session, planned: Planned) -> None:
    session.emit({"documents": [_about(planned)], "refused": []})
    session.table(
        ("文书", "成文日期", "文号", "打印后手写"),
        [(planned.document.title, planned.on, _number(planned), "、".join(planned.hand))],
        title="将制发（试运行，未写入）",
    )


def _number(planned: Planned) -> str:
    return "制发时编号" if planned.numbered else str(planned.values.get("doc_no", ""))


def _draft(session: Session, planned: Planned, out: Path | None) -> None:
    from archivist.issuing.office_documents import draft_document

    folder = out or session.workspace.archive.outbox / "草稿"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{planned.on} {planned.document.title}（草稿）.docx"
    path.write_bytes(draft_document(planned))
    path.chmod(0o600)
    session.emit({"drafts": [str(path)], "refused": []})
    session.say(f"草稿 {path}")


def copy_out(files: Sequence[Path], out: Path | None) -> None:
    """Copy what was issued into a folder of the clerk's, if one is named."""
    if out is None:
        return
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in files:
        shutil.copyfile(path, out / path.name)


def _show(session: Session, planned: Planned, issued: Issued) -> None:
    session.emit(
        {
            "issued": [_about(planned) | {"doc_no": issued.doc_no, "files": [str(f) for f in issued.files]}],
            "refused": [],
        }
    )
    session.say(
        f"已制发 {issued.title}" + (f"，{issued.doc_no}" if issued.doc_no else "") + "，已记入总账", "green"
    )
    for path in issued.files:
        session.say(f"  {path}")
    if planned.hand:
        session.say(f"打印后手写或盖章：{'、'.join(planned.hand)}", "dim")


def _about(planned: Planned) -> dict[str, object]:
    return {
        "case": None,
        "document": planned.document.id,
        "title": planned.document.title,
        "date": planned.on.isoformat(),
        "hand": list(planned.hand),
        "doubts": list(planned.doubts),
    }
