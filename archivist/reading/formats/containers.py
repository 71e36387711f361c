"""Archives of other files: recognised, not unpacked."""

from __future__ import annotations

from collections.abc import Callable

from archivist.reading.formats.registry import Format, NotRead, Sureness, register
from archivist.reading.formats.sample import Sample


def _container(name: str, media_type: str, recognise: Callable[[Sample], Sureness]) -> Format:
    return register(
        Format(
            kind=name.lower(),
            label=f"{name} 压缩包",
            media_type=media_type,
            extensions=(f".{name.lower()}",),
            recognise=recognise,
            handling=NotRead(f"是 {name} 压缩包", "请解压后把里面的文件逐个投入收件箱。"),
        )
    )


def _begins(signature: bytes) -> Callable[[Sample], Sureness]:
    return lambda sample: Sureness.SURE if sample.head.startswith(signature) else Sureness.NO


ZIP = _container(
    "ZIP",
    "application/zip",
    lambda sample: Sureness.NO if sample.zip_names is None else Sureness.CONTAINER,
)
RAR = _container("RAR", "application/vnd.rar", _begins(b"Rar!\x1a\x07"))
SEVEN_ZIP = _container("7z", "application/x-7z-compressed", _begins(b"7z\xbc\xaf\x27\x1c"))
