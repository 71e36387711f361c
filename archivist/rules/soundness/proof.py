"""Everything that is wrong with a pack as a whole."""

from __future__ import annotations

import datetime as dt

from archivist.doctypes.catalogue import Catalogue
from archivist.rules.pack import Pack
from archivist.rules.soundness import (
    agreement,
    guard_rules,
    limits,
    papers,
    procedure,
    references,
    series,
    usage,
)
from archivist.rules.soundness.days import turning_days


def faults(pack: Pack, catalogue: Catalogue, on: dt.date) -> list[str]:
    """Return everything that is wrong with a pack as a whole, each with its row; empty when it is sound.

    Args:
        pack: a pack whose rows could all be read.
        catalogue: the document types.
        on: a day that is looked at besides those on which the rows change.
    """
    days = turning_days(pack, on)
    found = [
        *references.faults(pack, catalogue),
        *series.faults(pack),
        *agreement.faults(pack, days),
        *usage.faults(pack),
        *guard_rules.faults(pack, days),
        *limits.faults(pack, days),
        *papers.faults(pack, catalogue, days),
        *procedure.faults(pack, days),
    ]
    return list(dict.fromkeys(found))
