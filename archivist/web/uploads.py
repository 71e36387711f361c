"""Forms that bring files along (``multipart/form-data``): the fields as of any other form, the files in a folder of this request alone."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Final

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

MOST_BYTES: Final = 300 << 20
"""Of a form with its files: a signed scan is not longer."""
MOST_FILES: Final = 20
MOST_FIELDS: Final = 50
_SUFFIXES: Final = frozenset({".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".xlsx"})
"""What a file keeps of its name; what it is, its content says."""


def brings_files(request: Request) -> bool:
    """Tell whether a form was sent in the way that can bring files; one without any may come the plain way."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data"


async def read(request: Request, folder: Path) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, Path]]:
    """Return fields and files of a form; each file lies in ``folder`` under the name of its field.

    Of several files of one field the second is ``<field>2`` and so on; what they were called is the field ``<field>_name``, in order.

    Raises:
        HTTPException: 413 it is too large, 400 it is no such form.
    """
    fields: dict[str, tuple[str, ...]] = {}
    files: dict[str, Path] = {}
    try:
        form = await MultiPartParser(
            request.headers, _limited(request), max_files=MOST_FILES, max_fields=MOST_FIELDS
        ).parse()
    except (MultiPartException, KeyError, UnicodeDecodeError):
        raise HTTPException(400) from None
    try:
        for n, (name, value) in enumerate(form.multi_items()):
            if not isinstance(value, UploadFile):
                fields[name] = (*fields.get(name, ()), value)
            elif value.filename and name.isidentifier() and name.isascii():
                suffix = Path(value.filename).suffix.lower()
                named = (*fields.get(f"{name}_name", ()), value.filename)
                fields[f"{name}_name"] = named
                name = name if len(named) == 1 else f"{name}{len(named)}"
                files[name] = folder / f"{n}-{name}{suffix if suffix in _SUFFIXES else ''}"
                with files[name].open("xb") as target:
                    shutil.copyfileobj(value.file, target)
    finally:
        await form.close()
    return fields, files


async def _limited(request: Request) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST_BYTES:
            raise HTTPException(413)
        yield chunk
