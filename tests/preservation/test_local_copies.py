"""What is looked for beside the bags: text however it is packed; and what nobody can look into is named, not passed over."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import pyzipper
from PIL import Image
from pypdf import PdfWriter

from archivist.model.ids import CaseNo
from archivist.preservation import local_copies
from archivist.preservation.local_copies import look_through

NUMBER = CaseNo.parse("TJHQ-DB-2024-000001")
NAME = "周样例甲"
WORDS = {NUMBER: (str(NUMBER), NAME)}


def packed(**entries: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in entries.items():
            package.writestr(name, data)
    return made.getvalue()


def locked() -> bytes:
    made = io.BytesIO()
    with pyzipper.AESZipFile(made, "w", encryption=pyzipper.WZ_AES) as package:
        package.setpassword(b"four words of nobody")
        package.writestr("a.txt", NAME)
    return made.getvalue()


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(made, "PNG")
    return made.getvalue()


def pdf() -> bytes:
    made = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(made)
    return made.getvalue()


RUNS = f"<?xml version='1.0'?><w:p><w:t>{NAME[:2]}</w:t><w:t>{NAME[2:]}</w:t></w:p>".encode()
OFFICE = {"[Content_Types].xml": b"<Types/>"}


@pytest.mark.parametrize(
    "data",
    [
        f"户主{NAME}".encode(),
        f"户主{NAME}".encode("gb18030"),
        f"户主{NAME}".encode("utf-16"),
        packed(**OFFICE, **{"word/document.xml": RUNS, "word/media/code.png": picture()}),
        packed(inner=packed(deeper=packed(note=NAME.encode()))),
        packed(**{f"{NUMBER}.txt": b"x"}),
    ],
    ids=["utf-8", "gbk", "utf-16", "two runs of a document", "packed thrice", "name of an entry"],
)
def test_text_is_found_however_it_is_packed(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/一份").write_bytes(data)
    (found,) = look_through(tmp_path, ("out",), WORDS, but=tmp_path / "none")
    assert (found.path, found.cases, found.opaque) == ("out/一份", frozenset({NUMBER}), False)


@pytest.mark.parametrize(
    "data",
    [picture(), pdf(), locked(), packed(scan=picture()), b"\xd0\xcf\x11\xe0" + bytes(600), packed(note=b"x" * 5000)[:-30]],
    ids=["picture", "PDF", "locked", "packed picture", "old office file", "cut ZIP"],
)  # fmt: skip
def test_what_nobody_can_look_into_is_named(tmp_path: Path, data: bytes) -> None:
    """“Where the program cannot know, it says so”."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out/一份").write_bytes(data)
    (found,) = look_through(tmp_path, ("out",), WORDS, but=tmp_path / "none")
    assert (found.cases, found.opaque) == (frozenset(), True)


def test_a_file_that_is_too_long_or_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_copies, "_LONGEST", 100)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.txt").write_bytes(b"x" * 101)
    (tmp_path / "out/b.zip").write_bytes(packed(note=b"x" * 101))
    (tmp_path / "out/c.txt").symlink_to(tmp_path / "nowhere")
    found = [*look_through(tmp_path, ("out",), WORDS, but=tmp_path / "none")]
    assert [(one.path, one.opaque) for one in found] == [
        (f"out/{n}", True) for n in ("a.txt", "b.zip", "c.txt")
    ]


def test_what_waits_is_looked_through_by_its_text(tmp_path: Path) -> None:
    for item, text in (("1", "住院收据"), ("2", f"户主{NAME}"), ("3", "")):
        folder = tmp_path / "review" / item
        folder.mkdir(parents=True)
        (folder / "original.png").write_bytes(picture())
        (folder / "text.txt").write_text(text, encoding="utf-8")
    found = {
        one.path: one.opaque for one in look_through(tmp_path, ("review",), WORDS, but=tmp_path / "none")
    }
    assert found == {"review/2/text.txt": False, "review/3/original.png": True}


def test_plain_papers_of_others_are_no_residue(tmp_path: Path) -> None:
    (tmp_path / "out/处置").mkdir(parents=True)
    (tmp_path / "out/a.txt").write_text("别户", encoding="utf-8")
    (tmp_path / "out/b.docx").write_bytes(packed(**OFFICE, **{"word/document.xml": b"<w:t>x</w:t>"}))
    (tmp_path / "out/处置/清册.txt").write_text(str(NUMBER), encoding="utf-8")
    assert not [*look_through(tmp_path, ("out",), WORDS, but=tmp_path / "out/处置")]
