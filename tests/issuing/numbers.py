"""What must hold of the reference numbers of an office, whatever was done."""

from __future__ import annotations

from archivist.issuing.number_series import NumberSeries, NumberState, series
from archivist.workspace import Workspace


def all_explained(workspace: Workspace) -> NumberSeries:
    """Check that the series of each year is unbroken: every number is borne by one document, or vacant and says why."""
    found = series(workspace)
    assert not found.unread and not found.repeated and not found.unexplained
    assert all(line.reason for line in found.lines if line.state in (NumberState.VACANT, NumberState.VOID))
    assert all(line.state is not NumberState.IN_PROGRESS for line in found.lines)
    for year in {line.year for line in found.lines}:
        own = [line.number for line in found.lines if line.year == year and not line.by_hand and line.number]
        assert own == list(range(1, len(own) + 1)), f"the numbers of {year} are {own}"
    assert not list(workspace.archive.runs.folder.glob("*")), "a run that ended left its file"
    return found
