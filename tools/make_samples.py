"""Draw the sample pages that ``archivist demo`` files, and write them to ``archivist/cli/demo/samples/``.

Run it after a change of the pages or of ``households.toml``::

    PYTHONPATH=. python tools/make_samples.py

It needs a Chinese font (Debian: ``fonts-noto-cjk``, and ``fonts-arphic-gkai00mp`` for what is written by hand); the
demo itself needs none. The same fonts and the same Pillow give the same files.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

from PIL import Image

from archivist.model.facts import Facts, parse_facts
from tools.sample_pages import PAGES, Page
from tools.sample_pages.sheet import DPI, GLYPHS, Sheet, fonts_used, glyphs, seal

SAMPLES = Path(__file__).resolve().parent.parent / "archivist" / "cli" / "demo" / "samples"
LIMIT_BYTES = 3_000_000


def main() -> None:
    """Draw everything."""
    parser = argparse.ArgumentParser(description="画 archivist demo 用的样本页")
    parser.add_argument("--out", type=Path, default=SAMPLES, help="写到哪个文件夹")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    households = read_households()
    pages = [write_page(page, page.draw(households), out) for page in PAGES]
    seal().quantize(8).save(out / "seal.png", optimize=True)
    glyphs().quantize(4).save(out / "glyphs.png", optimize=True)
    facts = {"dpi": DPI, "glyphs": GLYPHS, "fonts": fonts_used(), "pages": pages}
    text = json.dumps(facts, ensure_ascii=False, indent=1) + "\n"
    (out / "samples.json").write_text(text, encoding="utf-8", newline="\n")
    total = sum(f.stat().st_size for f in out.iterdir() if f.is_file())
    sys.stdout.write(f"{len(pages)} 页，共 {total / 1000:.0f} kB\n")
    if total > LIMIT_BYTES:
        raise SystemExit(f"样本超过 {LIMIT_BYTES / 1e6:.0f} MB，请减少颜色或分辨率")


def read_households() -> dict[str, Facts]:
    """Read the facts of every household, by its key."""
    with (SAMPLES / "households.toml").open("rb") as file:
        raw: dict[str, Any] = tomllib.load(file)
    return {h["key"]: parse_facts(h["facts"]) for h in raw["households"]}


def write_page(page: Page, sheet: Sheet, out: Path) -> dict[str, Any]:
    """Store one page with few colours; return its entry of ``samples.json``."""
    name = f"{page.file}.png"
    few = sheet.image.quantize(page.colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(out / name, optimize=True, dpi=(DPI, DPI))
    return {
        "file": name,
        "household": page.household,
        "document": page.document,
        "title": page.title,
        "text": sheet.text,
        "places": {what: [p.plain() for p in places] for what, places in sorted(sheet.places.items())},
    }


if __name__ == "__main__":
    main()
