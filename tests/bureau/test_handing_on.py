"""What was taken over from another office is handed on: A → B → the bureau, A → B → C, by the numbers, ledger and anchor of A."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archivist.api.setup import make_workspace as set_up
from archivist.bureau import custody as received_custody
from archivist.bureau import received
from archivist.bureau.handover import take_over
from archivist.bureau.received_evidence import check_four_natures
from archivist.bureau.reception import receive
from archivist.disposal_errors import ForkedChain
from archivist.errors import ArchiveError, CaseClosed, InvalidValue
from archivist.model.by import CHINA, By
from archivist.model.event import Op
from archivist.model.ids import CaseNo, Category
from archivist.model.standing import Verdict
from archivist.preservation import comparison, custody, submission, submission_ledger
from archivist.preservation.comparison import AgainstCopy
from archivist.preservation.submission import SubmissionMade, SubmissionOrder
from archivist.preservation.submission_import import take_in
from archivist.preservation.submission_selection import Wanted
from archivist.preservation.verification import verify
from archivist.procedure.cases import change_facts
from archivist.report.query import Period
from archivist.workspace import Workspace
from tests.bureau.kit import RECEIVER, Files, make_bureau, remade
from tests.command_line import Office
from tests.filing import file_papers
from tests.kit import BY, make_workspace, open_household

AT_B = By("周接管", dt.datetime(2024, 4, 2, 9, tzinfo=CHINA))
AT_C = By("吴再接", dt.datetime(2024, 5, 6, 9, tzinfo=CHINA))
SPRING = Period(dt.date(2024, 1, 1), dt.date(2024, 6, 30), "2024年上半年", "2024Q2")
PHONE = [("applicant.phone", "022-00009999")]


def at_office(folder: Path, name: str, code: str) -> Workspace:
    set_up(folder, pack="tianjin-hongqiao", office=name, code=code)
    return Workspace.open(folder)


def packages(made: SubmissionMade) -> list[Path]:
    assert made.folder is not None
    return [made.folder / part.name for part in made.parts]


def receipt(files: tuple[Path, ...]) -> Path:
    return next(path for path in files if path.suffix == ".json")


def hand_in(office: Workspace, by: By, of: str = "", wanted: Wanted = Wanted.ALL) -> SubmissionMade:
    return submission.submit(office, by, SubmissionOrder(SPRING, "2024Q2", wanted, of=of))


@pytest.fixture
def first(tmp_path: Path) -> Iterator[Workspace]:
    """A, with one household; it has reported it to the bureau."""
    with make_workspace(tmp_path / "甲") as office:
        case = open_household(office)
        file_papers(office, case.number, "mat_household_register", dated="2024-01-02")
        yield office


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Workspace]:
    """B, with a household of its own."""
    with at_office(tmp_path / "乙", "红桥区新设街道", "TJHX") as office:
        open_household(office, category=Category.DX)
        yield office


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Workspace]:
    with make_bureau(tmp_path / "局") as made:
        yield made


def taken(first: Workspace, second: Workspace) -> CaseNo:
    """Let B take over A's household and go on with it."""
    done = take_over(second, AT_B, packages(custody.hand_over(first, BY, "TJHX")))
    take_in(first, AT_B, receipt(done.files))
    (number,) = first.archive.case_numbers()
    change_facts(second, AT_B, number, PHONE, reason="来电")
    return number


def registered(bureau: Workspace, *took: str) -> Workspace:
    settings = bureau.root / "archivist.toml"
    text = settings.read_text(encoding="utf-8")
    text += f'\n[[offices]]\nname = "红桥区新设街道"\ncode = "TJHX"\ntook_over = {json.dumps(list(took))}\n'
    settings.write_text(text, encoding="utf-8")
    return Workspace.open(bureau.root)


def standings(office: Workspace, against: Path) -> dict[str, AgainstCopy]:
    return {one.bag: one.standing for one in comparison.compare(office.archive, comparison.read(against))}


def test_to_the_bureau(first: Workspace, second: Workspace, bureau: Workspace) -> None:
    """A reported, B took over and reports on: one chain at the bureau, A's ledger beside it; each receipt where it belongs."""
    received_first = receive(bureau, RECEIVER, packages(hand_in(first, BY)))
    take_in(first, BY, receipt(received_first.files))
    number = taken(first, second)
    own = hand_in(second, AT_B)
    assert [CaseNo.parse(case.case).office for case in own.submission.cases] == [
        "TJHX"
    ] and not own.submission.of
    on = hand_in(second, AT_B, "TJHQ", Wanted.DUE)
    told = on.submission
    assert (told.of, str(told.id), [case.case for case in told.cases]) == (
        "TJHQ",
        "S-TJHX-2024Q2-02",
        [str(number)],
    )
    assert [case.why.value for case in told.cases] == ["changed"], "what A's receipt says of it is known"
    for made in (own, on):
        done = receive(bureau, replace(RECEIVER, time=AT_B.time), packages(made))
        assert not done.receipt.returned
        assert take_in(second, AT_B, receipt(done.files)).accepted == tuple(
            c.case for c in made.submission.cases
        )
    assert bureau.archive.read(number).seq == second.archive.read(number).seq
    assert [one.office for one in received.submissions(bureau.archive)] == ["TJHQ", "TJHX", "TJHQ"]
    assert [one.findings for one in received_custody.verify(bureau, RECEIVER)] == [(), ()]
    assert set(standings(second, packages(on)[0]).values()) == {AgainstCopy.SAME}
    assert set(standings(second, packages(own)[0]).values()) <= {AgainstCopy.SAME, AgainstCopy.GROWN}
    assert set(standings(second, receipt(done.files)).values()) == {AgainstCopy.SAME}
    change_facts(second, AT_B, number, [("applicant.phone", "022-00008888")], reason="来电")
    assert standings(second, packages(on)[0])[str(number)] is AgainstCopy.GROWN
    report = check_four_natures(bureau, "TJHQ", (), phase=None, on=AT_B.today)
    wrong = {r.item.id for r in report.cases[0].results if r.verdict is Verdict.FAILED}
    assert not wrong & {"ZS01", "ZS02", "ZS03", "WZ01"}
    assert verify(second, AT_B).findings == ()
    assert hand_in(second, AT_B, "TJHQ", Wanted.CHANGED).submission.cases[0].case == str(number)


def test_the_bureau_asks_whose_it_is(first: Workspace, second: Workspace, bureau: Workspace) -> None:
    """Where offices are registered, one hands in another's files only when it is on record that it took them over."""
    taken(first, second)
    on = packages(hand_in(second, AT_B, "TJHQ"))
    with registered(bureau) as strict, pytest.raises(ArchiveError, match="没有登记它接管了 TJHQ"):
        receive(strict, RECEIVER, on)
    assert bureau.archive.case_numbers() == []
    with registered_again(bureau) as strict:
        assert not receive(strict, RECEIVER, on).receipt.returned


def registered_again(bureau: Workspace) -> Workspace:
    settings = bureau.root / "archivist.toml"
    text = settings.read_text(encoding="utf-8").replace("took_over = []", 'took_over = ["TJHQ"]')
    settings.write_text(text, encoding="utf-8")
    return Workspace.open(bureau.root)


def test_a_history_that_was_rewritten_after_it_was_taken_over_is_a_fork(
    first: Workspace, second: Workspace, bureau: Workspace, tmp_path: Path
) -> None:
    """What A reported binds what B reports of it: an older state is refused, and so is another origin's number."""
    change_facts(first, BY, first.archive.case_numbers()[0], PHONE, reason="来电")
    older = packages(hand_in(first, BY))
    taken(first, second)
    on = packages(hand_in(second, AT_B, "TJHQ"))
    receive(bureau, RECEIVER, on)
    with pytest.raises(ForkedChain):
        receive(bureau, RECEIVER, older)

    def of_nobody(files: Files) -> None:
        about = json.loads(files["anchor/submission.json"])
        about["of"] = "TJHZ"
        files["anchor/submission.json"] = json.dumps(about).encode()

    with pytest.raises(ArchiveError, match="别的单位的户号"):
        again = remade(on[0], tmp_path / "S-TJHX-2024Q2-01-01.zip", of_nobody)
        receive(bureau_of(tmp_path), RECEIVER, [again])


def bureau_of(folder: Path) -> Workspace:
    return make_bureau(folder / "另一局")


def test_on_to_a_third_office(first: Workspace, second: Workspace, tmp_path: Path) -> None:
    """A → B → C: A's file and ledger go on under A's numbers, B's own apart; each once; B writes to neither any more."""
    number = taken(first, second)
    with at_office(tmp_path / "丙", "红桥区合并街道", "TJHZ") as third:
        made = custody.hand_over(second, AT_C, "TJHZ", of="TJHQ")
        done = take_over(third, AT_C, packages(made))
        assert (done.office, done.cases) == (
            "TJHQ",
            (str(number),),
        ) and done.ledger == third.archive.root / "ledger-TJHQ"
        with pytest.raises(CaseClosed, match="TJHZ"):
            change_facts(second, AT_C, number, PHONE, reason="来电")
        (own,) = (n for n in second.archive.case_numbers() if n != number)
        change_facts(second, AT_C, own, PHONE, reason="来电")
        rest = custody.hand_over(second, AT_C, "TJHZ")
        assert [case.case for case in rest.submission.cases] == [str(own)]
        take_over(third, AT_C, packages(rest))
        assert third.archive.case_numbers() == sorted((number, own))
        assert {p.name for p in third.archive.root.glob("ledger-*")} == {"ledger-TJHQ", "ledger-TJHX"}
        take_in(second, AT_C, receipt(done.files))
        change_facts(third, AT_C, number, [("applicant.phone", "022-00007777")], reason="来电")
        for package in (*packages(made), *packages(rest)):
            assert set(standings(third, package).values()) <= {AgainstCopy.SAME, AgainstCopy.GROWN}, (
                package.name
            )
        assert standings(third, packages(made)[0])[str(number)] is AgainstCopy.GROWN
        assert standings(second, packages(made)[0])[str(number)] is AgainstCopy.SAME
        assert verify(third, AT_C).findings == () and verify(second, AT_C).findings == ()
        assert take_over(third, AT_C, packages(made)).again
        with pytest.raises(CaseClosed):
            custody.hand_over(second, AT_C, "TJHY", of="TJHQ")


def test_whose_it_was_must_have_been_taken_over(first: Workspace, second: Workspace) -> None:
    """Nothing is handed on of an office that nothing was taken over from; ``resume`` makes the same bytes again."""
    with pytest.raises(InvalidValue, match="没有接管过 TJHQ"):
        hand_in(second, AT_B, "TJHQ")
    assert not any(second.archive.ledger_events(Op.SUBMISSION_STARTED))
    taken(first, second)
    (package,) = packages(hand_in(second, AT_B, "TJHQ"))
    before = package.read_bytes()
    package.unlink()
    name = str(next(iter(submission_ledger.listed(second.archive))))
    submission.resume(second, AT_B, name)
    assert package.read_bytes() == before


def test_by_command(first: Workspace, second: Workspace) -> None:
    """``submit`` says what is not in it; ``submit --of`` hands it on; ``verify --against`` finds all of it as it was."""
    number = taken(first, second)
    office = Office(second.root)
    office.settings |= {"ARCHIVIST_AS": "周接管", "ARCHIVIST_NOW": "2024-04-03T09:00:00+08:00"}
    own = office.json("submit", "--month", "2024-03", "--all", check=None)
    assert "从 TJHQ 接管的户档不在内，另行报送：archivist submit --of TJHQ" in own["notices"]
    assert [case["case"] for case in own["cases"]] == ["TJHX-DX-2024-000001"]
    on = office.json("submit", "--month", "2024-03", "--all", "--of", "tjhq", check=None)
    assert [case["case"] for case in on["cases"]] == [str(number)]
    package = Path(on["folder"]) / on["parts"][0]["name"]
    found = office.json("verify", "--against", str(package))
    assert {bag["standing"] for bag in found["bags"]} == {"same"}
    assert office.json("submit", "--of", "XXXX", "--month", "2024-03", check=2)["error"]["code"] == "E002"
    assert (
        office.json("transfer", "out", "X", "--to", "TJHZ", "--of", "TJHQ", check=2)["error"]["code"]
        == "E001"
    )
