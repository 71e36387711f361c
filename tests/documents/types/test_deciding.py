"""Papers of deciding, delivering and paying (steps 6–8): texts, sums, privacy, and when they are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from archivist.doctypes.doctype import REMEDY_PHRASES
from archivist.documents.values.resolve import document_values
from archivist.errors import DocumentNotApplicable, MissingFields, UnlawfulDocument
from archivist.issuing.case_documents import plan_one
from archivist.model.facts import parse_facts
from archivist.model.ids import Category
from tests.documents.samples import CATALOGUE, CHAIN, CONFIG, HOUSEHOLDS, MINIMAL, ON, SOURCES, a_case, an_id
from tests.documents.types.deciding_samples import EXTRA, GIVEN, case_of, sample
from tests.filing import come_to
from tests.kit import BY, TODAY, make_workspace, open_household


def text_of(name: str, household: str = "ordinary", category: str = "") -> str:
    return sample(name, household, category=category).text


@pytest.mark.parametrize("category", ["DB", "DX", "TK", "JN", "ZC"])
def test_the_calculation_asks_only_what_the_category_knows(category: str) -> None:
    text = "".join(text_of("benefit_calculation_sheet", "ordinary", category).split())
    assert ("月人均收入（元）" in text) is (category in ("DB", "DX"))
    assert ("照料护理费" in text) is (category == "TK")
    assert ("一次性救助" in text) is (category in ("JN", "ZC"))
    assert ("分类施保和增发" in text) is (category in ("DB", "DX", "TK"))
    assert "壹仟叁佰叁拾元整" in text


def test_the_duty_to_report_differs_for_care_recipients() -> None:
    assert "生活自理能力" in text_of("proactive_report_obligation_notice", "ordinary", "TK")
    ordinary = text_of("proactive_report_obligation_notice")
    assert "生活自理能力" not in ordinary and "022-20000001" in ordinary
    assert "应当及时报告" in ordinary, "no rule says a number of days"
    told = sample("proactive_report_obligation_notice", more={"duty.within": "在30日内"}).text
    assert "应当在30日内报告" in told


def test_amounts_of_money_paid_stand_in_words_too() -> None:
    assert "贰仟元整" in text_of("cash_in_kind_receipt")
    assert "360.00" in text_of("cash_in_kind_receipt"), "the sum of the goods"
    assert "贰仟元整" in text_of("temp_emergency_advance_register")
    assert "肆佰捌拾元整" in text_of("care_agreement")
    over = text_of("over_standard_submission")
    assert "玖仟元整" in over and "2,940.00" in over


def test_a_refused_subsidy_tells_the_remedies_and_calls_itself_by_its_name() -> None:
    text = text_of("disability_refusal_notice")
    assert all(phrase in text for phrase in REMEDY_PHRASES)
    assert "对本告知书不服的，可以自收到之日起60日内" in text and "决定书" not in text
    assert "你申请的" in text and "你户" not in text, "the subsidy is a person's, not a household's"


@pytest.mark.parametrize("name", ["confirmation_announcement", "longterm_publicity"])
@pytest.mark.parametrize("household", HOUSEHOLDS)
def test_a_posted_list_shows_name_number_and_amount_only(name: str, household: str) -> None:
    text, facts = text_of(name, household), HOUSEHOLDS[household]
    assert facts["applicant"]["name"] in text and "022-20000002" in text
    secret = [
        facts["applicant"]["id_number"],
        "12号楼",
        "肢体",
        "重病",
        "139000",
        "622202",
        "李小满",
        "李大暑",
    ]
    secret += [m["name"] for m in facts.get("members", ())]
    assert not [s for s in secret if s in text]


def test_a_minor_is_not_named_in_public() -> None:
    child = {
        **MINIMAL,
        "applicant": {**MINIMAL["applicant"], "name": "欧阳小雨", "id_number": an_id("20150101", 12)},
    }
    doc = CATALOGUE.get("confirmation_announcement")
    values = document_values(doc, a_case(child), CONFIG, on=ON, given={}, sources=SOURCES)
    assert values["publicity"]["rows"][0]["name"] == "欧阳某某"  # type: ignore[index]


@pytest.mark.parametrize("cell", ["王秀兰 13900000001", "王秀兰（肢体残疾）", "王秀兰 12号楼3门"])
def test_what_a_clerk_types_into_a_posted_list_is_looked_at_too(cell: str) -> None:
    doc = CATALOGUE.get("longterm_publicity")
    given = {"publicity.rows": f"{cell}|3|最低生活保障|1330|2024-09"}
    with pytest.raises(UnlawfulDocument) as caught:
        document_values(doc, a_case(), CONFIG, on=ON, given=given)
    assert "公示名单" in str(caught.value)


def test_an_extension_needs_its_reason() -> None:
    doc = CATALOGUE.get("extension_notice")
    with pytest.raises(MissingFields) as caught:
        document_values(doc, a_case(), CONFIG, on=ON, given={}, extra=CHAIN | EXTRA["extension_notice"])
    assert "延长理由" in str(caught.value) and "具体情况" in str(caught.value)


# ── with the rules ───────────────────────────────────────────────────────────────────────────────────────
def test_the_rules_give_the_days_and_the_basis_of_an_extension(tmp_path: Path) -> None:
    """「应当自受理之日起30个工作日之内完成；特殊情况下，可以延长至45个工作日」: 5 March 2024 + 30, + 45."""
    with make_workspace(tmp_path / "ws") as workspace:
        case = come_to(workspace, open_household(workspace), "extension_notice")
        given = GIVEN["extension_notice"]
        planned = plan_one(
            workspace, BY, workspace.catalogue.get("延长办理期限通知书"), case, given, on=TODAY
        )
        assert planned.values["extension"] == {
            "original": "2024年4月17日",
            "deadline": "2024年5月10日",
            "reason": "调查难度较大",
            "detail": given["extension.detail"],
        }
        basis = planned.values["decision"]["basis"]  # type: ignore[index]
        assert any("第二十二条" in b for b in basis) and any("红桥区" in b for b in basis)


@pytest.mark.parametrize(
    ("name", "category"),
    [("care_agreement", "DB"), ("temp_emergency_approval", "ZC"), ("disability_subsidy_form", "DB"), ("cash_in_kind_receipt", "DB"),
     ("confirmation_announcement", "JN"), ("extension_notice", "ZC")],
)  # fmt: skip
def test_it_is_refused_for_other_categories(tmp_path: Path, name: str, category: str) -> None:
    with make_workspace(tmp_path / "ws") as workspace, pytest.raises(DocumentNotApplicable):
        plan_one(workspace, BY, workspace.catalogue.get(name), case_of("ordinary", category), {}, on=TODAY)


@pytest.mark.parametrize(
    ("name", "category", "known", "day"),
    [
        ("temp_emergency_advance_register", "JN", "否", "2024年3月12日"),
        ("temp_expenditure_approval", "ZC", "是", "2024年3月14日"),
        ("temp_expenditure_approval", "ZC", "否", "2024年3月26日"),
    ],
)
def test_the_rules_give_the_last_day_of_temporary_assistance(
    tmp_path: Path, name: str, category: str, known: str, day: str
) -> None:
    """From 5 March 2024: 「5个工作日」 to complete the papers, 「7个工作日」 for a recipient, 「15个工作日」 for others."""
    told = {"application": {"urgent": True, "known_recipient": known}}
    with make_workspace(tmp_path / "ws") as workspace:
        case = open_household(workspace, parse_facts({**MINIMAL, **told}), Category(category))
        case = come_to(workspace, case, name)
        planned = plan_one(workspace, BY, workspace.catalogue.get(name), case, {}, on=TODAY)
        assert planned.values["deadline"] == day
