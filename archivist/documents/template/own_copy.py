"""A workspace's own copy of a template: whether there is one, and that it is not used before it passes its check."""

from __future__ import annotations

from archivist.doctypes.catalogue import DocumentType, shipped_templates
from archivist.errors import TemplateFault

__all__ = ["own_template", "refuse_faulty"]


def own_template(doc: DocumentType) -> bool:
    """Tell whether the template is a workspace's own copy."""
    return doc.template is not None and doc.template.parent.resolve() != shipped_templates().resolve()


def refuse_faulty(doc: DocumentType) -> None:
    """Refuse a workspace's own copy of a template or declaration that does not pass; the shipped ones are tried by our tests.

    Raises:
        TemplateFault: E303, with everything that is wrong.
    """
    if doc.refused:
        raise TemplateFault(
            f"本工作区的“{doc.title}”登记有错，不能制发",
            file=f"{doc.id}.toml",
            problems=doc.refused,
            remedy="改正后运行 archivist templates check；或把它移走，改用自带的。",
        )
    if not own_template(doc):
        return
    from archivist.documents.template.check import check  # loads all that fills templates

    assert doc.template is not None
    if problems := check(doc, doc.template):
        raise TemplateFault(
            f"本工作区的“{doc.title}”模板没有通过检查，不能使用",
            file=doc.template.name,
            problems=problems,
            remedy="改正模板后运行 archivist templates check；或把它移走，改用自带的模板。",
        )
