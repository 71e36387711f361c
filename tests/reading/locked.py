"""Files with a password, made here by what can make them: pypdf, msoffcrypto, py7zr, pyzipper; and a ZIP by its specification."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import py7zr
import pyzipper
from msoffcrypto.format.ooxml import OOXMLFile
from pypdf import PdfWriter


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
