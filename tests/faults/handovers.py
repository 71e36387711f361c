"""The commands of a reorganisation, to strike at: everything handed over to another office, and taken over from one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest import mock

from archivist.bureau import handover
from archivist.ingest.watch_folder import Now
from archivist.model.facts import parse_facts
from archivist.preservation import (
    custody,
    custody_withdrawal,
    submission,
    submission_ledger,
    submission_writing,
)
from archivist.preservation.signed_papers import ReadPaper
from archivist.preservation.submission_ledger import SubmissionStage
from archivist.reading.formats.images import JPEG
from archivist.reading.pages import PageText, ReadResult, SignaturePlace
from archivist.store import Archive, Original
from archivist.workspace import Workspace
from tests.faults.office import FORM, LIU_ID, Command, scan
from tests.faults.shim import Ack
from tests.kit import SETTINGS, open_household

SENT: Final = "移交包.zip"
"""What another office handed over, in a clerk's own folder."""


def _no_paper(*_: Any, **__: Any) -> dict[str, bytes]:
    """Nothing is printed here: what matters is what is on the disk."""
    return {}


def _sent(workspace: Workspace, now: Now, _ack: Ack) -> None:
    """Another office with one household hands everything over to this one."""
    root = workspace.root / "别的机关"
    root.mkdir()
    (root / "archivist.toml").write_text(SETTINGS.replace('"TJHQ"', '"TJHX"'), encoding="utf-8")
    Archive(root / "archive").create()
    with Workspace.open(root) as office, mock.patch.object(submission, "sheet", _no_paper):
        office.__dict__["pack"], office.__dict__["catalogue"] = workspace.pack, workspace.catalogue
        liu = {"applicant": {"name": "刘样例", "id_number": LIU_ID, "address": "样例里3号"}}
        open_household(office, parse_facts(liu))
        made = custody.hand_over(office, now(), "TJHQ")
        assert made.folder is not None
        (part,) = made.parts
        shutil.copyfile(made.folder / part.name, workspace.root / SENT)
    shutil.rmtree(root)


def _take_over(workspace: Workspace, now: Now, ack: Ack) -> None:
    with mock.patch.object(handover, "print_receipt", _no_paper), _file_by_file():
        handover.take_over(workspace, now(), [workspace.root / SENT])
    ack("taken over")


@contextmanager
def _file_by_file() -> Iterator[None]:
    """Let what is unpacked be synced file by file, as where a whole disk cannot be: each of these calls is struck at."""
    whole = getattr(os, "sync", None)
    if whole:
        del os.sync
    try:
        yield
    finally:
        if whole:
            os.sync = whole


def _hand_over(workspace: Workspace, now: Now, ack: Ack) -> None:
    """Asked again, what was begun is made: it is not handed over twice."""
    with workspace.writing(now()):
        pass
    with mock.patch.object(submission, "sheet", _no_paper):
        handed = next(iter(workspace.archive.custody.handed_over().values()), None)
        if handed is None:
            real = submission_writing.write

            def write(*args: Any) -> Any:
                ack("begun")
                return real(*args)

            with mock.patch.object(submission_writing, "write", write):
                custody.hand_over(workspace, now(), "TJHX")
        elif submission_ledger.find(workspace.archive, handed.package).stage is SubmissionStage.STARTED:
            submission.resume(workspace, now(), handed.package)
    ack("handed over")


def _handed(workspace: Workspace, now: Now, ack: Ack) -> None:
    """Handed over to an office that there is not; the form lies there, signed."""
    _hand_over(workspace, now, ack)
    (workspace.root / FORM).write_bytes(scan(FORM))


def _take_back(workspace: Workspace, now: Now, ack: Ack) -> None:
    with workspace.writing(now()):
        pass
    handed = next(iter(workspace.archive.custody.handed_over().values()), None)
    if handed is not None:
        asked = custody_withdrawal.plan_withdrawal(workspace, handed.package, "写错了代码")
        places = tuple(SignaturePlace(f"{who}（签名）", 0.2) for who in ("证明人", "核对人", "批准人"))
        words, codes = "机构变动移交收回审批表", (asked.code.payload,)
        page = PageText(1, words, codes, "ocr", 0.9, 0, 100, 100, True, signature_places=places)
        paper = ReadPaper(Original.of(workspace.root / FORM, FORM), ReadResult(JPEG, (page,)))
        two = ("赵主任", "钱管理")
        custody_withdrawal.take_back(
            workspace, now(), handed.package, reason=asked.reason, people=two, paper=paper
        )
    ack("taken back")


OF_OFFICES: Final = {
    c.name: c
    for c in (
        Command("hand over an office", _hand_over, _hand_over),
        Command("take an office back", _take_back, _take_back, before=_handed),
        Command("take over an office", _take_over, _take_over, before=_sent),
    )
}
