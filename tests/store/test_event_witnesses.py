"""Of events, manifest and links the one that is wrong is named, wherever it stands in a chain of whatever length."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from archivist.model.event import Event, Op
from archivist.model.ids import GENESIS, Sha256
from archivist.store import bag
from archivist.store.event_witnesses import EventFault, StoredEvent, alike, judge, path_of, seq_of

LONGEST: Final = 9
_DIGEST: Final = re.compile("[0-9a-f]{64}")


def digest(*of: object) -> Sha256:
    return Sha256(hashlib.sha256(repr(of).encode()).hexdigest())


@dataclass
class Witnesses:
    """A chain as it was committed, and the digests its tag manifest lists."""

    found: dict[int, StoredEvent]
    listed: dict[int, Sha256]

    @classmethod
    def of(cls, count: int) -> Witnesses:
        found: dict[int, StoredEvent] = {}
        prev = GENESIS
        for seq in range(1, count + 1):
            event = Event(seq, prev, "", "经办", Op.FACTS_CHANGED, {})
            found[seq] = StoredEvent(digest(seq, prev), event, prev)
            prev = found[seq].digest
        return cls(found, {seq: file.digest for seq, file in found.items()})

    @property
    def text(self) -> str:
        """The tag manifest: the lines of the events stand between those of the other files."""
        lines = [f"{digest('info')}  bag-info.txt", f"{digest('bagit')}  bagit.txt"]
        lines += [f"{self.listed[seq]}  {path_of(seq)}" for seq in sorted(self.listed)]
        return "\n".join([*lines, f"{digest('manifest')}  manifest-sha256.txt", ""])

    def judged(self) -> tuple[int, list[EventFault]]:
        return judge(self.found, self.text.encode())

    def torn(self, cut: list[float]) -> tuple[dict[int, Sha256], str]:
        """Return what can be read of the manifest, and its text, after two pieces of it changed places."""
        one, two, three = sorted(int(share * len(self.text)) for share in cut)
        text = self.text[:one] + self.text[two:three] + self.text[one:two] + self.text[three:]
        lines = bag.readable_lines(text.encode())
        return {seq: line for path, line in lines.items() if (seq := seq_of(path))}, text

    def judged_torn(self, cut: list[float]) -> tuple[int, list[EventFault]]:
        return judge(self.found, self.torn(cut)[1].encode())

    def edit(self, seq: int, *, readable: bool = True) -> Sha256:
        """Let an event say something else; returns its digest."""
        old = self.found[seq]
        event = old.event if readable else None
        self.found[seq] = replace(old, digest=digest("edited", seq), event=event)
        return self.found[seq].digest


lengths = st.integers(1, LONGEST)
places = st.tuples(lengths, st.integers(0, 99)).map(lambda drawn: (drawn[0], 1 + drawn[1] % drawn[0]))
cuts = st.lists(st.floats(0, 1), min_size=3, max_size=3)
before_the_end = st.tuples(st.integers(2, LONGEST), st.integers(0, 99)).map(
    lambda drawn: (drawn[0], 1 + drawn[1] % (drawn[0] - 1))
)


@given(lengths)
def test_nothing_is_said_of_a_chain_that_holds(count: int) -> None:
    whole = Witnesses.of(count)
    assert whole.judged() == (count, [])
    assert judge(whole.found, b"") == (count, [])


@given(places, st.booleans())
def test_an_edited_event_is_named_not_the_next(place: tuple[int, int], readable: bool) -> None:
    """A changed event N must be said of N."""
    count, seq = place
    chain = Witnesses.of(count)
    was = chain.found[seq].digest
    now = chain.edit(seq, readable=readable)
    assert chain.judged() == (count, [EventFault(seq, was, now)])


@given(before_the_end)
def test_an_edited_event_is_named_though_the_manifest_fits_it(place: tuple[int, int]) -> None:
    """What the next event says of it is believed then: that one nobody touched."""
    count, seq = place
    chain = Witnesses.of(count)
    was = chain.found[seq].digest
    chain.listed[seq] = chain.edit(seq)
    assert chain.judged() == (count, [EventFault(seq, was, chain.listed[seq])])


@given(before_the_end)
def test_an_edited_event_is_named_without_any_manifest(place: tuple[int, int]) -> None:
    count, seq = place
    chain = Witnesses.of(count)
    was = chain.found[seq].digest
    now = chain.edit(seq)
    assert judge(chain.found, b"") == (count, [EventFault(seq, was, now)])


@given(places)
def test_a_removed_event_is_missing_and_no_other(place: tuple[int, int]) -> None:
    count, seq = place
    chain = Witnesses.of(count)
    gone = chain.found.pop(seq)
    assert chain.judged() == (count, [EventFault(seq, gone.digest, None)])


@given(places, st.integers(0, 63), st.sampled_from("0123456789abcdefgG\x00"))
def test_a_damaged_line_is_no_fault_of_its_event(place: tuple[int, int], at: int, letter: str) -> None:
    """Two digests that agree in most places are one digest written wrongly."""
    count, seq = place
    chain = Witnesses.of(count)
    line = chain.listed[seq]
    chain.listed[seq] = Sha256(line[:at] + letter + line[at + 1 :])
    assert chain.judged() == (count, [])


@given(lengths, cuts)
def test_pieces_of_the_manifest_that_changed_places_are_no_fault_of_an_event(
    count: int, cut: list[float]
) -> None:
    """What a torn manifest still holds of a digest speaks for its event, wherever it came to stand: of the last too."""
    _, wrong = Witnesses.of(count).judged_torn(cut)
    assert not wrong


@given(places, cuts)
def test_a_torn_manifest_hides_no_edited_event(place: tuple[int, int], cut: list[float]) -> None:
    """「verify names the file that is wrong」: of an event that was changed no piece of a digest stands anywhere."""
    count, seq = place
    chain = Witnesses.of(count)
    chain.edit(seq)
    length, wrong = chain.judged_torn(cut)
    told = seq < length or _DIGEST.fullmatch(chain.torn(cut)[0].get(seq, ""))
    assert [fault.seq for fault in wrong] == ([seq] if told else [])


@given(before_the_end)
def test_a_forged_line_is_no_fault_of_its_event(place: tuple[int, int]) -> None:
    count, seq = place
    chain = Witnesses.of(count)
    chain.listed[seq] = digest("forged")
    assert chain.judged() == (count, [])


@given(places, st.integers(1, 999_999))
def test_a_line_under_another_number_is_no_fault_of_its_event(place: tuple[int, int], other: int) -> None:
    count, seq = place
    chain = Witnesses.of(count)
    line = chain.listed.pop(seq)
    if other > count:
        chain.listed[other] = line
    assert chain.judged() == (count, [])


@given(places, st.integers(2, 99))
def test_a_file_beyond_the_chain_makes_it_no_longer(place: tuple[int, int], beyond: int) -> None:
    """A stray event beyond a gap is one finding."""
    count, seq = place
    chain = Witnesses.of(count)
    chain.found[count + beyond] = chain.found[seq]
    assert chain.judged() == (count, [])
    assert judge(chain.found, b"") == (count, [])


@given(before_the_end)
def test_a_history_written_anew_is_named_from_where_it_begins(place: tuple[int, int]) -> None:
    """All after it fit one another; the manifest remembers how they were."""
    count, seq = place
    chain = Witnesses.of(count)
    prev = chain.found[seq].prev
    for n in range(seq, count + 1):
        chain.found[n] = replace(chain.found[n], digest=digest("anew", n), prev=prev)
        prev = chain.found[n].digest
    faults = [EventFault(n, chain.listed[n], chain.found[n].digest) for n in range(seq, count + 1)]
    assert chain.judged() == (count, faults)


@given(st.integers(1, 10**7))
def test_a_path_is_of_one_event_and_an_event_of_one_path(seq: int) -> None:
    assert seq_of(path_of(seq)) == seq
    assert seq_of(path_of(seq).replace("/", "/0")) is None


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_two_digests_are_alike_only_when_one_is_of_the_other(one: int, other: int) -> None:
    assert alike(digest(one), digest(other)) == (one == other)
