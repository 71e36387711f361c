"""What comes next: what is offered is admitted by the gate, what is refused is not offered, the most urgent stands first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archivist.config import parse
from archivist.errors import ArchivistError, StepRefused
from archivist.issuing import admission
from archivist.model.by import CHINA, By
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.facts import merge, parse_facts
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.record import Record, RecordStatus
from archivist.model.roles import Role
from archivist.model.standing import ActKind
from archivist.model.step_ids import OWN_COMMANDS, StepId
from archivist.procedure import steps
from archivist.procedure.next_acts import NextAct, next_acts
from archivist.rules import pack as packs
from archivist.rules import step_rows
from archivist.rules.admissibility import Issuance
from archivist.rules.pack import Pack
from archivist.rules.recoveries import open_recovery
from archivist.rules.rule import StepRule
from archivist.workspace import Workspace
from tests.filing import ACCEPTANCE, TO_PUBLICITY, file_papers, walk
from tests.kit import BY, SETTINGS, TODAY, make_workspace, open_household
from tests.people import wang
from tests.rules.household_file import File
from tests.rules.walking import CONFIRMED, REVIEWED, take
from tests.rules.walking import walk as walk_rules

PEOPLE = "".join(
    f'\n[[people]]\nname = "{name}"\nroles = ["{role}"]\n'
    for name, role in (
        ("林经办", "intake"),
        ("苏调查", "intake"),
        ("白主管", "reviewer"),
        ("魏主任", "approver"),
    )
)
KNOWN = {
    "members": [{"name": "李样例", "relation": "配偶", "authorized": "是"}],
    "application": {"kinship": "否", "urgent": "是", "known_recipient": "否"},
    "benefit": {"amount": "500", "persons": 2, "standard": "1130", "care_form": "分散供养", "basis": "样例"},
}
OPENED = dt.date(2024, 3, 4)
ASKED = {"amount": "100", "paid_to": "2024-03", "person": "王秀兰", "marital": "已婚"}
STANDING = (RecordStatus.FILED, RecordStatus.FILED, RecordStatus.PENDING)


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, Workspace]]:
    """Two offices that are only asked: one with registered people, one without."""
    root = tmp_path_factory.mktemp("offices")
    with make_workspace(root / "with") as people, make_workspace(root / "without") as nobody:
        people.config = parse(SETTINGS + PEOPLE)
        yield {True: people, False: nobody}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


# ── any case anywhere ────────────────────────────────────────────────────────────────────────────────────
@st.composite
def anywhere(draw: st.DrawFn) -> tuple[str, Case, dt.date]:
    """Return a case that wandered along the steps of a pack whatever they demand, with some papers, and a day."""
    pack = packs.load(draw(st.sampled_from(packs.available())))
    category = draw(st.sampled_from(sorted(pack.delegated)))
    facts = merge(wang(), parse_facts(KNOWN))
    case = Case(CaseNo.parse(f"TJHQ-{category}-2024-000001"), opened_on=OPENED, facts=facts, seq=1)
    day = OPENED
    for _ in range(draw(st.integers(0, 14))):
        rows = [
            s for s in step_rows.leading_on(pack, case, day) if s.moves[case.state].value != "deregistered"
        ]
        if not rows:
            break
        row, day = draw(st.sampled_from(rows)), day + dt.timedelta(days=draw(st.integers(0, 9)))
        case = take(
            case, Op.STEP_TAKEN, _event(case, row, day, draw(st.sampled_from(["林经办", "白主管", "魏主任"])))
        )
        case = replace(case, records=_papers(draw, pack, case))
    if rows := step_rows.leading_on(pack, case, day):
        row = draw(st.sampled_from(rows))  # one step has all it needs, or all but a signature
        wanted = [need.documents[0] for need in row.needs]
        case = replace(case, records=_with(case, {n: draw(st.sampled_from(STANDING)) for n in wanted}))
    return pack.id, case, day + dt.timedelta(days=draw(st.integers(0, 20)))


def _event(case: Case, row: StepRule, day: dt.date, by: str) -> dict[str, Any]:
    data = {"step": row.id, "title": row.title, "from": case.state.value, "to": row.moves[case.state].value}
    return {**data, "on": day.isoformat(), "by": [by], "values": _values(case, row, day)}


def _papers(draw: st.DrawFn, pack: Pack, case: Case) -> MappingProxyType[RecordNo, Record]:
    """Return the papers of a case with one or two more of those its steps speak of."""
    names = sorted({n for s in pack.steps_of(case, case.rules_on) for n in (*s.needed, *s.makes)})
    kinds = draw(st.lists(st.sampled_from(names), max_size=2))
    return _with(case, {kind: draw(st.sampled_from(STANDING)) for kind in kinds})


def _with(case: Case, papers: Mapping[str, RecordStatus]) -> MappingProxyType[RecordNo, Record]:
    found = dict(case.records)
    for kind, status in papers.items():
        no = RecordNo(f"{len(found) + 1:04}")
        found[no] = Record(no, kind, kind, "01", status, f"{OPENED}T09:00:00+08:00", seq=case.seq)
    return MappingProxyType(found)


def _values(case: Case, row: StepRule, day: dt.date) -> dict[str, str]:
    """Return something for whatever a step asks; of what is owed back a part, or the whole where the step says so."""
    values = {name: "10:00" if name.startswith("at") else ASKED.get(name, str(day)) for name in row.must_tell}
    if owed := open_recovery(case):
        parts: dict[str, Decimal] = {StepId.REPAY_PART: owed.owed / 2, StepId.REPAY_ALL: owed.owed}
        values |= {"amount": str(parts[row.id])} if row.id in parts else {}
    return values


def refused(
    workspace: Workspace, case: Case, row: StepRule, day: dt.date, people: tuple[str, ...]
) -> list[str]:
    """Return why a step is refused when it is taken with everything told."""
    values = _values(case, row, day)
    by = By("林经办", dt.datetime.combine(day, dt.time(9), CHINA))
    try:
        steps.plan_step(
            workspace,
            by,
            case,
            row.id,
            on=day,
            at=values.pop("at", ""),
            people=people,
            values=values,
            reason="样例",
        )
    except StepRefused as error:
        return list(error.problems)
    return []


def _plain(row: StepRule) -> bool:
    """Tell whether all that a step must be told can be told without knowing the household."""
    return row.must_tell.keys() <= {"at", "amount", "died_on"}


def people_for(act: NextAct, row: StepRule) -> tuple[str, ...]:
    if row.role is Role.OUTSIDE:
        return ()
    return act.people or ("甲", "乙", "丙")


@given(anywhere(), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
def test_what_is_ready_is_admitted_and_what_is_refused_is_not_ready(
    offices: dict[bool, Workspace], found: tuple[str, Case, dt.date], registered: bool
) -> None:
    """«everything ``next`` names as ready is admitted by the gate, and what the gate refuses is not named as ready»."""
    name, case, today = found
    workspace = offices[registered]
    pack = workspace.pack = packs.load(name)
    acts = next_acts(workspace, case, today=today)
    named = {act.id: act for act in acts if act.kind is ActKind.STEP}
    for row in {s.id: step_rows.row_of(pack, case, s.id, today) for s in pack.steps_of(case, today)}.values():
        act = named.get(row.id)
        if row.id in OWN_COMMANDS:
            assert act is None or act.words[1] == OWN_COMMANDS[row.id]
        elif act is None:
            assert refused(workspace, case, row, today, ("甲", "乙", "丙")), (
                f"{row.id} is possible and not named"
            )
        else:
            day = dt.date.fromisoformat(act.words[-1]) if "--on" in act.words else today
            admitted = refused(workspace, case, row, day, people_for(act, row)) == []
            assert act.ready == admitted or (act.ready and not _plain(row)), act
    waits = {r.type for r in case.holding if r.status is RecordStatus.PENDING and not r.signs}
    for act in acts:
        if act.kind is ActKind.DOCUMENT:
            assert act.ready == _admitted(workspace, case, act.id, today), act
            assert act.ready or act.id not in waits, (
                "it is there and waits to be signed: nothing is to be issued"
            )


def _admitted(workspace: Workspace, case: Case, document: str, day: dt.date) -> bool:
    issuance = Issuance(
        case, workspace.pack, workspace.catalogue, workspace.catalogue.get(document), day, day,
        standards=workspace.config.standards,
    )  # fmt: skip
    try:
        admission.refuse_inadmissible(workspace, BY, issuance, draft=False)
    except ArchivistError:
        return False
    return True


@given(anywhere())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
def test_in_the_order_in_which_they_are_due(
    offices: dict[bool, Workspace], found: tuple[str, Case, dt.date]
) -> None:
    """«in the order in which they are due»; what leads aside comes last; nothing is named twice."""
    workspace = offices[False]
    name, case, today = found
    workspace.pack = packs.load(name)
    acts = next_acts(workspace, case, today=today)
    keys = [(a.aside, a.due.day if a.due else dt.date.max) for a in acts]
    assert keys == sorted(keys)
    assert len({(a.kind, a.id) for a in acts}) == len(acts)
    assert all(str(case.number) in a.words for a in acts)


# ── one household from the beginning ─────────────────────────────────────────────────────────────────────
def first(workspace: Workspace, case: Case, day: dt.date = TODAY) -> tuple[ActKind, str]:
    act = next_acts(workspace, case, today=day)[0]
    return act.kind, act.id


def test_an_application_as_it_goes_on(workspace: Workspace) -> None:
    """The form, then its receipt, then acceptance: each is named when its turn has come."""
    case = open_household(workspace)
    assert first(workspace, case) == (ActKind.DOCUMENT, "application_form")
    case = file_papers(workspace, case.number, *ACCEPTANCE)
    assert first(workspace, case) == (ActKind.STEP, "submit")
    case = walk(workspace, case.number, *TO_PUBLICITY[:1])
    assert first(workspace, case)[0] is ActKind.DOCUMENT
    accept = next(a for a in next_acts(workspace, case, today=TODAY) if a.id == "accept")
    assert accept.command == f"archivist case step {case.number} accept"
    assert accept.problems == ("未登记是否有近亲属关系（申请·是否有近亲属关系）",)


def test_the_waiting_period_is_the_reason_and_the_day_after_it_is_ready(workspace: Workspace) -> None:
    """A publicity of seven days: 复审 is named with its reason before, and is ready after."""
    case = file_papers(workspace, open_household(workspace).number, *ACCEPTANCE)
    case = walk(workspace, case.number, *TO_PUBLICITY)
    case = file_papers(workspace, case.number, "publicity_evidence", "review_confirmation_form")
    ready = {}
    for day in range(7, 20):
        acts = next_acts(workspace, case, today=dt.date(2024, 3, day))
        review = next(a for a in acts if a.id == "review")
        ready[day] = review.ready
        assert review.ready or any("公示期未满" in p for p in review.problems)
    assert sorted(ready.values()) == list(ready.values()) and set(ready.values()) == {True, False}


def test_who_may_take_it_stands_in_the_command(workspace: Workspace) -> None:
    """Where people are registered the command names those who may, or nobody where that is who asks."""
    workspace.config = parse(SETTINGS + PEOPLE)
    case = file_papers(workspace, open_household(workspace).number, "application_form", "household_survey")
    case = walk(workspace, case.number, *TO_PUBLICITY[:2])
    survey = next(a for a in next_acts(workspace, case, today=TODAY) if a.id == "survey")
    assert survey.words[-4:] == ("--by", "林经办", "--by", "苏调查")
    extend = {a.id: a for a in next_acts(workspace, case, today=TODAY)}["extend"]
    assert extend.people == ("魏主任",) and "--by 魏主任" in extend.command
    extend = {a.id: a for a in next_acts(workspace, case, today=TODAY, actor="魏主任")}["extend"]
    assert "--by" not in extend.words


def test_a_paper_that_waits_for_its_signature_is_named(workspace: Workspace) -> None:
    case = open_household(workspace)
    waiting = Record(
        RecordNo("0001"), "application_form", "社会救助申请书", "01", RecordStatus.PENDING, "2024-03-04"
    )
    act = next_acts(workspace, replace(case, records={waiting.no: waiting}), today=TODAY)[0]
    assert act.kind is ActKind.SIGN and act.command == f"archivist file {case.number} 扫描件 --signs 0001"


def test_a_delivery_is_recorded_for_the_day_on_the_receipt(workspace: Workspace) -> None:
    """复议、诉讼的期限从收到之日起算: the command names the day that stands on the signed receipt, and is admitted."""
    file = File(walk_rules(packs.load("tianjin-hongqiao"), "DB", *CONFIRMED).steps)
    decision = file.add("confirmation_decision", date="2024-03-13")
    receipt = file.add("delivery_receipt", serves=[decision], date="2024-03-13")
    file.sign(receipt, signature={"by": "林经办"}, dated="2024-03-14")
    act = next(a for a in next_acts(workspace, file.case, today=dt.date(2024, 3, 20)) if a.id == "deliver")
    assert act.ready and act.words[-2:] == ("--on", "2024-03-14")


@pytest.mark.parametrize("amount", ["0", "99999", "2260.01"])
def test_an_unlawful_amount_is_no_next_step(workspace: Workspace, amount: str) -> None:
    """A.8: «confirm accepts 0 and 99,999 at a standard of 1,130»: by the office's own settings, in next and in the step."""
    case = walk_rules(workspace.pack, "DB", *REVIEWED, facts={"benefit": {"amount": amount}})
    day = dt.date(2024, 3, 13)
    act = next(a for a in next_acts(workspace, case, today=day) if a.id == "confirm")
    row = step_rows.row_of(workspace.pack, case, "confirm", day)
    why = [p for p in act.problems if "救助金额" in p]
    assert why and set(why) <= set(refused(workspace, case, row, day, ("甲",)))
