"""Office files with a password, opened with it. Only this module imports msoffcrypto.

Agile and standard encryption of .docx, .xlsx and .pptx; RC4 of .doc and .xls, and the obfuscation of .xls.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from archivist.errors import PasswordNeeded, UnreadableFile
from archivist.reading.formats.unpacking import REMOVE_PASSWORD, PackedFile, Unpacking


def unlock_office(path: Path, name: str, unpacking: Unpacking) -> PackedFile | None:
    """Write a copy that needs no password; ``None`` when the file has none.

    Raises:
        PasswordNeeded: E106. FileTooLarge: E102. UnreadableFile: E101, encrypted in a way that is not understood.
        Exception: whatever msoffcrypto finds wrong with a damaged file.
    """
    from msoffcrypto import OfficeFile
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError

    with path.open("rb") as file:
        try:
            office = OfficeFile(file)
            if not office.is_encrypted():
                return None
            if not unpacking.password:
                raise PasswordNeeded("Office 文档加了密码，打不开", file=unpacking.name)
            _load(office, unpacking.password)
        except InvalidKeyError:
            raise PasswordNeeded("Office 文档的密码不对", file=unpacking.name) from None
        except FileFormatError:  # such as a workbook of Excel 5, which is no locked one
            return None
        except DecryptionError:
            raise UnreadableFile(
                "Office 文档用了本程序不支持的加密方法",
                file=unpacking.name,
                remedy=REMOVE_PASSWORD,
            ) from None
        with unpacking.begin(name) as writer:
            office.decrypt(writer)
            return writer.finish()


def _load(office: Any, password: str) -> None:
    """Give it the password; the formats of former times always verify it, the others when asked to."""
    if office.format == "ooxml":
        office.load_key(password=password, verify_password=True)
    else:
        office.load_key(password=password)
