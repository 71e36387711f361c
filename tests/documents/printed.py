"""Every paper as an office prints it: of each type, under each pack, for three households, the largest with the longest names.

The office of the largest household bears the longest name a township's government has: its county is the one whose name is the
longest of all. What a pack prints as the nation does is not made again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from archivist.documents.render.visible_words import wanted_words
from tests.documents.samples import CATALOGUE, CONFIG, HOUSEHOLDS, QR, SETTING, Sample, Setting
from tests.documents.types.every import NAMES, made_for

COUNTY: Final = "双江拉祜族佤族布朗族傣族自治县"
LONGEST: Final = replace(
    CONFIG,
    office=replace(
        CONFIG.office,
        name=f"{COUNTY}邦丙乡人民政府",
        district=COUNTY,
        bureau=f"{COUNTY}民政局",
        review_authority=f"{COUNTY}人民政府",
        court=f"{COUNTY}人民法院",
        verification_agency=f"{COUNTY}居民家庭经济状况核对中心",
        agency_sign="双邦乡救字",
        address=f"{COUNTY}邦丙乡邦丙村委会大寨二组十八号便民服务中心二层社会救助窗口",
    ),
)


@dataclass(frozen=True)
class PrintedPaper:
    """One paper, finished.

    Attributes:
        name: the type, the pack and the household, for a file.
        code: what its two codes say; a register has none.
        wanted: what must be seen on its pages: every paragraph, the mandatory phrases among them.
    """

    name: str
    data: bytes
    code: str | None
    wanted: Sequence[str]


NATION: Final = "national"


def papers_of(pack: str, names: Sequence[str]) -> tuple[list[PrintedPaper], list[PrintedPaper]]:
    """Return the papers of a pack that are to be looked at, and those that are the nation's, byte for byte."""
    if pack == NATION:
        return list(papers(pack, names)), []
    known = {paper.name.replace(f"-{NATION}-", f"-{pack}-"): paper.data for paper in papers(NATION, names)}
    own: list[PrintedPaper] = []
    same: list[PrintedPaper] = []
    for paper in papers(pack, names):
        (same if known.get(paper.name) == paper.data else own).append(paper)
    return own, same


def papers(pack: str, names: Sequence[str] = NAMES) -> Iterator[PrintedPaper]:
    """Yield the papers of a pack for the three households."""
    for name in names:
        document = CATALOGUE.get(name)
        if document.packs and pack not in document.packs:
            continue
        for household in HOUSEHOLDS:
            token = SETTING.set(Setting(LONGEST if household == "large" else CONFIG, pack))
            try:
                made = made_for(name, household)
                code = QR if isinstance(made, Sample) else None
                data = made.data
                wanted = wanted_words(data, made.document.phrases)
                yield PrintedPaper(f"{name}-{pack}-{household}", data, code, wanted)
            finally:
                SETTING.reset(token)
