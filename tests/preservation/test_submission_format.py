"""What a package for the bureau is made of: any BagIt tool takes it, the same archive makes the same bytes."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import zipfile
from pathlib import Path

import bagit
import pytest

from archivist.model.ids import Sha256
from archivist.model.plain_json import MalformedData
from archivist.preservation import submission_format as form
from archivist.preservation.submission_format import Submission, SubmissionId, read_part_name
from archivist.preservation.submission_replies import (
    Feedback,
    FeedbackFinding,
    Receipt,
    ReceivedCase,
    ReceivedPart,
    is_feedback,
)
from archivist.workspace import Workspace
from tests.preservation.packages import make_package
from tests.store.test_profiles import contradictions
from tests.tamper.scene import Scene, make_scene

ID = SubmissionId("TJHQ", "2026Q4", 1)
DIGEST = Sha256("ab" * 32)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Three households, one of them as an old program wrote it; a ledger, a batch."""
    return make_scene(tmp_path_factory.mktemp("packages"))


def test_any_tool_takes_every_part(scene: Scene, tmp_path: Path) -> None:
    """Bagit-python, the profile checker and ``sha256sum -c`` accept every part, and every bag within."""
    with Workspace.open(scene.root / "ws") as workspace:
        parts = make_package(workspace, tmp_path, part_size=40_000)
    assert len(parts) > 1
    for n, part in enumerate(parts, 1):
        assert read_part_name(part.name) == (SubmissionId("TJHQ", "2024Q1", 1), n)
        with zipfile.ZipFile(part) as packed:
            assert packed.testzip() is None
            packed.extractall(tmp_path)
        folder = tmp_path / part.stem
        assert contradictions(folder) == []
        assert (
            subprocess.run(["sha256sum", "--quiet", "-c", "manifest-sha256.txt"], cwd=folder).returncode == 0
        )
        for inner in [*(folder / form.CASES).glob("*"), *(folder / form.LEDGER).glob("*")]:
            assert bagit.Bag(str(inner)).is_valid()
        told = Submission.decode((folder / form.ABOUT).read_bytes())
        assert [p.name for p in sorted((folder / form.CASES).glob("*"))] == [c.case for c in told.of_part(n)]


def test_the_same_archive_makes_the_same_bytes(scene: Scene, tmp_path: Path) -> None:
    """Stored, UTF-8 names, fixed order and dates: resume gives the same bytes."""
    for name in "ab":
        (tmp_path / name).mkdir()
    with Workspace.open(scene.root / "ws") as workspace:
        one, other = (make_package(workspace, tmp_path / name) for name in "ab")
    assert [p.read_bytes() for p in one] == [p.read_bytes() for p in other]
    with zipfile.ZipFile(one[0]) as packed:
        assert {i.compress_type for i in packed.infolist()} == {zipfile.ZIP_STORED}
        assert {i.date_time for i in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_ids_and_part_names_say_what_they_are() -> None:
    """Part names ``S-<office>-<period>-<nn>-01.zip``."""
    assert SubmissionId.parse(str(ID)) == ID
    assert ID.part_name(2) == "S-TJHQ-2026Q4-01-02.zip"
    assert read_part_name("S-TJHQ-2026M11-03-01") == (SubmissionId("TJHQ", "2026M11", 3), 1)
    for wrong in (
        "S-TJHQ-2026Q5-01-01.zip",
        "S-TJHQ-2026M13-01-01",
        "S-TJHQ-2026Q4-01",
        "../S-TJHQ-2026Q4-01-01",
    ):
        assert read_part_name(wrong) is None


RECEIPT = Receipt(
    ID, "样例区民政局", "2026-11-30T09:00:00+08:00", "赵接收", DIGEST,
    (ReceivedPart(ID.part_name(1), DIGEST),),
    (ReceivedCase("TJHQ-DB-2024-000001", 4, DIGEST, True), ReceivedCase("TJHQ-DB-2024-000002", 3, DIGEST, False, "缺页")),
)  # fmt: skip
FEEDBACK = Feedback(
    ID, "样例区民政局", "2026-12-01T09:00:00+08:00", "钱抽查", DIGEST, "2026-11",
    (FeedbackFinding("TJHQ-DB-2024-000001", "0003", False, "收入计算表缺页", None),),
)  # fmt: skip


def test_replies_come_back_as_they_were_written() -> None:
    """The receipt and feedback JSON have one strict reader each."""
    assert Receipt.decode(RECEIPT.encode()) == RECEIPT
    assert Feedback.decode(FEEDBACK.encode()) == FEEDBACK
    assert is_feedback(FEEDBACK.encode()) and not is_feedback(RECEIPT.encode()) and not is_feedback(b"\xff")


@pytest.mark.parametrize("reply", [RECEIPT, FEEDBACK])
def test_a_reply_that_was_edited_is_refused(reply: Receipt | Feedback) -> None:
    """An edited receipt is refused: every value of it, and every key it has or has not."""
    plain = json.loads(reply.encode())
    for key in plain:
        for edited in ({k: v for k, v in plain.items() if k != key}, plain | {key: "x"}, plain | {"y": 1}):
            with pytest.raises(MalformedData):
                type(reply).decode(json.dumps(edited).encode())
    returned = dataclasses.replace(RECEIPT, cases=(dataclasses.replace(RECEIPT.cases[1], why=""),))
    with pytest.raises(MalformedData, match="没有写明原因"):
        Receipt.decode(returned.encode())
