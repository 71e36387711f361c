"""The tests that rows of ``checks.toml`` name with their arguments and the sentence each rests on.

Each is a pure function of a ``Dossier`` and says what is wrong, apart from it what it could not find out, and at what it
looked; see ``paper_checks`` and ``procedure_checks``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from archivist.rules.completeness import paper_checks, procedure_checks
from archivist.rules.completeness.dossier import TestOutcome

Test = Callable[..., TestOutcome]
TESTS: Final[Mapping[str, Test]] = MappingProxyType(
    {
        "materials": paper_checks.materials,
        "authorised": paper_checks.authorised,
        "later": paper_checks.later,
        "signed": paper_checks.signed,
        "path": paper_checks.path,
        "records": paper_checks.records,
        "dates": procedure_checks.dates,
        "publicity": procedure_checks.publicity,
        "photos": procedure_checks.photos,
        "team": procedure_checks.team,
        "remedies": paper_checks.remedies_told,
        "apart": procedure_checks.apart,
        "yearly": paper_checks.yearly,
        "consistent": paper_checks.consistent,
        "hearing": procedure_checks.heard,
        "payment": procedure_checks.payment,
        "exceptional": procedure_checks.exceptional,
    }
)
"""Name in ``checks.toml`` → test."""
