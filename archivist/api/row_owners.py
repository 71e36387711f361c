"""Whether a row that names a household is that household's: a sheet sorted by one column alone gives each the neighbour's money."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from archivist.errors import ArchivistError, InvalidValue
from archivist.model.facts import people
from archivist.model.ids import CaseNo, is_case_no, parse_id

if TYPE_CHECKING:
    from archivist.workspace import Workspace

OF_NAME: Final = frozenset({"姓名", "申请人", "申请人姓名", "户主", "户主姓名"})
"""Headings under which a row says whose it is; what stands there is compared and not taken."""
_OF_NUMBER: Final = frozenset({"身份证号", "身份证号码", "公民身份号码", "证件号码", "证号"})
_BLANK: Final = re.compile(r"[\s　]+")
_NAME: Final = re.compile(r"[㐀-鿿𠀀-𲎯·]{2,}")


def disagreement(workspace: Workspace, number: CaseNo, cells: Mapping[str, object]) -> str:
    """Return why a row is not of the household it names; empty when nothing in it speaks against that.

    Args:
        workspace: the open workspace.
        number: the household that the row names.
        cells: by heading; a name is that of anybody of the household, also one from before.
    """
    said = {head: _BLANK.sub("", str(cell)) for head, cell in cells.items() if head in OF_NAME | _OF_NUMBER}
    if not any(said.values()):
        return ""
    try:
        case = workspace.archive.read(number)
    except ArchivistError:
        return ""  # whoever makes something of it says why it cannot be read
    persons = [row for _, row in people(case.facts)]
    names = {_BLANK.sub("", str(row["name"])) for row in persons} | {f.name for f in case.former_names}
    numbers = {str(row.get("id_number", "")) for row in persons}
    for head, text in said.items():
        if head in OF_NAME and text and text not in names:
            return f"“{head}”写的是“{text}”，{number} 是{case.applicant_name}的户档"
        if head in _OF_NUMBER and (own := _as_id(text)) and own not in numbers:
            return f"“{head}”不是 {number} {case.applicant_name}一户的人"
    return ""


def others_named(workspace: Workspace, number: CaseNo, cells: Iterable[str]) -> str:
    """Return why a line without headings is not of one household alone: another's name or number stands in it too."""
    for cell in map(str.strip, cells):
        if not (_NAME.fullmatch(cell) or _as_id(cell) or is_case_no(cell)):
            continue
        found = {row.number for row in workspace.index.find_cases(cell)}
        if found and number not in found:
            return f"同一行还写着别的户（第一项是 {number}）；一户一行，请核对"
    return ""


def _as_id(text: str) -> str:
    try:
        return parse_id(text)
    except InvalidValue:
        return ""
