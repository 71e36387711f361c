"""The lines of a bag's manifests in their order, kept while its chain grows: an event inserts its own and sorts nothing.

``Chain.manifests`` makes both manifests of them. They are those that ``bag.manifest`` makes of all files at once, byte for byte.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from archivist.model.ids import Sha256
from archivist.store import bag


@dataclass(slots=True)
class ManifestLines:
    """The lines of one manifest by path; ``lines`` are its bytes, one each with its line end."""

    lines: list[bytes]

    @classmethod
    def of(cls, files: Iterable[tuple[str, Sha256]]) -> ManifestLines:
        """Return the lines of some files, each a path and a digest."""
        return cls([_line(path, digest) for path, digest in sorted(files)])

    @classmethod
    def parse(cls, manifest: bytes) -> ManifestLines:
        """Return the lines of a manifest that is known to be one."""
        return cls(manifest.splitlines(keepends=True))

    def copy(self) -> ManifestLines:
        """Return lines that may change by themselves."""
        return ManifestLines(self.lines.copy())

    def add(self, path: str, digest: Sha256) -> None:
        """Add a file that is not there."""
        self.lines.insert(self._place(path), _line(path, digest))

    def remove(self, path: str) -> None:
        """Take away a file that is there."""
        del self.lines[self._place(path)]

    def digest_of(self, path: str) -> Sha256 | None:
        """Return the digest of a file, ``None`` when it is not there."""
        place = self._place(path)
        there = place < len(self.lines) and _path(self.lines[place]) == path
        return Sha256(self.lines[place][:64].decode()) if there else None

    def manifest(self) -> bytes:
        """Return the manifest."""
        return b"".join(self.lines)

    def _place(self, path: str) -> int:
        return bisect_left(self.lines, path, key=_path)


def _line(path: str, digest: Sha256) -> bytes:
    return f"{digest}  {bag.encode_path(path)}\n".encode()


def _path(line: bytes) -> str:
    return bag.decode_path(line[66:-1].decode())
