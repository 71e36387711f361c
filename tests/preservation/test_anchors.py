"""A history that was changed or cut is an alarm of its own kind, whoever remembers: ledger or index."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.errors import IndexFault, IntegrityAlarm, InvalidValue
from archivist.model.bag_head import BagHead
from archivist.model.event import Event, Op
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo, Sha256
from archivist.preservation import history
from archivist.preservation.anchors import Anchors, contradiction, of_ledger
from archivist.preservation.verification import accept, verify
from archivist.procedure.cases import change_facts
from archivist.store import bag
from archivist.store.bag_fixity import FixityFault
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace, open_household
from tests.people import WANG, make_id
from tests.tamper import hands

ONE, TWO = (CaseNo.parse(f"TJHQ-DB-2024-00000{n}") for n in (1, 2))
CHIEF = replace(BY, actor="赵主任")
LATER = replace(BY, time=BY.time + dt.timedelta(hours=1))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Two households of three events each; ledger and index know their heads."""
    with make_workspace(tmp_path / "ws") as made:
        open_household(made)
        applicant = {**WANG["applicant"], "name": "赵六", "id_number": make_id("19700101", "015")}
        open_household(made, parse_facts({**WANG, "applicant": applicant}))
        for number in (ONE, TWO):
            for last in (1, 2):
                phone(made, number, last)
        assert verify(made, BY).findings == ()
        yield made


def phone(workspace: Workspace, number: CaseNo, last: int) -> None:
    change_facts(workspace, LATER, number, [("applicant.phone", f"022-0000999{last}")])


def found(workspace: Workspace) -> list[tuple[str, str, FixityFault]]:
    with Workspace.open(workspace.root) as fresh:
        return [(f.bag, f.file, f.problem) for f in verify(fresh, BY).findings]


CHANGED = [(str(ONE), "events/000003.json", FixityFault.HISTORY)]


def test_a_cut_case_is_an_alarm_and_never_drift(workspace: Workspace) -> None:
    """A head that is not in the chain is an alarm: history changed or cut, never drift."""
    hands.cut(workspace.archive.folder(ONE))
    assert found(workspace) == CHANGED
    with Workspace.open(workspace.root) as fresh:
        assert verify(fresh, BY).drift == ()
        with pytest.raises(IntegrityAlarm):
            phone(fresh, ONE, 5)
        phone(fresh, TWO, 5)


def test_reindex_keeps_the_old_head_until_the_alarm_is_decided(workspace: Workspace) -> None:
    """``reindex`` keeps the old head until the alarm is decided; catch-up never adopts such a chain."""
    phone(workspace, ONE, 3)  # the ledger does not know of it yet: the index alone does
    hands.cut(workspace.archive.folder(ONE))
    with Workspace.open(workspace.root) as fresh:
        fresh.catch_up(BY)
        assert fresh.index.changed == {ONE}
        for _ in range(2):
            with fresh.archive.writing("x"):
                fresh.index.rebuild()
            fresh.catch_up(BY)
            assert [(f.file, f.problem) for f in verify(fresh, BY).findings] == [
                ("events/000004.json", FixityFault.HISTORY)
            ]
        decided = accept(fresh, BY, str(ONE), "误操作，已查明", CHIEF)
        assert [f.problem for f in decided] == [FixityFault.HISTORY]
        assert verify(fresh, BY).findings == () and fresh.drift() == []
        phone(fresh, ONE, 6)
        assert verify(fresh, BY).findings == ()


def test_the_decision_keeps_the_old_and_the_new_head(workspace: Workspace) -> None:
    old = workspace.archive.head(ONE)
    hands.forge(workspace.archive.folder(ONE), 2)
    with Workspace.open(workspace.root) as fresh:
        with pytest.raises(InvalidValue, match="理由"):
            accept(fresh, BY, str(ONE), " ", CHIEF)
        accept(fresh, BY, str(ONE), "来历查明", CHIEF)
        (event,) = [e for e in fresh.archive.ledger_events() if e.op is Op.ALARM_CLEARED]
        assert event.data["old_heads"] == [[str(ONE), *old]]
        assert event.data["new_head"] == [str(ONE), *fresh.archive.head(ONE)]
    assert found(workspace) == []


def test_a_decision_covers_the_past_only(workspace: Workspace) -> None:
    hands.cut(workspace.archive.folder(ONE))
    with Workspace.open(workspace.root) as fresh:
        accept(fresh, BY, str(ONE), "查明", CHIEF)
    hands.cut(workspace.archive.folder(ONE))
    assert found(workspace) == [(str(ONE), "events/000002.json", FixityFault.HISTORY)]


def test_what_is_written_after_a_cut_hides_nothing(workspace: Workspace) -> None:
    """A head that the ledger entered once must be there for ever, whatever heads came after it."""
    hands.cut(workspace.archive.folder(ONE))
    shutil.rmtree(workspace.root / "index")
    with Workspace.open(workspace.root) as fresh:
        with fresh.archive.writing("x"):
            fresh.index.rebuild()
        for last in (4, 5):
            phone(fresh, ONE, last)
        with fresh.archive.writing("x"):
            fresh.archive.heads.record(fresh.stamp(BY))
    assert found(workspace) == CHANGED


def test_a_case_that_is_gone_is_found_until_it_is_back_or_decided(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A case the ledger knows and the folder lacks likewise."""
    shutil.move(workspace.archive.folder(ONE), tmp_path / "aside")
    gone = [(str(ONE), "", FixityFault.GONE)]
    assert found(workspace) == gone
    with Workspace.open(workspace.root) as fresh:
        fresh.catch_up(BY)
        assert [r.number for r in fresh.index.cases()] == [TWO]
    assert found(workspace) == gone, "that the index forgot it is no matter"
    shutil.copytree(tmp_path / "aside", workspace.archive.cases / str(ONE))
    assert found(workspace) == []
    shutil.rmtree(workspace.archive.cases / str(ONE))
    with Workspace.open(workspace.root) as fresh:
        accept(fresh, BY, str(ONE), "已确认灭失", CHIEF)
    assert found(workspace) == []


def test_the_index_alone_knows_what_was_opened_today(workspace: Workspace) -> None:
    applicant = {**WANG["applicant"], "name": "钱七", "id_number": make_id("19710101", "015")}
    new = open_household(workspace, parse_facts({**WANG, "applicant": applicant})).number
    shutil.rmtree(workspace.archive.folder(new))
    assert found(workspace) == [(str(new), "", FixityFault.GONE)]


def test_a_cut_ledger_is_found_by_the_index(workspace: Workspace) -> None:
    """A ledger year shorter than, or different from, what the index or another year's heads know likewise."""
    hands.cut(workspace.archive.ledger / "2024")
    assert [(bag_, problem) for bag_, _, problem in found(workspace)] == [("2024", FixityFault.HISTORY)]
    with Workspace.open(workspace.root) as fresh:
        accept(fresh, BY, "ledger-2024", "已查明", CHIEF)
    assert found(workspace) == []


def test_a_year_is_found_by_the_year_after_it_too(workspace: Workspace) -> None:
    next_year = replace(BY, time=BY.time.replace(year=BY.time.year + 1))
    change_facts(workspace, next_year, TWO, [("applicant.phone", "022-00007777")])
    hands.forge(workspace.archive.ledger / "2024", 2)
    shutil.rmtree(workspace.root / "index")
    with Workspace.open(workspace.root) as fresh:
        with fresh.archive.writing("x"):
            fresh.index.rebuild()
        problems = [(f.bag, f.problem) for f in verify(fresh, next_year).findings]
    assert problems == [("2024", FixityFault.HISTORY)]


def test_a_commit_beside_the_check_is_no_alarm(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chains grow while they are checked, and heads of what grew are entered meanwhile."""
    real = history.judged

    def meanwhile(known: Anchors, check: object) -> object:
        phone(workspace, TWO, 8)
        workspace.archive.heads.record(workspace.stamp(LATER))
        monkeypatch.setattr(history, "judged", real)
        return real(known, check)  # type: ignore[arg-type]

    monkeypatch.setattr(history, "judged", meanwhile)
    assert verify(workspace, BY).findings == ()


def test_an_index_that_cannot_be_read_leaves_the_ledger(workspace: Workspace) -> None:
    hands.cut(workspace.archive.folder(ONE))
    for path in (workspace.root / "index").rglob("*.sqlite3*"):
        path.write_bytes(b"junk")
    with Workspace.open(workspace.root) as fresh:
        with pytest.raises(IndexFault):
            fresh.index.cases()
        assert [(f.bag, f.problem) for f in verify(fresh, BY).findings] == [(str(ONE), FixityFault.HISTORY)]


# ── pure ─────────────────────────────────────────────────────────────────────────────────────────────────
digests = st.integers(0, 3).map(lambda n: Sha256(f"{n}" * 64))
chains = st.lists(digests, min_size=1, max_size=6)


@given(chains, chains, st.booleans())
def test_a_head_is_contradicted_exactly_when_its_chain_has_it_not(
    mine: list[Sha256], theirs: list[Sha256], whole: bool
) -> None:
    heads = [BagHead("x", n, digest) for n, digest in enumerate(theirs, 1)]
    lost = contradiction(heads, mine, whole=whole)
    places = [n for n, (a, b) in enumerate(zip(mine, theirs, strict=False), 1) if a != b]
    if whole and len(theirs) > len(mine):
        places.append(len(mine) + 1)
    assert (lost.known.seq if lost else None) == min(places, default=None)


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda s: st.lists(s, max_size=4)))
def test_what_is_no_head_is_passed_over(junk: object) -> None:
    event = Event(1, Sha256("0" * 64), "", "x", Op.HEADS_RECORDED, {"heads": junk}, case="ledger-2024")
    assert all(isinstance(h, BagHead) for known in of_ledger([event]).heads.values() for h in known)


def test_names_lead_nowhere_else() -> None:
    with pytest.raises(ValueError):
        BagHead.from_plain(["../../etc", 1, "0" * 64])
    assert bag.identifier("2024") == "ledger-2024"
