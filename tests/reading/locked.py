"""Files with a password, made here by what can make them: pypdf, msoffcrypto, py7zr, pyzipper; an old ZIP and an old .xls by their specifications."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import py7zr
import pyzipper
import xlwt
from Cryptodome.Cipher import ARC4
from msoffcrypto.format.ooxml import OOXMLFile
from pypdf import PdfWriter
from xlwt.CompoundDoc import XlsDoc


def locked_pdf(path: Path, plain: Path, password: str, algorithm: str = "AES-256") -> Path:
    """Lock a PDF: RC4-128, AES-128 or AES-256."""
    writer = PdfWriter(clone_from=plain)
    writer.encrypt(password, "所有者另有密码".encode().hex(), algorithm=algorithm)
    writer.write(path)
    return path


def locked_ooxml(path: Path, plain: Path, password: str) -> Path:
    """Lock a .docx or .xlsx as Word and Excel do."""
    with plain.open("rb") as file, path.open("wb") as out:
        OOXMLFile(file).encrypt(password, out)
    return path


def locked_7z(path: Path, password: str, *entries: tuple[str, bytes]) -> Path:
    """Make a locked 7z."""
    with py7zr.SevenZipFile(path, "w", password=password) as package:
        for name, data in entries:
            package.writestr(data, name)
    return path


def locked_zip(path: Path, password: bytes, *entries: tuple[str, bytes]) -> Path:
    """Make a ZIP locked in the old way that all programs know (APPNOTE 6.1), names in UTF-8, nothing packed."""
    body, directory = io.BytesIO(), io.BytesIO()
    for name, data in entries:
        raw, crc, at = name.encode(), zlib.crc32(data), body.tell()
        locked = _enciphered(password, bytes(11) + bytes([crc >> 24]) + data)
        common = struct.pack("<HHHHHIIIHH", 20, 0x801, 0, 0, 0x5821, crc, len(locked), len(data), len(raw), 0)
        body.write(b"PK\x03\x04" + common + raw + locked)
        directory.write(
            b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, at) + raw
        )
    end = struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), len(directory.getvalue()), body.tell(), 0)
    path.write_bytes(body.getvalue() + directory.getvalue() + b"PK\x05\x06" + end)
    return path


def aes_zip(path: Path, password: bytes, *entries: tuple[str, bytes]) -> Path:
    """Make a ZIP locked with AES, packed."""
    with pyzipper.AESZipFile(
        path, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as package:
        package.setpassword(password)
        for name, data in entries:
            package.writestr(name, data)
    return path


def _enciphered(password: bytes, data: bytes) -> bytes:
    keys = [0x12345678, 0x23456789, 0x34567890]

    def stir(byte: int) -> None:
        keys[0] = _crc(keys[0], byte)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = _crc(keys[2], keys[1] >> 24)

    for byte in password:
        stir(byte)
    out = bytearray()
    for byte in data:
        mask = (keys[2] & 0xFFFF) | 2
        out.append(byte ^ (((mask * (mask ^ 1)) >> 8) & 0xFF))
        stir(byte)
    return bytes(out)


def _crc(crc: int, byte: int) -> int:
    """Return one step of CRC-32, without the inversions of ``zlib``."""
    return zlib.crc32(bytes([byte]), crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


def locked_xls(path: Path, password: str, *rows: tuple[str, ...]) -> Path:
    """Make a workbook of Excel 97 locked with RC4 (MS-XLS 2.2.10): records keep their heads, the rest is enciphered."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("收入")
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            sheet.write(number, column, text)
    records = list(_records(book.get_biff_data()))
    salt, verifier = b"0123456789abcdef", b"fedcba9876543210"
    proof = _rc4(password, salt, verifier + hashlib.md5(verifier).digest())
    # xlwt fills its stream up with noughts, which are read as empty records: they must begin at a multiple of four.
    filling = bytes(-(sum(4 + len(body) for _, body in records) + 4 + 54) % 4)
    lock = (_FILE_PASS, struct.pack("<HHH", 1, 1, 1) + salt + proof + filling)
    records.insert(1, lock)
    grown = 4 + len(lock[1])
    plain, hidden = bytearray(), bytearray()
    for number, body in records:
        if number == _BOUND_SHEET:  # where the sheet begins is moved on, and stays readable
            body = struct.pack("<I", struct.unpack_from("<I", body)[0] + grown) + body[4:]
        clear = len(body) if number in _IN_CLEAR else 4 if number == _BOUND_SHEET else 0
        plain += struct.pack("<HH", number, len(body)) + body
        hidden += bytes(4 + clear) + b"\x01" * (len(body) - clear)
    sealed = _rc4(password, salt, bytes(plain))
    stream = bytes(s if h else p for p, s, h in zip(plain, sealed, hidden, strict=True))
    XlsDoc().save(str(path), stream)
    return path


_BOUND_SHEET, _FILE_PASS = 0x85, 0x2F
_IN_CLEAR = frozenset({0x809, _FILE_PASS, 0x194, 0x195, 0xE1, 0x138, 0x196})


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(stream):
        number, size = struct.unpack_from("<HH", stream, at)
        if not number and not size:
            return
        yield number, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _rc4(password: str, salt: bytes, data: bytes) -> bytes:
    """Encipher from the start of the stream; a new key every 1024 bytes."""
    first = hashlib.md5(password.encode("utf-16-le")).digest()[:5]
    inner = hashlib.md5((first + salt) * 16).digest()[:5]
    out = b""
    for block, at in enumerate(range(0, len(data), 1024)):
        key = hashlib.md5(inner + struct.pack("<I", block)).digest()
        out += ARC4.new(key).encrypt(data[at : at + 1024])
    return out
