"""Recordings of sound and moving pictures: evidence without text. Told apart by their first bytes, never decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from archivist.errors import UnreadableFile
from archivist.reading.formats.images import AVIF_BRANDS, HEIC_BRANDS
from archivist.reading.formats.registry import Format, Opener, SourcePage, Sureness, register
from archivist.reading.formats.sample import Sample

_CUT: Final = "录音录像不完整，可能尚未传完或已损坏"


@contextmanager
def open_recording(path: Path, name: str) -> Iterator[tuple[int, Iterator[SourcePage]]]:
    """Give one page without text."""
    del path, name
    yield 1, iter([SourcePage("")])


@contextmanager
def open_boxes(path: Path, name: str) -> Iterator[tuple[int, Iterator[SourcePage]]]:
    """The same for MP4 and its kin, if all its boxes are there.

    Raises:
        UnreadableFile: E101, a box is cut short or the index (``moov``) is missing.
    """
    if b"moov" not in set(_boxes(path, name)):
        raise UnreadableFile(_CUT, file=name)
    yield 1, iter([SourcePage("")])


def _boxes(path: Path, name: str) -> Iterator[bytes]:
    size = path.stat().st_size
    at = 0
    with path.open("rb") as file:
        while at < size:
            file.seek(at)
            head = file.read(16)
            length, kind = int.from_bytes(head[:4], "big"), head[4:8]
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            if length == 0:
                length = size - at
            if length < 8 or at + length > size:
                raise UnreadableFile(_CUT, file=name)
            yield kind
            at += length


@contextmanager
def open_riff(path: Path, name: str) -> Iterator[tuple[int, Iterator[SourcePage]]]:
    """The same for WAV and AVI, if they are as long as they say.

    Raises:
        UnreadableFile: E101, cut short.
    """
    with path.open("rb") as file:
        stated = int.from_bytes(file.read(8)[4:8], "little")
    # A recorder that was stopped hard leaves 0 or all ones.
    if stated not in (0, 0xFFFFFFFF) and stated + 8 > path.stat().st_size + 1:
        raise UnreadableFile(_CUT, file=name)
    yield 1, iter([SourcePage("")])


def _begins(*signatures: bytes) -> Callable[[Sample], Sureness]:
    return lambda sample: Sureness.SURE if sample.head.startswith(signatures) else Sureness.NO


def _is_mp4(sample: Sample) -> Sureness:
    if sample.brands:
        return Sureness.NO if sample.brands & (HEIC_BRANDS | AVIF_BRANDS) else Sureness.SURE
    # QuickTime of former times begins with its index or its data.
    return Sureness.LIKELY if sample.head[4:8] in (b"moov", b"mdat") else Sureness.NO


def _is_mp3(sample: Sample) -> Sureness:
    """A tag, or two frames (ISO/IEC 11172-3) that fit one another."""
    head = sample.head
    if head.startswith(b"ID3") and len(head) > 10 and max(head[6:10]) < 0x80:
        return Sureness.SURE
    length = _mp3_frame(head[:4])
    return Sureness.LIKELY if length and _mp3_frame(head[length : length + 4]) else Sureness.NO


_RATES: Final = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}
"""kbit/s of layer III by version (3: MPEG-1, 2: MPEG-2)."""
_SAMPLES: Final = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000)}


def _mp3_frame(head: bytes) -> int:
    """Return the length of a frame of layer III, 0 when none begins here."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, rate, samples = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version not in _RATES or samples == 3 or not _RATES[version][rate]:
        return 0
    factor = 144_000 if version == 3 else 72_000
    return factor * _RATES[version][rate] // _SAMPLES[version][samples] + (head[2] >> 1 & 1)


def _is_riff(kind: bytes) -> Callable[[Sample], Sureness]:
    return lambda sample: (
        Sureness.SURE if sample.head[:4] == b"RIFF" and sample.head[8:12] == kind else Sureness.NO
    )


def _is_aac(sample: Sample) -> Sureness:
    head = sample.head
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5 if len(head) > 6 else 0
    frame = head[:1] == b"\xff" and len(head) > 6 and head[1] & 0xF6 == 0xF0
    again = head[length : length + 1] == b"\xff" and head[length + 1 : length + 2] == head[1:2]
    return Sureness.LIKELY if frame and length >= 7 and again else Sureness.NO


def _is_mpeg(sample: Sample) -> Sureness:
    """A program stream, or a transport stream: packets of 188 bytes that begin with a G."""
    head = sample.head
    packets = len(head) > 188 * 4 and all(head[188 * n] == 0x47 for n in range(5))
    return Sureness.LIKELY if head.startswith(b"\x00\x00\x01\xba") or packets else Sureness.NO


def _recording(
    kind: str,
    label: str,
    media_type: str,
    extensions: tuple[str, ...],
    recognise: Callable[[Sample], Sureness],
    opener: Opener = open_recording,
) -> Format:
    return register(
        Format(
            kind=kind,
            label=label,
            media_type=media_type,
            extensions=extensions,
            recognise=recognise,
            handling=opener,
            is_recording=True,
        )
    )


MP4 = _recording(
    "mp4",
    "录像或录音（MP4）",
    "video/mp4",
    (".mp4", ".m4a", ".m4v", ".mov", ".3gp", ".3g2", ".m4b", ".f4v"),
    _is_mp4,
    open_boxes,
)
MP3 = _recording("mp3", "录音（MP3）", "audio/mpeg", (".mp3",), _is_mp3)
WAV = _recording("wav", "录音（WAV）", "audio/wav", (".wav",), _is_riff(b"WAVE"), open_riff)
AVI = _recording("avi", "录像（AVI）", "video/x-msvideo", (".avi",), _is_riff(b"AVI "), open_riff)
AMR = _recording("amr", "录音（AMR）", "audio/amr", (".amr", ".awb"), _begins(b"#!AMR"))
AAC = _recording("aac", "录音（AAC）", "audio/aac", (".aac",), _is_aac)
OGG = _recording("ogg", "录音（Ogg）", "audio/ogg", (".ogg", ".oga", ".opus", ".ogv"), _begins(b"OggS"))
FLAC = _recording("flac", "录音（FLAC）", "audio/flac", (".flac",), _begins(b"fLaC"))
SILK = _recording(
    "silk",
    "录音（微信语音）",
    "audio/x-silk",
    (".silk", ".slk", ".amr", ".aud"),
    _begins(b"#!SILK", b"\x02#!SILK"),
)
MKV = _recording(
    "mkv", "录像（MKV）", "video/x-matroska", (".mkv", ".webm", ".mka"), _begins(b"\x1a\x45\xdf\xa3")
)
ASF = _recording(
    "asf",
    "录像或录音（WMV）",
    "video/x-ms-asf",
    (".wmv", ".wma", ".asf"),
    _begins(bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")),
)
FLV = _recording("flv", "录像（FLV）", "video/x-flv", (".flv",), _begins(b"FLV\x01"))
MPEG = _recording(
    "mpeg", "录像（MPEG）", "video/mpeg", (".mpg", ".mpeg", ".vob", ".ts", ".mts", ".m2ts"), _is_mpeg
)
