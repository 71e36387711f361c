"""What is on file of one household, as far as a page can agree with it or contradict it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cached_property

from archivist.ingest.matching.address import parse_address, stands_in
from archivist.ingest.matching.evidence import squeeze
from archivist.ingest.matching.pages import PageEvidence, SeenId
from archivist.model.case import Case
from archivist.model.fact_paths import FactPath
from archivist.model.facts import Part, Row, people
from archivist.model.household import birth_date


class Household:
    """The people of one case: applicant, agent, members, those who owe support."""

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Everybody in its facts, and who died or left: a death certificate is of somebody who belongs to it no more."""
        return tuple(row for _, row in self.case.people())

    @cached_property
    def names(self) -> frozenset[str]:
        """Their names, and that of its account's holder, as pages are searched for them."""
        holder = squeeze(str(self.case.fact(FactPath.ACCOUNT_HOLDER) or ""))
        return frozenset({*(squeeze(str(row["name"])) for row in self.rows), holder} - {""})

    def has_name(self, name: str, page: PageEvidence) -> bool:
        """Tell whether somebody here has this name, in the form it has on the page."""
        return name in self.names or any(p.name == name and p.case == self.case.number for p in page.people)

    def named_on(self, page: PageEvidence) -> bool:
        """Tell whether the name of somebody here stands on the page for itself."""
        return any(p.case == self.case.number for p in page.people)

    def has_number(self, seen: SeenId) -> bool:
        """Tell whether an ID number is somebody's here."""
        return self.case.number in seen.owners or bool(self.owner_of(seen.number))

    def owner_of(self, number: str) -> str:
        """Return the name of whoever here has this number; empty when nobody has."""
        return next((squeeze(str(r["name"])) for r in self.rows if str(r.get("id_number", "")) == number), "")

    def is_on(self, page: PageEvidence) -> bool:
        """Tell whether the page names somebody here, by number or name."""
        return self.named_on(page) or any(map(self.has_number, page.ids))

    def lives(self, name: str, page: PageEvidence) -> bool:
        """Tell whether the whole address of somebody of this name stands on the page; members live with the applicant."""
        return any(
            stands_in(parse_address(address), page.words.lines)
            for row in self._called(name)
            for address in _addresses(row) | (self._shared if row in self._members else set())
        )

    @cached_property
    def _members(self) -> tuple[Row, ...]:
        """The members who live with the applicant, as all do of whom nothing else is said."""
        return tuple(
            row
            for part, row in people(self.case.facts)
            if part is Part.MEMBER and row.get("living_together") is not False
        )

    @cached_property
    def _shared(self) -> set[str]:
        """The applicant's addresses."""
        return {a for part, row in people(self.case.facts) if part is Part.APPLICANT for a in _addresses(row)}

    def born(self, name: str, page: PageEvidence) -> bool:
        """Tell whether the birth date of somebody of this name stands on the page."""
        return bool(page.births & self._births(name))

    def contradicts_birth(self, name: str, page: PageEvidence) -> bool:
        """Tell whether the page says birth dates, and none is of anybody here who has this name."""
        own = self._births(name)
        dates = {date for _, date in page.labelled_births}
        return bool(own and dates) and not dates & own

    def may_be_born(self, name: str, date: dt.date) -> bool:
        """Tell whether somebody here of this name was born that day, or nobody knows when."""
        own = self._births(name)
        return date in own or (not own and name in self.names)

    def _births(self, name: str) -> frozenset[dt.date]:
        dates = (birth_date(row) for row in self._called(name))
        return frozenset(date for date in dates if date)

    def _called(self, name: str) -> Iterator[Row]:
        return (
            row for row in self.rows if squeeze(str(row["name"])).replace("·", "") == name.replace("·", "")
        )


def _addresses(row: Row) -> set[str]:
    return {str(row.get(key) or "") for key in ("address", "household_address")} - {""}
