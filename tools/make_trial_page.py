"""Draws the page that the reading process is tried with (``archivist/reading/reader_trial.py``). Needs the Noto CJK fonts."""

from __future__ import annotations

from PIL import Image, ImageDraw

from archivist.reading.reader_trial import TRIAL_CODE, TRIAL_LINE, TRIAL_PAGE
from tests.reading.pages import code_picture, font


def main() -> None:
    """Draw it anew."""
    page = Image.new("L", (900, 420), 255)
    ImageDraw.Draw(page).text((60, 60), TRIAL_LINE, font=font("serif", 64), fill=0)
    page.paste(code_picture(TRIAL_CODE, 6), (560, 180))
    page.convert("1").save(TRIAL_PAGE, optimize=True)


if __name__ == "__main__":
    main()
