"""Every generated document for three households: one way to the samples of each kind.

Registers go over sixty households, three, and one; the minutes of a meeting over thirty, two, and one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from archivist.doctypes.ids import DocumentId
from archivist.report import REGISTERS, Compiled, minutes
from tests.documents import samples
from tests.documents.samples import CATALOGUE, HOUSEHOLDS, ON, Sample
from tests.documents.types import (
    archive_samples,
    deciding_samples,
    governance_samples,
    inquiry_samples,
    intake_samples,
    statute_samples,
    upkeep_samples,
)
from tests.report.samples import Printed, asked, built, houses, minuted

NAMES: Final = tuple(d.id for d in CATALOGUE.generated() if d.template is not None)
_SAMPLES: Final[Mapping[str, Callable[[str, str], Sample]]] = {
    **dict.fromkeys((*samples.TEN, *samples.NEW), samples.sample),
    **dict.fromkeys(intake_samples.NAMES, intake_samples.sample),
    **dict.fromkeys(inquiry_samples.NAMES, inquiry_samples.sample),
    **dict.fromkeys(deciding_samples.NAMES, deciding_samples.sample),
    **dict.fromkeys(upkeep_samples.NAMES, upkeep_samples.sample),
    **dict.fromkeys(statute_samples.NAMES, statute_samples.sample),
    **dict.fromkeys(governance_samples.NAMES, governance_samples.sample),
    **dict.fromkeys((*archive_samples.NAMES, "separator_sheet"), archive_samples.sample),
}
_GROUPS: Final = {"ordinary": 1, "large": 20, "minimal": 1}
_MINUTED: Final = {"ordinary": 2, "large": 30, "minimal": 1}


@cache
def paper(name: str, household: str) -> Sample | Printed:
    """Return a document as it is filled in for one of ``HOUSEHOLDS``, made once."""
    return made_for(name, household)


def made_for(name: str, household: str) -> Sample | Printed:
    """Return the same, made now, in the setting there is (``samples.SETTING``)."""
    assert household in HOUSEHOLDS
    if name == DocumentId.MINUTES_ORIGINAL:
        return _minutes(household)
    if name in REGISTERS and name not in archive_samples.NAMES:
        return _register(name, household)
    return _SAMPLES[name](name, household)


def _register(name: str, household: str) -> Printed:
    wanted = CATALOGUE.get(name).categories
    found = tuple(
        h for h in houses(_GROUPS[household], name, longest=household == "large") if h.case.category in wanted
    )
    return built(name, Compiled(found[:1] if household == "minimal" else found))


def _minutes(household: str) -> Printed:
    ((_, one),) = minutes.meetings(asked(*(minuted(n + 1) for n in range(_MINUTED[household]))))
    return Printed(CATALOGUE.get(DocumentId.MINUTES_ORIGINAL), minutes.minutes_original(one), on=ON)
