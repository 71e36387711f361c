"""“Floor Chromium 86”: neither the styles nor the script use what came after it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import archivist.web

STATIC = Path(archivist.web.__file__).parent / "static"
TEMPLATES = Path(archivist.web.__file__).parent / "templates"
NEWER_STYLE = (
    r":is\(", r":where\(", r":has\(", r"@layer\b", r"@container\b", r"@property\b", r"@scope\b", r"@starting-style\b", r"(?m)^\s*&",
    r"aspect-ratio\s*:", r"(?<![-\w])inset(?:-block|-inline)?\s*:", r"accent-color\s*:", r"\d(?:dvh|svh|lvh|dvw|svw|lvw|cqw|cqh)\b",
    r"color-mix\(", r"\boklch\(", r"\boklab\(", r"text-wrap\s*:", r":user-valid\b", r":user-invalid\b", r"scrollbar-gutter\s*:",
    r"content-visibility\s*:\s*hidden", r"contain-intrinsic-(?:width|height)\s*:", r"\bsubgrid\b", r"overflow\s*:\s*clip", r"color-scheme\s*:\s*only",
)  # fmt: skip
NEWER_SCRIPT = (
    r"\.at\(", r"\bstructuredClone\b", r"Object\.hasOwn\b", r"\brandomUUID\b", r"\.replaceAll\(\s*/.*/[a-z]*d", r"\.findLast\b", r"\.toSorted\b",
    r"\.toReversed\b", r"\.toSpliced\b", r"Object\.groupBy\b", r"\bAggregateError\.", r"\|\|=", r"&&=", r"\?\?=", r"\d_\d", r"\bstatic\s*\{",
    r"(?m)^\s*#\w+\s*[=(;]", r"\bimport\s*\{.*\}\s*from.*\bwith\b", r"AbortSignal\.timeout\b", r"\bshowPopover\b", r"\brequestSubmit\(.*popover",
    r"\bArray\.fromAsync\b", r"Promise\.withResolvers\b", r"\bsetHTML", r"\bnavigation\.",
)  # fmt: skip
NEWER_MARKUP = (r"<[^>]*\sinert[\s>]", r"<[^>]*\spopover[\s=>]", r"<search\b", r"<details[^>]*\sname=")


def used(patterns: tuple[str, ...], text: str) -> list[str]:
    """Return what of a list stands in a text; comments are none of it."""
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    bare = re.sub(r"(?m)^\s*//.*$", "", bare)
    return [pattern for pattern in patterns if re.search(pattern, bare)]


def test_styles_and_script_use_nothing_newer_than_the_floor() -> None:
    """“Not: :is :where :has, @layer, nesting, aspect-ratio, inset, …; JS ≤ ES2020, no .at, structuredClone, Object.hasOwn, randomUUID”."""
    assert used(NEWER_STYLE, (STATIC / "page.css").read_text(encoding="utf-8")) == []
    assert used(NEWER_SCRIPT, (STATIC / "page.js").read_text(encoding="utf-8")) == []
    for template in sorted(TEMPLATES.glob("*.html")):
        assert used(NEWER_MARKUP, template.read_text(encoding="utf-8")) == [], template.name


@pytest.mark.parametrize(
    ("patterns", "text"),
    [
        (NEWER_STYLE, ".a:is(b, c) {}"),
        (NEWER_STYLE, ".a { b: c;\n  & d {} }"),
        (NEWER_STYLE, ".a { inset: 0 }"),
        (NEWER_STYLE, ".a { height: 100dvh }"),
        (NEWER_SCRIPT, "rows.at(-1)"),
        (NEWER_SCRIPT, "a ??= b"),
        (NEWER_SCRIPT, "class A {\n  #own = 1;\n}"),
        (NEWER_MARKUP, "<div inert>"),
    ],
)
def test_what_is_newer_is_seen(patterns: tuple[str, ...], text: str) -> None:
    """The lists find what they are to find."""
    assert len(used(patterns, text)) == 1


def test_what_the_floor_has_is_let_through() -> None:
    """What looks alike and is older is no finding."""
    assert used(NEWER_STYLE, ".a { box-shadow: inset 0 0 1px red; color: red } /* :is( */") == []
    assert used(NEWER_SCRIPT, "// .at(\nwhat.attributes; a?.b ?? c") == []
