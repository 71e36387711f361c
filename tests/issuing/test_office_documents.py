"""Documents of no household: planned with all faults at once, filled by the rules, written out, entered in the ledger."""

from __future__ import annotations

import dataclasses
import datetime as dt
import errno
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from archivist.config import Config
from archivist.doctypes.catalogue import Catalogue, DocumentType, Numbering
from archivist.documents.render import pdf as pdf_maker
from archivist.documents.render.qr import qr_png
from archivist.documents.render.render import document_text
from archivist.errors import ArchivistError, DocumentNotApplicable, MissingFields, PdfUnavailable, WriteFailed
from archivist.issuing import office_documents
from archivist.issuing.drafts import draft_document
from archivist.model.case import Case
from archivist.model.document_code import SEPARATOR, is_ours, is_separator
from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.preservation.verification import verify
from archivist.procedure.cases import change_facts
from archivist.rules import pack as packs
from archivist.rules.rule_days import RuleDays
from archivist.store import Draft, durable_files
from archivist.workspace import Workspace
from tests.documents.types.archive_samples import GIVEN
from tests.kit import BY, SETTINGS, TODAY, make_workspace, open_household

CATALOGUE = Catalogue.load()
AGREEMENT = {
    "agreement.start": "2024-09-01", "agreement.end": "2027-08-31", "agreement.evidence_days": 5,
    "agreement.funding": "甲方按照本级预算安排救助资金。",
}  # fmt: skip
RULES = {k: v for k, v in GIVEN["deliberation_rules"].items() if k not in ("rules.size", "rules.scope")}
PLAN = {
    "plan.households": 2, "plan.persons": 3, "plan.rows": "样例里社区|2|2|1|1|0",
    "plan.start": "2024-07-01", "plan.end": "2024-09-30",
}  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def under(tmp_path: Path, pack: str) -> Workspace:
    """Return a workspace of another jurisdiction."""
    folder = tmp_path / pack
    workspace = make_workspace(folder)
    (folder / "archivist.toml").write_text(SETTINGS.replace("tianjin-hongqiao", pack), encoding="utf-8")
    workspace.close()
    return Workspace.open(folder)


def planned(
    workspace: Workspace, name: str, given: Mapping[str, Any] = {}, on: dt.date = TODAY
) -> office_documents.PlannedForOffice:
    return office_documents.plan(workspace, workspace.catalogue.get(name), given, on=on)


def faults(workspace: Workspace, name: str, given: Mapping[str, Any] = {}) -> str:
    with pytest.raises(MissingFields) as caught:
        planned(workspace, name, given)
    return "\n".join(caught.value.problems)


def printed(made: office_documents.IssuedForOffice) -> str:
    return "".join("".join(document_text(made.files[0].read_bytes())).split())


# ── which documents ──────────────────────────────────────────────────────────────────────────────────────
def test_a_document_is_of_the_office_or_of_a_household() -> None:
    of_office = {d.id for d in CATALOGUE if d.of_office}
    assert {"delegation_agreement", "spot_check_record", "monthly_roster"} <= of_office
    assert not of_office & {"acceptance_notice", "case_cover", "mat_id_card", "other"}
    assert all(d.kind == "register" or not d.categories for d in CATALOGUE if d.of_office)
    assert not any(f.origin in ("case", "fact") for d in CATALOGUE if d.of_office for f in d.fields)


def test_a_document_of_a_household_is_none_of_the_office(workspace: Workspace) -> None:
    with pytest.raises(DocumentNotApplicable) as caught:
        planned(workspace, "受理通知书")
    assert "户号" in caught.value.remedy
    with pytest.raises(DocumentNotApplicable):
        planned(workspace, "mat_id_card")


def test_another_jurisdictions_document_is_refused(tmp_path: Path) -> None:
    with (
        under(tmp_path, "national") as workspace,
        pytest.raises(DocumentNotApplicable, match="tianjin-hongqiao"),
    ):
        planned(workspace, "deliberation_rules", RULES)


# ── planning ─────────────────────────────────────────────────────────────────────────────────────────────
def test_everything_missing_or_wrong_is_told_at_once(workspace: Workspace) -> None:
    told = faults(
        workspace,
        "委托下放协议",
        {"agreement.start": "昨天", "agreement.staff": 1, "委托事项": "甲|乙|丙|丁", "没有的": "x"},
    )
    for words in ("委托截止日", "提交证据的工作日数", "经费与人员保障", "委托起始日", "不得少于 2 人", "“没有的”", "委托事项(agreement.matters)由规则包得出，不能另填"):  # fmt: skip
        assert words in told
    assert "专（兼）职社会救助工作人员不少于2人" in told


def test_names_are_english_or_chinese(workspace: Workspace) -> None:
    made = planned(workspace, "保管期限表", {"版本": "2024年第1版", "made_on": "2024-03-01"})
    assert made.on == dt.date(2024, 3, 1)
    assert made.values["schedule"]["version"] == "2024年第1版"  # type: ignore[index]


# ── what the rules say ───────────────────────────────────────────────────────────────────────────────────
def test_what_was_handed_down_is_the_packs(workspace: Workspace) -> None:
    """S3 hands down 低保、特困、低收入、临时救助; 两项补贴 is not in it."""
    rows = planned(workspace, "delegation_power_list").values["powers"]["rows"]  # type: ignore[index]
    assert [r["name"] for r in rows] == [
        "最低生活保障对象的审核确认", "特困人员的审核确认", "低收入家庭的审核确认", "急难型临时救助的审核确认", "支出型临时救助的审核确认",
    ]  # fmt: skip
    assert (
        rows[0]["from"] == "天津市红桥区民政局"
        and "《最低生活保障审核确认办法》第二十一条" in rows[0]["basis"]
    )
    made = office_documents.issue(workspace, BY, planned(workspace, "delegation_power_list"))
    assert "没有列残疾人两项补贴" in printed(made)


def test_in_yongchuan_only_the_review_of_the_subsidies_was_handed_down(tmp_path: Path) -> None:
    """S0, list: 低保确认、特困确认、残疾人“两项补贴”的审核."""
    with under(tmp_path, "chongqing-yongchuan") as workspace:
        made = planned(workspace, "委托下放协议", {**AGREEMENT, "agreement.staff": 2})
        rows = made.values["agreement"]["matters"]  # type: ignore[index]
    assert [r["name"] for r in rows][-1] == "残疾人两项补贴的审核" and len(rows) == 3
    assert rows[-1]["basis"] and any("残疾人两项补贴" in d for d in made.doubts)


def test_what_rests_on_nothing_is_refused(tmp_path: Path) -> None:
    """No national measure of 低收入家庭 says how they are confirmed; whoever uses the national pack writes it down."""
    with under(tmp_path, "national") as workspace:
        told = faults(workspace, "delegation_power_list")
    assert told.count("basis.confirmation.local") == 1 and "低收入家庭" in told


@pytest.mark.parametrize("pack", [p for p in packs.available() if p != "national"])
def test_every_matter_handed_down_rests_on_something(pack: str, tmp_path: Path) -> None:
    with under(tmp_path, pack) as workspace:
        rows = planned(workspace, "delegation_power_list").values["powers"]["rows"]  # type: ignore[index]
        assert len(rows) == len(workspace.pack.delegated)
    assert all("《" in r["basis"] for r in rows)


@pytest.mark.parametrize("pack", packs.available())
def test_the_schedule_is_the_packs(pack: str, tmp_path: Path) -> None:
    """The periods printed are those the program reckons with, each with its sentence."""
    with under(tmp_path, pack) as workspace:
        made = office_documents.issue(workspace, BY, planned(workspace, "保管期限表", {"版本": "1"}))
        rules = [
            workspace.pack.rule(f"retention.{which}", category, RuleDays.alike(TODAY))
            for which in ("case", "daily", "refused")
            for category in workspace.pack.delegated
        ]
    text = printed(made)
    assert "年度复核工作方案" not in text, "it lies in no household's file"
    for rule in rules:
        assert f"不少于{rule.value}{rule.unit}{rule.trigger}" in text and rule.source.sentence in text


def test_an_offices_own_row_is_printed_with_its_source(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    make_workspace(folder).close()
    settings = folder / "archivist.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8")
        + '\n[[override.rule]]\nid = "retention.daily"\npatch = true\nvalue = 10\n'
        + 'source = { measure = "本区〔2024〕3号文件", article = "", sentence = "保存十年" }\n',
        encoding="utf-8",
    )
    with Workspace.open(folder) as workspace:
        text = printed(office_documents.issue(workspace, BY, planned(workspace, "保管期限表", {"版本": "1"})))
    assert "不少于10年" in text and "本区〔2024〕3号文件“保存十年”" in text
    assert "户档·日常管理类（各类）" in text, "all kinds need not be named one by one"


def test_the_rules_of_the_panel_say_how_many_it_has(workspace: Workspace) -> None:
    """S3「一般为5—7人」."""
    made = office_documents.issue(workspace, BY, planned(workspace, "议事规则", RULES))
    assert (
        "议事协商机构一般由5至7人组成，对最低生活保障、特困人员救助供养、低收入家庭救助中有争议的"
        in printed(made)
    )
    assert "多于机构的人数" in faults(workspace, "议事规则", {**RULES, "rules.quorum": 8})


def test_a_panel_that_is_not_as_the_measure_has_it_is_doubtful(workspace: Workspace) -> None:
    """S3「由负责社会救助工作分管领导、街道社会救助管理部门工作人员、居委会工作人员和群众代表组成」."""
    given = GIVEN["deliberation_body_setup"]
    assert planned(workspace, "deliberation_body_setup", given).doubts == ()
    few = {**given, "body.members": "郑有为|分管领导|主任|\n周立冬|管理部门|主任|\n孟小舟|邻居|书记|"}
    doubts = "\n".join(planned(workspace, "deliberation_body_setup", few).doubts)
    assert "成员 3 人" in doubts and "没有居委会、群众代表" in doubts and "“邻居”" in doubts


def test_the_yearly_review_tells_the_cycles(workspace: Workspace) -> None:
    """S3「街道社会救助管理部门每半年或每年进行一次复审」."""
    made = planned(workspace, "annual_review_plan", PLAN)
    plan: Any = made.values["plan"]
    assert plan["year"] == "2024" and plan["scope"] == "最低生活保障、特困人员救助供养、低收入家庭救助"
    assert plan["cycles"] == [
        "最低生活保障、特困人员救助供养、低收入家庭救助：按各户登记的复核周期，每半年或者每年复核一次，依据《红桥区社会救助审核确认权限下放改革工作实施方案》。"
    ]
    assert "每半年或者每年复核一次" in printed(office_documents.issue(workspace, BY, made))
    fewer: Any = planned(workspace, "annual_review_plan", {**PLAN, "plan.scope": "特困人员"}).values["plan"]
    assert fewer["scope"] == "特困人员"


def test_a_cycle_that_is_applied_by_analogy_says_so(tmp_path: Path) -> None:
    """N2 第三十一条 writes of 最低生活保障 alone: 特困人员 are reviewed 参照适用 it."""
    with under(tmp_path, "shanxi-jincheng-chengqu") as workspace:
        plan: Any = planned(workspace, "annual_review_plan", PLAN).values["plan"]
    said = "按各户登记的复核周期，每半年或者每年复核一次"
    assert plan["cycles"] == [
        f"最低生活保障：{said}，依据《最低生活保障审核确认办法》第三十一条。",
        f"特困人员救助供养：{said}，参照适用《最低生活保障审核确认办法》第三十一条。",
    ]


def test_in_jincheng_it_is_in_the_third_quarter(tmp_path: Path) -> None:
    """S2「每年第三季度要集中开展一次最低生活保障、特困人员救助供养年度复核工作」."""
    rest = {k: v for k, v in PLAN.items() if k not in ("plan.start", "plan.end")}
    with under(tmp_path, "shanxi-jincheng-chengqu") as workspace:
        plan: Any = planned(workspace, "annual_review_plan", rest).values["plan"]
        assert (plan["start"], plan["end"]) == ("2024年7月1日", "2024年9月30日")
        late = planned(workspace, "annual_review_plan", {**rest, "plan.end": "2024-10-15"})
    assert late.doubts and "第 3 季度" in late.doubts[0]


# ── spot checks ──────────────────────────────────────────────────────────────────────────────────────────
SPOT = {"spot.month": "2024-03", "spot.method": "按户号排序，以种子取前30%", "spot.seed": "1"}


def a_row(number: object, **more: str) -> dict[str, str]:
    return {
        "number": str(number),
        "method": "入户",
        "date": "2024-03-21",
        "checkers": "张三丰、李四光",
        **more,
    }


def confirmed(workspace: Workspace) -> CaseNo:
    """Return a household confirmed in March."""

    def draft(case: Case) -> Draft:
        data = {
            "step": "confirm",
            "title": "作出确认决定",
            "from": case.state.value,
            "to": "confirmed",
            "on": "2024-03-06",
        }
        return Draft(Op.STEP_TAKEN, data)

    number = open_household(workspace).number
    workspace.commit(number, draft, BY)
    return number


def test_a_spot_check_fills_in_what_the_cases_tell(workspace: Workspace) -> None:
    number = confirmed(workspace)
    made = planned(workspace, "spot_check_record", {**SPOT, "spot.rows": [a_row(number)]})
    spot: Any = made.values["spot"]
    row = spot["rows"][0]
    assert (row["name"], row["category"]) == ("王秀兰", "最低生活保障") and row["village"]
    assert (spot["population"], spot["sample"], spot["ratio"], spot["minimum"]) == ("1", "1", "100.0%", "30%")
    assert made.doubts == () and "抽查结论" in made.hand
    doubtful = planned(
        workspace, "spot_check_record", {**SPOT, "spot.population": 4, "spot.rows": [a_row(number)]}
    )
    assert "抽样总体 4 户，本档案库登记该月新确认的是 1 户" in doubtful.doubts[0]
    assert "应不少于 2 户" in doubtful.doubts[1] and "按照不低于30%的比例抽查" in doubtful.doubts[1]


def test_households_filed_apart_are_all_visited(workspace: Workspace) -> None:
    """S3「对近亲属备案低保家庭实行100%入户调查」."""
    number = confirmed(workspace)
    change_facts(workspace, BY, number, [("application.kinship", "是")])
    by_phone = planned(workspace, "spot_check_record", {**SPOT, "spot.rows": [a_row(number, method="电话")]})
    assert by_phone.doubts and "100%入户调查" in by_phone.doubts[0] and str(number) in by_phone.doubts[0]
    spot: Any = by_phone.values["spot"]
    assert (spot["kin"], spot["kin_done"]) == ("1", "0")
    assert planned(workspace, "spot_check_record", {**SPOT, "spot.rows": [a_row(number)]}).doubts == ()


def test_no_household_is_checked_twice(workspace: Workspace) -> None:
    number = confirmed(workspace)
    told = faults(workspace, "spot_check_record", {**SPOT, "spot.rows": [a_row(number)] * 3})
    assert f"{number} 列了 3 次" in told


def test_rows_name_households_that_exist(workspace: Workspace) -> None:
    number = open_household(workspace).number
    rows = [a_row(number, name="张三"), a_row("TJHQ-DB-2024-000099"), a_row("乱写")]
    told = faults(workspace, "spot_check_record", {**SPOT, "spot.rows": rows})
    assert "第 1 行" in told and "与户档不符" in told
    assert "第 2 行：没有户档 TJHQ-DB-2024-000099" in told and "第 3 行" in told


# ── issuing ──────────────────────────────────────────────────────────────────────────────────────────────
def test_a_document_is_written_and_entered_and_never_overwritten(workspace: Workspace) -> None:
    todo = planned(workspace, "delegation_agreement", AGREEMENT)
    assert todo.hand == ("双方签字盖章",)
    one, two = office_documents.issue(workspace, BY, todo), office_documents.issue(workspace, BY, todo)
    folder = workspace.archive.outbox / "机关文书"
    name = "2024-03-08 社会救助审核确认权限委托下放协议"
    assert [f for m in (one, two) for f in m.files] == [folder / f"{name}.docx", folder / f"{name}（2）.docx"]
    assert "不少于2人" in printed(one) and "受托方" in printed(one)
    entered = [e for e in workspace.archive.ledger_events() if e.op is Op.OFFICE_DOCUMENT_ISSUED]
    for event, made in zip(entered, (one, two), strict=True):
        digest, size = durable_files.digest_of(made.files[0])
        assert event.data["files"] == [
            {"path": f"机关文书/{made.files[0].name}", "sha256": digest, "size": size}
        ]
        assert (event.data["document"], event.data["date"], event.actor) == (
            "delegation_agreement",
            "2024-03-08",
            "林经办",
        )
        assert event.pack.startswith("tianjin-hongqiao@")
    done = verify(workspace, BY)
    assert done.findings == () and "2024" in done.checked


def test_the_ledger_names_nobody(workspace: Workspace) -> None:
    """It is never destroyed; whoever stands in the rows must be forgotten one day."""
    number = confirmed(workspace)
    office_documents.issue(
        workspace, BY, planned(workspace, "spot_check_record", {**SPOT, "spot.rows": [a_row(number)]})
    )
    told = "".join(p.read_text(encoding="utf-8") for p in workspace.archive.ledger.rglob("*") if p.is_file())
    assert "office_document_issued" in told and "王秀兰" not in told and "张三丰" not in told


def numbered(document: DocumentType) -> DocumentType:
    return dataclasses.replace(document, doc_no=Numbering.REQUIRED)


def test_a_number_is_taken_only_when_everything_is_known_and_never_again(workspace: Workspace) -> None:
    notice = numbered(workspace.catalogue.get("rectification_report"))
    given = {
        "rectification.summary": "逐户整改。", "rectification.conclusion": "整改完毕。",
        "rectification.rows": "|程序|补正|完成|2024-03-07|表|吴小雪",
    }  # fmt: skip
    with pytest.raises(MissingFields):
        office_documents.plan(workspace, notice, {}, on=TODAY)
    todo = office_documents.plan(workspace, notice, given, on=TODAY)
    assert list(workspace.archive.ledger_events()) == [] and todo.numbered
    made = [office_documents.issue(workspace, BY, todo).doc_no for _ in range(2)]
    assert made == ["红样救字〔2024〕1号", "红样救字〔2024〕2号"]
    assert "红样救字〔2024〕1号" in printed(
        office_documents.IssuedForOffice(
            "", "", TODAY, tuple(sorted((workspace.archive.outbox / "机关文书").iterdir())[:1])
        )
    )
    told = office_documents.plan(workspace, notice, {**given, "doc_no": "红府发〔2024〕7号"}, on=TODAY)
    assert not told.numbered and office_documents.issue(workspace, BY, told).doc_no == "红府发〔2024〕7号"
    taken = [e.data for e in workspace.archive.ledger_events() if e.op is Op.NUMBERS_ALLOCATED]
    assert [(d["sequence"], d["last"], d.get("by_hand", False)) for d in taken] == [
        ("文号 红样救字", 1, False),
        ("文号 红样救字", 2, False),
        ("文号 红府发", 7, True),
    ]


def test_without_a_sign_there_is_no_number(workspace: Workspace) -> None:
    bare = dataclasses.replace(workspace.config.office, agency_sign="")
    workspace.config = dataclasses.replace(workspace.config, office=bare)
    with pytest.raises(MissingFields) as caught:
        office_documents.plan(
            workspace, numbered(workspace.catalogue.get("rectification_report")), {}, on=TODAY
        )
    assert any("文书编号" in p for p in caught.value.problems)


def test_a_draft_takes_nothing_and_enters_nothing(workspace: Workspace) -> None:
    notice = numbered(workspace.catalogue.get("deliberation_body_setup"))
    todo = office_documents.plan(workspace, notice, GIVEN["deliberation_body_setup"], on=TODAY)
    text = "".join(document_text(draft_document(todo)))
    assert "（草稿）" in text
    assert list(workspace.archive.ledger_events()) == [] and list(workspace.archive.outbox.iterdir()) == []


def test_without_libreoffice_no_number_is_taken(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_maker, "available", lambda: False)
    with pytest.raises(PdfUnavailable):
        office_documents.issue(workspace, BY, planned(workspace, "delegation_power_list"), pdf=True)
    assert list(workspace.archive.ledger_events()) == []


# ── when the disk refuses ────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("refuses", ["document", "entry"])
def test_what_was_not_entered_is_not_there(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, refuses: str
) -> None:
    todo = planned(workspace, "delegation_power_list")
    write = durable_files.write_new

    def full(path: Path, source: bytes | io.BufferedReader, **more: Any) -> Any:
        if (path.suffix == ".docx") is (refuses == "document") and (
            path.suffix == ".docx" or path.name == "e"
        ):
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, source, **more)

    office_documents.issue(workspace, BY, todo)
    before = len(list(workspace.archive.ledger_events()))
    monkeypatch.setattr(durable_files, "write_new", full)
    with pytest.raises(WriteFailed):
        office_documents.issue(workspace, BY, todo)
    monkeypatch.undo()
    assert len(list(workspace.archive.ledger_events())) == before
    assert len(list((workspace.archive.outbox / "机关文书").iterdir())) == 1
    assert (
        len(office_documents.issue(workspace, BY, todo).files) == 1 and verify(workspace, BY).findings == ()
    )


def test_an_entry_that_stands_keeps_its_file(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry is committed by its rename; what fails afterwards is made good at the next start."""
    todo = planned(workspace, "delegation_power_list")
    office_documents.issue(workspace, BY, todo)

    def full(*_: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(durable_files, "replace", full)
    with pytest.raises(ArchivistError):
        office_documents.issue(workspace, BY, todo)
    monkeypatch.undo()
    with Workspace.open(workspace.root) as again:
        assert verify(again, BY).findings == ()
        entered = [e for e in again.archive.ledger_events() if e.op is Op.OFFICE_DOCUMENT_ISSUED]
    assert len(entered) == 2
    assert all((workspace.archive.outbox / f["path"]).is_file() for e in entered for f in e.data["files"])


def test_a_register_is_only_printed() -> None:
    with pytest.raises(MissingFields) as caught:
        office_documents.render_register(CATALOGUE.get("保管期限表"), Config(), {}, on=TODAY)
    assert "--set" in caught.value.remedy


def test_only_the_households_confirmed_in_the_month_are_the_population(workspace: Workspace) -> None:
    open_household(workspace)
    assert "抽样总体" in faults(workspace, "spot_check_record", SPOT)


def test_a_separator_sheet_says_that_it_is_one(workspace: Workspace) -> None:
    """``archivist generate 分隔页`` an office paper without household; its QR carries a payload of its own."""
    planned = office_documents.plan(workspace, workspace.catalogue.get("separator_sheet"), {}, on=TODAY)
    issued = office_documents.issue(workspace, BY, planned)
    with zipfile.ZipFile(issued.files[0]) as package:
        pictures = {package.read(n) for n in package.namelist() if n.startswith("word/media/")}
        words = package.read("word/document.xml").decode() + package.read("word/header1.xml").decode()
    assert pictures == {qr_png(SEPARATOR)}
    assert is_separator(SEPARATOR) and not is_ours(SEPARATOR) and "不是材料" in words
