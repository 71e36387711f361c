"""Which required papers a household lacks while it is decided upon: what a list of all households says of each."""

from __future__ import annotations

from archivist.model.case import Case
from archivist.rules.completeness import required_papers
from archivist.rules.completeness.run import stage_of
from archivist.rules.pack import Pack
from archivist.rules.rule import Stage


def lacking(case: Case, pack: Pack) -> list[int]:
    """Return the places in the pack's materials of those that ``required_papers.absent`` names; none once it was decided upon."""
    if stage_of(case) is not Stage.ACCEPTANCE:
        return []
    there = {id(material): place for place, material in enumerate(pack.materials)}
    return [there[id(material)] for material in required_papers.absent(case, pack)]
