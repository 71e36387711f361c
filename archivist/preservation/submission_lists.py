"""The lists a submission carries of the whole office: heads, destroyed files, expunged records. No name stands in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from archivist.model.bag_head import BagHead
from archivist.model.expunged_records import ExpungedRecord
from archivist.preservation import seal
from archivist.preservation import submission_format as form
from archivist.preservation.submission_parts import Tables


def tables(heads: Iterable[BagHead], expunged: Iterable[tuple[str, ExpungedRecord]]) -> Tables:
    """Return the lists.

    Args:
        heads: of every bag there is.
        expunged: records that were taken out of their files, each with its household.
    """
    lines = [
        f"{case}\t{one.record.no}\t{one.why.value}\t{dt.datetime.fromisoformat(one.at).date()}\n"
        for case, one in expunged
    ]
    return Tables(seal.encode(heads), expunged=(form.EXPUNGED_COLUMNS + "".join(lines)).encode())
