"""``bureau verify --four``: the 31 items over what was received, as it came and as it lies there now."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archivist.bureau import custody
from archivist.bureau.received_evidence import check_four_natures
from archivist.bureau.reception import receive
from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.model.standing import Verdict
from archivist.preservation.four_nature import run
from archivist.preservation.four_nature.items import Phase, all_items
from archivist.preservation.four_nature.run import CaseFourNature, Conclusion
from archivist.store.bag_fixity import FixityFault
from archivist.workspace import Workspace
from tests.bureau.kit import RECEIVER, Files, make_bureau, remade
from tests.command_line import Office
from tests.kit import BY
from tests.preservation.four_nature.office import ONE, sound_office
from tests.preservation.packages import make_package
from tests.tamper import hands

NUMBER = str(ONE)
KNOWN_TO_THE_OFFICE = {"ZS10"}
"""What the office can be told of and the bureau cannot: the rule by which it numbers."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office whose one household is sound, ``ws``, and its package."""
    folder = tmp_path_factory.mktemp("four")
    sound_office(folder)
    with Workspace.open(folder / "ws") as office:
        make_package(office, folder)
    return folder


@pytest.fixture
def package(made: Path) -> Path:
    (found,) = made.glob("S-*.zip")
    return found


@pytest.fixture
def bureau(tmp_path: Path, package: Path) -> Iterator[Path]:
    """A bureau that received it."""
    with make_bureau(tmp_path / "局") as workspace:
        receive(workspace, RECEIVER, [package])
    yield tmp_path / "局"


def checked(root: Path, *, phase: Phase | None = None) -> CaseFourNature:
    with Workspace.open(root) as workspace:
        found = check_four_natures(workspace, "TJHQ", (), phase=phase, on=RECEIVER.today)
    assert [str(case.number) for case in found.cases] == [NUMBER]
    return found.cases[0]


def of(found: CaseFourNature, verdict: Verdict) -> set[str]:
    return {result.item.id for result in found.results if result.verdict is verdict}


def words(found: CaseFourNature, item: str) -> str:
    return next(result.outcome.words for result in found.results if result.item.id == item)


def place(root: Path) -> Path:
    return root / "archive/received/TJHQ"


def test_what_was_received_is_judged_as_at_the_office(made: Path, bureau: Path) -> None:
    """Every item runs; nothing is found wrong that the office would not find, and what only the bureau can tell is told: its anchor, the transfer list."""
    with Workspace.open(made / "ws") as office:
        (there,) = run.check(office, [ONE], on=BY.today).cases
    here = checked(bureau)
    assert [result.item.id for result in here.results] == [item.id for item in all_items()]
    assert (here.seq, here.head) == (there.seq, there.head)
    assert of(here, Verdict.FAILED) == of(there, Verdict.FAILED)
    assert of(there, Verdict.PASSED) - of(here, Verdict.PASSED) <= KNOWN_TO_THE_OFFICE
    assert "ZS03" in of(here, Verdict.PASSED) - of(there, Verdict.PASSED), "the heads it came with"
    assert "移交清单" in next(r.outcome.seen[1] for r in here.results if r.item.id == "WZ01")
    assert here.conclusion is not Conclusion.PASSED


def _paper(root: Path) -> Path:
    return next(path for path in sorted(place(root).rglob("data/*/*")) if path.suffix == ".pdf")


def _anchors(root: Path) -> Path:
    (found,) = (place(root) / "anchors").iterdir()
    return found


def _other_rules(root: Path) -> None:
    settings = root / "archivist.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("tianjin-hongqiao", "national"), "utf-8")


def _unheard_of(root: Path) -> None:
    shutil.copytree(place(root) / NUMBER, place(root) / "TJHQ-DB-2024-000077")


WAYS: dict[str, tuple[Callable[[Path], object], set[str], set[str]]] = {
    "one bit of a paper": (lambda root: hands.flip(_paper(root)), {"ZS01"}, set()),
    "a history cut short": (lambda root: hands.cut(place(root) / NUMBER), {"ZS02", "ZS03"}, set()),
    "the office's ledger is gone": (lambda root: shutil.rmtree(place(root) / "ledger"), set(), {"AQ04", "ZS11", "WZ07"}),
    "the office's ledger is another": (lambda root: hands.cut(place(root) / "ledger/2024"), set(), {"AQ04", "ZS11", "WZ07"}),
    "the list of heads is gone": (lambda root: _anchors(root).unlink(), set(), {"ZS03"}),
    "the list of heads was changed": (lambda root: hands.flip(_anchors(root), 3), set(), {"ZS03"}),
    "the bureau goes by other rules": (_other_rules, set(), {"WZ07"}),
    "a file beside the bags": (lambda root: (place(root) / "附件.txt").write_text("x", "utf-8"), {"AQ02"}, set()),
}  # fmt: skip
"""What is done, which items then fail, and which are then left open though they were right."""


@pytest.mark.parametrize("way", WAYS)
def test_it_fails_closed(bureau: Path, way: str) -> None:
    """A check that could not run is never 合格; one flipped bit is 不合格."""
    before = checked(bureau)
    act, failing, opened = WAYS[way]
    act(bureau)
    after = checked(bureau)
    assert failing <= of(after, Verdict.FAILED) - of(before, Verdict.FAILED)
    assert opened <= of(after, Verdict.UNCHECKED) - of(before, Verdict.UNCHECKED)
    assert not of(after, Verdict.PASSED) - of(before, Verdict.PASSED), "nothing becomes right by it"


def test_a_household_that_is_not_there_is_not_left_out(bureau: Path) -> None:
    """What the ledger says was received and is gone is 不合格, and nothing else is said of it."""
    shutil.rmtree(place(bureau) / NUMBER)
    found = checked(bureau, phase=Phase.TRANSFER)
    assert of(found, Verdict.FAILED) == {"ZS01"} and not of(found, Verdict.PASSED)
    assert "案卷不见了" in words(found, "ZS01") and found.conclusion is Conclusion.FAILED


def test_a_bag_nobody_handed_over_is_found(bureau: Path) -> None:
    """“What came from nowhere”: a folder put among an office's bags by hand, by both checks."""
    _unheard_of(bureau)
    with Workspace.open(bureau) as workspace:
        (found,) = custody.verify(workspace, RECEIVER)
        numbers = (CaseNo.parse(NUMBER),)
        report = check_four_natures(workspace, "", numbers, phase=None, on=RECEIVER.today)
    assert (FixityFault.EXTRA, "总账中没有接收过") in {(f.problem, f.found) for f in found.findings}
    assert "AQ02" in of(report.cases[0], Verdict.FAILED)


def test_a_transfer_list_with_other_sums_is_found(tmp_path: Path, package: Path) -> None:
    """移交清单的件数、字节数 = 逐袋求和: the list says one paper more than the bag has."""

    def one_more(files: Files) -> None:
        about = json.loads(files["anchor/submission.json"])
        about["cases"][0]["records"] += 1
        files["anchor/submission.json"] = json.dumps(about).encode()

    with make_bureau(tmp_path / "局") as workspace:
        receive(workspace, RECEIVER, [remade(package, tmp_path / package.name, one_more)])
    found = checked(tmp_path / "局")
    assert "WZ01" in of(found, Verdict.FAILED) and "移交清单" in words(found, "WZ01")


def test_what_an_older_program_received_has_no_sums(bureau: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its ledger does not say what the transfer list said: left open, not right."""
    from dataclasses import replace

    from archivist.bureau import received

    whole = received.Reported.of
    monkeypatch.setattr(received.Reported, "of", lambda event: replace(whole(event), sums=None))
    found = checked(bureau)
    assert "WZ01" in of(found, Verdict.UNCHECKED) and "旧版程序接收" in words(found, "WZ01")


def test_by_command(bureau: Path) -> None:
    """``bureau verify --four``: JSON, report, ledger; exit 22 where an item is wrong; of one household, of an office."""
    office = Office(bureau)
    office.settings["ARCHIVIST_AS"] = "局经办"
    hands.flip(_paper(bureau))
    tried = office.json("bureau", "verify", "--four", "--case", NUMBER, "--dry-run", check=22)
    assert tried["files"] == [] and not (bureau / "archive/outbox/四性检测").exists()
    found = office.json("bureau", "verify", "TJHQ", "--four", "--phase", "移交", check=22)
    assert (found["schema"], found["phase"], len(found["items"])) == ("archivist/four-nature/1", "移交", 29)
    assert {Path(path).suffix for path in found["files"]} == {".docx", ".json"}
    with Workspace.open(bureau) as workspace:
        (entry,) = workspace.archive.ledger_events(Op.FOUR_NATURE_CHECKED)
    (case,) = entry.data["cases"]
    assert case["case"] == NUMBER and "ZS01" in case["failed"] and entry.data["conclusion"] == "不合格"
    assert office.json("bureau", "verify", "--phase", "移交", check=2)["error"]["code"] == "E001"
    assert office.json("bureau", "verify", "--four", "ABCD", check=None)["error"]["code"] == "E200"
    shown = office.run("bureau", "verify", "--four", "--dry-run", check=22)
    assert "四性：" in shown.stdout and "结论：不合格" in shown.stdout
