"""What the office owes for all its work: the staff its rules ask for, records of its own work, by the ledger and the calendar."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from archivist.config import Config, Establishment, StaffMember, parse
from archivist.issuing import office_documents
from archivist.model.office_papers import OfficePaper
from archivist.model.staff import Post
from archivist.procedure.agenda import agenda
from archivist.procedure.duties import Duty, of_records, of_staff
from archivist.rules import pack
from archivist.workspace import Workspace
from tests.kit import BY, NOW, SETTINGS, make_workspace, on

HONGQIAO, JIAMUSI = pack.load("tianjin-hongqiao"), pack.load("heilongjiang-jiamusi")
OPENED = dt.date(2024, 1, 2)
TRAINING = {
    "training.on": "2024-03-05", "training.topic": "入户调查", "training.audience": "经办人员", "training.content": "略",
    "training.rows": "林经办|窗口|经办",
}  # fmt: skip


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def summary(end: str, made: str = "") -> OfficePaper:
    return OfficePaper("pilot_work_summary", "工作总结", day(made or end), {"summary.end": end})


def owed(papers: list[OfficePaper], today: str, since: dt.date | None = OPENED) -> dict[str, Duty]:
    return {d.rule.id.removeprefix("duty."): d for d in of_records(JIAMUSI, papers, day(today), since)}


# ── by the calendar ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("papers", "today", "due", "short"),
    [
        ([], "2024-03-08", "2024-06-30", False),
        ([], "2024-06-30", "2024-06-30", False),
        ([], "2024-07-01", "2024-06-30", True),
        ([summary("2024-06-30")], "2024-07-01", "2025-06-30", False),
        ([summary("2024-06-30", "2024-07-09")], "2024-07-08", "2024-06-30", True),  # not made yet on that day
        ([summary("2024-06-30", "2024-07-09")], "2024-07-09", "2025-06-30", False),  # late, but made
        ([summary("2024-06-28")], "2024-07-01", "2025-06-30", False),
        ([summary("2023-12-31", "2024-01-05")], "2024-07-01", "2024-06-30", True),  # about the year before
        ([summary("2024-12-31")], "2025-01-05", "2024-06-30", True),  # the whole year's is not the half-year's
    ],
)  # fmt: skip
def test_the_summary_of_june_is_owed_until_one_about_that_half_year_is_made(
    papers: list[OfficePaper], today: str, due: str, short: bool
) -> None:
    """「6月底向市民政局报送工作总结」: what counts is which days it is about, not when it was printed."""
    found = owed(papers, today)["summary.june"]
    assert (found.due, found.short) == (day(due), short)


def test_each_of_the_two_summaries_has_its_own_half_year() -> None:
    """「6月底向市民政局报送工作总结」「及时总结上报工作信息」."""
    june = owed([summary("2024-06-30")], "2025-01-02")
    assert not june["summary.june"].short and june["summary.year"].short
    both = owed([summary("2024-06-30"), summary("2024-12-31")], "2025-01-02")
    assert not both["summary.june"].short and not both["summary.year"].short


def test_what_was_due_before_the_ledger_was_opened_is_nobodys_fault() -> None:
    """An office that begins in autumn is not told of June."""
    assert not owed([], "2024-09-02", day("2024-09-01"))["summary.june"].short
    assert not owed([], "2024-09-02", None)["summary.june"].short
    assert owed([], "2025-09-02", day("2024-09-01"))["summary.june"].short


def test_what_has_no_cycle_is_counted_by_the_year_and_never_late() -> None:
    """「及时总结上报工作信息」."""
    papers = [
        OfficePaper("work_information", "工作信息", day(d), {})
        for d in ("2023-12-31", "2024-01-01", "2024-03-07")
    ]
    found = owed(papers, "2024-03-08")["information"]
    assert (found.done, found.required, found.short) == (2, None, False)


@pytest.mark.parametrize(
    ("made", "today", "due", "short"),
    [
        ([], "2024-01-31", "2024-01-31", False),
        ([], "2024-02-01", "2024-01-31", True),
        (["2024-01-31"], "2024-02-01", "2024-02-29", False),
        (["2024-02-03"], "2024-02-05", "2024-01-31", True),  # of February, not of January
        (["2024-01-10"], "2024-03-01", "2024-02-29", True),
        (["2023-12-31"], "2024-01-31", "2024-01-31", False),
    ],
)
def test_what_each_month_asks_for_is_still_owed_when_the_month_is_over(
    made: list[str], today: str, due: str, short: bool
) -> None:
    """「大力推行网上审批」, by the month: a month that passed without its register is told, not forgotten with the calendar."""
    papers = [OfficePaper("online_application_register", "登记册", day(d), {}) for d in made]
    found = owed(papers, today)["online"]
    assert (found.due, found.short) == (day(due), short)
    assert not owed(papers, today, None)["online"].short


def test_what_is_made_once_stays_made() -> None:
    """「按规模、服务对象数量统筹配齐相应的工作人员」: the roster stands until it is made anew."""
    assert owed([], "2030-01-01")["staff"].short
    found = owed([OfficePaper("staff_roster", "名册", day("2024-01-05"), {})], "2030-01-01")["staff"]
    assert (found.done, found.short) == (1, False)


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────
def people(*posts: Post) -> Config:
    return Config(people=tuple(StaffMember(f"甲{n}", post=post) for n, post in enumerate(posts)))


def test_who_is_at_a_post_of_the_town_counts_and_only_then() -> None:
    """「人口在2万人(含2万人)以下的可配备2-3名工作人员」: helpers of villages, leaders and who left are none of them."""
    small = Establishment(population=18_000)
    config = replace(people(Post.AGENCY, Post.DEPARTMENT, Post.ASSISTANT, Post.OTHER), establishment=small)
    (enough,) = of_staff(config, JIAMUSI, 900, day("2024-03-08"))
    assert (enough.done, enough.required, enough.base, enough.short) == (2, 2, 18_000, False)
    gone = replace(config.people[0], until=day("2024-03-07"))
    (few,) = of_staff(replace(config, people=(gone, *config.people[1:])), JIAMUSI, 900, day("2024-03-08"))
    assert (few.done, few.short) == (1, True)
    coming = replace(config.people[0], since=day("2024-03-09"))
    (still,) = of_staff(replace(config, people=(coming, *config.people[1:])), JIAMUSI, 900, day("2024-03-08"))
    assert still.short


def test_the_settings_are_read_and_checked() -> None:
    """「a room or module where the office's own facts live, typed and checked」."""
    found = parse(
        SETTINGS
        + '[establishment]\npopulation = 18300\nfunds = 60000\n[[people]]\nname = "吴小雪"\npost = "经办机构"\nemployment = "兼职"\n'
        'since = 2023-03-01\n[[villages]]\nname = "样例里社区"\n'
    )
    assert found.establishment.population == 18_300 and found.villages[0].name == "样例里社区"
    assert found.at_posts((Post.AGENCY,), day("2023-03-01")) == found.people
    assert found.at_posts((Post.AGENCY,), day("2023-02-28")) == ()


@pytest.mark.parametrize("line", ["population = -1", 'population = "两万"', "funds = -0.5", "villagers = 3"])
def test_settings_that_cannot_be_are_refused(line: str) -> None:
    with pytest.raises(Exception, match=line.partition(" ")[0]):
        parse(f"{SETTINGS}[establishment]\n{line}\n")


# ── in a workspace ───────────────────────────────────────────────────────────────────────────────────────
def duties(workspace: Workspace, moment: dt.datetime = NOW) -> dict[str, Duty]:
    return {d.rule.id: d for d in agenda(workspace, on=moment).duties}


def test_a_record_that_was_issued_fulfils_what_was_owed(tmp_path: Path) -> None:
    """「entered in the ledger」: what the document is about is noted there, and ``due`` counts it."""
    with make_workspace(tmp_path / "ws") as workspace:
        before = duties(workspace)["duty.five"]
        checked = office_documents.plan(workspace, workspace.catalogue.get("五有"), {}, on=NOW.date())
        office_documents.issue(workspace, BY, checked)
        after = duties(workspace)["duty.five"]
        assert (before.done, after.done, after.due) == (0, 1, day("2024-12-31"))
        assert duties(workspace, on("2025-01-02"))["duty.five"].done == 0, "the next year asks for its own"


def test_of_one_category_or_one_household_the_office_owes_nothing_more(tmp_path: Path) -> None:
    with make_workspace(tmp_path / "ws") as workspace:
        late = agenda(workspace, on=NOW, overdue=True).duties
        assert {d.rule.id for d in late} >= {"staff.min", "duty.plan"} and all(d.short for d in late)


def test_the_ledger_notes_what_a_record_says_of_itself_and_of_nobody(tmp_path: Path) -> None:
    """「findable in ledger --documents」; no personal data but what the ledger needs."""
    with make_workspace(tmp_path / "ws") as workspace:
        checked = office_documents.plan(
            workspace, workspace.catalogue.get("培训记录"), TRAINING, on=NOW.date()
        )
        office_documents.issue(workspace, BY, checked)
        noted = [e.data["noted"] for e in workspace.archive.ledger_events() if "noted" in e.data]
    assert noted == [{"training.attended": 1, "training.on": "2024-03-05"}]
