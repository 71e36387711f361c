"""A destroyed case: the ledger says it before and after, nothing of it comes back, and its history can still be checked."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.disposal_errors import AlreadyDestroyed, ListChanged
from archivist.errors import ArchiveError, CaseNotFound
from archivist.model.bag_head import BagHead
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.fact_paths import FactPath
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo, Sha256
from archivist.model.tombstone import Tombstone
from archivist.preservation import comparison, restore
from archivist.preservation.backup import back_up
from archivist.preservation.comparison import AgainstCopy
from archivist.preservation.verification import accept, verify
from archivist.procedure.cases import change_facts
from archivist.store import Archive, Draft, chain
from archivist.store.bag_fixity import FixityFault
from archivist.store.destruction import Sentence
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace, open_household
from tests.people import WANG, make_id

ONE, TWO = (CaseNo.parse(f"TJHQ-DB-2024-00000{n}") for n in (1, 2))
SENTENCE = Sentence(
    disposal="XH-2028-001",
    list_sha256=Sha256("ab" * 32),
    records=0,
    pages=0,
    deregistered="2024-12-31",
    rule="retention.case",
    sentence="停保后不少于3年",
    end="2027-12-31",
    persons={"executor": ("钱档案",), "witnesses": ("孙监销", "李监销")},
    copies=(),
)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        another(made)
        another(made)
        change_facts(made, BY, ONE, [("applicant.phone", "022-00009991")])
        yield made


def another(workspace: Workspace) -> Case:
    born = f"19{60 + len(workspace.archive.case_numbers()):02d}0101"
    applicant = {**WANG["applicant"], "id_number": make_id(born, "024")}
    return open_household(workspace, parse_facts({**WANG, "applicant": applicant}))


def destroy(workspace: Workspace, number: CaseNo = ONE) -> Tombstone:
    archive = workspace.archive
    stone = archive.destroy(number, archive.chain(number).head, lambda _: SENTENCE, workspace.stamp(BY))
    workspace.index.remove(number)
    return stone


def findings(workspace: Workspace) -> list[tuple[str, FixityFault]]:
    return [(f.bag, f.problem) for f in verify(workspace, BY).findings]


def test_the_ledger_says_it_before_and_after_and_the_folder_is_gone(workspace: Workspace) -> None:
    """D1 ``case_destroying`` with the tombstone … D4 ``case_destroyed``: only now 已销毁."""
    digests = [digest for _, digest in workspace.archive.chain(ONE).events]
    stone = destroy(workspace)
    assert not (workspace.archive.cases / str(ONE)).exists()
    assert not list(workspace.archive.work.iterdir())
    last = [*workspace.archive.ledger_events()][-2:]
    assert [(e.op, e.data["case"]) for e in last] == [
        (Op.CASE_DESTROYING, str(ONE)),
        (Op.CASE_DESTROYED, str(ONE)),
    ]
    assert workspace.archive.tombstones() == {ONE: stone}
    assert list(stone.events) == digests and stone.destroyed_at and "XH-2028-001" in stone.words
    assert workspace.archive.case_numbers() == [TWO]
    with pytest.raises(CaseNotFound, match="已销毁（XH-2028-001"):
        workspace.archive.read(ONE)


def test_a_tombstone_names_nobody_of_the_household(workspace: Workspace) -> None:
    """No name, ID, address, file digest."""
    case = workspace.archive.read(ONE)
    files = [digest for digest, _ in workspace.archive.chain(ONE).files.values()]
    destroy(workspace)
    ledger = "".join(p.read_text() for p in workspace.archive.ledger.rglob("*.json"))
    number = str(case.fact(FactPath.APPLICANT_ID_NUMBER))
    for word in (case.applicant_name, number, *files):
        assert word and word not in ledger


def test_a_changed_head_leaves_the_case_alone(workspace: Workspace) -> None:
    """D0 asks again: head = list."""
    head = workspace.archive.chain(ONE).head
    change_facts(workspace, BY, ONE, [("applicant.phone", "022-00009992")])
    with pytest.raises(ListChanged, match="内容已变"):
        workspace.archive.destroy(ONE, head, lambda _: SENTENCE, workspace.stamp(BY))
    assert workspace.archive.read(ONE).seq == 3
    assert not workspace.archive.tombstones()


def test_who_confirms_sees_the_case_and_may_refuse(workspace: Workspace) -> None:
    seen: list[Case] = []

    def refuse(case: Case) -> Sentence:
        seen.append(case)
        raise ArchiveError("冻结")

    with pytest.raises(ArchiveError, match="冻结"):
        workspace.archive.destroy(ONE, workspace.archive.chain(ONE).head, refuse, workspace.stamp(BY))
    assert seen == [workspace.archive.read(ONE)] and not workspace.archive.tombstones()


def test_the_ledger_takes_nothing_between(workspace: Workspace) -> None:
    """After ``case_destroying`` the ledger takes nothing but its ``case_destroyed``."""
    archive, stamp = workspace.archive, workspace.stamp(BY)
    stone = SENTENCE.tombstone(ONE, archive.folder(ONE), archive.chain(ONE))
    data = {"case": str(ONE), "disposal": stone.disposal, "tombstone": stone.to_plain()}
    with archive.writing(BY.actor):
        archive.note(Op.CASE_DESTROYING, data, stamp)
        with pytest.raises(ArchiveError, match="销毁还没有办完"):
            archive.note(Op.VERIFIED, {"quick": True, "checked": [], "findings": []}, stamp)
        with pytest.raises(ArchiveError, match="销毁还没有办完"):
            archive.ledgers.allocate("TJHQ-DB", BY.today.year, 1, {}, stamp)
    later = Archive(archive.root)
    with later.writing("启动"):
        pass
    assert any("补完销毁" in line for line in later.recovered.done)
    last = [*later.ledger_events()][-1]
    assert last.op is Op.CASE_DESTROYED and last.data["resumed"] is True
    assert not (archive.cases / str(ONE)).exists()


def test_both_events_stand_in_one_year_whatever_the_clock_says_later(workspace: Workspace) -> None:
    """31 Dec → 1 Jan between the two ledger events: both events in one year's ledger."""
    eve = dataclasses.replace(BY, time=dt.datetime(2028, 12, 31, 23, 59, 59, tzinfo=BY.time.tzinfo))
    archive, stamp = workspace.archive, workspace.stamp(eve)
    stone = SENTENCE.tombstone(ONE, archive.folder(ONE), archive.chain(ONE))
    data = {"case": str(ONE), "disposal": stone.disposal, "tombstone": stone.to_plain()}
    archive.note(Op.CASE_DESTROYING, data, stamp)
    new_year = dataclasses.replace(BY, time=dt.datetime(2029, 1, 1, 0, 0, 1, tzinfo=BY.time.tzinfo))
    with Workspace.open(workspace.root) as fresh:
        change_facts(fresh, new_year, TWO, [("applicant.phone", "022-00009993")])
        ops = [e.op for e, _ in chain.read(fresh.archive.ledger / "2028").events]
        assert ops[-2:] == [Op.CASE_DESTROYING, Op.CASE_DESTROYED]


def test_a_destroyed_case_is_no_finding_and_the_index_forgets_it(workspace: Workspace) -> None:
    """墓碑: no finding."""
    assert verify(workspace, BY).findings == ()
    archive = workspace.archive
    archive.destroy(ONE, archive.chain(ONE).head, lambda _: SENTENCE, workspace.stamp(BY))
    workspace.catch_up(BY)
    assert [c.number for c in workspace.index.cases()] == [TWO]
    assert {head.bag for head in workspace.index.known_heads()} & {str(ONE)} == set()
    done = verify(workspace, BY)
    assert (done.findings, done.drift) == ((), ())
    workspace.index.rebuild()
    assert verify(workspace, BY).drift == ()


def test_many_destroyed_cases_are_not_taken_for_a_folder_that_is_not_mounted(tmp_path: Path) -> None:
    with make_workspace(tmp_path / "ws") as workspace:
        for _ in range(12):
            another(workspace)
        for number in workspace.archive.case_numbers()[:-1]:
            archive = workspace.archive
            archive.destroy(number, archive.chain(number).head, lambda _: SENTENCE, workspace.stamp(BY))
        workspace.catch_up(BY)
        assert len(workspace.index.cases()) == 1


def test_a_household_removed_by_hand_is_missed_though_nobody_checked_it_before(workspace: Workspace) -> None:
    """A household folder removed by hand: 缺失 even if never verified before."""
    shutil.rmtree(workspace.archive.cases / str(TWO))
    shutil.rmtree(workspace.archive.root / "changed")
    shutil.rmtree(workspace.root / "index")
    with Workspace.open(workspace.root) as fresh:
        assert findings(fresh) == [(str(TWO), FixityFault.GONE)]


def test_a_number_whose_opening_was_cut_short_is_vacant(workspace: Workspace) -> None:
    """A number allocated and never opened: no finding once said."""
    workspace.archive.allocate("TJHQ-DB", 2024, workspace.stamp(BY))
    (workspace.archive.root / ".lock").write_text('{"host": "here", "pid": 1, "actor": "甲"}')
    with Workspace.open(workspace.root) as fresh:
        assert findings(fresh) == []
        vacant = [e.data["numbers"] for e in fresh.archive.ledger_events(Op.NUMBERS_VACANT)]
        assert vacant == [[3]]
        assert another(fresh).number.sequence == 4


def test_a_household_removed_by_hand_is_not_taken_for_an_opening_cut_short(workspace: Workspace) -> None:
    shutil.rmtree(workspace.archive.cases / str(TWO))
    (workspace.archive.root / ".lock").write_text('{"host": "here", "pid": 1, "actor": "甲"}')
    with Workspace.open(workspace.root) as fresh:
        assert findings(fresh) == [(str(TWO), FixityFault.GONE)]


def test_a_number_of_nothing_is_accepted_by_two(workspace: Workspace) -> None:
    workspace.archive.allocate("TJHQ-DB", 2024, workspace.stamp(BY))
    with Workspace.open(workspace.root) as fresh:
        three = CaseNo.parse("TJHQ-DB-2024-000003")
        assert findings(fresh) == [(str(three), FixityFault.GONE)]
        accept(fresh, BY, str(three), "试号", dataclasses.replace(BY, actor="赵主任"))
        assert findings(fresh) == []


def test_what_was_put_back_by_hand_is_found_and_not_served(workspace: Workspace, tmp_path: Path) -> None:
    """Restore from backup brings the destroyed back: it must not."""
    shutil.copytree(workspace.archive.cases / str(ONE), tmp_path / "copy" / "cases" / str(ONE))
    destroy(workspace)
    shutil.copytree(tmp_path / "copy" / "cases" / str(ONE), workspace.archive.cases / str(ONE))
    assert workspace.archive.case_numbers() == [TWO]
    with pytest.raises(AlreadyDestroyed):
        change_facts(workspace, BY, ONE, [("applicant.phone", "022-00009994")])
    assert findings(workspace) == [(str(ONE), FixityFault.RETURNED)]
    workspace.catch_up(BY)
    assert [c.number for c in workspace.index.cases()] == [TWO]


def test_restoring_it_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    """Restore --from a backup older than the destruction: E604 refuses the case."""
    (tmp_path / "disk").mkdir()
    back_up(workspace, BY, tmp_path / "disk")
    destroy(workspace)
    for dry_run in (False, True):
        with pytest.raises(AlreadyDestroyed):
            restore.restore(workspace, BY, ONE, tmp_path / "disk", dry_run=dry_run)
    with pytest.raises(AlreadyDestroyed):
        workspace.archive.open_case(ONE, "某街道", Draft(Op.CASE_OPENED, {}), workspace.stamp(BY))
    assert not (workspace.archive.cases / str(ONE)).exists()


def test_a_backup_drops_it_and_says_where_it_still_is(workspace: Workspace, tmp_path: Path) -> None:
    """``backup DIR`` drops tombstoned."""
    (tmp_path / "disk").mkdir()
    first = back_up(workspace, BY, tmp_path / "disk")
    assert first.destroyed == ()
    destroy(workspace)
    second = back_up(workspace, BY, tmp_path / "disk")
    assert second.destroyed == (str(ONE),)
    assert not (second.generation.folder / "archive" / "cases" / str(ONE)).exists()
    third = back_up(workspace, BY, tmp_path / "disk", keep=1)
    assert third.destroyed == ()


def test_anchors_of_before_still_check(workspace: Workspace, tmp_path: Path) -> None:
    """``verify --against`` answers 已销毁 when the tombstone contains the anchor's digest."""
    digests = [digest for _, digest in workspace.archive.chain(ONE).events]
    destroy(workspace)

    def standing(*heads: BagHead) -> list[AgainstCopy]:
        listed = tmp_path / "heads.tsv"
        listed.write_text("".join(f"cases/{h.bag}\t{h.seq}\t{h.head}\n" for h in heads))
        return [one.standing for one in comparison.compare(workspace.archive, comparison.read(listed))]

    for seq, digest in enumerate(digests, 1):
        assert standing(BagHead(str(ONE), seq, digest)) == [AgainstCopy.DESTROYED]
    assert standing(BagHead(str(ONE), 1, Sha256("0" * 64))) == [AgainstCopy.REWRITTEN]
    assert standing(BagHead(str(ONE), 9, digests[0])) == [AgainstCopy.SHORTER]


def test_a_history_changed_before_it_was_destroyed_is_found(workspace: Workspace) -> None:
    """The tombstone has not the head that the ledger entered: it covers a history that was changed."""
    heads = {"heads": [[str(ONE), 1, "1" * 64]]}
    workspace.archive.note(Op.HEADS_RECORDED, heads, workspace.stamp(BY))
    destroy(workspace)
    assert findings(workspace) == [(str(ONE), FixityFault.HISTORY)]
