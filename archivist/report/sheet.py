"""A register as ``.xlsx``: one sheet for each of its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from archivist.doctypes.catalogue import DocumentType, FieldSpec
from archivist.report.register import NIL, Register
from archivist.tables.writer import BookWriter, SheetColumn, SheetWriter


def workbook(document: DocumentType, register: Register, heads: Sequence[str]) -> bytes:
    """Return the register as the bytes of an ``.xlsx``.

    Args:
        document: whose tables give the columns.
        register: the rows.
        heads: the line under the title: office, period, date.
    """
    book = BookWriter()
    tables = [f for f in document.fields if isinstance(register.values.get(f.path), list)]
    for spec in tables:
        columns = [SheetColumn(c.label, c.kind, 6 if c.key == "n" else None) for c in spec.columns]
        sheet = book.sheet(document.title if len(tables) == 1 else spec.label, columns)
        sheet.line(document.title, size_pt=16, bold=True, align="center")
        sheet.line("　".join(heads))
        sheet.heads()
        _fill(sheet, document, spec, register)
        for text in register.notes if spec is tables[-1] else ():
            sheet.line(text)
    return book.data()


def _fill(sheet: SheetWriter, document: DocumentType, spec: FieldSpec, register: Register) -> None:
    rows: Sequence[Mapping[str, object]] = register.values[spec.path]
    for number, row in enumerate(rows, 1):
        sheet.row([number if c.key == "n" else row.get(c.key) for c in spec.columns])
    if not rows:
        sheet.line(NIL, align="center")
    if foot := register.feet.get(spec.path):
        sums = [register.values.get(foot[c.key]) if c.key in foot else None for c in spec.columns]
        sheet.foot(["合计" if sums[0] is None else sums[0], *sums[1:]])
    for text in _sums(document, spec, register):
        sheet.line(text)


def _sums(document: DocumentType, spec: FieldSpec, register: Register) -> list[str]:
    """Return what the register tells besides its lines: single values that stand under no column of any table."""
    under = {path for foot in register.feet.values() for path in foot.values()}
    prefix = spec.path.rpartition(".")[0]
    told = []
    for field in document.fields:
        value = register.values.get(field.path)
        single = field.kind not in ("table", "list") and value not in (None, "")
        if (
            single
            and field.path not in under
            and field.path.startswith(f"{prefix}.")
            and "period" not in field.path
        ):
            told.append(
                f"{field.label}：{value:,.2f}" if isinstance(value, Decimal) else f"{field.label}：{value}"
            )
    return told
