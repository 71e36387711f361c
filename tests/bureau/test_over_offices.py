"""What the bureau does over all it received: registers, backup with its drill, and search for somebody several offices have."""

from __future__ import annotations

from pathlib import Path

import pytest

from archivist.api import backups, report_requests, reports
from archivist.api.periods import Days
from archivist.api.registers import RegisterView
from archivist.bureau.reception import receive
from archivist.errors import WrongWorkspaceKind
from archivist.model.facts import parse_facts
from archivist.model.ids import Category
from archivist.preservation import backup, backup_check
from archivist.store.bag_fixity import FixityFault
from archivist.workspace import Workspace
from tests.bureau.kit import RECEIVER
from tests.bureau.test_fifteen_offices import APRIL, CODES, MARCH, District, district, id_of, made
from tests.filing import take
from tests.kit import open_household
from tests.people import WANG

__all__ = ["district", "made"]


def register(bureau: Workspace, document: str, where: str = "") -> RegisterView:
    asked = report_requests.request(bureau, document, on=RECEIVER.today, days=Days(month=MARCH), where=where)
    found = reports.make(bureau, RECEIVER, asked)
    assert isinstance(found, RegisterView)
    return found


def test_rosters_are_over_every_office_or_one(district: District) -> None:
    """“fifteen offices, rosters over all of them”: every household in them, each once, and what the reader must know said."""
    with district.bureau() as bureau:
        whole = register(bureau, "filing_summary")
        assert whole.lines == len(bureau.archive.case_numbers()) == 35 and not whole.unread
        (note,) = [line for line in whole.notes if "最近一次报送" in line]
        assert all(code in note for code in CODES) and f"{CODES[0]}（2024年3月" in note
        assert {path.suffix for path in whole.files} == {".docx", ".xlsx"}
        assert register(bureau, "filing_summary", f"office={CODES[0]}").lines == 3
        assert register(bureau, "filing_summary", f"office={CODES[1].lower()},{CODES[2]}").lines == 4
        assert register(bureau, "filing_summary", "office=ZZZZ").empty


@pytest.mark.parametrize("document", ["expiry_list", "electronic_destruction_log", "custody_register"])
def test_what_an_office_makes_of_its_own_files_is_refused(made: District, document: str) -> None:
    """A copy is neither kept by a period nor destroyed here: E215, and such a register is not offered."""
    with made.bureau() as bureau:
        with pytest.raises(WrongWorkspaceKind, match="就自己的户档编制"):
            register(bureau, document)
        offered = {one.id for one in reports.offered(bureau).reports}
        assert document not in offered and "monthly_roster" in offered


def test_it_is_backed_up_checked_and_restored_for_a_try(district: District, tmp_path: Path) -> None:
    """Every bag of every office, its ledger and anchors; a copy is whole or what is wrong is named."""
    disk = tmp_path / "盘"
    disk.mkdir()
    with district.bureau() as bureau:
        first = backup.back_up(bureau, RECEIVER, disk)
        taken = {
            p.relative_to(bureau.root).as_posix()
            for p in (bureau.root / "archive/received").rglob("*")
            if p.is_file()
        }
        copied = {
            p.relative_to(first.generation.folder).as_posix()
            for p in first.generation.folder.rglob("*")
            if p.is_file()
        }
        assert taken <= copied and any("/anchors/" in path for path in taken)
        assert first.generation.bags == 35 + 15 + 1 and not first.generation.damaged
        with district.office(4) as office:
            receive(bureau, RECEIVER, [district.submitted(office, APRIL)])
        second = backup.back_up(bureau, RECEIVER, disk)
        assert second.linked > second.copied
    assert not backup_check.check(second.generation.folder).findings
    with district.bureau() as bureau:
        drilled = backups.drill(bureau, disk, RECEIVER, tmp_path)
    assert drilled.passed, drilled.steps
    assert [step.step for step in drilled.steps] == ["复制", "核对", "建立索引", "检索", "单位"]
    assert "15 个单位" in drilled.steps[1].outcome and drilled.steps[2].outcome == "35 户"
    paper = next(p for p in (second.generation.folder / "archive/received").rglob("*/events/000001.json"))
    paper.chmod(0o644)
    paper.write_bytes(paper.read_bytes() + b" ")
    assert FixityFault.CHANGED in {f.problem for f in backup_check.check(second.generation.folder).findings}
    with district.bureau() as bureau:
        assert not backups.drill(bureau, disk, RECEIVER, tmp_path).passed


def test_somebody_whom_several_offices_have_is_found_in_each(district: District) -> None:
    """“search over what it received”: by name, pinyin and ID number, and by office alone (``户号:HQAJ-``)."""
    with district.bureau() as bureau:
        for n in (0, 3):
            with district.office(n) as office:
                person = WANG["applicant"] | {"id_number": id_of(14, 40), "name": "欧阳同名"}
                case = open_household(office, parse_facts(dict(WANG) | {"applicant": person}), Category.DX)
                take(office, case, "confirm confirmed 2024-04-01")
                receive(bureau, RECEIVER, [district.submitted(office, APRIL)])
        for asked in ("欧阳同名", id_of(14, 40), "oytm"):
            found = {hit.case.office for hit in bureau.index.search(asked).hits}
            assert found == {CODES[0], CODES[3]}, asked
            assert {row.number.office for row in bureau.index.find_cases(asked)} == found
        for n in (0, 3, 5):
            of_office = {hit.case for hit in bureau.index.search(f"户号:{CODES[n]}-", limit=100).hits}
            assert {number.office for number in of_office} == {CODES[n]}
            assert of_office == {c for c in bureau.archive.case_numbers() if c.office == CODES[n]}
