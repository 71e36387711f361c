"""Whether a document may be issued for a case at all: its category, rule pack, what must have gone before."""

from __future__ import annotations

from archivist.doctypes.catalogue import Catalogue, DocumentType
from archivist.doctypes.ids import DocumentId
from archivist.errors import CaseClosed, DocumentNotApplicable, UnlawfulDocument
from archivist.model import conditions
from archivist.model.case import Case, CaseStatus
from archivist.model.facts import Path
from archivist.rules.disposition import late_filing
from archivist.rules.pack import Pack


def refuse_unlawful(pack: Pack, catalogue: Catalogue, document: DocumentType, case: Case) -> None:
    """Refuse a document that must not be issued for a case, whatever it would say.

    Args:
        pack: the office's rule pack.
        catalogue: the document types, for their titles.
        document: the type to be issued.
        case: the household as it stands.

    Raises:
        DocumentNotApplicable: E307, it is not made here, not for this category, pack or state of things.
        CaseClosed: E207, and it is none of the papers that close a file.
        UnlawfulDocument: E305, a second notice of missing materials.
    """
    if not document.generated or document.template is None:
        raise DocumentNotApplicable(f"{document.title}是收取的材料，不由本系统生成", file=str(case.number))
    if document.of_office:
        raise DocumentNotApplicable(
            f"{document.title}不按户制发、不入户档", file=str(case.number), remedy="去掉户号，为本机关制发。"
        )
    if case.category not in document.categories:
        names = "、".join(c.label for c in document.categories)
        raise DocumentNotApplicable(f"{document.title}只用于{names}", file=str(case.number))
    if document.packs and pack.id not in document.packs:
        raise DocumentNotApplicable(
            f"{document.title}只用于规则包 {'、'.join(document.packs)}，本单位适用 {pack.id}",
            file=str(case.number),
        )
    if unmet := conditions.unmet(document.enabled, case):
        raise DocumentNotApplicable(
            f"现在不能制发{document.title}：{'；'.join(_words(pack, catalogue, c) for c in unmet)}",
            file=str(case.number),
            remedy="先把所缺的办理、归档或登记好，再制发。",
        )
    if case.status is CaseStatus.DEREGISTERED and document.id not in late_filing.ISSUED:
        raise CaseClosed(f"已注销，不再制发{document.title}", file=str(case.number))
    if document.id == DocumentId.CORRECTION_NOTICE and (
        earlier := case.records_of(DocumentId.CORRECTION_NOTICE)
    ):
        raise UnlawfulDocument(
            f"补正须一次性告知：第 {earlier[0].no} 件已于 {earlier[0].filed_at[:10]} 告知过"
            "（最低生活保障审核确认办法第十条「材料不齐备的，应当一次性告知补齐所有规定材料」）",
            file=str(case.number),
        )


def _words(pack: Pack, catalogue: Catalogue, clause: conditions.Clause) -> str:
    """Return what a document waits for, in words."""
    head, _, name = clause.path.partition(".")
    if head == "record":
        title = catalogue.get(name).title
        return f"户档中已有《{title}》" if clause.negated else f"户档中还没有《{title}》"
    if head == "step":
        title = next((s.title for s in pack.steps if s.id == name), name)
        return f"“{title}”环节已经办过" if clause.negated else f"“{title}”环节还没有办"
    label = "办理状态" if clause.path == "state" else Path.parse(clause.path).label
    if clause.values:
        return f"{label}{'不能是' if clause.negated else '应是'}{'、'.join(clause.values)}"
    return f"户档中登记了{label}" if clause.negated else f"户档中没有登记{label}"
