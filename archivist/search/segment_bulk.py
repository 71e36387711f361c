"""Segments of many documents, put together with numpy: a whole batch's grams at once, and lists merged without a loop.

A posting is one number, the rank of its gram above the number of its document, and a batch is its postings, sorted. Lists are
encoded, and those of older segments decoded, a stretch of grams at a time, so that memory follows the stretch and not the index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from archivist.search.postings import BITS, BYTE, GAPS, WIDE, WORD
from archivist.search.segment import Segment
from archivist.search.segment_writing import Added, Output, SegmentFile, write_few, write_texts
from archivist.search.text import HAN, JOINT, JOINT_STEP, JOINTS, OTHER_GRAM, RUN, flowing

Longs = NDArray[np.uint64]
Bytes = NDArray[np.uint8]
Part = tuple[Longs, NDArray[np.int64], Longs]
"""The grams of a stretch, how many documents hold each, and their ids, gram by gram."""
STRETCH: Final = 500_000
"""Bytes of posting lists, about as many postings, that are put together at once."""
_TEXTS: Final = 500
"""Texts whose grams are taken at once."""
_PER_BATCH: Final = 1 << 16
"""More documents, or more different characters, one posting of a batch cannot tell apart."""
_CODES: Final = 0x110000
_OTHER, _HAN = 1, 2
_NUMBER = np.uint64(16)
_NUMBERS = np.uint64((1 << 16) - 1)
"""A posting of a batch is a gram of three ranks, above the number of a document, 16 bits each."""
_SAMPLE: Final = 64
"""One posting of a batch in so many says how large a stretch is."""
_RANK = np.uint64(32)
_LOW = np.uint64((1 << 32) - 1)
assert OTHER_GRAM == 3 and HAN


def write(out: Output, added: Sequence[Added], old: Sequence[Segment]) -> int:
    """Do what ``write_few`` does."""
    batch = None
    if added:
        batch = _Batch.of(added)
        if batch is None:
            return write_few(out, added, old)
    file = SegmentFile(out)
    first = write_texts(file, added, old)
    sources: list[_Batch | _Old] = [_Old(segment) for segment in old]
    if batch is not None:
        sources.append(batch)
    for low, high in pairwise(_stretches(sources)):
        keys, starts, numbers = _together([source.between(low, high) for source in sources], first)
        if len(numbers):
            ends, data = _encoded(starts, numbers)
            file.lists(keys.tolist(), ends.tolist(), data.tobytes())
    return file.close()


def _together(parts: Sequence[Part], first: int) -> tuple[Longs, NDArray[np.int64], NDArray[np.int64]]:
    """Return the grams of a stretch, where the postings of each begin, and the document numbers of all, counted from the first id."""
    if len(parts) == 1:
        keys, counts, ids = parts[0]
        keys, counts = keys[counts > 0], counts[counts > 0]
        return keys, np.cumsum(counts) - counts, (ids - np.uint64(first)).astype(np.int64)
    keys = np.unique(np.concatenate([part[0] for part in parts]))
    postings = np.concatenate(
        [
            np.repeat(np.searchsorted(keys, of).astype(np.uint64) << _RANK, counts) | (ids - np.uint64(first))
            for of, counts, ids in parts
        ]
    )
    postings.sort(kind="stable")  # merges what is sorted already
    ranks = postings >> _RANK
    starts = _changes(ranks)
    return keys[ranks[starts].astype(np.intp)], starts, (postings & _LOW).astype(np.int64)


def _changes(values: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return where in sorted values each one begins."""
    if not len(values):
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))


def _stretches(sources: Sequence[_Batch | _Old]) -> list[int]:
    """Return grams between which lie some ``STRETCH`` bytes of lists; the first is 0 and the last beyond all."""
    keys = np.concatenate([source.keys for source in sources])
    order = np.argsort(keys, kind="stable")
    keys, grown = keys[order], np.cumsum(np.concatenate([source.sizes for source in sources])[order])
    cuts = np.searchsorted(grown, np.arange(STRETCH, grown[-1] if len(grown) else 0, STRETCH))
    return [0, *sorted({int(keys[cut]) for cut in cuts} - {0}), (1 << 63) + 1]


class _Batch:
    """The postings of new documents, sorted, some texts after others.

    A stretch of grams is taken out of each part and put together: so memory is that of the postings and of one stretch.
    """

    def __init__(self, parts: Sequence[Longs], codes: Longs, ids: Longs) -> None:
        self._parts, self._codes, self._ids = parts, codes, ids
        self.keys: Longs = np.sort(
            self._keys_of(np.concatenate([part[::_SAMPLE] for part in parts]) >> _NUMBER)
        )
        self.sizes = np.full(len(self.keys), _SAMPLE, np.int64)

    @classmethod
    def of(cls, added: Sequence[Added]) -> _Batch | None:
        """Take the grams of texts; ``None`` when there are too many texts or different characters."""
        if len(added) >= _PER_BATCH:
            return None
        texts = [
            np.frombuffer(
                "\n".join([*(flowing(one.text) for one in some), ""]).encode("utf-32-le"), np.uint32
            )
            for some in (added[at : at + _TEXTS] for at in range(0, len(added), _TEXTS))
        ]
        seen = np.zeros(_CODES, bool)
        for text in texts:
            seen[text] = True
        kinds, ranks, codes = np.zeros(_CODES, np.uint8), np.zeros(_CODES, np.uint16), [0]
        for code in np.flatnonzero(seen).tolist():
            if match := RUN.fullmatch(chr(code)):
                kinds[code] = _HAN if match[1] else _OTHER
                codes.append(code)
        codes += range(JOINT, JOINT + JOINTS)
        if len(codes) >= _PER_BATCH:
            return None
        ranks[codes[1:]] = np.arange(1, len(codes))
        parts = []
        for number, part in enumerate(texts):
            postings = _grams(part, kinds, ranks, number * _TEXTS)
            postings.sort()
            parts.append(postings[_changes(postings)])
        return cls(parts, np.array(codes, np.uint64), np.array([one.id for one in added], np.uint64))

    def between(self, low: int, high: int) -> Part:
        """Return the grams of a stretch, how many documents hold each, and their ids, gram by gram."""
        bounds = np.array([self._first(low), self._first(high)], np.uint64)
        found = []
        for part in self._parts:
            a, b = np.searchsorted(part, bounds)
            found.append(part[a:b])
        postings = np.concatenate(found)
        postings.sort(kind="stable")  # merges what is sorted already
        grams = postings >> _NUMBER
        starts = _changes(grams)
        counts = np.diff(np.append(starts, len(grams)))
        return self._keys_of(grams[starts]), counts, self._ids[(postings & _NUMBERS).astype(np.intp)]

    def _keys_of(self, grams: Longs) -> Longs:
        """Return grams of ranks as grams of characters."""
        keys = np.zeros(len(grams), np.uint64)
        for shift in (32, 16, 0):
            keys = keys << np.uint64(21) | self._codes[(grams >> np.uint64(shift) & _NUMBERS).astype(np.intp)]
        return keys

    def _first(self, key: int) -> int:
        """Return the least posting of a gram, or of the grams after it."""
        gram, whole = 0, True
        for shift in (42, 21, 0):
            code = key >> shift & ((1 << 21) - 1) if shift < 42 else key >> shift
            rank = int(np.searchsorted(self._codes, np.uint64(code))) if whole else 0
            whole = whole and rank < len(self._codes) and int(self._codes[rank]) == code
            gram = gram << 16 | rank
        return gram << 16


def _grams(codes: NDArray[np.uint32], kinds: Bytes, ranks: NDArray[np.uint16], first: int) -> Longs:
    """Return the postings of some texts, one for each place and each joint: ranks of up to three characters, then the document's number."""
    kind, rank = kinds[codes], ranks[codes]
    number = (np.cumsum(codes == ord("\n"), dtype=np.uint32) + np.uint32(first)).astype(np.uint16)
    goes_on = np.zeros(len(codes), bool)
    goes_on[:-1] = kind[1:] == kind[:-1]
    places = np.flatnonzero(kind)
    on = goes_on[places]
    last = np.flatnonzero(~on[:-1])
    ends, starts = places[last], places[last + 1]
    within = number[ends] == number[starts]
    ends, starts = ends[within], starts[within]
    count = len(places)
    postings = np.zeros((count + len(ends), 4), "<u2")
    postings[:count, 0] = number[places]
    postings[:count, 3] = rank[places]
    seconds = np.flatnonzero(on)
    postings[seconds, 2] = rank[places[seconds] + 1]
    thirds = np.flatnonzero(on[:-1] & on[1:] & (kind[places[:-1]] == _OTHER))
    postings[thirds, 1] = rank[places[thirds] + 2]
    joints = (codes[ends] * np.uint32(JOINT_STEP) + codes[starts]) % np.uint32(JOINTS)
    postings[count:, 0] = number[ends]
    postings[count:, 3] = ranks[joints + np.uint32(JOINT)]
    return postings.view("<u8").ravel().astype(np.uint64, copy=False)


class _Old:
    """The posting lists of a segment there is."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self.keys: Longs = np.array(segment.keys, np.uint64)
        self._starts = np.concatenate([[0], np.array(segment.list_ends, np.int64)])
        self.sizes = np.diff(self._starts)
        self._first = np.uint64(segment.ids[0])
        self._dead = np.zeros(0, bool)
        if segment.deleted:
            self._dead = np.zeros(segment.ids[len(segment.ids) - 1] - segment.ids[0] + 1, bool)
            self._dead[[doc - segment.ids[0] for doc in segment.deleted]] = True

    def between(self, low: int, high: int) -> Part:
        """Return the grams of a stretch, how many living documents hold each, and their ids, gram by gram."""
        a, b = np.searchsorted(self.keys, np.array([low, high], np.uint64)).tolist()
        starts = self._starts[a : b + 1]
        data = np.frombuffer(self._segment.lists_between(int(starts[0]), int(starts[-1])), np.uint8)
        of, numbers = _decoded(data, starts - starts[0])
        if len(self._dead):
            lives = ~self._dead[numbers]
            of, numbers = of[lives], numbers[lives]
        return self.keys[a:b], np.bincount(of, minlength=b - a), numbers.astype(np.uint64) + self._first


def _decoded(data: Bytes, starts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which list, ascending, and which document number each posting is of.

    Args:
        data: posting lists one after another.
        starts: where each begins, and the end of the last.
    """
    lengths = np.diff(starts)
    kinds = data[starts[:-1]] if len(lengths) else data
    found = [
        part
        for kind in (GAPS, WIDE)
        for part in _decoded_gaps(data, starts, np.flatnonzero(kinds == kind), kind)
    ]
    for which in np.flatnonzero(kinds == BITS).tolist():
        bits = np.unpackbits(data[starts[which] + 1 : starts[which + 1]], bitorder="little")
        numbers = np.flatnonzero(bits)
        found.append((np.full(len(numbers), which), numbers))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    of, numbers = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(of, kind="stable")
    return of[order], numbers[order]


def _decoded_gaps(
    data: Bytes, starts: NDArray[np.int64], lists: NDArray[np.int64], kind: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    if not len(lists):
        return
    width, skip = (1, BYTE) if kind == GAPS else (2, WORD)
    counts = (starts[lists + 1] - starts[lists] - 1) // width
    before = np.cumsum(counts) - counts
    at = np.repeat(starts[lists] + 1 - before * width, counts) + np.arange(counts.sum()) * width
    values = data[at].astype(np.int64)
    if kind == WIDE:
        values |= data[at + 1].astype(np.int64) << 8
    steps = np.cumsum(np.where(values == 0, skip, values))
    base = steps[before] - np.where(values[before] == 0, skip, values[before])
    numbers = steps - np.repeat(base, counts) - 1
    is_document = values != 0
    yield np.repeat(lists, counts)[is_document], numbers[is_document]


def _encoded(starts: NDArray[np.int64], numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], Bytes]:
    """Return where each list ends, and the lists, of the document numbers of lists, each of which begins at a start.

    Most gaps fit one unit: what more a far one takes is worked out for those alone.
    """
    counts = np.diff(np.append(starts, len(numbers)))
    gaps = np.empty_like(numbers)
    gaps[1:] = numbers[1:] - numbers[:-1]
    gaps[starts] = numbers[starts] + 1
    far = np.flatnonzero(gaps > BYTE)
    of = np.searchsorted(starts, far, side="right") - 1
    narrow, wide = (
        counts + np.bincount(of, (gaps[far] - 1) // skip, len(starts)).astype(np.int64)
        for skip in (BYTE, WORD)
    )
    sizes = np.stack([narrow, 2 * wide, (numbers[starts + counts - 1] >> 3) + 1])
    kinds = np.where(
        sizes[BITS] < np.minimum(sizes[GAPS], sizes[WIDE]),
        BITS,
        np.where(sizes[GAPS] <= sizes[WIDE], GAPS, WIDE),
    )
    lengths = 1 + np.choose(kinds, sizes)
    ends = np.cumsum(lengths)
    heads = ends - lengths
    data = np.zeros(int(ends[-1]), np.uint8)
    data[heads] = kinds
    kind_of = np.repeat(kinds.astype(np.uint8), counts)
    for kind, skip, width in ((GAPS, BYTE, 1), (WIDE, WORD, 2)):
        lists = np.flatnonzero(kinds == kind)
        if not len(lists):
            continue
        values = gaps[kind_of == kind]
        units = np.ones(len(values), np.int64)
        far = np.flatnonzero(values > skip)
        skips = (values[far] - 1) // skip
        units[far] += skips
        values[far] -= skips * skip
        before = np.cumsum(units) - 1
        firsts = np.cumsum(counts[lists]) - counts[lists]
        begin = heads[lists] + 1 - width * (before[firsts] + 1 - units[firsts])
        at = np.repeat(begin, counts[lists]) + before * width
        data[at] = values & 0xFF
        if width == 2:
            data[at + 1] = values >> 8
    for which in np.flatnonzero(kinds == BITS).tolist():
        of_list = numbers[starts[which] : starts[which] + counts[which]]
        bits = np.zeros(int(of_list[-1]) + 1, np.uint8)
        bits[of_list] = 1
        data[heads[which] + 1 : ends[which]] = np.packbits(bits, bitorder="little")
    return ends, data
