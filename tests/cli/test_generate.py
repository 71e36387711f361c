"""``archivist generate`` for many households: what it returns, what its JSON says, what lies where it was told."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from archivist.cli.main import main
from archivist.workspace import Workspace
from tests.answers import answer
from tests.households import DECISION, households, sheet
from tests.kit import NOW, make_workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("ARCHIVIST_NOW", NOW.isoformat())
    with make_workspace(tmp_path / "ws") as made:
        return made


def run(workspace: Workspace, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["--workspace", str(workspace.root), "--json", "generate", *words])
    return code, answer(capsys.readouterr().out)


def test_a_batch_from_a_sheet_into_an_archive(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = households(workspace, 4, lacking=[1], come_for="confirmation_decision")
    heads = ["户号", *DECISION]
    rows = [[str(c.number), *DECISION.values()] for c in cases]
    rows[2][heads.index("benefit.amount")] = "无"
    source = sheet(tmp_path / "x.xlsx", heads, *rows)
    package = tmp_path / "out" / "三月.zip"
    words = ["确认决定书", "--from", str(source), "--zip", str(package), "--on", "2024-03-08"]
    code, told = run(workspace, capsys, *words, "--dry-run")
    assert code and len(told["documents"]) == 2 and not package.parent.exists()
    code, told = run(workspace, capsys, *words)
    assert 30 <= code < 40
    assert [i["case"] for i in told["issued"]] == [str(cases[0].number), str(cases[3].number)]
    assert [i["doc_no"] for i in told["issued"]] == ["红样救字〔2024〕1号", "红样救字〔2024〕2号"]
    refused = {r["case"]: "".join(r["problems"]) for r in told["refused"]}
    assert "applicant.village" in refused[str(cases[1].number)]
    assert "benefit.amount" in refused[str(cases[2].number)]
    with zipfile.ZipFile(package) as inside:
        assert inside.namelist() == [f"{i['case']} {Path(i['files'][0]).name}" for i in told["issued"]]
    assert told["parcels"] == [{"path": str(package), "pages": 0, "problem": None}]
    code, told = run(workspace, capsys, *words)
    assert code == 2 and "不覆盖" in told["error"]["message"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--draft", "--zip", "x.zip"], "不能打包"),
        (["--draft", "--merge", "x.pdf"], "不能打包"),
        (["--no-pdf", "--merge", "x.pdf"], "--no-pdf"),
    ],
)
def test_options_that_contradict_each_other_are_refused(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    (case,) = households(workspace, 1)
    code, told = run(workspace, capsys, "受理通知书", str(case.number), *words)
    assert code == 2 and message in told["error"]["message"]


def test_a_parcel_that_cannot_be_written_is_the_exit_status(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What could not be written takes nothing back of what was issued."""
    (case,) = households(workspace, 1, come_for="受理通知书")
    (tmp_path / "file").write_text("", encoding="utf-8")
    words = [str(case.number), "--out", str(tmp_path / "file/打印")]
    code, told = run(workspace, capsys, "受理通知书", *words)
    assert code == 24 and told["issued"][0]["record"] == "0001"
    assert told["parcels"][0]["problem"]["code"] == "E204"
