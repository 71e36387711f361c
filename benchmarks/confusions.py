"""Which characters our own reading takes for which: the table by which a search that finds nothing is helped.

Draws pages of common characters and of the characters of names, damages them as old copies are damaged, reads them with the
product's recogniser, and counts what came out instead of what was printed. Prints pairs, the commonest first. Run from
the repository's root::

    python -m benchmarks.confusions [--seed 1] [--pages 24]

Only characters that stand alone between two that were read rightly are counted, so that a line lost or a row out of order
makes no pair.
"""

from __future__ import annotations

import argparse
import os
import random
from collections import Counter
from collections.abc import Iterator

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np
from PIL import Image

from archivist.model.chinese import is_han
from archivist.reading import ocr
from archivist.reading.child_process import Limits
from archivist.search.text import normal
from tests.reading import pages

ROWS, COLUMNS = 44, 38
NAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕单仇解区查"
    "伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红娥玲芬燕彩春菊凤洁梅琳素云莲真环雪荣爱妹香月蓝曰接结末未己已"
)


def drawn(rng: random.Random) -> tuple[Image.Image, list[str]]:
    """Return a page of common characters, four in a word, and its rows."""
    common = [bytes([a, b]).decode("gb2312", "ignore") for a in range(0xB0, 0xD7) for b in range(0xA1, 0xFF)]
    letters = [c for c in common if c]
    sheet, rows = pages.Sheet(), []
    for row in range(ROWS):
        text = "".join(rng.choice(NAMES if rng.random() < 0.4 else letters) for _ in range(COLUMNS))
        sheet.write(200, 220 + row * 72, text, size=rng.choice((9, 10.5, 12)))
        rows.append(text)
    return sheet.image, rows


def spoilt(image: Image.Image, rng: random.Random) -> Image.Image:
    """Return a page as a bad copy shows it: few dots, blurred, noisy, pale."""
    dots = rng.choice((80, 95, 110, 130))
    small = image.convert("L").resize(
        (image.width * dots // 300, image.height * dots // 300), Image.Resampling.BILINEAR
    )
    grains = np.asarray(small, np.float32) + np.random.default_rng(rng.randrange(2**32)).normal(
        0, 14, small.size[::-1]
    )
    return Image.fromarray(grains.clip(0, 255).astype(np.uint8)).resize(image.size, Image.Resampling.BICUBIC)


def slips(printed: str, read: str) -> Iterator[tuple[str, str]]:
    """Yield what was printed and what was read instead, where the neighbours on both sides are right."""
    if len(printed) != len(read):
        return
    for at in range(1, len(printed) - 1):
        before, after = printed[at - 1] == read[at - 1], printed[at + 1] == read[at + 1]
        if printed[at] != read[at] and before and after and is_han(printed[at]) and is_han(read[at]):
            yield printed[at], read[at]


def main() -> None:
    """Draw, damage, read, count."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--pages", type=int, default=24)
    given = options.parse_args()
    rng, engine = random.Random(given.seed), ocr.OcrEngine(Limits().page_cpu_s)
    pairs: Counter[tuple[str, str]] = Counter()
    characters = 0
    for _ in range(given.pages):
        image, rows = drawn(rng)
        picture = cv2.cvtColor(np.asarray(spoilt(image, rng).convert("RGB")), cv2.COLOR_RGB2BGR)
        found = [normal(row) for row in engine.read(picture).text.splitlines()]
        for row in map(normal, rows):
            best = min(found, key=lambda other: pages.distance(row, other), default="")
            characters += len(row)
            pairs.update(slips(row, best))
    print(f"{given.pages} pages, {characters} characters, {pairs.total()} slips, {len(pairs)} pairs")
    for (printed, read), count in pairs.most_common():
        print(f"{printed}{read} {count}")


if __name__ == "__main__":
    main()
