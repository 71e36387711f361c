"""Documents of a running benefit and of supervision (steps 9 and 10): texts for three households, refusals, sums."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from archivist.doctypes.doctype import REMEDY_PHRASES
from archivist.doctypes.field_paths import FieldPath
from archivist.documents.values.resolve import document_values
from archivist.errors import DocumentNotApplicable, MissingFields, UnlawfulDocument
from archivist.issuing.case_documents import plan_one
from archivist.model.case import Case
from archivist.model.ids import Category
from archivist.procedure.cases import change_facts
from archivist.rules import pack as packs
from archivist.rules.rule_days import RuleDays
from archivist.workspace import Workspace
from tests.documents.pages import squeezed
from tests.documents.samples import CATALOGUE, CONFIG, FULL, MINIMAL, ON, QR, SOURCES, a_case, an_id
from tests.documents.types.upkeep_samples import ADVERSE, NAMES, NEEDED, OFFICE, sample
from tests.kit import BY, make_workspace, open_household, values_of


def text_of(name: str, more: Mapping[str, object] = {}, household: str = "ordinary") -> str:
    return sample(name, household, more).text


# ── all of them ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", NAMES)
def test_what_the_clerk_must_tell_is_asked_for_all_at_once(name: str) -> None:
    doc = CATALOGUE.get(name)
    told = [f for f in doc.fields if f.mode == "system" and f.origin == "set" and f.applies(Category.TK)]
    needed = [f for f in told if f.path != FieldPath.PLAN_YEAR]  # that of its day, where nobody tells another
    if not needed:
        return
    with pytest.raises(MissingFields) as caught:
        document_values(doc, a_case(MINIMAL, "TK"), CONFIG, on=ON, given={}, sources=SOURCES)
    assert all(any(f.named in problem for problem in caught.value.problems) for f in needed)


# ── adverse decisions ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", ADVERSE)
def test_adverse_decisions_tell_the_remedies(name: str) -> None:
    assert CATALOGUE.get(name).remedies_required and CATALOGUE.get(name).doc_no == "required"
    assert all(phrase in squeezed(text_of(name)) for phrase in REMEDY_PHRASES)


def test_a_recovery_counts_and_writes_its_amount_and_never_fines() -> None:
    text = squeezed(text_of("recovery_notice"))
    assert "应退金额为1,818.00元（人民币壹仟捌佰壹拾捌元整）" in text
    assert (
        "责令你户退回" in text and "罚款" not in text and "对本通知书不服的，可以自收到之日起60日内" in text
    )
    mistaken = squeezed(text_of("recovery_notice", {"recovery.fact": "审核失误"}))
    assert "请你户退回" in mistaken and "系审核失误，非你户过错" in mistaken and "骗取" not in mistaken


def test_a_termination_after_a_death_is_addressed_to_who_is_left() -> None:
    text = squeezed(
        text_of(
            "termination_decision",
            {"termination.addressee": "王秀兰的近亲属", "termination.ground": "自愿申请退出"},
        )
    )
    assert "王秀兰的近亲属：" in text and "终止王秀兰户的" in text and "公示期满" not in text
    assert "公示期满无异议" in squeezed(text_of("termination_decision", household="large"))
    assert "村（居）民委员会" in text_of("termination_decision", household="large")


# ── public ───────────────────────────────────────────────────────────────────────────────────────────────
def test_a_termination_is_posted_without_its_circumstances() -> None:
    text = text_of("termination_publicity")
    assert "2025年9月8日" in text and "15个工作日" in text
    assert not any(secret in text for secret in ("120106", "1390000", "12号楼", "李小满", "重病", "肢体"))
    with pytest.raises(MissingFields, match="拟终止原因类别"):
        text_of("termination_publicity", {"termination.reason": "在监狱服刑"})


def test_a_reply_to_a_complaint_tells_nothing_of_the_household() -> None:
    text = text_of("complaint_reply")
    assert "王秀兰" not in text and "TJHQ" not in text.replace(QR, "")
    with pytest.raises(UnlawfulDocument, match="核查情况"):
        text_of("complaint_reply", {"complaint.findings": "李大暑身份证号为" + an_id("19991120", 51)})


# ── forms and lists ──────────────────────────────────────────────────────────────────────────────────────
def test_a_change_told_late_is_marked() -> None:
    assert "☑是" in text_of("change_report_form")
    assert "☑否" in text_of("change_report_form", {"report.date": "2025-01-08"})


def test_sums_of_lists_are_those_of_their_rows() -> None:
    assert squeezed(text_of("annual_review_plan")).count("合计60595243") == 1
    assert "33.3%" in text_of("spot_check_record"), "two of six, rounded down"


def test_amounts_of_a_change_are_written_in_words() -> None:
    text = squeezed(text_of("benefit_change_form"))
    assert "人民币壹仟叁佰叁拾元整" in text and "人民币捌佰柒拾伍元伍角" in text
    assert "自理能力" not in text.split("二、变更内容")[1].split("变更前")[1], "only of 特困人员"


def test_deregistration_is_of_the_day_of_the_form_unless_told() -> None:
    assert "注销日期2025年10月9日" in squeezed(text_of("deregistration_form"))
    assert "注销日期2025年10月8日" in squeezed(
        text_of("deregistration_form", {"deregistration.date": "2025-10-08"})
    )


# ── by the rules ─────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def planned(
    workspace: Workspace, name: str, case: Case, more: Mapping[str, object] = {}, on: dt.date = ON
) -> str:
    given: dict[str, object] = {**NEEDED.get(name, {}), **more}
    doc = workspace.catalogue.get(name)
    given = {k: v for k, v in given.items() if (spec := doc.field(k)) is None or spec.applies(case.category)}
    return str(values_of(workspace, name, case, given, on))


def test_the_basis_of_each_decision_comes_from_the_pack(workspace: Workspace) -> None:
    case = open_household(workspace)
    assert "第十三条第三款" in planned(workspace, "suspension_decision", case)
    assert "红桥区社会救助审核确认权限下放改革工作实施方案" in planned(
        workspace, "termination_decision", case
    )
    fraud = planned(workspace, "recovery_notice", case)
    mistake = planned(workspace, "recovery_notice", case, {"recovery.fact": "审核失误"})
    assert "第六十八条" in fraud and "第九百八十五条" not in fraud
    assert "第九百八十五条" in mistake and "第六十八条" not in mistake


@pytest.mark.parametrize("kind", ["benefit_change", "suspension", "termination"])
@pytest.mark.parametrize("pack", packs.available())
def test_no_delegated_category_lacks_the_basis_of_a_decision(pack: str, kind: str) -> None:
    """A decision without its legal basis would be refused; 特困人员认定办法 has no 停发, so there only a place's own rule, or the clerk, names one."""
    rules = packs.load(pack)
    day = dt.date(2024, 3, 4)
    for category in (Category.DB, Category.TK, Category.DX):
        silent = category is Category.TK and kind == "suspension" and pack == "chongqing-yongchuan"
        if pack != "national" and category in rules.delegated:
            assert silent is not bool(rules.under(f"basis.{kind}.", category, RuleDays.alike(day))), (
                pack,
                category,
                kind,
            )


def test_the_next_review_is_counted_from_this_one(workspace: Workspace) -> None:
    case = open_household(workspace)
    case, _ = change_facts(workspace, BY, case.number, [("benefit.review_cycle", "每半年")])
    text = planned(workspace, "periodic_review_form", case, {"review.done": "2025-02-20"})
    assert "2025年8月20日" in text


def test_a_death_is_settled_within_three_months(workspace: Workspace) -> None:
    """「应当自其死亡之日起3个月内」: 20 January 2025 + 3 months is a Sunday, so Monday."""
    text = planned(
        workspace, "death_verification_form", open_household(workspace), {"death.date": "2025-01-20"}
    )
    assert "2025年4月21日" in text


def test_a_deregistered_case_is_kept_three_years(workspace: Workspace) -> None:
    text = planned(
        workspace, "deregistration_form", open_household(workspace), {"deregistration.date": "2025-03-31"}
    )
    assert "'retention': '不少于3年'" in text and "2028年3月31日" in text


def test_support_of_destitute_persons_ends_only_after_the_notice(workspace: Workspace) -> None:
    """「公示期为7天」: posted on 3 March 2025, over after the 10th."""
    case = a_case(FULL, "TK")
    assert "2025年3月10日" in planned(workspace, "termination_publicity", case, on=dt.date(2025, 3, 3))
    with pytest.raises(MissingFields, match="终止社会救助决定书"):
        planned(workspace, "termination_decision", case)
    posted = {"publicity.start": "2025-03-03"}
    with pytest.raises(UnlawfulDocument, match="期满"):
        planned(workspace, "termination_decision", case, posted, dt.date(2025, 3, 10))
    assert "2025年3月10日" in planned(workspace, "termination_decision", case, posted, dt.date(2025, 3, 11))


@pytest.mark.parametrize("name", [*OFFICE, "spot_check_record"])
def test_lists_over_many_households_are_in_no_case(workspace: Workspace, name: str) -> None:
    with pytest.raises(DocumentNotApplicable, match="不按户制发"):
        plan_one(workspace, BY, workspace.catalogue.get(name), open_household(workspace), {}, on=ON)


@pytest.mark.parametrize(
    ("name", "category"),
    [("termination_publicity", "DB"), ("suspension_decision", "JN"), ("periodic_review_form", "ZC")],
)
def test_other_categories_are_refused(workspace: Workspace, name: str, category: str) -> None:
    with pytest.raises(DocumentNotApplicable, match="只用于"):
        plan_one(workspace, BY, workspace.catalogue.get(name), a_case(FULL, category), {}, on=ON)
