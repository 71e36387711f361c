"""The scan finds a word wherever a tool could read it."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pytest

from tests.byte_scan import traces

WORD = "王秀兰"


def _docx(path: Path) -> None:
    page = docx.Document()
    page.add_paragraph(f"申请人 {WORD}")
    page.save(str(path))


def _xlsx(path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = WORD
    book.save(path)


def _nested(path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("里.txt", "甲" * 200 + WORD)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("外.zip", inner.getvalue())


def _database(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE t (packed BLOB)")
        database.execute("INSERT INTO t VALUES (?)", (zlib.compress(f"{'乙' * 90}{WORD}".encode()),))
    database.close()


def _stream(path: Path) -> None:
    body = zlib.compress(f"({WORD}) Tj".encode("utf-16-be"))
    path.write_bytes(b"%PDF-1.4\n1 0 obj\n<< /Filter /FlateDecode >>\nstream\n" + body + b"\nendstream\n")


WAYS: dict[str, Callable[[Path], object]] = {
    "plain.txt": lambda path: path.write_text(WORD, encoding="utf-8"),
    "office.txt": lambda path: path.write_text(WORD, encoding="gb18030"),
    "form.docx": _docx,
    "list.xlsx": _xlsx,
    "package.zip": _nested,
    "index.sqlite": _database,
    "page.pdf": _stream,
    "runs.xml": lambda path: path.write_text(
        "<?xml version='1.0'?><w:t>王</w:t><w:t>秀兰</w:t>", encoding="utf-8"
    ),
    "said.json": lambda path: path.write_text(json.dumps({"name": WORD})),
    "log.gz": lambda path: path.write_bytes(gzip.compress(WORD.encode())),
    "outlines.xz": lambda path: path.write_bytes(lzma.compress(WORD.encode())),
    f"{WORD} 身份证.png": lambda path: path.write_bytes(b"\x89PNG"),
}


@pytest.mark.parametrize("name", WAYS)
def test_a_word_is_found_however_it_is_packed(tmp_path: Path, name: str) -> None:
    """“no byte of name, ID, address or text anywhere under the workspace”: compressed files are opened."""
    WAYS[name](tmp_path / name)
    assert traces(tmp_path, [WORD]) == [name]
    assert traces(tmp_path, ["周样例"]) == []
