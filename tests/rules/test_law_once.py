"""The law stands once: a row changed by the office changes the paper, the time limits and the check that rest on it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import pytest

from archivist.documents.values.context import DocumentContext
from archivist.documents.values.inquiry import ABILITIES
from archivist.documents.values.resolve import computed, document_values
from archivist.errors import MissingFields
from archivist.model.household import incapacity
from archivist.report.case_history import HouseholdHistory
from archivist.rules import guardianship, pack, remedies
from archivist.rules.ages import NeedLines, ages_of
from archivist.rules.pack import Pack
from archivist.rules.rule_days import RuleDays
from tests.documents.samples import CATALOGUE, CHAIN, CONFIG, EXTRA, GIVEN, ON, SOURCES, a_case
from tests.rules.walking import due, walk

SOURCE: Final = {"measure": "《样例街道办事规程》", "article": "第三条", "sentence": "自行规定的一句"}
REFUSED: Final = (
    "submit 2024-03-01", "accept 2024-03-04", "verify 2024-03-05", "survey 2024-03-06", "prelim 2024-03-07",
    "publicize 2024-03-08", "review 2024-03-18", "refuse 2024-03-20", "deliver 2024-03-21",
)  # fmt: skip


def overridden(rule_id: str, **columns: object) -> Pack:
    """Return the national rules with some columns of an id's rows as an office has them."""
    row = {"id": rule_id, "patch": True, "source": SOURCE, **columns}
    return pack.load("national", overrides={"rule": [row]})


def paper(name: str, rules: Pack, given: Mapping[str, object] = {}) -> dict[str, Any]:
    """Return what a document prints under some rules."""
    return document_values(
        CATALOGUE.get(name),
        a_case(),
        CONFIG,
        on=ON,
        given=GIVEN.get(name, {}) | dict(given),
        extra=CHAIN | EXTRA.get(name, {}),
        sources=dataclasses.replace(SOURCES, pack=rules),
    )


# ── remedies ─────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("rule_id", "columns", "words"),
    [
        ("remedy.reconsideration", {"value": 75}, "自收到之日起75日内向示范区人民政府申请行政复议"),
        ("remedy.reconsideration.authority", {"value": "示范市人民政府"}, "向示范市人民政府申请行政复议"),
        ("remedy.reconsideration.respondent", {"value": "本机关"}, f"被申请人为{CONFIG.office.name}"),
        ("remedy.litigation", {"value": 1, "unit": "年"}, "自收到之日起1年内依法向示范区人民法院"),
        ("remedy.litigation.court", {"value": "示范铁路运输法院"}, "向示范铁路运输法院提起行政诉讼"),
        ("remedy.litigation.defendant", {"value": "本机关"}, f"被告为{CONFIG.office.name}"),
    ],
)
def test_a_decision_tells_the_remedies_as_the_rows_say(
    rule_id: str, columns: dict[str, object], words: str
) -> None:
    rules = overridden(rule_id, **columns)
    told = paper("refusal_decision", rules)["remedies"]
    assert words in told["reconsideration"] + told["litigation"]
    assert words not in "".join(paper("refusal_decision", pack.load("national"))["remedies"].values())


def test_the_times_of_the_remedies_run_and_are_checked_as_their_rows_say() -> None:
    shipped = pack.load("national")
    for rules, day, words in (
        (shipped, "2024-05-20", ("60日内", "六十日内")),
        (overridden("remedy.reconsideration", value=75), "2024-06-04", ("75日内", "七十五日内")),
    ):
        case = walk(rules, "DB", *REFUSED)
        assert due(case, rules, "remedy.reconsideration") == day
        assert words in remedies.phrases(partial(rules.rule_for, case=case, on=case.steps[-1].on))


@pytest.mark.parametrize("remedy", remedies.REMEDIES, ids=lambda r: r.title)
def test_without_a_row_no_decision_tells_anything(remedy: remedies.Remedy) -> None:
    """A missing rule stops the paper instead of letting it say what the program thinks."""
    shipped = pack.load("national")
    for row_id in (remedy.term, remedy.authority, remedy.opponent):
        rules = dataclasses.replace(shipped, rules=tuple(r for r in shipped.rules if r.id != row_id))
        with pytest.raises(
            MissingFields, match=f"救济途径不全：规则包对这一户没有写{remedy.title}的 {row_id}"
        ):
            paper("refusal_decision", rules)


# ── words of running text ────────────────────────────────────────────────────────────────────────────────
def worked_out(
    name: str,
    path: str,
    rules: Pack,
    category: str = "DB",
    given: Mapping[str, object] = {},
    on: dt.date = ON,
) -> object:
    """Return what a document prints at a path under some rules."""
    context = DocumentContext.read(
        CATALOGUE.get(name),
        a_case(category=category),
        CONFIG,
        on=on,
        given=given,
        sources=dataclasses.replace(SOURCES, pack=rules),
    )
    return computed(context, path)


UNABLE: Final = {path: n >= 4 for n, path in enumerate(ABILITIES)}
"""Four of six indicators are not reached."""
PRESENT: Final = {
    "meeting.attendees": [
        {"name": f"评议人{n}", "kind": "村（居）民代表" if n < 4 else "两委"} for n in range(6)
    ]
}
LATE: Final = {"report.happened_on": "2024-01-05", "report.date": "2024-04-20"}


@pytest.mark.parametrize(
    ("rule_id", "value", "document", "path", "words", "told"),
    [
        ("death.process", 5, "death_verification_form", "law.death", "5个月", {}),
        ("nonreport.education", 2, "proactive_report_obligation_notice", "law.nonreport", "2个月", {}),
        ("nonreport.education", 2, "change_report_form", "law.nonreport", "2个月", {}),
        ("nonreport.education", 4, "change_report_form", "report.late", False, LATE),
        ("refusal.inform", 5, "noncompliance_submission", "law.refusal", "5个工作日内", {}),
        ("reassess", 7, "self_care_assessment", "law.reassess", "7个工作日内", {}),
        ("self_care.partial.max", 4, "self_care_assessment", "law.self_care_partial", "4", {}),
        ("self_care.partial.max", 4, "self_care_assessment", "law.self_care_lost", "5", {}),
        ("self_care.partial.max", 4, "self_care_assessment", "ability.conclusion", "部分丧失生活自理能力", UNABLE),
        ("self_care.partial.max", 4, "self_care_assessment", "benefit.care_grade", "半护理", UNABLE),
        ("survey.team.min", 3, "household_survey", "law.team", "三人", {}),
        ("survey.team.min", 3, "neighbor_interview", "law.team", "三人", {}),
        ("appraisal.representatives", "3/4", "democratic_appraisal", "law.representatives", "四分之三", {}),
        ("appraisal.representatives", "3/4", "democratic_appraisal", "appraisal.representatives",
         "4人，少于参评人数的四分之三", PRESENT),
        ("age.consent", 16, "personal_info_notice", "law.consent_age", "十六周岁", {}),
        ("obligor.age", 75, "obligor_capacity_form", "law.obligor_age", "75周岁", {}),
        ("obligor.age", 75, "tekun_written_statement", "law.obligor_age", "75周岁", {}),
        ("obligor.age.recipient", 65, "obligor_capacity_form", "law.obligor_age_recipient", "65周岁", {}),
        ("penalty.fraud", "责令退回", "integrity_commitment", "law.fraud", "责令退回", {}),
        ("penalty.fraud", "责令退回", "integrity_commitment", "law.fraud_source", "《样例街道办事规程》第三条", {}),
    ],
)  # fmt: skip
def test_a_row_changed_changes_the_words_of_the_paper(
    rule_id: str, value: object, document: str, path: str, words: object, told: Mapping[str, object]
) -> None:
    category = next(iter(CATALOGUE.get(document).categories))
    said = [
        worked_out(document, path, rules, category, told)
        for rules in (pack.load("national"), overridden(rule_id, value=value))
    ]
    assert said[1] == words != said[0]


def test_fraud_is_warned_of_by_the_law_of_the_day() -> None:
    """社会救助法第七十三条「处非法获取的财物和利益价值二倍以下的罚款」, in force since 2026-07-01."""
    for day, words in (("2026-06-30", "1倍以上3倍以下的罚款"), ("2026-07-01", "二倍以下的罚款")):
        said = worked_out(
            "integrity_commitment", "law.fraud", pack.load("national"), on=dt.date.fromisoformat(day)
        )
        assert words in str(said)


# ── ages and grades ──────────────────────────────────────────────────────────────────────────────────────
CHILD: Final = {"applicant": {"name": "周小禾", "birth_date": "2007-03-05"}}
"""Seventeen on ``ON``."""


def test_an_age_changed_changes_who_acts_alone_and_whose_name_is_posted() -> None:
    shipped, lower = pack.load("national"), overridden("age.adult", value=17)
    case = a_case(CHILD)
    for rules, alone in ((shipped, False), (lower, True)):
        days = RuleDays.alike(ON)
        assert (not guardianship.lacking(case, CATALOGUE, ON, ages_of(rules, days))) is alone
        context = DocumentContext.read(
            CATALOGUE.get("preliminary_publicity"),
            case,
            CONFIG,
            on=ON,
            given={},
            sources=dataclasses.replace(SOURCES, pack=rules),
        )
        assert computed(context, "publicity.name") == ("周小禾" if alone else "周某某")


def test_the_age_of_earning_changes_who_acts_alone() -> None:
    earns = {"birth_date": "2007-03-05", "capacity": "完全"}
    days = RuleDays.alike(ON)
    assert not incapacity(earns, ON, ages_of(pack.load("national"), days))
    assert "未满十八周岁" in incapacity(earns, ON, ages_of(overridden("age.earning", value=18), days))


@pytest.mark.parametrize(
    ("rule_id", "value", "person", "before", "after"),
    [
        ("age.elderly", 65, {"birth_date": "1962-01-01"}, {"老年人"}, set()),
        ("age.adult", 20, {"birth_date": "2005-01-01"}, set(), {"未成年人"}),
        ("disability.severe", "一级、二级、三级", {"disability": "智力三级"}, set(), {"重度残疾"}),
        ("disability.severe", "一级", {"disability": "肢体2级"}, {"重度残疾"}, set()),
    ],
)
def test_statistics_count_by_the_lines_of_the_rows(
    rule_id: str, value: object, person: dict[str, object], before: set[str], after: set[str]
) -> None:
    history = HouseholdHistory(a_case({"applicant": person}))
    for rules, found in ((pack.load("national"), before), (overridden(rule_id, value=value), after)):
        assert history.classes(ON, NeedLines.of(rules, RuleDays.alike(ON))) == [found]
