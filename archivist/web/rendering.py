"""The page's templates: every value is escaped, a value that is missing is an error."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from archivist.model.case import CaseStatus
from archivist.model.record import RecordStatus
from archivist.web.page_words import on_page

_FOLDER: Final = Path(__file__).with_name("templates")
_WEEKDAYS: Final = "一二三四五六日"


@cache
def environment() -> Environment:
    """Return the environment all screens share."""
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["icon"] = icon
    made.globals["status_label"] = _status_label
    made.filters["day"] = day
    made.filters["moment"] = moment
    made.filters["on_page"] = on_page
    return made


def _status_label(value: str) -> str:
    """Return what people call the status of a household or, where a page was found, of its record."""
    labels = {one.value: one.label for one in RecordStatus} | {one.value: one.label for one in CaseStatus}
    return labels.get(value, value)


def render(template: str, **values: object) -> str:
    """Return a screen as HTML."""
    return environment().get_template(template).render(**values)


def icon(name: str) -> Markup:
    """Return a sign of ``static/icons.svg``; beside a word, so that nobody need know it."""
    return Markup('<svg class="i" aria-hidden="true"><use href="/static/icons.svg#{}"/></svg>').format(name)


def day(value: dt.date | None) -> str:
    """Return a day as people of the office read it: 11月21日 周四."""
    return f"{value.month}月{value.day}日 周{_WEEKDAYS[value.weekday()]}" if value else ""


def moment(value: str) -> str:
    """Return a moment in ISO 8601 as 2024-11-21 10:42."""
    return value[:16].replace("T", " ")
