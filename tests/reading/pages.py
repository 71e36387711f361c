"""Draws pages as an office would scan them, with the text that is on them. Everything is seeded.

Used by the tests and by ``benchmarks/ocr.py``. Needs the Noto CJK fonts (Debian: ``fonts-noto-cjk``). All names and
numbers are made up.
"""

from __future__ import annotations

import io
import math
import random
import re
import subprocess
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from archivist.model.ids import id_check_digit
from archivist.reading.barcodes import qr_modules

WIDTH_PX, HEIGHT_PX, DPI = 2480, 3508, 300
INK = (18, 18, 18)
RED = (205, 25, 35)
PEN = (30, 40, 120)

_FONT_FILES = {
    "sans": "NotoSansCJK-Regular.ttc",
    "bold": "NotoSansCJK-Bold.ttc",
    "serif": "NotoSerifCJK-Regular.ttc",
}
_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁"
_GIVEN = "建国秀英桂兰玉珍伟芳敏静丽强磊军洋勇艳杰娟涛明霞平刚香春梅凤云志海文斌金福来红德永贵"
_RARE = ("翟堃", "闫喆", "仝珺", "佘龑", "麴翀", "昝赟", "郗燚", "晁垚", "缑妤", "逯骞")
_REGIONS = (("120106", "天津市红桥区"), ("511321", "四川省南充市南部县"), ("140502", "山西省晋城市城区"))
_STREETS = ("咸阳北路", "丁字沽三号路", "复兴路", "光荣道", "西青道", "本溪路")


@cache
def font(name: str, size_px: int) -> ImageFont.FreeTypeFont:
    """Return one of the Noto CJK fonts, simplified Chinese."""
    file = Path("/usr/share/fonts/opentype/noto") / _FONT_FILES[name]
    if not file.exists():
        found = subprocess.run(
            ["fc-match", "-f", "%{file}", "Noto Sans CJK SC"], capture_output=True, text=True, check=True
        )
        file = Path(found.stdout)
    return ImageFont.truetype(str(file), size_px, index=2 if file.suffix == ".ttc" else 0)


def code_picture(payload: str, module_px: int) -> Image.Image:
    """Return a QR code of level Q with its quiet zone of 4 modules."""
    dark = np.array([list(row) for row in qr_modules(payload)], np.uint8)
    return Image.fromarray(
        np.kron(np.pad(1 - dark, 4, constant_values=1), np.full((module_px, module_px), 255, np.uint8))
    )


@dataclass
class Sheet:
    """An A4 page at 300 dpi and the rows of text on it, top to bottom."""

    image: Image.Image = field(default_factory=lambda: Image.new("RGB", (WIDTH_PX, HEIGHT_PX), "white"))
    rows: list[tuple[float, float, str]] = field(default_factory=list)
    """(baseline px, left px, text)."""
    ids: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """Whose numbers those are, in the same order."""

    @property
    def text(self) -> str:
        """The page's text, one line a row."""
        lines: dict[float, list[tuple[float, str]]] = {}
        for y, x, text in self.rows:
            lines.setdefault(y, []).append((x, text))
        return "\n".join(" ".join(text for _, text in sorted(lines[y])) for y in sorted(lines))

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        face: str = "serif",
        size: float = 12,
        fill: tuple[int, int, int] = INK,
    ) -> None:
        """Write one line with its baseline at ``y`` px; ``size`` in points."""
        ImageDraw.Draw(self.image).text((x, y), text, font=font(face, _px(size)), fill=fill, anchor="ls")
        self.rows.append((y, x, text))

    def centre(
        self, y: float, text: str, *, face: str = "bold", size: float = 18, fill: tuple[int, int, int] = INK
    ) -> None:
        """Write one centred line."""
        self.write(
            (WIDTH_PX - font(face, _px(size)).getlength(text)) / 2, y, text, face=face, size=size, fill=fill
        )

    def paragraph(
        self, y: float, text: str, *, size: float = 14, pitch: int = 105, face: str = "serif"
    ) -> float:
        """Write an indented paragraph; return the next baseline."""
        left, right, used = 260, WIDTH_PX - 260, font(face, _px(size))
        x, line = left + 2 * _px(size), ""
        for char in text:
            if x + used.getlength(line + char) > right:
                self.write(x, y, line, size=size, face=face)
                x, y, line = left, y + pitch, ""
            line += char
        self.write(x, y, line, size=size, face=face)
        return y + pitch

    def table(
        self, y: int, columns: list[int], rows: list[list[str]], *, height: int = 110, size: float = 11
    ) -> int:
        """Draw a table with its left edge at 150 px; return its lower edge in px."""
        draw = ImageDraw.Draw(self.image)
        for number, row in enumerate(rows):
            x, top = 150, y + number * height
            baseline = top + height / 2 + _px(size) * 0.36
            for width, cell in zip(columns, row, strict=True):
                draw.rectangle([x, top, x + width, top + height], outline=INK, width=3)
                used, fits = font("serif", _px(size)), size
                while used.getlength(cell) > width - 16:
                    fits -= 0.5
                    used = font("serif", _px(fits))
                if cell:
                    self.write(x + (width - used.getlength(cell)) / 2, baseline, cell, size=fits)
                x += width
        return y + len(rows) * height

    def code(self, payload: str, x: int, y: int, module_px: int = 8) -> None:
        """Print a QR code of level Q; ``module_px`` = 8 is 0.68 mm at 300 dpi."""
        self.image.paste(code_picture(payload, module_px), (x, y))

    def seal(self, x: float, y: float, office: str, radius: int = 240) -> None:
        """Press a round red seal over whatever is there."""
        side = 2 * radius + 40
        stamp = Image.new("RGB", (side, side), "white")
        draw, middle = ImageDraw.Draw(stamp), side / 2
        draw.ellipse([20, 20, side - 20, side - 20], outline=RED, width=radius // 18)
        star = [
            (
                middle + radius * (0.33 if k % 2 == 0 else 0.13) * math.sin(k * math.pi / 5),
                middle - radius * (0.33 if k % 2 == 0 else 0.13) * math.cos(k * math.pi / 5),
            )
            for k in range(10)
        ]
        draw.polygon(star, fill=RED)
        spread = min(260, len(office) * 24)
        for k, char in enumerate(office):
            angle = math.radians(-spread / 2 + spread * k / (len(office) - 1))
            box = int(radius * 0.4)
            letter = Image.new("L", (box, box), 0)
            ImageDraw.Draw(letter).text(
                (box / 2, box / 2), char, font=font("serif", int(radius * 0.27)), fill=255, anchor="mm"
            )
            letter = letter.rotate(-math.degrees(angle), Image.Resampling.BICUBIC)
            place = (
                int(middle + radius * 0.78 * math.sin(angle) - box / 2),
                int(middle - radius * 0.78 * math.cos(angle) - box / 2),
            )
            stamp.paste(Image.new("RGB", letter.size, RED), place, letter)
        layer = Image.new("RGB", self.image.size, "white")
        layer.paste(stamp, (int(x - middle), int(y - middle)))
        mixed = np.asarray(self.image, np.uint16) * np.asarray(layer, np.uint16) // 255
        self.image = Image.fromarray(mixed.astype(np.uint8))


def _px(points: float) -> int:
    return round(points * DPI / 72)


def id_number(rng: random.Random, region: str = "120106") -> str:
    """Return a made-up ID number with its right check digit."""
    first = f"{region}{rng.randint(1935, 2015)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}{rng.randint(1, 999):03}"
    return first + id_check_digit(first)


def name(rng: random.Random, rare: float = 0.1) -> str:
    """Return a made-up name."""
    if rng.random() < rare:
        return rng.choice(_RARE)
    return rng.choice(_SURNAMES) + "".join(rng.sample(_GIVEN, rng.choice([1, 2, 2])))


def _date(rng: random.Random) -> str:
    return f"{rng.randint(2021, 2025)}年{rng.randint(1, 12)}月{rng.randint(1, 28)}日"


def application(rng: random.Random) -> Sheet:
    """The application form: a title, a QR code, label-value rows and the table of family members."""
    sheet = Sheet()
    region, place = rng.choice(_REGIONS)
    applicant, number = name(rng), id_number(rng, region)
    sheet.ids.append(number)
    sheet.names.append(applicant)
    sheet.centre(330, "最低生活保障申请表", size=20)
    sheet.code(f"AV1-DB2024{rng.randint(1, 999999):06}-SQB-1-3F", WIDTH_PX - 420, 60)
    sheet.write(180, 520, f"申请编号：DB2024-{rng.randint(1, 999999):06}", size=11)
    sheet.write(1500, 520, f"填表日期：{_date(rng)}", size=11)
    y = sheet.table(
        570,
        [330, 480, 330, 440, 260, 340],
        [
            ["申请人", applicant, "性别", rng.choice("男女"), "民族", rng.choice(["汉族", "回族", "满族"])],
            ["联系电话", f"138{rng.randint(0, 99999999):08}", "婚姻状况", "已婚", "健康状况", "慢性病"],
        ],
        height=120,
    )
    address = f"{place}{rng.choice(_STREETS)}{rng.randint(1, 99)}号院{rng.randint(1, 20)}号楼{rng.randint(101, 909)}室"
    account = f"62{rng.randint(0, 10**17 - 1):017}"
    wide = [["公民身份号码", number], ["户籍地址", address], ["现居住地", address], ["银行账号", account]]
    y = sheet.table(y, [420, 1760], wide, height=120)
    sheet.centre(y + 95, "家庭成员基本情况", size=14)
    members = [["姓名", "关系", "公民身份号码", "健康状况", "月收入（元）"]]
    for _ in range(5):
        other = id_number(rng, region)
        sheet.ids.append(other)
        kin, health = (
            rng.choice(["妻子", "儿子", "女儿", "父亲", "母亲"]),
            rng.choice(["健康", "残疾二级", "重病"]),
        )
        sheet.names.append(name(rng, 0.2))
        members.append([sheet.names[-1], kin, other, health, f"{rng.random() * 3000:.2f}"])
    y = sheet.table(y + 130, [380, 300, 720, 380, 400], members)
    reason = (
        f"本人年老多病，丧失部分劳动能力，妻子长期患病卧床，子女收入微薄，家庭每年医疗支出约{rng.randint(8000, 39999)}元，"
        "生活十分困难，特申请最低生活保障，望予批准。以上填报内容真实、完整，如有隐瞒，愿承担相应法律责任。"
    )
    bottom = sheet.paragraph(y + 130, reason)
    sheet.write(1300, bottom + 60, f"申请人（签字）：{applicant}", size=12)
    sheet.write(1300, bottom + 170, f"日期：{_date(rng)}", size=12)
    return sheet


def notice(rng: random.Random) -> Sheet:
    """A decision with a red letterhead and a seal over its date."""
    sheet = Sheet()
    sheet.centre(420, "红桥区邵公庄街道办事处文件", size=30, fill=RED)
    ImageDraw.Draw(sheet.image).rectangle([250, 640, WIDTH_PX - 250, 648], fill=RED)
    sheet.centre(590, f"邵街社救〔2024〕{rng.randint(1, 300)}号", face="serif", size=14)
    sheet.centre(840, "最低生活保障不予确认决定书", size=20)
    applicant, number = name(rng), id_number(rng)
    sheet.ids.append(number)
    sheet.names.append(applicant)
    sheet.write(260, 1040, f"{applicant}（公民身份号码：{number}）：", size=14)
    y = sheet.paragraph(
        1170,
        f"你于{_date(rng)}提出的最低生活保障申请，本机关已于{_date(rng)}受理。经入户调查、经济状况核对和民主评议，"
        f"你家庭人均月收入为{rng.randint(1100, 2600)}.{rng.randint(0, 99):02}元，高于本市现行最低生活保障标准，"
        "不符合《最低生活保障审核确认办法》规定的条件，决定不予确认。",
    )
    y = sheet.paragraph(
        y + 20,
        "如不服本决定，可以自收到本决定书之日起六十日内向天津市红桥区人民政府申请行政复议，"
        "也可以自收到本决定书之日起六个月内依法向人民法院提起行政诉讼。",
    )
    sheet.write(1450, y + 300, "红桥区邵公庄街道办事处", size=14)
    sheet.write(1560, y + 420, _date(rng), size=14)
    sheet.seal(1720, y + 330, "天津市红桥区邵公庄街道办事处")
    return sheet


def roster(rng: random.Random) -> Sheet:
    """A dense list of payments: 30 rows of ID and account numbers."""
    sheet = Sheet()
    sheet.centre(260, "2024年第三季度最低生活保障金发放花名册", size=15)
    rows = [["序号", "户主姓名", "公民身份号码", "人口", "金额（元）", "银行账号"]]
    for k in range(30):
        number = id_number(rng, rng.choice(_REGIONS)[0])
        sheet.ids.append(number)
        sheet.names.append(name(rng, 0.15))
        cells = [str(k + 1), sheet.names[-1], number, str(rng.randint(1, 6)), f"{rng.randint(300, 4000)}.00"]
        rows.append([*cells, f"62{rng.randint(0, 10**17 - 1):017}"])
    y = sheet.table(330, [140, 300, 640, 160, 300, 640], rows, height=90, size=10)
    sheet.write(200, y + 100, f"制表人：{name(rng)}", size=10)
    sheet.write(1400, y + 100, f"制表日期：{_date(rng)}", size=10)
    return sheet


def letter(rng: random.Random) -> Sheet:
    """A plain page of print without lines or tables."""
    sheet = Sheet()
    sheet.centre(380, "居民家庭经济状况核对授权书", size=20)
    y: float = 560
    scope = (
        "根据《社会救助暂行办法》有关规定，本人及共同生活的家庭成员自愿授权民政部门通过公安、人力资源社会保障、住房和城乡建设、"
        "市场监管、税务、公积金、金融、保险、证券等部门和机构查询、核对本人及家庭成员的户籍、车辆、就业、社会保险、住房、"
        "工商登记、纳税、存款、有价证券等信息。"
    )
    term = "本授权书自签字之日起生效，至不再享受社会救助待遇之日止。核对结果仅用于社会救助审核确认，不得用于其他用途。"
    for text in (scope, term):
        y = sheet.paragraph(y, text, size=13, pitch=95)
    number = id_number(rng)
    sheet.ids.append(number)
    sheet.names.append(name(rng))
    sheet.write(260, y + 60, f"授权人：{sheet.names[-1]}　{number}", size=13)
    sheet.write(1500, y + 200, _date(rng), size=13)
    return sheet


KINDS: dict[str, Callable[[random.Random], Sheet]] = {
    "application": application,
    "notice": notice,
    "roster": roster,
    "letter": letter,
}


def _scanned(image: Image.Image, seed: int, noise: float = 6, blur: float = 0.7) -> Image.Image:
    """Add what a scanner adds: paper tone, soft edges, noise, dust."""
    rng = np.random.default_rng(seed)
    paper = np.asarray(image, np.float32) / 255 * np.array([246, 247, 243], np.float32)
    paper = np.asarray(cv2.GaussianBlur(paper, (0, 0), blur), np.float32)
    paper += rng.normal(0, noise, (*paper.shape[:2], 1)).astype(np.float32)
    for x, y in rng.integers(0, paper.shape[0], (60, 2)):
        cv2.circle(paper, (int(x), int(y)), int(rng.integers(1, 4)), (70, 70, 70), -1)
    return Image.fromarray(np.clip(paper, 0, 255).astype(np.uint8))


def _smaller(image: Image.Image, dpi: int) -> Image.Image:
    size = (round(image.width * dpi / DPI), round(image.height * dpi / DPI))
    return image.resize(size, Image.Resampling.BOX, reducing_gap=1.0)


def _skewed(image: Image.Image, degrees: float) -> Image.Image:
    return image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=(235, 235, 235))


def _jpeg(image: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(out).convert("RGB")


def _photo(image: Image.Image, seed: int) -> Image.Image:
    """A telephone's picture of the page: perspective, uneven light, a shadow."""
    rng = np.random.default_rng(seed)
    width, height = 2250, 3000
    corners = np.array([[0, 0], [WIDTH_PX, 0], [WIDTH_PX, HEIGHT_PX], [0, HEIGHT_PX]], np.float32)
    seen = np.array([[230, 180], [1990, 120], [2120, 2860], [110, 2810]], np.float32)
    seen += rng.uniform(-60, 60, (4, 2)).astype(np.float32)
    turn = cv2.getPerspectiveTransform(corners, seen)
    flat = cv2.warpPerspective(
        np.asarray(image), turn, (width, height), flags=cv2.INTER_AREA, borderValue=(95, 85, 75)
    ).astype(np.float32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    light = 0.52 + 0.5 * np.exp(
        -(((x - width * 0.4) / (width * 0.75)) ** 2 + ((y - height * 0.3) / (height * 0.6)) ** 2)
    )
    light *= 1 - 0.3 / (1 + np.exp(-(x - width * 0.82) / 25))
    flat *= light[..., None] * np.array([1.0, 0.96, 0.86], np.float32)
    flat = np.asarray(cv2.GaussianBlur(flat, (0, 0), 1.1)) + rng.normal(0, 7, flat.shape)
    return _jpeg(Image.fromarray(np.clip(flat, 0, 255).astype(np.uint8)), 75)


def _fax(image: Image.Image, seed: int) -> Image.Image:
    gray = _smaller(_scanned(_skewed(image, 0.7), seed, 8, 1.0), 200).convert("L")
    return gray.point(lambda value: 255 if value > 178 else 0).convert("1")


DEGRADATIONS: dict[str, Callable[[Image.Image, int], Image.Image]] = {
    "clean 300 dpi": lambda image, seed: image,  # noqa: ARG005 - one signature for all
    "skew 300 dpi": lambda image, seed: _jpeg(_scanned(_skewed(image, (-1) ** seed * 2.4), seed), 82),
    "jpeg 200 dpi": lambda image, seed: _jpeg(_smaller(_scanned(image, seed, 4, 0.6), 200), 60),
    "1-bit 200 dpi": _fax,
    "photo": _photo,
}

_FOLD = str.maketrans(
    {"“": '"', "”": '"', "—": "-", "–": "-", "－": "-", "〔": "(", "〕": ")", "[": "(", "]": ")", "·": ""}
)


def plain(text: str) -> str:
    """Return the text as it is compared."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).translate(_FOLD)


def distance(a: str, b: str) -> int:
    """Return the Levenshtein distance."""
    other = np.array([ord(c) for c in b])
    row = np.arange(len(b) + 1)
    steps = np.arange(len(b) + 1)
    for number, char in enumerate(a, start=1):
        best = np.empty_like(row)
        best[0] = number
        best[1:] = np.minimum(row[1:] + 1, row[:-1] + (other != ord(char)))
        row = np.minimum.accumulate(best - steps) + steps
    return int(row[-1])


def scanned_print(pdf: Path, page: int = 0) -> NDArray[np.uint8]:
    """The page as an office scanner gives it: 200 dpi, 1° askew, speckled, black and white."""
    document = pypdfium2.PdfDocument(pdf)
    picture: Image.Image = document[page].render(scale=200 / 72, grayscale=True).to_pil()
    document.close()
    askew = np.asarray(picture.rotate(1, resample=Image.Resampling.BICUBIC, fillcolor=255), dtype=np.float64)
    noise = np.random.default_rng(7).normal(0, 25, askew.shape)
    speck = np.random.default_rng(8).random(askew.shape)
    bilevel = np.where(askew + noise < 128, 0, 255)
    bilevel[speck < 0.001] = 0
    bilevel[speck > 0.999] = 255
    return bilevel.astype(np.uint8)
