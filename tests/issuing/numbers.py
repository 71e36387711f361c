"""What must hold of the reference numbers of an office, whatever was done."""

from __future__ import annotations

from collections.abc import Sequence

from archivist.issuing.number_series import NumberLine, NumberSeries, NumberState, series
from archivist.model.reference_numbers import sequence_of
from archivist.workspace import Workspace
from tests.kit import BY


def all_explained(workspace: Workspace) -> NumberSeries:
    """Check that the series of each year is unbroken: every number is borne by one document, or vacant and says why."""
    found = series(workspace)
    assert not found.unread and not found.repeated and not found.unexplained
    assert all(line.reason for line in found.lines if line.state in (NumberState.VACANT, NumberState.VOID))
    assert all(line.state is not NumberState.IN_PROGRESS for line in found.lines)
    for year in {line.year for line in found.lines}:
        all_in_order([line for line in found.lines if line.year == year and line.number])
    assert not list(workspace.archive.runs.folder.glob("*")), "a run that ended left its file"
    return found


def all_in_order(lines: Sequence[NumberLine]) -> None:
    """Check that the sequence's own numbers of a year leave no gap but those given by hand."""
    own = {line.number or 0 for line in lines if not line.by_hand}
    taken, last = {line.number or 0 for line in lines}, max(own, default=0)
    assert {n for n in taken if n <= last} == set(range(1, last + 1)), sorted(taken)


def lose(workspace: Workspace, count: int) -> None:
    """Take numbers of 2024 as a program did that knew no runs, and died."""
    with workspace.archive.writing("经办"):
        workspace.archive.ledgers.allocate(sequence_of("红样救字"), 2024, count, {}, workspace.stamp(BY))
