"""The four natures (四性) of cases: checked item by item, reported, entered in the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist.api import selection
from archivist.api.authorisation import authorised
from archivist.api.result import Result
from archivist.errors import IntegrityAlarm, NewerFormat
from archivist.model.permissions import Act
from archivist.model.standing import Verdict
from archivist.preservation.four_nature.items import Phase as Phase

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.preservation.four_nature import run
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class FourNatureItemView:
    """What one item came to.

    Attributes:
        id: stable, such as ``ZS01``.
        required: whether the conclusion 合格 needs it (必检).
        wrong: what is wrong, ``unchecked`` what could not be looked at and why, ``seen`` what was found right; each a sentence.
    """

    id: str
    nature: str
    name: str
    required: bool
    verdict: Verdict
    wrong: tuple[str, ...]
    unchecked: tuple[str, ...]
    seen: tuple[str, ...]

    @classmethod
    def of(cls, result: run.ItemResult) -> FourNatureItemView:
        """Return a result of the checks."""
        item, outcome = result.item, result.outcome
        return cls(
            item.id, item.nature.value, item.name, item.required, result.verdict,
            outcome.wrong, outcome.unchecked, outcome.seen,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class NatureCount:
    """How many items of one nature came to what."""

    nature: str
    total: int
    passed: int
    failed: int
    unchecked: int


@dataclass(frozen=True, slots=True)
class CheckedFourNature:
    """One case.

    Attributes:
        seq: the last event as it was looked at, 0 where the chain does not hold; ``head`` its digest.
        conclusion: ``合格``, ``不合格`` or ``有未检，不写合格``.
    """

    case: str
    seq: int
    head: str
    conclusion: str
    items: tuple[FourNatureItemView, ...]


@dataclass(frozen=True, slots=True)
class FourNatureChecked(Result):
    """What a check of the four natures came to.

    Attributes:
        phase: the occasion (环节) in Chinese; every item, whatever the occasion, with 全部环节.
        words: counts and conclusion in one line.
        items: each over all cases, as good as in the worst of them.
        files: page and JSON in the outbox; none with a dry run, or where the ledger takes nothing.
        unrecorded: why the ledger took nothing; empty where it did.
    """

    SCHEMA: ClassVar[str] = "archivist/four-nature/1"

    phase: str
    on: dt.date
    conclusion: str
    words: str
    natures: tuple[NatureCount, ...]
    items: tuple[FourNatureItemView, ...]
    cases: tuple[CheckedFourNature, ...]
    files: tuple[Path, ...]
    unrecorded: str = ""

    @property
    def failed(self) -> bool:
        """Whether an item is wrong."""
        return any(item.verdict is Verdict.FAILED for item in self.items)

    @property
    def passed(self) -> bool:
        """Whether 合格 may be written."""
        from archivist.preservation.four_nature.run import Conclusion

        return self.conclusion == Conclusion.PASSED


@authorised(Act.CHECK_FOUR_NATURES)
def check(
    workspace: Workspace,
    by: By,
    cases: Sequence[str] = (),
    *,
    phase: Phase | None = None,
    backup: Path | None = None,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> FourNatureChecked:
    """Look into the four natures of some cases, or of all; report and ledger keep what was found.

    Args:
        workspace: the open workspace.
        by: who checks, and when.
        cases: the households as people name them; all there are when none is named.
        phase: on which occasion; every item there is when not given.
        backup: where the backup's medium is, so that the last backup is read too.
        dry_run: write neither report nor ledger.
        progress: called with the cases done and the cases there are.

    Raises:
        CaseNotFound: E201. WriteFailed: E204. TemplateFault: E303.
    """
    from archivist.preservation.four_nature import run

    numbers = selection.households(workspace, cases) or workspace.archive.case_numbers()
    found = run.check(workspace, numbers, phase=phase, on=by.today, backup=backup, step=progress)
    return _told(workspace, by, found, dry_run=dry_run)


@authorised(Act.VERIFY_RECEIVED)
def check_received(
    workspace: Workspace,
    by: By,
    office: str = "",
    cases: Sequence[str] = (),
    *,
    phase: Phase | None = None,
    backup: Path | None = None,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> FourNatureChecked:
    """Look into the four natures of what the bureau received; what only the office knows is left open.

    Args:
        workspace: the bureau's.
        by: who checks, and when.
        office: the code of an office; all when empty.
        cases: the households as people name them; all that were received when none is named.
        phase: see ``check``.
        backup: see ``check``; of the bureau's own.
        dry_run: write neither report nor ledger.
        progress: called with the cases done and the cases there are.

    Raises:
        CaseNotFound: E201. ArchiveError: E200, nothing was received from that office. IntegrityAlarm: E202, of the bureau's
            ledger. WriteFailed: E204. TemplateFault: E303.
    """
    from archivist.bureau import received_evidence

    found = received_evidence.check_four_natures(
        workspace, office.strip().upper(), selection.households(workspace, cases),
        phase=phase, on=by.today, backup=backup, step=progress,
    )  # fmt: skip
    return _told(workspace, by, found, dry_run=dry_run)


def _told(workspace: Workspace, by: By, found: run.FourNatureReport, *, dry_run: bool) -> FourNatureChecked:
    from archivist.preservation.four_nature import report, run

    files: tuple[Path, ...] = ()
    unrecorded = ""
    if not dry_run:
        try:
            files = report.hand_out(workspace, by, found)
        except (IntegrityAlarm, NewerFormat) as error:
            unrecorded = str(error)
    overall = found.overall
    return FourNatureChecked(
        phase=report.phase_words(found.phase),
        on=found.on,
        conclusion=found.conclusion.value,
        words=run.words(overall),
        natures=tuple(
            NatureCount(t.nature.value, t.total, t.passed, t.failed, t.unchecked) for t in run.tally(overall)
        ),
        items=tuple(map(FourNatureItemView.of, overall)),
        cases=tuple(
            CheckedFourNature(
                str(c.number), c.seq, c.head, c.conclusion.value, tuple(map(FourNatureItemView.of, c.results))
            )
            for c in found.cases
        ),
        files=files,
        unrecorded=unrecorded,
    )
