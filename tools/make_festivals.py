"""Write ``archivist/rules/festivals.tsv``: the days of the festivals that the moon or the sun sets, year by year.

They are computed by ``holidays`` (GB/T 33661-2017 sets the calendar); the program itself only reads the table.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from holidays import country_holidays

YEARS: Final = range(2008, 2100)
NAMES: Final = ("春节", "清明节", "端午节", "中秋节")
TARGET: Final = Path(__file__).parents[1] / "archivist" / "rules" / "festivals.tsv"


def rows() -> list[tuple[str, ...]]:
    """Return year, first day of the first month, 清明, 端午, 中秋; days as ``MM-DD``."""
    found = []
    for year in YEARS:
        days = country_holidays("CN", years=[year], language="zh_CN", observed=False)
        first = [min(d for d, names in days.items() if name in names.split("; ")) for name in NAMES]
        found.append((str(year), *(f"{day:%m-%d}" for day in first)))
    return found


def main() -> None:
    """Write the table."""
    lines = ["\t".join(("年", *NAMES)), *("\t".join(row) for row in rows())]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
