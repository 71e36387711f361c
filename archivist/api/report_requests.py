"""What a report is to be: which document, which days, which households, in which forms; refused before any case is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from archivist import settings_file
from archivist.api.periods import USUAL, Days
from archivist.doctypes.ids import DocumentId
from archivist.errors import UsageError, WrongWorkspaceKind
from archivist.settings_file import WorkspaceKind

if TYPE_CHECKING:
    from pathlib import Path

    from archivist.doctypes.catalogue import DocumentType
    from archivist.report.listed_payments import ListedPayment
    from archivist.report.query import Period, Query
    from archivist.workspace import Workspace


class OutputForm(StrEnum):
    """A rendition a report can have."""

    DOCX = "docx"
    XLSX = "xlsx"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Request:
    """A report that can be made.

    Attributes:
        document: the type.
        period: the days it is about.
        query: the households it is about.
        settings: what the clerk tells besides, by path.
        forms: the renditions wanted; empty means the usual ones.
        nil: make one that says 本期无 where there is nothing to list.
        listed: the payments of a list that was handed in.
        sheetwise: it is issued sheet by sheet, a village's or a meeting's, not as one register.
    """

    document: DocumentType
    period: Period
    query: Query
    settings: Mapping[str, str]
    forms: frozenset[OutputForm]
    nil: bool
    sheetwise: bool
    listed: tuple[ListedPayment, ...] = ()

    @property
    def title(self) -> str:
        """The title of the document."""
        return self.document.title


def request(
    workspace: Workspace,
    document: str,
    *,
    on: dt.date,
    days: Days = USUAL,
    where: str = "",
    category: str = "",
    settings: Mapping[str, str] = {},
    forms: Collection[OutputForm] = (),
    nil: bool = False,
    listed: Path | None = None,
) -> Request:
    """Check what is asked of a report; read no case.

    Args:
        workspace: the open workspace.
        document: the type, by id, title, alias or code.
        on: the day of the request.
        days: what it is to be about; where nothing is said, the month, quarter, year or day of the request.
        where: which households, as ``village=样例里社区 status=open``.
        category: one category of assistance.
        settings: path or Chinese name → what is told besides; names unknown to the document are refused when it is made.
        forms: the renditions wanted.
        nil: see ``Request``.
        listed: the exported list to compare with, ``.xlsx`` or ``.csv``.

    Raises:
        UnknownDocument: E302. UsageError: E001, InvalidValue: E002, something asked cannot be understood or does not fit.
        DocumentNotApplicable: E307, the office's rule pack does not know it. WrongWorkspaceKind: E215, the bureau does not make it.
    """
    from archivist.report.compilation import is_of_one_office, kind_of, lists_lines, sheetwise
    from archivist.report.query import Query

    wanted = workspace.catalogue.get(document)
    if is_of_one_office(wanted) and settings_file.kind(workspace.root) is WorkspaceKind.BUREAU:
        raise WrongWorkspaceKind(
            f"{wanted.title}由{WorkspaceKind.OFFICE.label}就自己的户档编制，这里是{WorkspaceKind.BUREAU.label}的工作区",
            remedy="可以在这里编制的册表：archivist report。没有写入任何内容。",
        )
    query = Query.parse(where, category)
    paths = {name: f.path for f in wanted.fields for name in (f.path, f.label)}
    told = {paths.get(key, key): value for key, value in settings.items()}
    if sheet_period := sheetwise(wanted):
        period = days.period(sheet_period, on)
    else:
        period = days.period(kind_of(wanted, workspace.pack).period, on)
        kind_of(wanted, workspace.pack, period)
        if not lists_lines(wanted) and (nil or OutputForm.XLSX in forms):
            raise UsageError(
                f"{wanted.title}不是逐行的册表，没有零报告，也没有电子表格", remedy="去掉 --nil、--xlsx。"
            )
    payments = _listed(wanted, listed)
    return Request(wanted, period, query, told, frozenset(forms), nil, bool(sheet_period), payments)


def _listed(document: DocumentType, path: Path | None) -> tuple[ListedPayment, ...]:
    compares = document.id == DocumentId.PAYMENT_RECONCILIATION
    if compares and path is None:
        raise UsageError(
            f"{document.title}要与一份名单比对", remedy="用 --list 名单.xlsx 写明银行或平台导出的发放名单。"
        )
    if path is None:
        return ()
    if not compares:
        raise UsageError(f"{document.title}不与名单比对", remedy="去掉 --list。")
    from archivist.report.listed_payments import read_list

    return read_list(path)
