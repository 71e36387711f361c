"""Whether the codes on documents are read from bad scans: both of a page, either of them, for each kind of damage.

Prints the two codes 24 mm wide where our documents carry them, on the plain print of ``tests.reading.pages``, with a seal over
the upper one on every fourth page, and damages the page as ``benchmarks.ocr`` does. Compared: codes without a key
(version 2), with one (version 3), and the longest there can be. Run from the repository's root::

    python -m benchmarks.codes [--seed 1] [--pages 20]
"""

from __future__ import annotations

import argparse
import io
import random
from collections import defaultdict
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from PIL import Image

from archivist.documents.render.qr import qr_png
from archivist.documents.render.render import QR_SIDE_MM
from archivist.model.document_code import DocumentCode, OfficeKey
from archivist.model.ids import CaseNo, Category, RecordNo, record_no
from archivist.reading.barcodes import read_codes
from tests.codes import unkeyed
from tests.reading import pages

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

SIDE_PX: Final = round(QR_SIDE_MM / 25.4 * pages.DPI)
PLACES: Final = ((1860, 90), (330, 3125))
"""Upper left corners, px at 300 dpi."""
LOOKS: Final = ("without key", "with key", "longest")


def payload(look: str, rng: random.Random) -> str:
    """Return the payload of some document."""
    key = OfficeKey.of(rng.randbytes(32))
    if look == "longest":
        number, record = CaseNo("QWERTYUI", Category.DB, 2024, rng.randrange(10**8, 10**9)), 99_999
    else:
        number, record = CaseNo("TJHQ", Category.DB, 2024, rng.randrange(10**6)), rng.randrange(1, 40)
    code = DocumentCode(number, "SQS", RecordNo(record_no(record)))
    return unkeyed(code) if look == "without key" else code.payload(key)


def printed(text: str, sheet: pages.Sheet, *, sealed: bool) -> pages.Sheet:
    """Print both codes on a sheet, and a seal over the upper one."""
    code = Image.open(io.BytesIO(qr_png(text))).resize((SIDE_PX, SIDE_PX), Image.Resampling.NEAREST)
    for place in PLACES:
        sheet.image.paste(code, place)
    if sealed:
        sheet.seal(PLACES[0][0] + SIDE_PX // 2, PLACES[0][1] + SIDE_PX // 2, "某某街道办事处", 200)
    return sheet


def measure(
    seed: int, count: int, looks: Sequence[str] = LOOKS, damages: Collection[str] = pages.DEGRADATIONS.keys()
) -> Mapping[tuple[str, str], tuple[int, int, int]]:
    """Return by damage and look: pages, pages of which either code was read, codes read. A wrong reading raises."""
    found: dict[tuple[str, str], tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    for look in looks:
        rng = random.Random(f"{seed} {look}")
        for number in range(count):
            text = payload(look, rng)
            sheet = printed(text, pages.letter(random.Random(seed * 1000 + number)), sealed=number % 4 == 3)
            for damage in damages:
                spoil = pages.DEGRADATIONS[damage]
                picture = np.asarray(spoil(sheet.image, number + seed).convert("RGB"))
                codes = [c.payload for c in read_codes(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))]
                ours = [c for c in codes if c.startswith(text[:8])]
                if any(c != text for c in ours):
                    raise AssertionError(f"{text} read as {ours}")
                seen, either, both = found[damage, look]
                found[damage, look] = (seen + 1, either + bool(ours), both + len(ours))
    return found


def main() -> None:
    """Measure, print one line for each damage and look."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--pages", type=int, default=20)
    given = options.parse_args()
    print(f"{'damage':16} {'code':12} pages  either code read  codes read")
    for (damage, look), (seen, either, both) in measure(given.seed, given.pages).items():
        print(f"{damage:16} {look:12} {seen:5}  {either / seen:16.1%}  {both / seen / 2:10.1%}")


if __name__ == "__main__":
    main()
