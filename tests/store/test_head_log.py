"""The heads of changed bags come into the ledger, at no cost for those that stand still, whatever is killed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archivist.model.bag_head import BagHead
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo
from archivist.procedure.cases import change_facts
from archivist.store import Archive, durable_files, head_log
from archivist.store.bag_heads import bag_folder, read_head
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace, open_household
from tests.people import WANG, make_id

NEXT_DAY = replace(BY, time=BY.time + dt.timedelta(days=1))
NEXT_YEAR = replace(BY, time=BY.time.replace(year=BY.time.year + 1))
ONE, TWO = (CaseNo.parse(f"TJHQ-DB-2024-00000{n}") for n in (1, 2))
Recorded = list[tuple[str, list[list[object]]]]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Two households, opened today."""
    with make_workspace(tmp_path / "ws") as made:
        open_household(made)
        applicant = {**WANG["applicant"], "name": "赵六", "id_number": make_id("19700101", "015")}
        open_household(made, parse_facts({**WANG, "applicant": applicant}))
        yield made


def recorded(archive: Archive) -> Recorded:
    """Return what was entered, by the day of the event."""
    return [
        (e.time[:10], [list(h) for h in e.data["heads"]])
        for e in archive.ledger_events()
        if e.op is Op.HEADS_RECORDED
    ]


def heads(archive: Archive, *numbers: CaseNo) -> list[list[object]]:
    return [[str(n), *archive.head(n)] for n in numbers]


def phone(workspace: Workspace, by: By, number: CaseNo, last: int) -> None:
    change_facts(workspace, by, number, [("applicant.phone", f"022-0000999{last}")])


def test_the_first_write_of_a_day_enters_what_changed_before_it(workspace: Workspace) -> None:
    """Each ``verify``, the first write of a new day and midnight in ``watch`` write (case, seq, head) of all changed cases."""
    archive = workspace.archive
    phone(workspace, BY, ONE, 1)
    assert recorded(archive) == [], "of one day nothing is entered before it is over"
    first = heads(archive, ONE, TWO)
    phone(workspace, NEXT_DAY, TWO, 2)
    assert recorded(archive) == [(NEXT_DAY.today.isoformat(), first)]
    phone(workspace, NEXT_DAY, TWO, 3)
    assert len(recorded(archive)) == 1, "once a day"
    with archive.writing("x"):
        archive.heads.record(workspace.stamp(NEXT_DAY))
    assert recorded(archive)[1:] == [(NEXT_DAY.today.isoformat(), heads(archive, TWO))], (
        "what stood still is left"
    )


def test_a_day_that_only_looked_enters_nothing(workspace: Workspace) -> None:
    archive = workspace.archive
    with archive.writing("x"):
        archive.heads.record(workspace.stamp(BY))
        assert archive.heads.record(workspace.stamp(NEXT_DAY)) == ()
        assert archive.heads.record(workspace.stamp(NEXT_DAY)) == ()
    assert len(recorded(archive)) == 1


def test_a_year_of_the_ledger_is_entered_into_the_next(workspace: Workspace) -> None:
    """Plus batches and the other ledger years."""
    archive = workspace.archive
    with archive.writing("x"):
        archive.heads.record(workspace.stamp(NEXT_DAY))
    last = read_head("ledger-2024", bag_folder(archive.root, "ledger-2024"))
    phone(workspace, NEXT_YEAR, ONE, 1)
    assert recorded(archive)[-1] == (NEXT_YEAR.today.isoformat(), [list(last)])
    archive.allocate("文号 某", 2024, workspace.stamp(NEXT_YEAR))
    with archive.writing("x"):
        entered = archive.heads.record(workspace.stamp(NEXT_YEAR))
    assert [h.bag for h in entered] == [str(ONE), "ledger-2024"]


def test_the_cost_is_that_of_what_changed(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cost must not grow with the number of unchanged cases."""
    archive = workspace.archive
    with archive.writing("x"):
        archive.heads.record(workspace.stamp(BY))
    phone(workspace, BY, TWO, 1)
    looked: list[str] = []

    def looking(name: str, at: Path) -> BagHead:
        looked.append(name)
        return read_head(name, at)

    monkeypatch.setattr(head_log, "read_head", looking)
    phone(workspace, NEXT_DAY, TWO, 2)
    assert looked == [str(TWO), "ledger-2024"]


def test_what_is_not_whole_is_not_entered(workspace: Workspace) -> None:
    """A stray event, a cut one, a folder that is gone: no head is taken from them, and nobody is kept from writing."""
    archive = workspace.archive
    (archive.folder(ONE) / "events/000099.json").write_text("{}")
    phone(workspace, NEXT_DAY, TWO, 1)
    assert [h[0] for _, entered in recorded(archive) for h in entered] == [str(TWO)]


def test_a_ledger_that_takes_nothing_stops_no_write(workspace: Workspace) -> None:
    archive = workspace.archive
    path = archive.ledger / "2024/events/000002.json"
    durable_files.unlink(path)
    with Workspace.open(workspace.root) as fresh:
        phone(fresh, NEXT_DAY, TWO, 1)
        assert str(ONE) in fresh.archive.heads.changed.names(), "it stays marked until the ledger is mended"


def test_killed_between_mark_and_event_only_an_old_head_comes_again(workspace: Workspace) -> None:
    archive = workspace.archive
    with archive.writing("x"):
        archive.heads.record(workspace.stamp(BY))
        archive.heads.changed.mark((str(ONE), "TJHQ-DB-2024-000009"), BY.today)
        archive.heads.record(workspace.stamp(BY))
    (_, first), (_, again) = recorded(archive)
    assert again == first[:1]
    assert archive.heads.changed.names() == ["ledger-2024"]
