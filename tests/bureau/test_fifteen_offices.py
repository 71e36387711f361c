"""Fifteen offices report to one bureau: each for itself, and none stops another."""

from __future__ import annotations

import hashlib
import math
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from archivist.api import bureau as api
from archivist.bureau import custody, draws, feedback
from archivist.bureau.reception import Received, receive
from archivist.disposal_errors import ForkedChain, ReceiptMismatch
from archivist.errors import ArchiveError, ArchivistError
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo, Category
from archivist.preservation import submission, submission_import
from archivist.preservation.submission import SubmissionOrder
from archivist.preservation.submission_replies import FeedbackFinding
from archivist.preservation.submission_selection import Wanted
from archivist.report.query import Period
from archivist.store import Archive
from archivist.workspace import Workspace
from tests.bureau.kit import RECEIVER, files_of, make_bureau, nothing_changes, refused, sealed, write
from tests.faults.office import SENTENCE
from tests.filing import take
from tests.kit import BY, SETTINGS, open_household
from tests.people import WANG, make_id
from tests.preservation.test_anchors import phone

CODES: Final = tuple(f"HQ{chr(ord('A') + n)}J" for n in range(15))
MARCH, APRIL = "2024-03", "2024-04"


def id_of(office: int, household: int) -> str:
    return make_id(f"19{60 + office}0305", f"{100 + 2 * household:03d}")


@dataclass(frozen=True)
class District:
    """A bureau and its offices, whose packages of March it has received."""

    root: Path

    def office(self, n: int) -> Workspace:
        return Workspace.open(self.root / CODES[n])

    def bureau(self) -> Workspace:
        return Workspace.open(self.root / "局")

    def submitted(self, office: Workspace, month: str, wanted: Wanted = Wanted.ALL) -> Path:
        """Let an office hand over a month; return its one package."""
        stick = self.root / f"盘 {office.config.office.code} {month}"
        stick.mkdir()
        order = SubmissionOrder(Period.of_month(month), month.replace("-", "M"), wanted, stick)
        submission.submit(office, BY, order)
        (part,) = stick.glob("S-*.zip")
        return part


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    """Every office has a household of 低保 and one of 特困, every third a third; all confirmed in March."""
    district = District(tmp_path_factory.mktemp("district"))
    packages = []
    for n, code in enumerate(CODES):
        root = district.root / code
        root.mkdir()
        settings = SETTINGS.replace('code = "TJHQ"', f'code = "{code}"')
        (root / "archivist.toml").write_text(settings, encoding="utf-8")
        Archive(root / "archive").create()
        with Workspace.open(root) as office:
            for k, category in enumerate((Category.DB, Category.TK, Category.DB)[: 2 + (n % 3 == 0)]):
                person = WANG["applicant"] | {
                    "id_number": id_of(n, k),
                    "name": f"王{'甲乙丙'[k]}{CODES[n][2]}",
                }
                case = open_household(office, parse_facts(dict(WANG) | {"applicant": person}), category)
                take(office, case, "confirm confirmed 2024-03-20")
            packages.append(district.submitted(office, MARCH))
    with make_bureau(district.root / "局") as bureau:
        for package in packages:
            assert receive(bureau, RECEIVER, [package]).receipt.accepted
    yield district


@pytest.fixture
def district(made: District, tmp_path: Path) -> District:
    shutil.copytree(made.root, tmp_path / "区")
    return District(tmp_path / "区")


def test_all_are_received_listed_searched_and_whole(made: District) -> None:
    """Rosters of what was received, and search over it: by number, by ID; the same number in two offices is two households."""
    with made.bureau() as bureau:
        listed = api.offices(bureau).offices
        assert [o.code for o in listed] == [*CODES]
        assert [o.cases for o in listed] == [2 + (n % 3 == 0) for n in range(15)]
        assert all(o.last and not o.to_mend and len(o.submissions) == 1 for o in listed)
        for n in (0, 7, 14):
            (hit,) = {h.case for h in bureau.index.search(id_of(n, 1)).hits}
            assert (hit.office, hit.category) == (CODES[n], Category.TK)
            found = bureau.index.find_cases(f"{CODES[n]}-DB-2024-000001")
            assert [row.number.office for row in found] == [CODES[n]]
        same = [c for c in bureau.archive.case_numbers() if str(c).endswith("-DB-2024-000001")]
        assert [c.office for c in same] == [*CODES]
        assert [c.findings for c in custody.verify(bureau, RECEIVER)] == [()] * 15


def test_the_draw_is_by_office_and_category_and_anybody_does_it_again(district: District) -> None:
    """“near-kin all + per office×category ceil(0.3·rest) by SHA-256(seed‖no)”: done again with nothing but the paper's two lines."""
    with district.bureau() as bureau:
        drawn = draws.draw_month(bureau, RECEIVER, MARCH, "3 17 22").draw
        frame = sorted(map(str, bureau.archive.case_numbers()))
    seed = hashlib.sha256("".join(f"{n}\n" for n in frame).encode() + b"3 17 22").hexdigest()
    by_stratum: dict[tuple[str, str], list[str]] = {}
    for number in frame:
        by_stratum.setdefault((number.split("-")[0], number.split("-")[1]), []).append(number)
    expected = [
        number
        for members in by_stratum.values()
        for number in sorted(members, key=lambda n: hashlib.sha256(f"{seed}{n}".encode()).hexdigest())[
            : math.ceil(0.3 * len(members))
        ]
    ]
    assert [*map(str, drawn.drawn)] == sorted(expected) and len(by_stratum) == 30
    assert set(Counter(n.office for n in drawn.drawn)) == {*CODES}


def test_feedback_goes_to_its_own_office(district: District) -> None:
    """Each office takes in what is for it, and no other does; what is to be put right is listed until the household comes again."""
    number = f"{CODES[4]}-DB-2024-000001"
    with district.bureau() as bureau:
        told = f"S-{CODES[4]}-2024M03-01"
        wanted = FeedbackFinding(number, "", False, "缺入户照片", BY.today)
        with pytest.raises(ArchivistError, match="不在本次报送"):
            feedback.give(bureau, RECEIVER, f"S-{CODES[5]}-2024M03-01", [wanted])
        answer = feedback.give(bureau, RECEIVER, told, [wanted]).files[0]
        assert [o.to_mend for o in api.offices(bureau).offices if o.to_mend] == [(number,)]
        with district.office(5) as other, pytest.raises(ReceiptMismatch):
            submission_import.take_in(other, BY, answer)
        with district.office(4) as office:
            assert [f.case for f in submission_import.take_in(office, BY, answer).open] == [number]
            phone(office, CaseNo.parse(number), 1)
            receive(bureau, RECEIVER, [district.submitted(office, APRIL)])
        assert not any(o.to_mend for o in api.offices(bureau).offices)
        assert api.offices(bureau).offices[4].last != api.offices(bureau).offices[3].last


def again(district: District, bureau: Workspace, office: Workspace) -> Received:
    return receive(bureau, RECEIVER, [district.submitted(office, APRIL)])


def test_the_next_month_grown_destroyed_and_rewritten(district: District) -> None:
    """An office comes again: what grew takes the place of what was there; what it destroyed is named; what it rewrote is E610."""
    grown, gone = (CaseNo.parse(f"{CODES[n]}-DB-2024-000001") for n in (1, 2))
    with district.bureau() as bureau:
        with district.office(1) as office:
            phone(office, grown, 1)
            again(district, bureau, office)
            assert bureau.archive.head(grown) == office.archive.head(grown)
        with district.office(2) as office:
            with office.writing(BY):
                head = office.archive.chain(gone).head
                office.archive.destroy(gone, head, lambda _: SENTENCE, office.stamp(BY))
            assert again(district, bureau, office).destroyed == (str(gone),)
            assert gone in bureau.archive.case_numbers()
        shutil.copytree(district.root / CODES[3], district.root / "twin")
        rewritten = CaseNo.parse(f"{CODES[3]}-DB-2024-000001")
        with district.office(3) as office:
            phone(office, rewritten, 1)
            again(district, bureau, office)
        with Workspace.open(district.root / "twin") as twin:
            phone(twin, rewritten, 2)
            phone(twin, rewritten, 3)
            stick = district.root / "盘 twin"
            stick.mkdir()
            order = SubmissionOrder(Period.of_month("2024-05"), "2024M05", Wanted.ALL, stick)
            submission.submit(twin, BY, order)
            with nothing_changes(bureau.root), pytest.raises(ForkedChain) as fork:
                receive(bureau, RECEIVER, [*stick.glob("S-*.zip")])
            assert fork.value.code == "E610" and str(rewritten) in str(fork.value)
        assert [c.findings for c in custody.verify(bureau, RECEIVER)] == [()] * 15


def test_nobody_reports_for_another(district: District) -> None:
    """An office's package under another's name: its households are not that office's."""
    with district.office(6) as office:
        folder, files = files_of(district.submitted(office, APRIL))
    mine, theirs = (f"S-{CODES[n]}-2024M04-01" for n in (6, 7))
    text = (
        files["anchor/submission.json"]
        .decode()
        .replace(mine, theirs)
        .replace(f'"{CODES[6]}"', f'"{CODES[7]}"')
    )
    files["anchor/submission.json"] = text.encode()
    files["bag-info.txt"] = files["bag-info.txt"].decode().replace(mine, theirs).encode()
    forged = write(district.root / "包.zip", folder.replace(mine, theirs), sealed(files))
    with district.bureau() as bureau:
        why = refused(bureau, forged)
        assert isinstance(why, ArchiveError) and "别的单位的户号" in str(why)


def test_one_offices_damaged_package_stops_nobody_else(district: District) -> None:
    """A package that arrives damaged is refused alone; the others are received, and the damaged one when it comes whole."""
    packages = []
    for n in (8, 9, 10):
        with district.office(n) as office:
            phone(office, CaseNo.parse(f"{CODES[n]}-DB-2024-000001"), 1)
            packages.append(district.submitted(office, APRIL))
    damaged = district.root / "坏.zip"
    content = bytearray(packages[1].read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    with district.bureau() as bureau:
        receive(bureau, RECEIVER, [packages[0]])
        refused(bureau, damaged)
        receive(bureau, RECEIVER, [packages[2]])
        receive(bureau, RECEIVER, [packages[1]])
        assert [len(o.submissions) for o in api.offices(bureau).offices[8:11]] == [2, 2, 2]
        assert [c.findings for c in custody.verify(bureau, RECEIVER)] == [()] * 15
