"""The templates of documents: checked, copied into the workspace to be reworded, compared, built from their layouts."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.result import Result
from archivist.errors import UsageError

if TYPE_CHECKING:
    from archivist.doctypes.doctype import DocumentType
    from archivist.documents.template.wording_changes import WordingChange
    from archivist.workspace import Workspace

KEPT: Final = "原样"
"""Folder beside the templates: the shipped ones as they were copied (``<id>.docx``), and what ``--force`` replaced, dated."""


@dataclass(frozen=True, slots=True)
class FontUse:
    """A font that templates ask for, and which ones stand for it on paper: itself where it is installed, none where it is not known."""

    font: str
    shown: tuple[str, ...]

    @property
    def installed(self) -> bool:
        """Whether it is there itself."""
        return self.shown == (self.font,)


@dataclass(frozen=True, slots=True)
class TemplateCheck(Result):
    """What is wrong with templates.

    Attributes:
        checked: how many were looked at.
        own: ids of those that are the workspace's own copies.
        upgraded: those of them whose shipped template is another one since they were copied; ``diff`` shows how.
        faults: id of the type, or name of a file that belongs to none → what is wrong.
        printed: how many were looked at as they are printed.
        unprinted: id → why its printed page was not looked at (未检); of those whose file has no fault.
        fonts: which fonts are asked for, and what stands for them on paper.
    """

    SCHEMA: ClassVar[str] = "archivist/template-check/1"

    checked: int
    own: tuple[str, ...]
    faults: Mapping[str, tuple[str, ...]]
    upgraded: tuple[str, ...] = ()
    printed: int = 0
    unprinted: Mapping[str, str] = field(default_factory=dict)
    fonts: tuple[FontUse, ...] = ()


@dataclass(frozen=True, slots=True)
class TemplatesCopied(Result):
    """The files that now lie in the workspace: template and declaration of each type."""

    SCHEMA: ClassVar[str] = "archivist/templates-copied/1"

    copied: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class TemplatesBuilt(Result):
    """The templates written.

    Attributes:
        built: those that are new or another now.
        unchanged: those that were there, byte for byte.
        kept: where those are that were replaced.
    """

    SCHEMA: ClassVar[str] = "archivist/templates-built/1"

    built: tuple[Path, ...]
    unchanged: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangedParagraph:
    """A paragraph in which two templates differ: ``-`` only the older has it, ``+`` only the newer, ``…`` the one before."""

    change: str
    text: str

    @classmethod
    def of(cls, found: WordingChange) -> ChangedParagraph:
        """Return a change of the wording."""
        return cls(found.change.value, found.text)


@dataclass(frozen=True, slots=True)
class TemplateDiff(Result):
    """How the words of the workspace's own copy of a template differ.

    Attributes:
        document: id of the type; ``title`` its name.
        own: whether there is a copy of the workspace's own; without, nothing differs.
        same_file: whether it is the shipped one byte for byte.
        edited: from the shipped one to the own copy.
        upgraded: from the shipped one as it was copied to the shipped one of this program; empty where it is the same.
        base_known: whether it is known which one was copied.
    """

    SCHEMA: ClassVar[str] = "archivist/template-diff/1"

    document: str
    title: str
    own: bool
    same_file: bool
    edited: tuple[ChangedParagraph, ...] = field(default=())
    upgraded: tuple[ChangedParagraph, ...] = field(default=())
    base_known: bool = False


def check(
    workspace: Workspace,
    names: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
    *,
    pages: bool = True,
) -> TemplateCheck:
    """Fill each template by way of trial, look at what it prints and list all that is wrong; of all types when none is named.

    Args:
        workspace: the open workspace.
        names: the document types.
        progress: told how much is done, of how much.
        pages: make PDFs and look at them, page by page; else the files alone are looked at.

    Raises:
        UnknownDocument: E302.
    """
    from archivist.documents.template.check import check as faults_of
    from archivist.documents.template.check import unknown_templates
    from archivist.documents.template.own_copy import own_template
    from archivist.documents.template.printed_sample import PrintedSamples, printed_samples

    catalogue = workspace.catalogue
    wanted = [catalogue.get(n) for n in names] or list(catalogue.generated())
    faults: dict[str, tuple[str, ...]] = {}
    sound, steps = [], len(wanted) * (2 if pages else 1)
    for done, document in enumerate(wanted, 1):
        if problems := document.refused or faults_of(document, document.template):
            faults[document.id] = tuple(problems)
        elif document.template is not None:
            sound.append((document, document.template))
        if progress:
            progress(done, steps)
    printed = PrintedSamples()
    if pages:
        printed = printed_samples(
            sound, lambda done: progress(len(wanted) + done, steps) if progress else None
        )
        faults |= printed.faults
        if progress:
            progress(steps, steps)
    if not names:
        faults |= dict.fromkeys(
            unknown_templates(workspace.templates, (d.id for d in catalogue)),
            ("文书目录中没有这种文书：文件名应为文书代号",),
        )
        faults |= {
            f"{name}.toml": fault.problems or (fault.what,)
            for name, fault in catalogue.faults.items()
            if name not in faults
        }
        faults |= dict.fromkeys(catalogue.lacking(), ("本程序要用这种文书，文书目录中没有",))
        faults |= dict.fromkeys(catalogue.undeclared(), ("本程序要用这个字段，没有文书登记它",))
    own = [d for d in wanted if own_template(d)]
    upgraded = tuple(d.id for d in own if _base(workspace, d) not in (None, _shipped(d)))
    return TemplateCheck(
        len(wanted),
        tuple(d.id for d in own),
        faults,
        upgraded,
        printed=len(printed.looked_at),
        unprinted=printed.unlooked,
        fonts=tuple(FontUse(font, tuple(sorted(shown))) for font, shown in sorted(printed.fonts.items())),
    )


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
        (workspace.templates / KEPT).mkdir(exist_ok=True)
        shutil.copyfile(document.template, workspace.templates / KEPT / document.template.name)
    return TemplatesCopied(tuple(copied))


def build(
    workspace: Workspace,
    names: Sequence[str] = (),
    folder: Path | None = None,
    *,
    now: dt.datetime,
    force: bool = False,
) -> TemplatesBuilt:
    """Write templates made of their layouts; never over one that differs, which somebody may have edited.

    Args:
        workspace: the open workspace.
        names: the document types; all that have a layout when none is named.
        folder: where; the workspace's own templates when not given.
        now: dates what is replaced.
        force: replace those that differ; they are kept, dated, in ``KEPT`` within the folder.

    Raises:
        UnknownDocument: E302. TemplateFault: E303, the faults of all layouts together; nothing is written then.
        UsageError: E001, no folder for all of them, a type without a layout, or copies that differ; nothing is written.
    """
    from archivist.documents.template.build import built_all

    if folder is None and not names:
        raise UsageError(
            "没有写明哪种文书",
            remedy="写成 archivist templates build 受理通知书；要全部生成，用 --out 写明另一个文件夹。",
        )
    target = folder or workspace.templates
    documents = [workspace.catalogue.get(n) for n in names] or list(workspace.catalogue.generated())
    if lacking := [d.title for d in documents if names and not d.layout]:
        raise UsageError(f"没有版式可以生成：{'、'.join(lacking)}")
    made = {target / f"{name}.docx": data for name, data in built_all(documents).items()}
    there = {path: path.read_bytes() for path in made if path.is_file()}
    differing = [path for path, data in there.items() if data != made[path]]
    if differing and not force and not _is_shipped(target):
        raise UsageError(
            f"{len(differing)} 个模板与将生成的不同，可能是您改过的，不覆盖",
            problems=[path.name for path in differing],
            remedy=f"用 archivist templates diff 文书 看改了什么；确要重新生成，加 --force，原来的留在“{KEPT}”里。",
        )
    kept = [_keep(path, now) for path in differing] if not _is_shipped(target) else []
    written = [path for path, data in made.items() if there.get(path) != data]
    target.mkdir(parents=True, exist_ok=True)
    for path in written:
        part = path.with_name(f"{path.name}.part")
        part.write_bytes(made[path])
        part.replace(path)
    return TemplatesBuilt(tuple(written), tuple(p for p in made if p not in set(written)), tuple(kept))


def _is_shipped(folder: Path) -> bool:
    """Tell whether a folder is where the program's own templates are made; there is nobody's edited copy."""
    from archivist.doctypes.catalogue import shipped_templates

    return folder.resolve() == shipped_templates().resolve()


def _keep(path: Path, now: dt.datetime) -> Path:
    """Copy a template that is to be replaced under a name with the moment; what is there already stays."""
    folder = path.parent / KEPT
    folder.mkdir(exist_ok=True)
    target, n = folder / f"{path.stem} {now:%Y%m%d-%H%M%S}.docx", 1
    while target.exists():
        n += 1
        target = folder / f"{path.stem} {now:%Y%m%d-%H%M%S}（{n}）.docx"
    shutil.copyfile(path, target)
    return target


# ── how a copy differs ───────────────────────────────────────────────────────────────────────────────────
def diff(workspace: Workspace, name: str) -> TemplateDiff:
    """Tell how the words of the workspace's own copy differ from the shipped template, and what an upgrade changed.

    Raises:
        UnknownDocument: E302. UsageError: E001, it is a paper that comes in. TemplateFault: E303, a file is no Word document.
    """
    from archivist.documents.template.own_copy import own_template
    from archivist.documents.template.wording_changes import wording_changes

    document = workspace.catalogue.get(name)
    if document.template is None:
        raise UsageError(f"{document.title}是收取的材料，没有模板")
    shipped = _shipped(document)
    if not own_template(document):
        return TemplateDiff(document.id, document.title, own=False, same_file=True)
    if shipped is None:
        raise UsageError(f"{document.title}是本工作区自己的文书，没有自带的模板可以比较")
    own, base = document.template.read_bytes(), _base(workspace, document)
    return TemplateDiff(
        document.id,
        document.title,
        own=True,
        same_file=own == shipped,
        edited=tuple(map(ChangedParagraph.of, wording_changes(shipped, own))),
        upgraded=tuple(map(ChangedParagraph.of, wording_changes(base, shipped))) if base else (),
        base_known=base is not None,
    )


def _shipped(document: DocumentType) -> bytes | None:
    from archivist.doctypes.catalogue import shipped_templates

    path = shipped_templates() / f"{document.id}.docx"
    return path.read_bytes() if path.is_file() else None


def _base(workspace: Workspace, document: DocumentType) -> bytes | None:
    """Return the shipped template that was copied; ``None`` where nobody kept it."""
    path = workspace.templates / KEPT / f"{document.id}.docx"
    return path.read_bytes() if path.is_file() else None
