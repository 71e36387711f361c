"""Many households at once: found, listed or from a sheet; one plan; one parcel; one failure stops one document."""

from __future__ import annotations

import json
import os
import signal
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from pypdf import PdfReader, PdfWriter

from archivist.cli.main import main
from archivist.doctypes.catalogue import shipped_templates
from archivist.documents.render import pdf as pdf_maker
from archivist.documents.render import pool as presses
from archivist.documents.render.pool import Made, Sheet, make, press
from archivist.errors import ArchivistError, CaseNotFound, PdfUnavailable, UsageError
from archivist.issuing import batch
from archivist.issuing.case_documents import issue, plan
from archivist.model.case import Case
from archivist.model.facts import parse_facts, single
from archivist.workspace import Workspace
from tests.documents.render.test_render import values_of
from tests.documents.samples import QR
from tests.kit import BY, TODAY, make_workspace, open_household
from tests.people import WANG, make_id

DECISION = {
    "application.accepted_on": "2024-03-05", "decision.findings": "符合条件。", "benefit.amount": "800", "benefit.start": "2024-04",
    "benefit.persons": "2", "benefit.standard": "1130", "benefit.method": "补差", "benefit.income_per_head": "300",
    "benefit.review_cycle": "每年",
}  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def households(workspace: Workspace, count: int, lacking: Sequence[int] = ()) -> list[Case]:
    """Open households; those lacking have no village."""
    cases = []
    for n in range(count):
        applicant = WANG["applicant"] | {
            "id_number": make_id(f"1970{1 + n % 9:02d}{10 + n % 18}", f"{15 + 2 * n:03d}")
        }
        if n in lacking:
            applicant.pop("village")
        cases.append(open_household(workspace, parse_facts({**WANG, "applicant": applicant})))
    return cases


def sheet(path: Path, heads: Sequence[str], *rows: Sequence[object]) -> Path:
    book = Workbook()
    for row in (heads, *rows):
        book.worksheets[0].append(list(row))
    book.save(path)
    return path


# ── which households ─────────────────────────────────────────────────────────────────────────────────────
def test_a_search_names_the_households(workspace: Workspace) -> None:
    cases = households(workspace, 3)
    assert batch.searched(workspace, "王秀兰") == [c.number for c in cases]
    with pytest.raises(CaseNotFound):
        batch.searched(workspace, "查无此人")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_list_names_them_one_a_line(workspace: Workspace, tmp_path: Path, encoding: str) -> None:
    first, second = households(workspace, 2)
    path = tmp_path / "名单.txt"
    person = single(second.facts, "applicant")["id_number"]
    path.write_bytes(f"户号,姓名\n# 三月\n{first.number},王\n\n{person}\n{first.number}\n".encode(encoding))
    assert batch.listed(workspace, path) == [first.number, second.number]
    path.write_bytes("TJHQ-DB-2024-999999\n王秀兰\n".encode(encoding))
    with pytest.raises(UsageError) as caught:
        batch.listed(workspace, path)
    assert "第 1 行" in str(caught.value) and "第 2 行" in str(caught.value)


def test_a_sheet_brings_values_and_all_its_faults_at_once(tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "x.xlsx",
        ["序号", "户号", "姓名", "月救助金额"],
        [1, "TJHQ-DB-2024-000001", "王", 800],
        [],
        [2, "TJHQ-DB-2024-000002", "李", None],
    )
    assert batch.read_values(path) == (
        {},
        {"TJHQ-DB-2024-000001": {"月救助金额": 800}, "TJHQ-DB-2024-000002": {}},
    )
    sheet(path, ["户号", "a"], ["X", 1], ["TJHQ-DB-2024-000001", 1], ["TJHQ-DB-2024-000001", 2])
    with pytest.raises(UsageError) as caught:
        batch.read_values(path)
    assert "第 2 行" in str(caught.value) and "第 4 行" in str(caught.value)
    for heads in (["户", "a"], ["户号", "a", "a"]):
        with pytest.raises(UsageError):
            batch.read_values(sheet(path, heads, ["TJHQ-DB-2024-000001", 1, 2]))
    path.write_bytes(b"no sheet")
    with pytest.raises(UsageError, match="Excel"):
        batch.read_values(path)


# ── the whole command ────────────────────────────────────────────────────────────────────────────────────
def run(workspace: Workspace, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["--workspace", str(workspace.root), "--json", "generate", *words])
    out = capsys.readouterr().out
    return code, json.loads(out)


def test_a_batch_from_a_sheet_into_an_archive(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = households(workspace, 4, lacking=[1])
    heads = ["户号", *DECISION]
    rows = [[str(c.number), *DECISION.values()] for c in cases]
    rows[2][heads.index("benefit.amount")] = "无"
    path = sheet(tmp_path / "x.xlsx", heads, *rows)
    words = [
        "确认决定书",
        "--from",
        str(path),
        "--zip",
        str(tmp_path / "out" / "三月.zip"),
        "--on",
        "2024-03-08",
    ]
    written = sorted(workspace.archive.ledger.glob("*/events/*"))
    code, told = run(workspace, capsys, *words, "--dry-run")
    assert code and len(told["documents"]) == 2 and not (tmp_path / "out").exists()
    assert sorted(workspace.archive.ledger.glob("*/events/*")) == written, "a plan takes no numbers"
    code, told = run(workspace, capsys, *words)
    assert 30 <= code < 40
    assert [i["case"] for i in told["issued"]] == [str(cases[0].number), str(cases[3].number)]
    assert [i["doc_no"] for i in told["issued"]] == ["红样救字〔2024〕1号", "红样救字〔2024〕2号"]
    refused = {r["case"]: "".join(r["problems"]) for r in told["refused"]}
    assert "applicant.village" in refused[str(cases[1].number)]
    assert "benefit.amount" in refused[str(cases[2].number)]
    with zipfile.ZipFile(tmp_path / "out" / "三月.zip") as package:
        assert package.testzip() is None
        assert package.namelist() == [f"{i['case']} {Path(i['files'][0]).name}" for i in told["issued"]]
    code, told = run(workspace, capsys, *words)
    assert code == 2 and "不覆盖" in told["error"]["message"]


def test_numbers_are_never_reused_whatever_fails(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document that fails after its number was taken leaves a gap."""
    cases = households(workspace, 3)
    kind = workspace.catalogue.get("确认决定书")
    seen: list[str] = []

    def fail_the_second(sheets: Sequence[Sheet], *, pdf: bool) -> list[Made | ArchivistError]:
        made = make(sheets, pdf=pdf)
        return [ArchivistError("坏了") if n == 1 else one for n, one in enumerate(made)]

    for broken in (True, False):
        monkeypatch.setattr(presses, "make", fail_the_second if broken else make)
        todo = plan(
            workspace, BY, kind, [c.number for c in cases], {c.number: DECISION for c in cases}, on=TODAY
        )
        seen += [i.doc_no for i in issue(workspace, BY, todo).issued]
    assert seen == [f"红样救字〔2024〕{n}号" for n in (1, 3, 4, 5, 6)]


# ── the press ────────────────────────────────────────────────────────────────────────────────────────────
def a_sheet(name: str = "acceptance_notice", **changes: object) -> Sheet:
    return Sheet(shipped_templates() / f"{name}.docx", values_of(name) | changes, QR, ())


class Ready:
    """A planned document, reduced to its sheet."""

    def __init__(self, number: int, sheet: Sheet) -> None:
        self.number, self.sheet = number, sheet


def test_several_processes_make_the_same_in_the_same_order_and_pass_errors_on() -> None:
    batches = [[Ready(n, a_sheet(doc_no=f"第{n}号")), Ready(-n, a_sheet(office={}))] for n in range(1, 6)]
    alone = list(press(batches, pdf=False))
    together = list(press(iter(batches), pdf=False, processes=2))
    for one, other, lot in zip(alone, together, batches, strict=True):
        assert one.batch is other.batch is lot
        assert isinstance(one.results[0], Made) and one.results[0] == other.results[0]
        assert f"第{lot[0].number}号" in one.results[0].text
        assert isinstance(other.results[1], ArchivistError) and str(other.results[1]) == str(one.results[1])


class Deadly:
    """Kills the process that unpacks it, not the one that made it."""

    def __init__(self, home: int) -> None:
        self.home = home

    def __reduce__(self) -> tuple[Any, ...]:
        return _die_elsewhere, (self.home,)


def _die_elsewhere(home: int) -> str:
    if os.getpid() != home:
        os.kill(os.getpid(), signal.SIGKILL)
    return ""


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
def test_a_process_that_dies_costs_no_document() -> None:
    values = dict(a_sheet().values)
    values["unused"] = Deadly(os.getpid())
    batches = [
        [Ready(1, Sheet(a_sheet().template, values, QR, ()))],
        [Ready(2, a_sheet())],
        [Ready(3, a_sheet())],
    ]
    results = [r for printed in press(batches, pdf=False, processes=2) for r in printed.results]
    assert len(results) == 3 and all(isinstance(r, Made) for r in results)


def blank_pdf(path: Path, pages: int) -> Path:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    path.parent.mkdir(exist_ok=True)
    writer.write(path)
    return path


def test_one_page_libreoffice_cannot_convert_stops_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = make([a_sheet(doc_no="坏的一号")], pdf=False)[0]
    assert isinstance(bad, Made)

    def convert(files: Sequence[Path], out: Path, **_: object) -> list[Path]:
        if any(f.read_bytes() == bad.docx for f in files):
            raise PdfUnavailable("坏了")
        return [blank_pdf(out / f"{f.stem}.pdf", 1) for f in files]

    monkeypatch.setattr(pdf_maker, "to_pdf", convert)
    made = make([a_sheet(), a_sheet(doc_no="坏的一号"), a_sheet(office={}), a_sheet()], pdf=True)
    assert [isinstance(m, Made) for m in made] == [True, False, False, True]
    assert isinstance(made[1], PdfUnavailable)
    assert all(m.pdf for m in made if isinstance(m, Made))


def test_the_merged_pdf_begins_each_document_on_a_sheet_of_its_own(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = iter((1, 2, 3))
    monkeypatch.setattr(pdf_maker, "available", lambda: True)
    monkeypatch.setattr(
        pdf_maker,
        "to_pdf",
        lambda files, out, **_: [blank_pdf(out / f"{f.stem}.pdf", next(pages)) for f in files],
    )
    cases = households(workspace, 3)
    target = tmp_path / "打印.pdf"
    words = [str(c.number) for c in cases]
    code, told = run(
        workspace,
        capsys,
        "受理通知书",
        *words,
        "--set",
        "application.accepted_on=2024-03-05",
        "--merge",
        str(target),
    )
    assert code == 0, told
    assert all(len(i["files"]) == 2 for i in told["issued"])
    merged = PdfReader(target)
    assert len(merged.pages) == 2 + 2 + 4
    starts = [merged.get_destination_page_number(entry) for entry in merged.outline]  # type: ignore[arg-type]
    assert starts == [0, 2, 4]
