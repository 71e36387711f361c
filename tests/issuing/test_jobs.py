"""A bulk job run again does what is left; whatever interrupts it, each household has one document and each number a place."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archivist.api import documents
from archivist.api.document_results import IssuedDocuments
from archivist.api.parcels import Copies
from archivist.doctypes.catalogue import DocumentType
from archivist.errors import ArchiveLocked, ArchivistError, UnlawfulDocument
from archivist.issuing import case_documents, filing, jobs, voiding
from archivist.issuing.number_series import NumberState, series
from archivist.issuing.planned import ORDINARY, Manner, Refused
from archivist.model.by import CHINA, By
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.procedure.cases import change_facts
from archivist.workspace import Workspace
from tests.filing import come_to
from tests.households import DECISION, households, sheet
from tests.issuing.numbers import all_explained
from tests.kit import BY, TODAY, make_workspace, open_another

NEXT_DAY = By("周立冬", dt.datetime(2024, 3, 9, 9, tzinfo=CHINA))
DECIDES = "确认决定书"
MANY, MANY_ID = "入户调查表", "household_survey"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def run(workspace: Workspace, what: str = DECIDES, by: By = BY, **how: Any) -> IssuedDocuments:
    settings = DECISION if what == DECIDES else {}
    prepared = documents.prepare(workspace, by, what, **{"search": "王秀兰", "settings": settings, **how})
    return documents.issue(workspace, by, prepared)


def decisions(workspace: Workspace) -> Counter[str]:
    """Count the decisions that hold, by household."""
    found: Counter[str] = Counter()
    for number in workspace.archive.case_numbers():
        found[str(number)] = len(workspace.archive.read(number).records_of("confirmation_decision"))
    return found


# ── run again ────────────────────────────────────────────────────────────────────────────────────────────
def test_run_again_it_skips_what_is_done(workspace: Workspace) -> None:
    """“Run again, `generate` skips what that job has done and goes on with the rest; … how many were done before”."""
    cases = households(workspace, 3, come_for="confirmation_decision")
    first = run(workspace)
    assert len(first.issued) == 3 and first.done_before == ()
    again = run(workspace, by=NEXT_DAY)
    assert (again.issued, again.refused) == ((), ())
    assert {(e.case, e.record, e.doc_no) for e in again.done_before} == {
        (i.case, i.record, i.doc_no) for i in first.issued
    }
    assert set(decisions(workspace).values()) == {1}
    plan = documents.plan(
        workspace, documents.prepare(workspace, BY, DECIDES, search="王秀兰", settings=DECISION)
    )
    assert (plan.documents, len(plan.done_before)) == ((), len(cases)), "--dry-run says what a run would say"
    all_explained(workspace)


def test_a_selection_that_grew_goes_on_with_what_is_new(workspace: Workspace) -> None:
    """“a job whose selection grew”."""
    households(workspace, 2, come_for="confirmation_decision")
    run(workspace)
    late = come_to(workspace, open_another(workspace, "901"), "confirmation_decision")
    again = run(workspace)
    assert [i.case for i in again.issued] == [str(late.number)] and len(again.done_before) == 2


def test_a_list_that_grew_does_not_repeat_what_may_stand_many_times(
    workspace: Workspace, tmp_path: Path
) -> None:
    cases = households(workspace, 3, come_for="household_survey")
    few = sheet(tmp_path / "少.xlsx", ["户号"], *([str(c.number)] for c in cases[:2]))
    more = sheet(tmp_path / "多.xlsx", ["户号"], *([str(c.number)] for c in cases))
    assert len(run(workspace, MANY, search="", listed=few).issued) == 2
    grown = run(workspace, MANY, search="", listed=more)
    assert (len(grown.issued), len(grown.done_before)) == (1, 2)
    assert len(run(workspace, MANY, NEXT_DAY, search="", listed=more).issued) == 3, "another day"
    meant = run(workspace, MANY, search="", listed=more, again=True, reason="遗失")
    assert len(meant.issued) == 3
    assert len(run(workspace, MANY, search="", listed=more, again=True, reason="遗失").done_before) == 3


def test_a_household_named_by_itself_is_no_job(workspace: Workspace) -> None:
    """“The gate already refuses a second live document of a kind; a skip is no refusal”."""
    (case,) = households(workspace, 1, come_for="confirmation_decision")
    run(workspace, search="", named=[str(case.number)])
    with pytest.raises(UnlawfulDocument):
        run(workspace, search="", named=[str(case.number)])
    other = come_to(workspace, open_another(workspace, "901"), MANY_ID)
    two = [run(workspace, MANY, search="", named=[str(other.number)]).issued for _ in range(2)]
    assert [len(t) for t in two] == [1, 1]


def test_another_job_is_refused_by_the_gate(workspace: Workspace) -> None:
    households(workspace, 2, come_for="confirmation_decision")
    run(workspace)
    other = run(workspace, settings=DECISION | {"benefit.amount": "700"})
    assert (other.issued, other.done_before, len(other.refused)) == ((), (), 2)
    assert all("卷内已有第" in str(r) for r in other.refused)


def test_what_was_made_void_in_between_is_not_done(workspace: Workspace) -> None:
    """“a document voided in between (then it is not done)”."""
    cases = households(workspace, 2, come_for="confirmation_decision")
    first = run(workspace)
    made = next(i for i in first.issued if i.case == str(cases[0].number))
    voiding.void(workspace, BY, cases[0].number, _no(workspace, cases[0], made.record), "金额有误")
    again = run(workspace)
    assert [i.case for i in again.issued] == [made.case] and len(again.done_before) == 1
    found = series(workspace)
    assert [line.state for line in found.lines].count(NumberState.VOID) == 1
    assert set(decisions(workspace).values()) == {1}
    all_explained(workspace)


def test_what_was_replaced_is_done(workspace: Workspace) -> None:
    (case, _) = households(workspace, 2, come_for="confirmation_decision")
    first = next(i for i in run(workspace).issued if i.case == str(case.number))
    document = workspace.catalogue.get(DECIDES)
    manner = Manner(replaces=_no(workspace, case, first.record), reason="错字")
    todo = case_documents.plan(workspace, BY, document, [case.number], {case.number: DECISION}, on=TODAY, manner=manner)  # fmt: skip
    assert len(case_documents.issue(workspace, BY, todo).issued) == 1
    again = run(workspace)
    assert (again.issued, again.refused, len(again.done_before)) == ((), (), 2)


def test_what_is_taken_away_is_the_whole_job(workspace: Workspace, tmp_path: Path) -> None:
    """A job that was interrupted made no parcel; run again, the parcel has what was done before as well."""
    households(workspace, 2, come_for="confirmation_decision")
    run(workspace)
    again = run(workspace, copies=Copies(folder=tmp_path / "打印"))
    assert len(again.done_before) == 2 and len(list((tmp_path / "打印").iterdir())) == 2


def _no(workspace: Workspace, case: Case, record: str | None) -> Any:
    return next(n for n in workspace.archive.read(case.number).records if n == record)


# ── interrupted ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("after", [0, 1, 4])
def test_ctrl_c_leaves_no_number_unexplained(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """“Numbers lost to an interruption are entered in the ledger as 空号 with the reason”."""
    households(workspace, 5, come_for="confirmation_decision")
    _interrupt(monkeypatch, after)
    with pytest.raises(KeyboardInterrupt):
        run(workspace)
    monkeypatch.undo()
    assert sum(decisions(workspace).values()) == after
    lost = [line for line in series(workspace).lines if line.state is NumberState.VACANT]
    assert len(lost) == 5 - after and all("中断" in line.reason for line in lost)
    again = run(workspace)
    assert (len(again.issued), len(again.done_before)) == (5 - after, after)
    assert set(decisions(workspace).values()) == {1}
    all_explained(workspace)


def _interrupt(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    real, done = filing.file, 0

    def file(*args: Any) -> Any:
        nonlocal done
        if done == after:
            raise KeyboardInterrupt
        done += 1
        return real(*args)

    monkeypatch.setattr(filing, "file", file)


def test_a_number_whose_document_failed_says_why_and_names_nobody(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    households(workspace, 2, come_for="confirmation_decision")
    real = filing.file

    def file(space: Workspace, by: By, item: filing.Ready, *made: Any) -> Any:
        if item.planned.case.number.sequence == 1:
            return Refused(item.planned.case.number, ArchivistError("王秀兰的文书坏了"))
        return real(space, by, item, *made)

    monkeypatch.setattr(filing, "file", file)
    assert len(run(workspace).refused) == 1
    (event,) = [e for e in workspace.archive.ledger_events() if e.op is Op.NUMBERS_VACANT]
    assert "E700" in event.reason and "王秀兰" not in event.reason
    assert event.data["numbers"] == [1] and event.data["job"]
    all_explained(workspace)


# ── two clerks ───────────────────────────────────────────────────────────────────────────────────────────
def test_the_same_job_is_not_run_twice_at_once(workspace: Workspace) -> None:
    """“two clerks running the same job at once”: the second is told who does it, and takes no number."""
    households(workspace, 2, come_for="confirmation_decision")
    one = documents.prepare(workspace, BY, DECIDES, search="王秀兰", settings=DECISION)
    with Workspace.open(workspace.root) as other:
        two = documents.prepare(other, NEXT_DAY, DECIDES, search="王秀兰", settings=DECISION)
        told: list[str] = []

        def in_the_middle(_done: int, _total: int) -> None:
            with pytest.raises(ArchiveLocked) as caught:
                documents.issue(other, NEXT_DAY, two)
            told.append(str(caught.value))

        documents.issue(workspace, BY, one, in_the_middle)
        assert told and all("林经办" in words for words in told)
        late = documents.issue(other, NEXT_DAY, two)
    assert (late.issued, len(late.done_before)) == ((), 2), "planned before, done by somebody else since"
    assert set(decisions(workspace).values()) == {1}
    all_explained(workspace)


def test_different_jobs_over_the_same_households_issue_one_each(workspace: Workspace) -> None:
    cases = households(workspace, 3, come_for="confirmation_decision")
    one = documents.prepare(workspace, BY, DECIDES, search="王秀兰", settings=DECISION)
    with Workspace.open(workspace.root) as other:
        named = [str(c.number) for c in cases]
        two = documents.prepare(other, NEXT_DAY, DECIDES, named, settings=DECISION)
        done = documents.issue(other, NEXT_DAY, two)
    late = documents.issue(workspace, BY, one)
    assert (len(done.issued), len(late.issued), len(late.refused)) == (3, 0, 3)
    assert set(decisions(workspace).values()) == {1}
    all_explained(workspace)


def test_numbers_of_a_run_that_lives_are_left_alone(workspace: Workspace) -> None:
    """“never while the run that took them is still alive”."""
    households(workspace, 2, come_for="confirmation_decision")
    prepared = documents.prepare(workspace, BY, DECIDES, search="王秀兰", settings=DECISION)
    seen: list[dict[str, int]] = []

    def in_the_middle(_done: int, _total: int) -> None:
        with Workspace.open(workspace.root) as other:
            other.archive.allocate("TJHQ-DX", 2024, other.stamp(NEXT_DAY))
            seen.append(Counter(line.state.value for line in series(other).lines))

    documents.issue(workspace, BY, prepared, in_the_middle)
    assert seen and all(NumberState.VACANT not in states for states in seen)
    all_explained(workspace)


def test_a_case_that_changed_is_printed_anew_within_a_job(
    workspace: Workspace,
) -> None:
    """“`generate` tries again when the case changed under it … its number kept”."""
    cases = households(workspace, 3, come_for="confirmation_decision")
    prepared = documents.prepare(workspace, BY, DECIDES, search="王秀兰", settings=DECISION)
    change_facts(workspace, BY, cases[1].number, [("applicant.phone", "022-00007777")])
    done = documents.issue(workspace, BY, prepared)
    assert len(done.issued) == 3 and done.refused == ()
    assert {i.doc_no for i in done.issued} == {f"红样救字〔2024〕{n}号" for n in (1, 2, 3)}
    assert all(line.state is NumberState.FILED for line in series(workspace).lines), (
        "no number was lost by it"
    )


# ── its name ─────────────────────────────────────────────────────────────────────────────────────────────
def test_the_name_of_a_job_tells_nobody_what_was_searched(workspace: Workspace) -> None:
    """It is keyed: whoever guesses a name cannot confirm it from the ledger, which is never destroyed."""
    households(workspace, 1, come_for="confirmation_decision")
    run(workspace)
    document, said = workspace.catalogue.get(DECIDES), jobs.Said(search="王秀兰")
    job = jobs.digest_of(document, said, {}, on=TODAY, manner=Manner())
    with make_workspace(workspace.root.parent / "other") as other:
        other.issuing_key(BY)
        names = [jobs.sealed(w, job) for w in (workspace, other)]
    assert names[0] != names[1] and job not in names
    ledger = "".join(p.read_text("utf-8") for p in workspace.archive.ledger.rglob("*.json"))
    assert '"job"' in ledger and "王秀兰" not in ledger


def test_what_makes_a_job_another(workspace: Workspace) -> None:
    """“a digest of document type + selection as it was said … + values (+ the day where the type is `many`)”."""
    (one, two) = (c.number for c in households(workspace, 2))
    decides, many = workspace.catalogue.get(DECIDES), workspace.catalogue.get(MANY)
    on, later = TODAY, TODAY + dt.timedelta(1)

    def name(
        kind: DocumentType, said: jobs.Said, day: dt.date = on, manner: Manner = ORDINARY, **values: object
    ) -> str:
        return jobs.digest_of(kind, said, {"": values}, on=day, manner=manner)

    found, both = jobs.Said(search="低保"), jobs.Said(named=(one, two))
    assert name(decides, found) == name(decides, jobs.Said(search=" 低保 ")) == name(decides, found, later)
    assert name(decides, both) == name(decides, jobs.Said(named=(two, one)))
    assert name(many, found) != name(many, found, later)
    others = [
        name(decides, found), name(decides, both), name(decides, jobs.Said(listed=(one, two))), name(many, found),
        name(decides, jobs.Said(search="特困")), name(decides, found, a=1), name(decides, found, a=2),
        name(decides, found, manner=Manner(again=True, reason="甲")), name(decides, found, manner=Manner(again=True, reason="乙")),
    ]  # fmt: skip
    assert len(set(others)) == len(others)
    assert name(decides, jobs.Said(named=(one,))) == ""
