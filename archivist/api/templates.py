"""The templates of documents: checked, copied into the workspace to be reworded, built from their layouts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist.api.result import Result
from archivist.errors import UsageError

if TYPE_CHECKING:
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class TemplateCheck(Result):
    """What is wrong with templates.

    Attributes:
        checked: how many were looked at.
        own: ids of those that are the workspace's own copies.
        faults: id of the type, or name of a file that belongs to none → what is wrong.
    """

    SCHEMA: ClassVar[str] = "archivist/template-check/1"

    checked: int
    own: tuple[str, ...]
    faults: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class TemplatesCopied(Result):
    """The files that now lie in the workspace: template and declaration of each type."""

    SCHEMA: ClassVar[str] = "archivist/templates-copied/1"

    copied: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class TemplatesBuilt(Result):
    """The templates written."""

    SCHEMA: ClassVar[str] = "archivist/templates-built/1"

    built: tuple[Path, ...]


def check(
    workspace: Workspace, names: Sequence[str] = (), progress: Callable[[int, int], None] | None = None
) -> TemplateCheck:
    """Fill each template by way of trial and list all that is wrong; of all types when none is named.

    Raises:
        UnknownDocument: E302.
    """
    from archivist.documents.template.check import check as faults_of
    from archivist.documents.template.check import unknown_templates
    from archivist.documents.template.own_copy import own_template

    catalogue = workspace.catalogue
    wanted = [catalogue.get(n) for n in names] or list(catalogue.generated())
    faults: dict[str, tuple[str, ...]] = {}
    for done, document in enumerate(wanted, 1):
        if problems := faults_of(document, document.template):
            faults[document.id] = tuple(problems)
        if progress:
            progress(done, len(wanted))
    if not names:
        faults |= dict.fromkeys(
            unknown_templates(workspace.templates, (d.id for d in catalogue)),
            ("文书目录中没有这种文书：文件名应为文书代号",),
        )
        faults |= dict.fromkeys(catalogue.lacking(), ("本程序要用这种文书，文书目录中没有",))
        faults |= dict.fromkeys(catalogue.undeclared(), ("本程序要用这个字段，没有文书登记它",))
    return TemplateCheck(len(wanted), tuple(d.id for d in wanted if own_template(d)), faults)


def copy(workspace: Workspace, names: Sequence[str]) -> TemplatesCopied:
    """Copy shipped templates with their declarations into the workspace, where they win over the shipped ones.

    Raises:
        UnknownDocument: E302. UsageError: E001, it is a paper that comes in, or the workspace has a copy already.
    """
    workspace.templates.mkdir(exist_ok=True)
    copied = []
    for name in names:
        document = workspace.catalogue.get(name)
        if document.template is None:
            raise UsageError(f"{document.title}是收取的材料，没有模板")
        for path in (document.template, document.template.with_suffix(".toml")):
            target = workspace.templates / path.name
            if target.exists():
                raise UsageError(f"工作区已有 {path.name}，不覆盖", remedy="要重新开始，请先把它改名或移走。")
            shutil.copyfile(path, target)
            copied.append(target)
    return TemplatesCopied(tuple(copied))


def build(workspace: Workspace, folder: Path) -> TemplatesBuilt:
    """Write the template of every document that has a layout into a folder."""
    from archivist.documents.template.build import build_all

    return TemplatesBuilt(tuple(build_all(workspace.catalogue.generated(), folder)))
