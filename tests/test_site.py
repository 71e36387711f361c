"""The documentation as a site: strict, whole, and asking nobody for anything; its pages that are made of data."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pytest

from archivist.cli.main import COMMANDS
from tools import licences

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = ROOT / "docs"


def build(source: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """Build the site of a folder that holds ``mkdocs.yml``."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(out)],
        cwd=source,
        env={"PATH": "/usr/bin:/bin", "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    done = build(ROOT, out)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


class Fetched(HTMLParser):
    """What a browser fetches by itself when a page is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag in ("script", "img", "iframe", "source", "embed") and told.get("src"):
            self.addresses.append(str(told["src"]))
        if tag == "link" and told.get("rel") != "canonical":
            self.addresses.append(str(told.get("href")))


def test_nothing_is_fetched_from_a_network(site: Path) -> None:
    """«it needs nothing from the net when read»: no page, style sheet or script asks another machine; what is asked for is there."""
    pages = list(site.rglob("*.html"))
    assert len(pages) > 30
    for page in pages:
        fetched = Fetched()
        fetched.feed(page.read_text(encoding="utf-8"))
        assert len(fetched.addresses) > 3
        for address in fetched.addresses:
            assert not re.match(r"(\w+:)?//", address), f"{page.name}: {address}"
            if page.name != "404.html":  # asks from the root of a server
                assert (page.parent / unquote(address.split("?")[0].split("#")[0])).exists(), (
                    f"{page.name}: {address}"
                )
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\([\"']?(\w+:)?//|@import", sheet.read_text(encoding="utf-8")), sheet
    assert "var __index" in (site / "search/search_index.js").read_text(encoding="utf-8")[:20]


def test_every_page_is_on_the_site(site: Path) -> None:
    for page in PAGES.glob("*.md"):
        assert (site / f"{page.stem}.html").exists(), page
    assert (site / "HACKING.html").exists() and (site / "examples/一户一生.html").exists()
    assert 'href="../formats.html"' in (site / "examples/一户一生.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("spoilt", "named"),
    [("[x](is-not-there.md)", "is-not-there.md"), ("[x](clerk-guide.md#is-not-there)", "is-not-there"), ("[x](/etc/passwd)", "/etc/passwd")],
)  # fmt: skip
def test_a_broken_link_fails(tmp_path: Path, spoilt: str, named: str) -> None:
    """«strict build (broken links fail)»."""
    for name in ("docs", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in (
        "mkdocs.yml",
        "HACKING.md",
        "CHANGELOG.md",
        "tools/site_hooks.py",
        "tools/site_assets/iframe-worker.js",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    with (tmp_path / "docs/leader.md").open("a", encoding="utf-8") as page:
        page.write(f"\n{spoilt}\n")
    done = build(tmp_path, tmp_path / "site")
    assert done.returncode == 1 and named in done.stdout + done.stderr


# ── pages made of data ───────────────────────────────────────────────────────────────────────────────────
def section(pack: str) -> str:
    return (PAGES / "calendar.md").read_text(encoding="utf-8").split(f"（`{pack}`）")[1].split("\n## ")[0]


def month(pack: str, name: str) -> str:
    return next((line for line in section(pack).splitlines() if line.startswith(f"| {name} |")), "")


def test_the_calendar_says_when() -> None:
    """晋城「按季度」「于季度末之后15日内」: January, April, July, October; 佳木斯「6月30日、12月31日前」; 红桥「每月25日前」."""
    for quarter in ("1月", "4月", "7月", "10月"):
        assert "按季度报送新增对象档案电子版（15日前，报上季度的）" in month(
            "shanxi-jincheng-chengqu", quarter
        )
    assert not month("shanxi-jincheng-chengqu", "2月")
    assert [
        n
        for n in range(1, 13)
        if "年度复核" in month("shanxi-jincheng-chengqu", f"{n}月").replace("年度复核档案", "")
    ] == [7, 8, 9]
    assert "报送半年工作总结（30日前）" in month("heilongjiang-jiamusi", "6月")
    assert "报送全年工作总结（31日前）" in month("heilongjiang-jiamusi", "12月")
    assert "| 25日前 | 花名册、月报表报区民政局备案" in section("tianjin-hongqiao")


def test_no_row_that_returns_is_left_out() -> None:
    """Every row of a pack whose unit is of the calendar stands on the page; read from the packs as files."""
    for path in (ROOT / "archivist/rules/packs").glob("*/*.toml"):
        for row in tomllib.loads(path.read_text(encoding="utf-8")).get("rule", []):
            if row.get("unit") in ("周期", "每年某日", "季末", "季度内", "当月日"):
                assert row["title"] in section(path.parent.name), (path.parent.name, row["id"])


def test_every_package_has_its_licence() -> None:
    """«licences of all dependencies …, including transitive»; a new one: `make docs`."""
    rows = (PAGES / "licences.md").read_text(encoding="utf-8").splitlines()
    told = {
        cells[1].strip(" `"): cells[2].strip()
        for row in rows
        if (cells := row.split("|"))[0] == "" and len(cells) == 6
    }
    wanted = set(licences.closure())
    assert wanted <= set(told), wanted - set(told)
    assert len(told) > 100 and all(told.values())
    shipped = {name for name, (where, _) in licences.closure().items() if "运行" in where}
    for name in shipped:
        assert not re.search(r"(?<!L)GPL", told[name]), f"{name}: {told[name]}"
        assert told[name] != licences.UNKNOWN, name


def test_what_the_leader_is_told_to_type_exists() -> None:
    """«A leader's page (…, one page, Chinese)»; its commands and those of upgrading are commands."""
    leader = (PAGES / "leader.md").read_text(encoding="utf-8")
    assert len(leader) < 2500
    for name in ("leader.md", "upgrade.md"):
        found = re.findall(r"`archivist ([a-z]+)", (PAGES / name).read_text(encoding="utf-8"))
        assert len(found) > 3 and set(found) <= set(COMMANDS)
