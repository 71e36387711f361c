"""The archive's own documents and those of the office: filled from the volume itself, whole for every household."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest

from archivist.documents.render.render import document_text
from archivist.documents.values.resolve import document_values
from archivist.errors import CaseClosed, DocumentNotApplicable, MissingFields
from archivist.issuing.case_documents import issue, plan
from archivist.issuing.office_documents import render_register
from archivist.model.case import Case
from archivist.procedure.closing import deregister
from archivist.rules.completeness.run import findings
from archivist.rules.disposition.arrangement import ORDER, OWN, items
from archivist.rules.rule import Stage
from archivist.workspace import Workspace
from tests.documents.pages import squeezed
from tests.documents.samples import BIG, CATALOGUE, CONFIG, LONG_NAME, MINIMAL, ON, a_case
from tests.documents.types.archive_samples import (
    GIVEN,
    HOUSEHOLDS,
    NAMES,
    OF_A_CASE,
    OF_MANY,
    OF_THE_OFFICE,
    a_volume,
    filled_of,
)  # fmt: skip
from tests.filing import file_papers, sign, walk
from tests.kit import BY, TODAY, make_workspace, open_household
from tests.sampling import sweep


def values(name: str, case: Case, **given: object) -> dict[str, Any]:
    return filled_of(case, name, **given).values


def text(name: str, case: Case, **given: object) -> str:
    return squeezed(filled_of(case, name, **given).text)


# ── all of them ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("household", HOUSEHOLDS)
@pytest.mark.parametrize("name", OF_A_CASE)
def test_a_document_of_a_case_is_whole_for_every_household(name: str, household: str) -> None:
    case = HOUSEHOLDS[household]
    made = text(name, case)
    assert re.sub(r"\s", "", f"{case.applicant_name}户{case.category.label}档案") in made
    assert str(case.number) in made and "None" not in made


@sweep(1 / 3)
@pytest.mark.parametrize("name", (*OF_MANY, *OF_THE_OFFICE))
def test_a_document_of_no_case_is_whole_and_never_filed_in_one(name: str, tmp_path: Path) -> None:
    made = text(name, a_case())
    assert "None" not in made and "built-in" not in made
    assert not any(f.origin in ("case", "fact") for f in CATALOGUE.get(name).fields)
    page = render_register(CATALOGUE.get(name), CONFIG, GIVEN.get(name, {}), on=ON)
    assert CATALOGUE.get(name).phrases[0] in squeezed("".join(document_text(page)))
    with make_workspace(tmp_path / "ws") as workspace:
        case = open_household(workspace)
        refused = plan(workspace, BY, CATALOGUE.get(name), [case.number], {}, on=TODAY).refused
        assert isinstance(refused[0].error, DocumentNotApplicable)
        assert "不入户档" in refused[0].error.what


@pytest.mark.parametrize("name", [n for n in NAMES if CATALOGUE.get(n).kind != "register"])
def test_the_sheet_is_upright_but_for_long_lists(name: str) -> None:
    template = CATALOGUE.get(name).template
    assert template is not None
    section = docx.Document(io.BytesIO(template.read_bytes())).sections[0]
    assert section.page_width and section.page_height
    assert (section.page_width > section.page_height) is (name in ("fixity_manifest", "four_nature_report"))


@pytest.mark.parametrize(
    "name",
    [
        "destruction_approval",
        "destruction_supervision_record",
        "disposal_appraisal_report",
        "expunging_approval",
        "group_release_approval",
        "handover_withdrawal",
    ],
)
def test_a_register_may_be_an_upright_form(name: str) -> None:
    template = CATALOGUE.get(name).template
    assert template is not None
    section = docx.Document(io.BytesIO(template.read_bytes())).sections[0]
    assert section.page_width and section.page_height and section.page_width < section.page_height


@pytest.mark.parametrize(
    "name", ["archive_transfer_list", "expiry_list", "destruction_register", "electronic_destruction_log"]
)
def test_a_list_without_rows_is_refused(name: str) -> None:
    given = {k: v for k, v in GIVEN[name].items() if not k.endswith(".rows")}
    with pytest.raises(MissingFields):
        document_values(CATALOGUE.get(name), a_case(), CONFIG, on=ON, given=given)


# ── the volume ───────────────────────────────────────────────────────────────────────────────────────────
def test_the_order_inside_the_file() -> None:
    """审批类 → 日常管理类 → 终止 → 影像; a receipt behind what it proves was served."""
    assert [i.made.type for i in items(a_volume())] == [
        "review_confirmation_form", "confirmation_decision", "delivery_receipt", "application_form", "mat_id_card",
        "mat_household_register", "acceptance_notice", "verification_report", "household_survey", "periodic_review_form",
        "benefit_change_decision", "delivery_receipt", "termination_decision", "photo_evidence_sheet",
    ]  # fmt: skip


def test_daily_management_goes_by_years() -> None:
    found = [i for i in items(HOUSEHOLDS["large"]) if i.section == "日常管理"]
    years = [(i.made.dated or i.made.filed_at)[:4] for i in found]
    assert years == sorted(years)


def test_every_named_paper_stands_in_the_order_once() -> None:
    named = [name for names in ORDER.values() for name in names]
    assert len(set(named)) == len(named) and not set(named) & set(OWN)


def test_a_signed_copy_and_its_print_are_one_item() -> None:
    rows = values("case_catalog", a_volume())["volume"]["records"]
    decision = next(r for r in rows if r["title"] == "社会救助确认决定书")
    assert (
        decision["no"] == "0009"
        and decision["doc_no"] == "示槐救字〔2024〕35号"
        and decision["date"] == "20240816"
    )
    assert not any("签署件" in r["title"] for r in rows)
    assert [r["n"] for r in rows] == [str(n) for n in range(1, 15)]


def test_page_numbers_run_on_until_a_paper_that_was_not_counted() -> None:
    rows = values("case_catalog", a_volume())["volume"]["records"]
    assert [r["range"] for r in rows[:7]] == ["1—3", "4—5", "6", "7—8", "9", "10—12", ""]
    assert rows[6]["note"] == "待签" and all(r["range"] == "" for r in rows[6:])
    assert values("case_cover", a_volume())["volume"]["pages"] == ""
    assert values("case_cover", a_volume(MINIMAL, 3))["volume"]["pages"] == "6"


def test_the_day_of_a_paper_is_never_the_day_it_was_scanned() -> None:
    """“in 卷内文件目录 the column 日期 (date of the paper) must be 20240306 or blank, never the day of scanning”."""
    case = a_volume()
    rows = values("case_catalog", case)["volume"]["records"]
    issued = {str(i.kept.no): str(i.made.data["date"]) for i in items(case) if i.made.data.get("date")}
    assert {r["no"]: r["date"] for r in rows} == {
        r["no"]: issued.get(r["no"], "").replace("-", "") for r in rows
    }
    read = {no: replace(r, data={"dated": "2024-03-06", **r.data}) for no, r in case.records.items()}
    rows = values("case_catalog", replace(case, records=read))["volume"]["records"]
    assert {row["date"] for row in rows if row["no"] not in issued} == {"20240306"}


def test_cards_that_were_brought_do_not_make_the_volume_older() -> None:
    """起止时间: the file begins with its own papers, not with a marriage of 1990."""
    case = a_volume()
    read = {
        no: replace(r, data={**r.data, "dated": "1990-05-01" if r.type.startswith("mat_") else "2024-03-06"})
        for no, r in case.records.items()
        if not r.data.get("date")
    }
    cover = values("case_cover", replace(case, records={**case.records, **read}))["volume"]
    assert not str(cover["start"]).startswith("1990")
    undated = {no: replace(r, data={}) for no, r in case.records.items()}
    assert not re.search(r"\d", str(values("case_cover", replace(case, records=undated))["volume"]["start"]))


def test_who_wrote_a_paper() -> None:
    rows = {r["title"]: r["author"] for r in values("case_catalog", a_volume(BIG))["volume"]["records"]}
    assert rows["社会救助申请书"] == LONG_NAME
    assert rows["家庭经济状况信息核对报告"] == CONFIG.office.verification_agency
    assert rows["入户调查表"] == rows["受理通知书"] == CONFIG.office.name
    assert rows["居民身份证"] == ""


def test_the_notes_say_what_is_still_to_be_signed() -> None:
    assert "本卷共14件，页数待清点。第0004、0012件尚未归入签署件。" in text("case_notes", a_volume())
    assert "本卷共3件，6页。" in text("case_notes", a_volume(MINIMAL, 3))


def test_a_volume_without_papers_has_no_cover() -> None:
    with pytest.raises(MissingFields):
        values("case_cover", a_volume(count=0))


def test_the_sheet_lists_the_pages_of_the_file_and_tells_a_conclusion_only_when_given() -> None:
    empty = text("consistency_check_sheet", a_volume())
    assert "□一致" in empty and "结论一致" not in empty
    assert "核对结论一致" in text("consistency_check_sheet", a_volume(), 核对结论="一致")


def test_the_file_list_names_every_file() -> None:
    case = a_volume()
    rows = values("fixity_manifest", case)["volume"]["files"]
    assert [r["path"] for r in rows] == [f.path for r in case.records.values() for f in r.files]
    assert all(len(r["sha256"]) == 64 for r in rows)
    assert case.head in text("fixity_manifest", case)


# ── in a workspace ───────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def make(workspace: Workspace, name: str, case: Case, **given: object) -> str:
    todo = plan(workspace, BY, workspace.catalogue.get(name), [case.number], {case.number: given}, on=TODAY)
    outcome = issue(workspace, BY, todo)
    assert outcome.refused == [], outcome.refused[0].error
    path = outcome.issued[0].files[0]
    return squeezed("".join(document_text(path.read_bytes())))


def test_cover_catalogue_and_notes_are_made_of_a_closed_file(workspace: Workspace) -> None:
    """档案整理在注销之后; nothing else is issued then."""
    case = open_household(workspace)
    file_papers(workspace, case.number, "application_form", "mat_id_card")
    deregister(workspace, BY, case.number, on=dt.date(2024, 3, 8), reason="死亡")
    cover = make(workspace, "case_cover", case)
    assert "起不少于3年" in cover and "保管至2027年" in cover
    assert "社会救助申请书" in make(workspace, "case_catalog", case)
    notes = make(workspace, "case_notes", case)
    assert "归档检查尚待处理的事项" in notes
    assert "第0003件" not in notes  # the cover waits for its pen, as it should
    refused = plan(workspace, BY, CATALOGUE.get("acceptance_notice"), [case.number], {}, on=TODAY).refused
    assert isinstance(refused[0].error, CaseClosed)
    assert len(items(workspace.archive.read(case.number))) == 2


def test_the_retention_of_a_refused_application_counts_from_the_decision(workspace: Workspace) -> None:
    case = open_household(workspace)
    file_papers(workspace, case.number, "application_form")
    assert "注销" in make(workspace, "case_cover", case)
    walk(workspace, case.number, ("submit", "2024-03-04", ()), ("not_accept", "2024-03-05", ()))
    assert "作出决定之日起不少于5年" in make(workspace, "case_cover", case)


def test_the_files_are_hashed_anew_for_the_list(workspace: Workspace) -> None:
    case = open_household(workspace)
    made = file_papers(workspace, case.number, "application_form", "mat_id_card")
    first = make(workspace, "fixity_manifest", case)
    assert "全部相符" in first and first.count("相符") >= 4 and "林经办" in first
    path = workspace.archive.folder(case.number) / made.records[next(iter(made.records))].files[0].path
    path.chmod(0o644)
    path.write_bytes(b"other")
    outcome = plan(workspace, BY, CATALOGUE.get("fixity_manifest"), [case.number], {}, on=TODAY)
    found = outcome.documents[0].values["volume"]
    assert isinstance(found, dict) and "处不符" in found["checked"]
    assert [r["result"] for r in found["files"]].count("不符") == 1


def test_a_signed_sheet_settles_the_check_of_the_file(workspace: Workspace) -> None:
    """C14 reads the conclusion from the sheet the program printed."""
    case = open_household(workspace)
    file_papers(workspace, case.number, "application_form")
    make(workspace, "consistency_check_sheet", case, 核对结论="一致")
    case = workspace.archive.read(case.number)
    case = sign(workspace, case.number, list(case.records)[-1])
    found = findings(
        case, workspace.pack, workspace.catalogue, Stage.ARCHIVE, on=TODAY,
        words=lambda r: workspace.archive.text(case.number, r.no) or "核对结论：一致",
    )  # fmt: skip
    (sheet,) = [f for f in found if f.check.id == "C14"]
    assert sheet.verdict.value == "合格", sheet.problems


# ── the office ───────────────────────────────────────────────────────────────────────────────────────────
def test_the_sums_of_lists() -> None:
    assert "24卷，1740页；电子文件1020个" in text("destruction_register", a_case())
    assert "24卷，其中冻结1卷" in text("expiry_list", a_case())


def test_the_destruction_register_has_the_prescribed_columns() -> None:
    """封面：全宗号、数量、鉴定负责人、批准人、两名监销人；表：题名、年度、档号、应保管期限、已保管期限、页数、备注."""
    made = text("destruction_register", a_case())
    for word in (
        "全宗号",
        "鉴定小组负责人",
        "批准人",
        "所属年度",
        "档号",
        "应保管期限",
        "已保管期限",
        "页数",
        "备注",
    ):
        assert word in made
    assert made.count("监销人（签名）") == 2
