"""An office with closed households whose time has come, and the people who take part in a disposal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.disposals import Disposal, Opinion
from archivist.model.facts import parse_facts
from archivist.model.form_code import FormCode
from archivist.model.ids import CaseNo
from archivist.preservation import disposal_batches as batches
from archivist.preservation.disposal_batches import Appraised
from archivist.preservation.disposal_execution import Executed, execute
from archivist.preservation.disposal_papers import APPROVAL, OPINION, SignedForm
from archivist.preservation.signed_papers import ReadPaper
from archivist.procedure.closing import deregister
from archivist.reading.formats.pdf import PDF
from archivist.reading.pages import PageText, ReadResult, SignaturePlace
from archivist.store import Original
from archivist.workspace import Workspace
from tests.kit import BY, SETTINGS, TODAY, make_workspace, on, open_household
from tests.people import WANG, make_id

PEOPLE: Final = """
[[people]]
name = "林经办"
roles = ["intake"]
[[people]]
name = "钱档案"
roles = ["archivist"]
[[people]]
name = "甲鉴定"
roles = ["appraiser"]
[[people]]
name = "乙鉴定"
roles = ["appraiser"]
[[people]]
name = "周复审"
roles = ["reviewer"]
[[people]]
name = "赵主任"
roles = ["approver"]
[[people]]
name = "孙监销"
roles = ["witness"]
[[people]]
name = "李监销"
roles = ["witness"]
"""
PROPOSED: Final = on("2028-03-09 10:00")
KEEPER: Final = By("钱档案", PROPOSED)
APPROVED: Final = PROPOSED + dt.timedelta(days=2)
READY: Final = replace(KEEPER, time=APPROVED + dt.timedelta(days=15))
WITNESSES: Final = ("孙监销", "李监销")
APPRAISERS: Final = ("甲鉴定", "乙鉴定")


def office(root: Path, households: int = 3) -> Workspace:
    """Make an office with so many households closed on ``TODAY``, which are to be kept until 2027-03-08."""
    workspace = make_workspace(root)
    (root / "archivist.toml").write_text(SETTINGS + PEOPLE, encoding="utf-8")
    for n in range(households):
        close(workspace, n)
    return workspace


def words(n: int) -> tuple[str, str, str]:
    """Return name, ID number and address of a household, of which no other has one."""
    return (
        f"周样例{'甲乙丙丁戊己庚辛'[n % 8]}", make_id(f"19{60 + n}0101", "024"), f"样例街道第{n + 1}里7号楼3门",
    )  # fmt: skip


def close(workspace: Workspace, n: int) -> Case:
    """Open a household and close it."""
    name, identity, address = words(n)
    applicant = {**WANG["applicant"], "name": name, "id_number": identity, "address": address}
    case = open_household(workspace, parse_facts({**WANG, "applicant": applicant}))
    return deregister(workspace, BY, case.number, on=TODAY, reason="旧档")


def close_one_of_many(workspace: Workspace, n: int) -> None:
    """Open a household and close it; there may be hundreds."""
    applicant = {
        "name": f"周样例{n}",
        "id_number": make_id("19600101", f"{n:03d}"),
        "address": f"样例里{n}号",
    }
    case = open_household(workspace, parse_facts({**WANG, "applicant": {**WANG["applicant"], **applicant}}))
    deregister(workspace, BY, case.number, on=TODAY, reason="旧档")


def paper(
    workspace: Workspace,
    batch: Disposal,
    form: SignedForm,
    *,
    ink: float = 0.2,
    on_paper: bool = True,
    codes: Sequence[str] | None = None,
    words: str = "",
    labels: Sequence[str] = (),
) -> ReadPaper:
    """Lay the scan of a form of a batch, as the reader tells of it: its code, its title, and ink where people sign."""
    title = workspace.catalogue.get(form.document).title
    told = codes if codes is not None else [FormCode.of_disposal(batch.id, batch.list_sha256).payload]
    signed = labels or form.signers or ("鉴定小组组长（签名）", "成员（档案部门）（签名）")
    places = tuple(SignaturePlace(label if "（" in label else f"{label}（签名）", ink) for label in signed)
    page = PageText(
        1, words or title, tuple(told), "ocr", 0.9, 0, 100, 100, on_paper, signature_places=places
    )
    path = workspace.root / f"{form.stem} 签字.pdf"
    path.write_bytes(b"%PDF-1.4 signed " + form.stem.encode())
    return ReadPaper(Original.of(path, path.name), ReadResult(PDF, (page,)))


def proposed(workspace: Workspace, numbers: Sequence[CaseNo] = ()) -> Disposal:
    made = batches.propose(workspace, KEEPER, on=KEEPER.today, numbers=numbers)
    return batches.batch_of(workspace.archive, made.batch)


def appraised(
    workspace: Workspace, batch: Disposal, other: Mapping[CaseNo, Appraised] = {}, **more: object
) -> Disposal:
    opinions = dict.fromkeys(batch.remaining, Appraised(Opinion.DESTROY)) | dict(other)
    told = {
        "sha256": batch.list_sha256,
        "appraisers": APPRAISERS,
        "paper": paper(workspace, batch, OPINION),
    } | more
    return batches.appraise(workspace, KEEPER, batch.id, opinions, **told)  # type: ignore[arg-type]


def approved(workspace: Workspace, batch: Disposal, approver: str = "赵主任") -> Disposal:
    by = replace(KEEPER, time=APPROVED)
    scan = paper(workspace, batch, APPROVAL)
    return batches.approve(workspace, by, batch.id, approver=approver, paper=scan)


def ready(workspace: Workspace, numbers: Sequence[CaseNo] = ()) -> Disposal:
    """Return a batch that was approved."""
    return approved(workspace, appraised(workspace, proposed(workspace, numbers)))


def destroy(workspace: Workspace, batch: Disposal, by: By = READY) -> Executed:
    return execute(workspace, by, batch.id, witnesses=WITNESSES)
