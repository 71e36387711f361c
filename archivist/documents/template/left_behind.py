"""What an editor leaves in a template's file and nobody wants in a document that is issued, each told in one line.

Comments and changes not yet accepted; fields that Word fills by itself, from a list of addresses or from another file;
embedded objects, macros, contents that lie elsewhere; a QR picture less. All of it is refused, nothing is taken out by
itself: who edited the file sees it in Word and decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from lxml import etree

from archivist.documents.render.render import QR_MARK
from archivist.documents.render.template_package import PARSER, PRINTED_PARTS

__all__ = ["left_behind"]

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W15: Final = "{http://schemas.microsoft.com/office/word/2012/wordml}"
_MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_CHANGES: Final = re.compile(
    r"ins|del|delText|delInstrText|cellIns|cellDel|cellMerge|\w+Change|(move(From|To)|customXml(Ins|Del|MoveFrom|MoveTo))(Range(Start|End))?"
)
"""Elements that tell of a change not yet accepted (ECMA-376 part 1, 17.13.5)."""
_HARMLESS: Final = frozenset(("PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION", "HYPERLINK"))
"""Fields that print the same whoever opens the file, and whenever."""
_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("MERGEFIELD", "ADDRESSBLOCK", "GREETINGLINE", "NEXT", "NEXTIF", "MERGEREC", "MERGESEQ", "ASK", "FILLIN"), "邮件合并"),
        **dict.fromkeys(("INCLUDETEXT", "INCLUDEPICTURE", "LINK", "DDE", "DDEAUTO", "IMPORT", "RD", "DATABASE"), "引用别的文件"),
        **dict.fromkeys(("DATE", "TIME", "SAVEDATE", "PRINTDATE", "CREATEDATE", "EDITTIME"), "打开时自动改变的日期"),
        **dict.fromkeys(("AUTHOR", "LASTSAVEDBY", "USERNAME", "USERADDRESS", "USERINITIALS", "FILENAME", "TEMPLATE"), "本机的用户名、文件名"),
        **dict.fromkeys(("MACROBUTTON", "GOTOBUTTON"), "宏按钮"),
        **dict.fromkeys(("FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN"), "窗体域"),
    }
)  # fmt: skip
_ELEMENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "altChunk": "嵌入了另一个文档（altChunk），请把内容粘贴为文字",
        "subDoc": "引用了子文档，请把内容粘贴为文字",
        "object": "有嵌入的对象（OLE），请改为图片或文字",
        "control": "有 ActiveX 控件，请删去",
        "mailMerge": "设置了邮件合并的数据源，请在“邮件”中改回普通文档",
        "dataBinding": "有绑定数据的内容控件，打开时会改变文字，请删去控件保留文字",
        "showingPlcHdr": "有没填写的内容控件（“单击此处输入文字”），请删去",
        **dict.fromkeys(
            ("dropDownList", "comboBox", "date"),
            "有下拉、日期内容控件，只会印出当时选的内容，请删去控件，改为文字或 {{ 字段 }}",
        ),
        "ffData": "有窗体域，请删去，改为文字或 {{ 字段 }}",
        "trackRevisions": "开着修订，制发后的每次改动都会留痕，请在“审阅”中关闭修订",
        "documentProtection": "设置了编辑限制，请在“审阅—限制编辑”中停止保护",
        "writeProtection": "设置了修改权限密码或建议只读，请在“另存为—工具—常规选项”中取消",
        "docVars": "有文档变量（docVars），里面的内容会随每一份文书带走，请把正文复制到自带的模板里再改",
    }
)
_MACROS: Final = re.compile(r"(.*/)?(vbaProject\.bin|vbaData\.xml|vbaProjectSignature\w*\.bin)|customUI/.*|word/customizations\.xml", re.IGNORECASE)  # fmt: skip
_EMBEDDED: Final = re.compile(r"word/(embeddings|activeX|ctrlProps)/.*", re.IGNORECASE)
_GLOSSARY: Final = re.compile(r"word/glossary/.*", re.IGNORECASE)
_FONT_FILES: Final = re.compile(r"word/fonts/.*|.*\.(odttf|ttf|otf|ttc)", re.IGNORECASE)
_KNOWN: Final = re.compile(
    r".*\.(xml|rels|vml|png|jpe?g|gif|bmp|tiff?|emf|wmf|svg)|word/printerSettings/.*\.bin|mimetype",
    re.IGNORECASE,
)
"""Members that Word and WPS put into a document of text and pictures."""
_INSIDE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "aFChunk": _ELEMENTS["altChunk"],
        "subDocument": _ELEMENTS["subDoc"],
        "control": _ELEMENTS["control"],
        **dict.fromkeys(("oleObject", "package"), _ELEMENTS["object"]),
    }
)
"""Kinds of relationship to a part that is no text of this document, wherever in the package it lies."""
_WEB: Final = ("http://", "https://", "mailto:", "#")


def left_behind(members: Mapping[str, bytes]) -> list[str]:
    """List what must not be in a template's package; empty when there is nothing."""
    parts: dict[str, etree._Element] = {}
    problems = []
    for name, content in members.items():
        if not name.endswith((".xml", ".rels")):
            continue
        try:
            parts[name] = etree.fromstring(content, PARSER)
        except etree.XMLSyntaxError:
            problems.append(f"文件已损坏：{name} 读不出来")
    found = [
        *_qr(parts),
        *_comments(parts),
        *_words(parts),
        *_twofold(parts),
        *_fields(parts),
        *_elsewhere(parts),
    ]
    return list(dict.fromkeys([*problems, *found, *_members(members)]))


def _qr(parts: Mapping[str, etree._Element]) -> Iterator[str]:
    codes = sum(
        element.get("descr") == QR_MARK
        for name in filter(PRINTED_PARTS.fullmatch, parts)
        for element in parts[name].iter("{*}docPr")
    )
    if codes < 2:
        yield f"二维码图片剩 {codes} 处，应有 2 处（一处污损时靠另一处识别）"


def _comments(parts: Mapping[str, etree._Element]) -> Iterator[str]:
    marks = (f"{_W}comment", f"{_W}commentReference", f"{_W}commentRangeStart")
    counts = Counter(element.tag for part in parts.values() for element in part.iter(*marks))
    if counts:
        yield f"有 {max(counts.values())} 条批注，会留在每一份制发的文书里，请在“审阅”中全部删除"


def _words(parts: Mapping[str, etree._Element]) -> Iterator[str]:
    """Yield what Word's own elements tell: changes, objects, controls."""
    names = {
        etree.QName(element).localname
        for name, part in parts.items()
        if name.startswith("word/")
        for element in part.iter(f"{_W}*", f"{_W15}dataBinding")
    }
    if any(map(_CHANGES.fullmatch, names)):
        yield "有未接受的修订，请在 Word/WPS 中全部接受或拒绝"
    yield from (told for name, told in _ELEMENTS.items() if name in names)
    if any(
        True
        for part in parts.values()
        for _ in part.iter("{urn:schemas-microsoft-com:office:office}OLEObject")
    ):
        yield _ELEMENTS["object"]


def _twofold(parts: Mapping[str, etree._Element]) -> Iterator[str]:
    """Yield what other words than the ones of the text are printed: by a program that reads the other of two, or as a watermark."""
    for name in filter(PRINTED_PARTS.fullmatch, parts):
        for place in parts[name].iter(f"{_MC}AlternateContent"):
            said = list(dict.fromkeys(map(_words_of, place)))
            if len(said) > 1 or (len(place) == 1 and said[0]):
                one, other = (*said, "")[:2]
                yield f"同一处有两种文字（“{one[:12]}”和“{other[:12]}”），换一个软件打印就不同，请删去重写"
        for drawn in parts[name].iter("{urn:schemas-microsoft-com:vml}textpath"):
            yield f"有水印或艺术字“{str(drawn.get('string') or '')[:12]}”，会印在每一份文书上，请在“设计—水印”中删除"


def _words_of(element: etree._Element) -> str:
    return "".join("".join(str(t.text or "") for t in element.iter(f"{_W}t")).split())


def _fields(parts: Mapping[str, etree._Element]) -> Iterator[str]:
    for name in filter(PRINTED_PARTS.fullmatch, parts):
        for instruction in _instructions(parts[name]):
            words = instruction.split()
            field = words[0].upper() if words else ""
            if field not in _HARMLESS:
                why = "公式" if field.startswith("=") else _FIELDS.get(field, "打开或更新时会改变")
                yield f"有域代码 {' '.join(words[:2])[:40]}（{why}），请删去域，改为文字或 {{{{ 字段 }}}}"
            elif (
                field == "HYPERLINK"
                and len(words) > 1
                and not words[1].strip('"“”').startswith((*_WEB, "\\"))
            ):
                yield "有指向本机或共享文件夹的超链接，请取消链接"


def _instructions(part: etree._Element) -> Iterator[str]:
    """Yield what each field says; those within others as well."""
    open_: list[list[str]] = []
    for element in part.iter(f"{_W}fldChar", f"{_W}instrText", f"{_W}fldSimple"):
        kind = element.get(f"{_W}fldCharType")
        if element.tag == f"{_W}fldSimple":
            yield str(element.get(f"{_W}instr") or "")
        elif kind == "begin":
            open_.append([])
        elif kind in ("separate", "end"):
            if open_ and (said := "".join(open_[-1])):
                yield said
                open_[-1].clear()
            if kind == "end" and open_:
                open_.pop()
        elif element.text and kind is None:
            if open_:
                open_[-1].append(element.text)
            else:
                yield element.text


def _elsewhere(parts: Mapping[str, etree._Element]) -> Iterator[str]:
    """Yield what lies outside the file: pictures, templates, frames; a link to the web is only its words on paper."""
    for name, part in parts.items():
        if not name.endswith(".rels"):
            continue
        for link in part.iter("{*}Relationship"):
            kind, target = str(link.get("Type")).rpartition("/")[2], str(link.get("Target"))
            if str(link.get("TargetMode", "")).lower() != "external":
                yield from filter(None, (_INSIDE.get(kind),))
                continue
            if kind != "hyperlink":
                yield "引用了文件以外的内容（外部图片、模板），打印时可能缺失，请改为嵌入"
            elif not target.lower().startswith(_WEB):
                yield "有指向本机或共享文件夹的超链接，请取消链接"


def _members(members: Mapping[str, bytes]) -> Iterator[str]:
    types = members.get("[Content_Types].xml", b"")
    if any(_MACROS.fullmatch(name) for name in members) or b"macroEnabled" in types:
        yield "含有宏（VBA）或自定义功能区，请另存为不含宏的“Word 文档（*.docx）”"
    if b"wordprocessingml.template.main" in types:
        yield "是 Word 模板（.dotx）改了后缀，请另存为“Word 文档（*.docx）”"
    if any(_EMBEDDED.fullmatch(name) for name in members):
        yield _ELEMENTS["object"]
    if any(_GLOSSARY.fullmatch(name) for name in members):
        yield "有文档部件（自动图文集），里面的文字会随每一份文书带走，请把正文复制到自带的模板里再改"
    if any(_FONT_FILES.fullmatch(name) for name in members):
        yield "嵌入了字体文件，请在“选项—保存”中取消“将字体嵌入文件”"
    told = (_MACROS, _EMBEDDED, _GLOSSARY, _FONT_FILES, _KNOWN)
    for name in members:
        if not any(kind.fullmatch(name) for kind in told):
            yield f"里面夹带了别的文件（{name[:60]}），请把正文复制到自带的模板里再改"
