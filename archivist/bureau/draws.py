"""A month's draw over everything that was received: the frame, the draw, its papers, the ledger's event."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.bureau import sampling
from archivist.bureau.papers import FORM, FRAME, findings_form, print_draw
from archivist.bureau.sampling import Draw
from archivist.errors import ArchivistError, IntegrityAlarm, InvalidValue, UsageError
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.fact_paths import FactPath
from archivist.model.ids import CaseNo
from archivist.model.states import State
from archivist.workspace import Workspace

FOLDER: Final = "抽查"
"""Where draws go within the outbox."""
_MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class MonthlyDraw:
    """A draw as it stands in the ledger.

    Attributes:
        id: ``CC-202611-01``.
        unknown_kin: near kin who were named and are not in the frame.
        before: the draws of the same month that were made earlier.
        again: the very same draw was made before, and nothing was written now.
        files: in the outbox.
    """

    id: str
    month: str
    draw: Draw
    unknown_kin: tuple[CaseNo, ...]
    before: tuple[str, ...]
    again: bool
    files: tuple[Path, ...]


def draw_month(
    workspace: Workspace,
    by: By,
    month: str,
    lot: str,
    near_kin: Collection[CaseNo] = (),
    *,
    pdf: bool = False,
) -> MonthlyDraw:
    """Draw who of those confirmed in a month is looked into, and put it on record.

    Args:
        workspace: the bureau's.
        by: who draws, and when.
        month: ``2026-11``.
        lot: what was drawn in public; blanks at its ends are not part of it.
        near_kin: households of near kin of staff, besides those whose file says so.
        pdf: make a PDF of the paper as well.

    Raises:
        UsageError: E001, no lot. InvalidValue: E002, no month, or nobody was confirmed in it.
        IntegrityAlarm: E202, a household's file cannot be read: a frame without it would be another frame. WriteFailed: E204.
    """
    lot = lot.strip()
    if not lot:
        raise UsageError(
            "没有写明抽签结果（--lot）", remedy="收齐报送以后当众抽签，把抽到的原样写上，如 --lot '3 17 22'。"
        )
    if not _MONTH.fullmatch(month):
        raise InvalidValue(f"“{month}”不是月份（应如 2026-11）")
    archive = workspace.archive
    with workspace.writing(by):
        frame, kin = _frame(workspace, month)
        if not frame:
            raise InvalidValue(
                f"收到的户档中没有 {month} 新确认的",
                remedy="先接收这个月的报送（archivist bureau receive）。",
            )
        drawn = sampling.draw(frame, lot, kin | {*near_kin})
        unknown = tuple(sorted({*near_kin} - {*frame}))
        earlier = [e for e in archive.ledger_events(Op.SAMPLE_DRAWN) if e.data["month"] == month]
        names = tuple(str(e.data["draw"]) for e in earlier)
        plain = {
            "month": month,
            "lot": lot,
            "frame": drawn.frame_sha256,
            "seed": drawn.seed,
            "kin": [str(n) for n in drawn.kin],
            "drawn": [str(n) for n in drawn.drawn],
        }
        for event in earlier:
            if all(event.data[key] == value for key, value in plain.items()):
                files = tuple(archive.outbox / str(file["path"]) for file in event.data["files"])
                others = tuple(name for name in names if name != event.data["draw"])
                return MonthlyDraw(str(event.data["draw"]), month, drawn, unknown, others, True, files)
        name = f"CC-{month.replace('-', '')}-{len(names) + 1:02d}"
        contents = {
            FRAME: sampling.encode(frame),
            FORM: findings_form(sorted((*drawn.kin, *drawn.drawn))),
            **print_draw(workspace, drawn, name, month, on=by.today, pdf=pdf),
        }
        data = {"draw": name, **plain}
        made = archive.hand_out(
            f"{FOLDER}/{name}", "", contents, Op.SAMPLE_DRAWN, data, workspace.stamp(by), frame
        )
    return MonthlyDraw(name, month, drawn, unknown, names, False, made)


def _frame(workspace: Workspace, month: str) -> tuple[Sequence[CaseNo], set[CaseNo]]:
    """Return the households confirmed in a month, and those of them that are filed as near kin."""
    frame: list[CaseNo] = []
    kin: set[CaseNo] = set()
    unread: list[str] = []
    for number in workspace.archive.case_numbers():
        try:
            case = workspace.archive.read(number)
        except ArchivistError as error:
            unread.append(str(error))
            continue
        if any(s.after is State.CONFIRMED is not s.before and f"{s.on:%Y-%m}" == month for s in case.steps):
            frame.append(number)
            if case.fact(FactPath.APPLICATION_KINSHIP):
                kin.add(number)
    if unread:
        raise IntegrityAlarm(
            f"{len(unread)} 户读不出来，抽样框不全，没有抽取", problems=unread,
            remedy="用 archivist bureau verify 查明；请报送单位重新报送这几户，再抽。",
        )  # fmt: skip
    return frame, kin
