"""The sample papers of the demo, drawn one by one; used by ``make_samples.py`` only. Everybody on them is made up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from archivist.model.facts import Facts
from tools.sample_pages import cards, forms, papers
from tools.sample_pages.sheet import Sheet


@dataclass(frozen=True)
class Page:
    """One sample page.

    Attributes:
        file: its name among the samples, without suffix.
        household: key of the household in ``households.toml``, empty when it belongs to nobody known.
        document: id of the document type in the catalogue.
        title: what the paper is called.
        draw: draws it from the facts of all households.
        colours: size of the palette it is stored with.
    """

    file: str
    household: str
    document: str
    title: str
    draw: Callable[[Mapping[str, Facts]], Sheet]
    colours: int = 8


PAGES = (
    Page("id_card", "wang", "mat_id_card", "身份证复印件", cards.id_card),
    Page("register_1", "gulnar", "mat_household_register", "户口簿（首页）", cards.register_home),
    Page("register_2", "gulnar", "mat_household_register", "户口簿（户主）", cards.register_head),
    Page("register_3", "gulnar", "mat_household_register", "户口簿（配偶）", cards.register_spouse),
    Page(
        "verification_report",
        "sun",
        "verification_report",
        "家庭经济状况核对报告",
        papers.verification_report,
    ),
    Page("diagnosis", "chen", "mat_medical_evidence", "诊断证明书", papers.diagnosis),
    Page("bank_card", "zhao", "mat_passbook", "存折复印件", cards.bank_card),
    Page("neighbour_visit", "wang", "neighbor_interview", "邻里访问记录", papers.neighbour_visit),
    Page("application_form", "wang", "application_form", "社会救助申请书", forms.application_form, 16),
    Page("blank_form", "", "application_form", "社会救助申请书（空白）", forms.blank_form),
    Page("income_proof", "gulnar", "mat_income_proof", "收入证明", papers.income_proof),
    Page("wage_statement", "sun", "mat_bank_statement", "工资流水", papers.wage_statement, 4),
    Page("letter", "zhao", "applicant_explanation", "情况说明", forms.letter, 16),
    Page("stranger", "", "mat_student_evidence", "在读证明", papers.strangers_paper),
)
