"""待签打印: what is to be printed, what is out to be signed, what came back today and what came back incomplete."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final
from urllib.parse import quote

from archivist.api import printing
from archivist.api.unsigned import unsigned
from archivist.errors import UsageError
from archivist.web.office import SIGNED_WITHIN
from archivist.web.visit import Answer, Visit

_PDF: Final = "application/pdf"


def show(visit: Visit) -> Answer:
    """Show what waits for signature.

    Raises:
        IndexFault: E400.
    """
    found = unsigned(visit.workspace, on=visit.today)
    return visit.page(
        "sign.html",
        new=[p for p in found.waiting if not p.days], papers=found.waiting, late=len(found.longer_than(SIGNED_WITHIN)), most=SIGNED_WITHIN,
        back=found.back, incomplete=found.incomplete, unread=found.unread,
    )  # fmt: skip


def printed(visit: Visit) -> Answer:
    """Answer with one PDF for both sides of the paper; nothing of it is kept, neither here nor by the browser.

    A form names households (``case``), one with a number (``record``), or papers (``paper``: household and number); else all that waits.

    Raises:
        PdfUnavailable: E306. UsageError: E001, nothing waits. CaseNotFound: E201. IndexFault: E400.
    """
    households = [one for one in visit.form.get("case", ()) if one]
    papers = [(case, no) for case, _, no in (one.partition("/") for one in visit.form.get("paper", ()))]
    return _pdf(visit, papers or [(case, visit.said("record")) for case in households])


def one(visit: Visit) -> Answer:
    """Answer with one record as it is printed; see ``printed``."""
    return _pdf(visit, [(visit.place["case"], visit.place["record"])])


def _pdf(visit: Visit, papers: list[tuple[str, str]]) -> Answer:
    if not papers and not visit.said("which"):
        raise UsageError("没有勾选户档", remedy="勾选要打印的户，再点“打印待签的”。")
    with tempfile.TemporaryDirectory(prefix="archivist-page-") as folder:
        made = printing.print_queue(
            visit.workspace,
            visit.by,
            today=visit.said("which") == "new",
            papers=papers,
            out=Path(folder, "print.pdf"),
        )
        if made.file is None:
            raise UsageError("没有待签的文书可打印", remedy="可能刚才已经签回；回到“待签打印”看一看。")
        visit.record(made.papers)
        name = f"待签 {visit.by.time:%Y%m%d-%H%M}.pdf"
        return Answer(
            made.file.read_bytes(),
            kind=_PDF,
            headers={"content-disposition": f"inline; filename*=UTF-8''{quote(name)}"},
        )
