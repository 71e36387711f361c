"""Every item: exactly one check, each of its results, a fault of its kind seen by it and by no other."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from archivist.model.ids import CaseNo
from archivist.model.standing import Verdict
from archivist.preservation.four_nature.evidence import CaseEvidence, gather
from archivist.preservation.four_nature.items import Nature, Phase, all_items, items_of
from archivist.preservation.four_nature.office_evidence import OfficeEvidence
from archivist.preservation.four_nature.registry import all_checks
from archivist.preservation.four_nature.run import CaseFourNature, Conclusion, judge
from archivist.preservation.four_nature.volume_checks import required_attachments
from archivist.reading.reader_process import Reader
from archivist.workspace import Workspace
from tests.kit import BY
from tests.preservation.four_nature.faults import KINDS, FaultOfKind, fresh_case
from tests.preservation.four_nature.office import ONE, file_paper, paper, pdf, sound_office
from tests.reading.files import PATIENT
from tests.sampling import sweep
from tests.tamper.hands import flip

Ran = Callable[[str], CaseFourNature]


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(PATIENT) as shared:
        yield shared


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, reader: Reader) -> Ran:
    """What came of each kind of fault, made once."""
    root = tmp_path_factory.mktemp("four")
    sound_office(root / "sound")
    done: dict[str, CaseFourNature] = {}
    turn = count(1)

    def run(name: str) -> CaseFourNature:
        if name not in done:
            folder = root / f"{next(turn)}"
            shutil.copytree(root / "sound", folder)
            done[name] = checked(KINDS[name], folder, reader)
            shutil.rmtree(folder)
        return done[name]

    return run


def checked(kind: FaultOfKind, folder: Path, reader: Reader) -> CaseFourNature:
    with Workspace.open(folder / "ws") as workspace:
        kind.act(workspace, folder)
    with Workspace.open(folder / "ws") as workspace:
        return judge(kind.after(gathered(workspace, reader, folder / "disk" if kind.medium else None)))


def gathered(workspace: Workspace, reader: Reader, medium: Path | None = None) -> CaseEvidence:
    return gather(OfficeEvidence(workspace, BY.today, medium), ONE, reader)


def of(found: CaseFourNature, verdict: Verdict) -> set[str]:
    return {r.item.id for r in found.results if r.verdict is verdict}


def why(found: CaseFourNature) -> dict[str, str]:
    return {r.item.id: f"{r.verdict.value} {r.outcome.words}" for r in found.results}


def test_the_items_are_those_of_the_table() -> None:
    """31 items, 合格/不合格/未检: 真实 14, 完整 7, 可用 5, 安全 5; ids once each; asked for on some occasion."""
    items = all_items()
    counts = [sum(item.nature is nature for item in items) for nature in Nature]
    assert (len(items), counts) == (31, [14, 7, 5, 5])
    assert len({item.id for item in items}) == 31 and all(item.phases for item in items)
    assert [len(items_of(phase)) for phase in Phase] == [25, 29, 13]
    assert items_of(None) == items


def test_every_item_has_exactly_one_check() -> None:
    assert set(all_checks()) == {item.id for item in all_items()}


def test_the_annexes_are_in_the_catalogue(tmp_path: Path) -> None:
    with fresh_case(tmp_path) as workspace:
        for kind, needed in required_attachments().items():
            assert kind in workspace.catalogue and needed in workspace.catalogue


@sweep(1 / 4)
@pytest.mark.parametrize("name", KINDS)
def test_a_fault_is_seen_by_the_item_that_names_it_and_by_no_other(ran: Ran, name: str) -> None:
    """四性检测: a fault of each kind, made on a real file, is 不合格 in the item that names it; what it hides is 未检."""
    kind, found = KINDS[name], ran(name)
    failing = of(found, Verdict.FAILED) - {
        "WZ07"
    }  # what the rules of completeness want is not in this office
    assert failing == kind.failing, why(found)
    assert kind.unchecked <= of(found, Verdict.UNCHECKED), why(found)
    assert kind.passing <= of(found, Verdict.PASSED), why(found)
    if name != "sound" and kind.failing:
        assert found.conclusion is Conclusion.FAILED


def test_what_a_fault_hides_is_never_right(ran: Ran) -> None:
    """A check that could not run is never 合格: nothing is right after a fault that was not right before it, but what it gave."""
    sound = of(ran("sound"), Verdict.PASSED)
    for name, kind in KINDS.items():
        assert of(ran(name), Verdict.PASSED) <= sound | kind.passing, name


def test_every_check_can_say_each_of_its_results(ran: Ran, tmp_path: Path, reader: Reader) -> None:
    """Each of three results, where the table has one; ``WZ07`` and the second reading of ``AQ03`` have tests of their own."""
    seen: dict[str, set[Verdict]] = {item.id: set() for item in all_items()}
    for name in KINDS:
        for result in ran(name).results:
            seen[result.item.id].add(result.verdict)
    with fresh_case(tmp_path) as workspace:
        for result in judge(gathered(workspace, reader)).results:
            seen[result.item.id].add(result.verdict)
    elsewhere = {
        "WZ07": {Verdict.PASSED, Verdict.UNCHECKED},
        "AQ03": {Verdict.FAILED},
    }
    for item in all_items():
        wanted = {Verdict.UNCHECKED}
        wanted |= {Verdict.PASSED} if item.passed else set()
        wanted |= {Verdict.FAILED} if item.failed else set()
        lacking = wanted - seen[item.id] - elsewhere.get(item.id, set())
        assert not lacking, (item.id, item.name, lacking)


def unreadable(name: str) -> Callable[..., Any]:
    from archivist.store import durable_files

    real = durable_files.digest_of

    def digest_of(source: Any) -> Any:
        if isinstance(source, Path) and source.name.startswith(name):
            raise PermissionError(13, "Permission denied")
        return real(source)

    return digest_of


def test_what_cannot_be_read_is_left_open(
    tmp_path: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F33: file unreadable; virus scanner missing; one flipped bit → 未检, 未检, 不合格; never 合格 with an open 必检 item."""
    sound_office(tmp_path)
    with Workspace.open(tmp_path / "ws") as workspace:
        monkeypatch.setattr("archivist.store.durable_files.digest_of", unreadable("0001"))
        found = judge(gathered(workspace, reader))
        assert {"ZS01", "AQ01", "AQ03"} <= of(found, Verdict.UNCHECKED), why(found)
        assert "ZS01" not in of(found, Verdict.FAILED)
        assert found.conclusion is not Conclusion.PASSED
        monkeypatch.undo()
        flip(paper(workspace))
        found = judge(gathered(workspace, reader))
        assert {"ZS01"} <= of(found, Verdict.FAILED) and found.conclusion is Conclusion.FAILED


def test_a_second_reading_that_differs_is_of_the_medium(
    tmp_path: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """写后重开、绕过缓存重读比摘要: what memory had right and the disk gives back wrong."""
    sound_office(tmp_path)
    monkeypatch.setattr("archivist.preservation.four_nature.safety_checks.reread", lambda _: "0" * 64)
    with Workspace.open(tmp_path / "ws") as workspace:
        assert of(judge(gathered(workspace, reader)), Verdict.FAILED) - {"WZ07"} == {"AQ03"}


def test_a_check_that_breaks_is_left_open(
    tmp_path: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check that could not run is never 合格, whatever it breaks by."""
    from archivist.preservation.four_nature import registry

    def breaks(_: CaseEvidence) -> Any:
        raise ZeroDivisionError

    with fresh_case(tmp_path) as workspace:
        evidence = gathered(workspace, reader)
        all_checks()
        for item in all_items():
            monkeypatch.setitem(registry._CHECKS, item.id, breaks)
        found = judge(evidence)
    assert of(found, Verdict.UNCHECKED) == {item.id for item in all_items()}
    assert found.conclusion is Conclusion.OPEN


def test_a_commit_beside_the_check_is_no_fault(
    tmp_path: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While an office works a case is looked at again that changed meanwhile: never half of before, half of after."""
    from archivist.preservation.four_nature import run

    sound_office(tmp_path)
    times: list[int] = []

    def gather_beside(office: OfficeEvidence, number: CaseNo, reader: Reader) -> CaseEvidence:
        evidence = gather(office, number, reader)
        times.append(evidence.head[0])
        if len(times) == 1:
            file_paper(office.workspace, ".pdf", pdf(tmp_path))
        return evidence

    monkeypatch.setattr(run, "gather", gather_beside)
    with Workspace.open(tmp_path / "ws") as workspace:
        (found,) = run.check(workspace, [ONE], on=BY.today, reader=reader).cases
        assert (found.seq, found.head) == workspace.archive.head(ONE)
    assert len(times) == 2 and times[1] == times[0] + 1
