"""The lists a submission carries of the whole office: heads, destroyed files, expunged records. No name stands in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from archivist.model.bag_head import BagHead
from archivist.model.expunged_records import ExpungedRecord
from archivist.model.tombstone import Tombstone
from archivist.preservation import seal
from archivist.preservation import submission_format as form
from archivist.preservation.submission_parts import Tables


def tables(
    heads: Iterable[BagHead],
    destroyed: Iterable[Tombstone],
    expunged: Iterable[tuple[str, ExpungedRecord]],
) -> Tables:
    """Return the lists.

    Args:
        heads: of every bag there is.
        destroyed: the cases that were destroyed by the rules; their last heads stand among the others.
        expunged: records that were taken out of their files, each with its household.
    """
    stones = sorted(destroyed, key=lambda stone: stone.case)
    gone = [f"{s.case}\t{s.disposal}\t{s.head.seq}\t{s.head.head}\t{s.destroyed_at[:10]}\n" for s in stones]
    lines = [
        f"{case}\t{one.record.no}\t{one.why.value}\t{dt.datetime.fromisoformat(one.at).date()}\n"
        for case, one in expunged
    ]
    return Tables(
        seal.encode([*heads, *(stone.head for stone in stones)]),
        (form.DESTROYED_COLUMNS + "".join(gone)).encode(),
        (form.EXPUNGED_COLUMNS + "".join(lines)).encode(),
    )
