"""What every paper must be, whomever it is made for: each check lists what is wrong with one, in words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from archivist.doctypes.catalogue import PLACES
from archivist.doctypes.doctype import FieldSpec
from archivist.model.case import Case
from archivist.model.facts import rows
from archivist.model.ids import Category, IdNumber, age_on, id_birth_date
from tests.documents.pages import Cell, squeezed, tables, text_of, whole
from tests.documents.samples import ON, Sample
from tests.report.samples import Printed

Paper = Sample | Printed
Person = Mapping[str, object]


def specs(paper: Paper) -> Iterator[tuple[FieldSpec, Any]]:
    """Yield the fields that hold a value, each with the value."""
    category = paper.case.category if isinstance(paper, Sample) else None
    for spec in paper.document.fields:
        if spec.kind not in PLACES and (category is None or spec.applies(category)):
            value: Any = paper.values
            for key in spec.path.split("."):
                value = value[key]
            yield spec, value


# ── no empty mandatory value ─────────────────────────────────────────────────────────────────────────────
def empty(paper: Paper) -> list[str]:
    """List the mandatory fields without a value; of a table, without a line that says something."""
    return [
        spec.named
        for spec, value in specs(paper)
        if spec.mode == "system" and not (any(map(_says, value)) if isinstance(value, list) else value)
    ]


def _says(line: object) -> bool:
    return any(line.values()) if isinstance(line, dict) else bool(line)


CHOOSING: Final = {"recovery.fact"}
"""What decides which words stand and is no word of the paper: nobody is called a fraud by a label."""


def unprinted(paper: Paper) -> list[str]:
    """List the values that are known and do not stand on the page."""
    page = "\n".join(map(squeezed, whole(paper.data).split("\n")))
    return [
        f"{spec.named}: {text}"
        for spec, value in specs(paper)
        if spec.path not in CHOOSING
        for text in _texts(spec, value)
        if text and not _stands(text, page, boxed=spec.kind not in ("table", "str"))
    ]


def _texts(spec: FieldSpec, value: Any) -> Iterator[str]:
    """Yield each piece of a value that a reader must find."""
    if spec.kind == "table":
        for line in value:
            # An ``id`` tells the program which paper a line is about; a reader is told its name.
            yield from (line[c.key] for c in spec.columns if c.key != "id")
    elif spec.kind in ("multi", "list") and isinstance(value, str):
        yield from value.split("、")
    else:
        yield from [value] if isinstance(value, str) else value


def _stands(text: str, page: str, *, boxed: bool) -> bool:
    """Tell whether a text is printed: ticked where a box is drawn for it, a number for itself, a day also short."""
    wanted, flat = squeezed(text), page.replace("\n", "")
    if boxed and f"□{wanted}" in flat:
        return f"☑{wanted}" in flat
    if re.fullmatch(r"[\d,.]+", wanted):
        return re.search(rf"(?<![\d.]){re.escape(wanted)}(?!\d)", page) is not None
    short = re.sub(r"^(\d+)年(\d+)月(?:(\d+)日)?$", r"\1.\2.\3", wanted).rstrip(".")
    return wanted in flat or short in flat


# ── no double punctuation ────────────────────────────────────────────────────────────────────────────────
_ILL: Final = re.compile(
    r"[，。；：、！？]{2}|[（《〔“「][，。；：、！？）》〕”」]|[，；：、][）》〕”」]|^[，。；：、！？）》〕”」]"
    r"|）（|（（|））|None|built-in|\{\{|\{%|\}\}"
)


def ill_punctuated(paper: Paper) -> list[str]:
    """List the paragraphs with a stop twice, a bracket around nothing or upon another, a stop at the head, or a trace of a template."""
    lines = map(squeezed, whole(paper.data).split("\n"))
    return [line for line in lines if _ILL.search(line)]


# ── everybody is named ───────────────────────────────────────────────────────────────────────────────────
def _applicant(case: Case) -> list[Person]:
    applicant = case.facts["applicant"]
    assert isinstance(applicant, Mapping)
    return [applicant]


def _members(case: Case) -> list[Person]:
    return list(rows(case.facts, "members"))


def _obligors(case: Case) -> list[Person]:
    return list(rows(case.facts, "obligors"))


def _living(case: Case) -> list[Person]:
    return [m for m in _members(case) if m.get("living_together") is not False]


def _insured(case: Case) -> list[Person]:
    """For 特困 it is the person alone."""
    return _applicant(case) + ([] if case.category is Category.TK else _living(case))


def _everybody(case: Case) -> list[Person]:
    return _applicant(case) + _members(case) + _obligors(case)


def _looked_into(case: Case) -> list[Person]:
    return _applicant(case) + _living(case) + _obligors(case)


def _promising(case: Case) -> list[Person]:
    """Who is grown up; for 特困 and 残疾人 the person alone."""
    alone = case.category in (Category.TK, Category.CJ)
    return _applicant(case) + [m for m in _living(case) if not alone and _grown_up(m, ON)]


def _grown_up(person: Person, on: dt.date) -> bool:
    return age_on(id_birth_date(IdNumber(str(person["id_number"]))), on) >= 18


PEOPLE: Final[Mapping[str, Callable[[Case], list[Person]]]] = {
    "members": _members,
    "obligors": _obligors,
    "covered": _insured,
    "authorization.persons": _everybody,
    "notice.persons": _everybody,
    "request.persons": _looked_into,
    "commitment.persons": _promising,
}
"""Table of people → who of a household stands in it, in this order."""
OF_OTHERS: Final = {"change.members", "kinship.rows", "letter.persons"}
"""People a clerk names: who joins or leaves; who of the office is related to the household; of whom an employer is asked."""


def unnamed(paper: Paper) -> list[str]:
    """List the people of a household, or the households of a register, that their table leaves out or adds."""
    return list(_lines_lost(paper) if isinstance(paper, Printed) else _people_lost(paper))


def _people_lost(paper: Sample) -> Iterator[str]:
    lines = squeezed(text_of(paper.data))
    if not paper.document.of_office and paper.document.field("applicant.name"):
        yield from (str(p["name"]) for p in _applicant(paper.case) if str(p["name"]) not in lines)
    for spec, value in specs(paper):
        if spec.path not in PEOPLE:
            continue
        people, columns = PEOPLE[spec.path](paper.case), {c.key for c in spec.columns}
        named = [line["name"] for line in value if line["name"]]
        if named != [str(p["name"]) for p in people]:
            yield f"{spec.named}: {named}"
        for person in people:
            told = [str(person.get(key, "")) for key in ("name", "id_number") if key in columns]
            if not all(squeezed(text) in lines for text in told):
                yield f"{spec.named}: {told}"


def _lines_lost(paper: Printed) -> Iterator[str]:
    page = squeezed(text_of(paper.data))
    for spec, value in specs(paper):
        keys = [c.key for c in spec.columns if c.key in ("number", "case", "name")]
        if not keys or not paper.register.rows:
            continue
        worked_out = [str(line[keys[0]]) for line in paper.register.values.get(spec.path, value)]
        if [line[keys[0]] for line in value] != worked_out:
            yield f"{spec.named}: {len(value)} / {len(worked_out)}"
        yield from (f"{spec.named}: {text}" for text in worked_out if squeezed(text) not in page)


# ── sums are right ───────────────────────────────────────────────────────────────────────────────────────
_COUNT: Final = re.compile(r"(\d+) ?(?:户|卷|笔|个文件)(?=[，。]|$)")
_WORDS: Final = re.compile("人民币[零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分]+")
_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_TENS: Final = {"拾": 10, "佰": 100, "仟": 1000}
_FOUR: Final = {"万": 10**4, "亿": 10**8}


def wrong_sums(paper: Paper) -> list[str]:
    """List the totals, counts of lines, amounts in words and counts of people that are not what they say."""
    found = [fault for table in tables(paper.data) for fault in _wrong_totals(table)]
    page = text_of(paper.data)
    for words in _WORDS.findall(squeezed(page)):
        figure = f"{amount_of(words):,.2f}"
        if not re.search(rf"(?<![\d,]){re.escape(figure)}(?!\d)", page):
            found.append(f"{words}: {figure}")
    if isinstance(paper, Sample):
        counts = {
            "household.size": 1 + len(_living(paper.case)),
            "request.count": len(_looked_into(paper.case)),
        }
        found += [f"{s.named}: {v}" for s, v in specs(paper) if s.path in counts and v != str(counts[s.path])]
    return found


def _wrong_totals(table: Sequence[Sequence[Cell]]) -> Iterator[str]:
    for n, row in enumerate(table):
        if not any("合计" in cell.text for cell in row):
            continue
        for cell in row:
            above = list(_above(table[:n], cell))
            number = _number(cell.text)
            if number is not None and above and sum(above) != number:
                yield f"{'　'.join(c.text for c in row)}: {sum(above)}"
            if (count := _COUNT.match(cell.text)) and int(count[1]) != _numbered(table[:n]):
                yield f"{cell.text}: {_numbered(table[:n])}"


def _above(rows_above: Sequence[Sequence[Cell]], total: Cell) -> Iterator[Decimal]:
    """Yield the numbers of the column above a total, up to its heading."""
    for row in reversed(rows_above):
        cell = next((c for c in row if (c.at, c.span) == (total.at, total.span)), None)
        if cell is None or (cell.text.strip() and _number(cell.text) is None):
            return
        yield _number(cell.text) or Decimal(0)


def _number(text: str) -> Decimal | None:
    return Decimal(text.replace(",", "")) if re.fullmatch(r"-?[\d,]*\d(\.\d+)?", text.strip()) else None


def _numbered(rows_above: Sequence[Sequence[Cell]]) -> int:
    """Count the lines that bear an ordinal number."""
    return sum(bool(row) and row[0].text.strip().isdecimal() for row in rows_above)


# ── the amount of a month ────────────────────────────────────────────────────────────────────────────────
_ROUNDED: Final = Decimal("0.5")
"""Of an income per head that was rounded, times nine people."""


def wrong_amount(paper: Paper) -> list[str]:
    """List what does not follow of a paper's own figures: standard less income per head, times persons, and what is added to it."""
    benefit, calculation = (paper.values.get(key) for key in ("benefit", "calc"))
    if not isinstance(benefit, Mapping):
        return []
    told = {
        key: _number(str(benefit.get(key) or ""))
        for key in ("persons", "standard", "income_per_head", "amount")
    }
    extras = calculation.get("extras") if isinstance(calculation, Mapping) else None
    added = sum((_number(str(row.get("amount") or "")) or Decimal(0) for row in extras or ()), Decimal(0))
    if told["standard"] is None or told["amount"] is None:
        return []
    persons = Decimal(1) if "single" in paper.values else told["persons"]
    if persons is None:
        return []
    most = told["standard"] * persons + added
    if told["income_per_head"] is None or benefit.get("method") != "补差" or "single" in paper.values:
        return [f"{told['amount']}: {most}"] if told["amount"] > most else []
    due = (told["standard"] - told["income_per_head"]) * persons + added
    return [f"{told['amount']}: {due}"] if abs(told["amount"] - due) > _ROUNDED else []


def amount_of(words: str) -> Decimal:
    """Read an amount in words, ``人民币壹仟叁佰叁拾元整``."""
    whole_part = four = digit = cents = 0
    for sign in words:
        if sign in _DIGITS:
            digit = _DIGITS.index(sign)
        elif sign in _TENS:
            four, digit = four + digit * _TENS[sign], 0
        elif sign in _FOUR:
            whole_part, four, digit = (whole_part + four + digit) * _FOUR[sign], 0, 0
        elif sign == "元":
            whole_part, four, digit = whole_part + four + digit, 0, 0
        elif sign in "角分":
            cents, digit = cents + digit * (10 if sign == "角" else 1), 0
    return whole_part + Decimal(cents) / 100
