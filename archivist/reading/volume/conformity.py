"""Whether a page of a PDF may stay as it is in a PDF/A-2b file. In doubt it may not, and becomes a picture.

What is looked at are the rules of ISO 19005-2 that files in offices break: fonts that are not embedded, colours of print (CMYK, spot colours),
annotations, layers, patterns and shadings, compression that is not allowed, operators nobody knows. Whether what an embedded font says of
itself is true is not looked at: pages with text stay only where the program itself had the file made, or the file says it is PDF/A.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

DEEPEST: Final = 24
"""Most nested ``q`` of a page; PDF/A allows 28, and binding adds two."""
_OPERATORS: Final = frozenset(
    b"q Q cm w J j M d i m l c v y h re S s f F f* B B* b b* n W W* BT ET Tc Tw Tz TL Tf Tr Ts Td TD Tm T* Tj TJ ' \""
    b" g G rg RG Do gs BMC BDC EMC MP DP".split()
)
"""Those that set no colour but gray and RGB, paint no pattern, and are the same in every version."""
_OF_TEXT: Final = frozenset((b"Tj", b"TJ", b"'", b'"'))
_FILTERS: Final = frozenset(
    ("/FlateDecode", "/DCTDecode", "/CCITTFaxDecode", "/RunLengthDecode", "/ASCII85Decode", "/ASCIIHexDecode")
)
_COLOURS: Final = frozenset(("/DeviceGray", "/DeviceRGB"))
_BLENDING: Final = frozenset(("/Normal", "/Compatible"))
_SILENT: Final = frozenset(("/Link", "/Popup"))
"""Annotations of which nothing is seen on paper; they are left out."""
_LARGEST, _SMALLEST = 14_400, 3
"""Sides of a page in points that PDF/A allows."""
_DEEPEST_FORM: Final = 8


class Objection(Exception):
    """The page may not stay as it is; the text says why, in Chinese."""


def require_plain(page: Any, *, with_text: bool) -> None:
    """Refuse a page that may not stay as it is.

    Args:
        page: of pypdf.
        with_text: whether text may be on it.

    Raises:
        Objection: why not. Exception: whatever pypdf finds wrong with a damaged file; then it may not either.
    """
    if float(page.get("/UserUnit", 1)) != 1:
        raise Objection("页面单位特殊")
    for side in (page.mediabox.width, page.mediabox.height, page.cropbox.width, page.cropbox.height):
        if not _SMALLEST <= float(side) <= _LARGEST:
            raise Objection("页面尺寸超出 PDF/A 的范围")
    for note in page.get("/Annots") or ():
        if note.get_object().get("/Subtype") not in _SILENT:
            raise Objection("有批注或可填写的栏目")
    _group(page.get("/Group"))
    contents = page.get_contents()
    if contents is not None:
        _content(contents, page, with_text=with_text, depth=0)


def _content(stream: Any, owner: Mapping[str, Any], *, with_text: bool, depth: int) -> None:
    """Look at what draws a page or a form, and at all it draws with."""
    from pypdf.generic import ContentStream

    if depth > _DEEPEST_FORM:
        raise Objection("图形嵌套过深")
    resources = _resolved(owner.get("/Resources")) or {}
    parsed = stream if isinstance(stream, ContentStream) else ContentStream(stream, None)
    nested = 0
    for operands, operator in parsed.operations:
        if operator not in _OPERATORS:
            raise Objection("有印刷用的颜色、图案或不认得的绘图命令")
        nested += (operator == b"q") - (operator == b"Q")
        if not 0 <= nested <= DEEPEST:
            raise Objection("绘图状态嵌套有误")
        if operator in _OF_TEXT and not with_text:
            raise Objection("有文字，没有声明为 PDF/A")
        if operator in (b"BDC", b"DP") and operands and operands[0] == "/OC":
            raise Objection("有图层")
    if nested:
        raise Objection("绘图状态嵌套有误")
    _resources(resources, with_text=with_text, depth=depth)


def _resources(resources: Mapping[str, Any], *, with_text: bool, depth: int) -> None:
    for font in _each(resources, "/Font"):
        _font(font)
    for state in _each(resources, "/ExtGState"):
        _state(state, with_text=with_text, depth=depth)
    for item in _each(resources, "/XObject"):
        if item.get("/Subtype") == "/Image":
            _image(item)
        elif item.get("/Subtype") == "/Form":
            if item.keys() & {"/OPI", "/Ref", "/PS", "/OC"}:
                raise Objection("有图层或外部引用")
            _filters(item)
            _group(item.get("/Group"))
            _content(item, item, with_text=with_text, depth=depth + 1)
        else:
            raise Objection("有 PostScript 图形")


def _font(font: Mapping[str, Any]) -> None:
    below = _resolved(font.get("/DescendantFonts"))
    own = _resolved(below[0]) if below else font
    if own.get("/Subtype") not in ("/CIDFontType0", "/CIDFontType2", "/TrueType", "/Type1"):
        raise Objection("有特殊字体")
    if below and _resolved(font.get("/Encoding")) not in ("/Identity-H", "/Identity-V"):
        raise Objection("字体的编码不是 PDF/A 通用的")
    descriptor = _resolved(own.get("/FontDescriptor")) or {}
    if not descriptor.keys() & {"/FontFile", "/FontFile2", "/FontFile3"}:
        raise Objection("字体没有嵌入")


def _state(state: Mapping[str, Any], *, with_text: bool, depth: int) -> None:
    if (
        state.keys() & {"/TR", "/HTP", "/HTO", "/Font", "/RI", "/HT"}
        or state.get("/TR2", "/Default") != "/Default"
    ):
        raise Objection("有印刷用的设置")
    if _resolved(state.get("/BM", "/Normal")) not in _BLENDING:
        raise Objection("有特殊的透明效果")
    mask = _resolved(state.get("/SMask", "/None"))
    if mask != "/None":
        form = _resolved(mask.get("/G"))
        if "/TR" in mask or form is None:
            raise Objection("有特殊的透明效果")
        _group(form.get("/Group"))
        _content(form, form, with_text=with_text, depth=depth + 1)


def _image(image: Mapping[str, Any]) -> None:
    _filters(image)
    if image.keys() & {"/Alternates", "/OPI", "/OC", "/SMaskInData"} or image.get("/Interpolate") is True:
        raise Objection("有 PDF/A 不允许的图片设置")
    if "/Intent" in image:
        raise Objection("有 PDF/A 不允许的图片设置")
    if image.get("/ImageMask") is not True:
        _colours(image.get("/ColorSpace"))
    if (mask := _resolved(image.get("/SMask"))) is not None:
        _image(mask)
    mask = _resolved(image.get("/Mask"))
    if isinstance(mask, Mapping):
        _image(mask)


def _filters(stream: Mapping[str, Any]) -> None:
    named = _resolved(stream.get("/Filter", []))
    for one in named if isinstance(named, list) else [named]:
        if one not in _FILTERS:
            raise Objection("图片的压缩方式 PDF/A 不允许")
    if stream.keys() & {"/F", "/FFilter", "/FDecodeParms"}:
        raise Objection("内容在文件之外")


def _colours(space: Any) -> None:
    """Refuse colours that mean something on one press only, and profiles."""
    space = _resolved(space)
    if isinstance(space, list) and space and _resolved(space[0]) == "/Indexed":
        space = _resolved(space[1])
    if isinstance(space, list) and space and _resolved(space[0]) in ("/CalGray", "/CalRGB"):
        return
    if isinstance(space, list) and len(space) == 1:
        space = _resolved(space[0])
    if not isinstance(space, str) or space not in _COLOURS:
        raise Objection("图片用印刷色（CMYK）或自带的颜色")


def _group(group: Any) -> None:
    group = _resolved(group)
    if group is not None and "/CS" in group:
        _colours(group["/CS"])


def _each(resources: Mapping[str, Any], kind: str) -> Iterator[Any]:
    yield from (_resolved(one) for one in (_resolved(resources.get(kind)) or {}).values())


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value
