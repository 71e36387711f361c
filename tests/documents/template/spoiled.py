"""Templates as careless and hostile hands leave them: each a change of a shipped one, and the one line that tells of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Final

from archivist.doctypes.catalogue import shipped_templates
from archivist.documents.render.docx_package import pack

Members = dict[str, bytes]
Change = Callable[[Members], Members | bytes]
NOTICE: Final = "acceptance_notice"
BODY, LINKS, TYPES = "word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"
_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SAVE: Final = "请在 Word 或 WPS 中另存为“Word 文档（*.docx）”"
ONLY: Final = "只能写字段名、条件，以及对登记的表格逐行循环"
FILTERS: Final = "竖线后面只能是 blank、boxes、default、first、join、last、length、lower、short、trim、upper"


@dataclass(frozen=True, slots=True)
class Spoiled:
    """A template nobody should use: what it is, what is done to the shipped one, what is said of it."""

    name: str
    change: Change
    line: str


def shipped(name: str = NOTICE) -> Members:
    """Return the members of a shipped template."""
    with zipfile.ZipFile(shipped_templates() / f"{name}.docx") as package:
        return {n: package.read(n) for n in package.namelist()}


def made(change: Change, name: str = NOTICE) -> bytes:
    """Return a shipped template after a change."""
    members = shipped(name)
    changed = change(dict(members))
    if isinstance(changed, bytes):
        return changed
    assert changed != members, "nothing was changed"
    return pack(changed)


def body(old: str, new: str) -> Change:
    """Replace something in the text, once."""

    def change(members: Members) -> Members:
        assert old in members[BODY].decode(), old
        return {**members, BODY: members[BODY].decode().replace(old, new, 1).encode()}

    return change


def xml(inserted: str) -> Change:
    """Put XML at the beginning of the text."""
    return body("<w:body>", f"<w:body>{inserted}")


def text(said: str, rpr: str = "", ppr: str = "") -> Change:
    """Put a paragraph of text at the beginning, with properties of its run and itself."""
    return xml(paragraph(said, rpr, ppr))


def paragraph(said: str, rpr: str = "", ppr: str = "") -> str:
    """Return a paragraph as Word writes one."""
    return f"<w:p><w:pPr>{ppr}</w:pPr><w:r><w:rPr>{rpr}</w:rPr><w:t>{escape(said, quote=False)}</w:t></w:r></w:p>"


def field(instruction: str) -> Change:
    """Put a field of Word's at the beginning."""
    parts = (f'<w:fldChar w:fldCharType="{kind}"/>' for kind in ("begin", "separate", "end"))
    begin, separate, end = (f"<w:r>{part}</w:r>" for part in parts)
    words = "".join(
        f"<w:r><w:instrText>{escape(piece)}</w:instrText></w:r>"
        for piece in (instruction[:5], instruction[5:])
    )
    return xml(f"<w:p>{begin}{words}{separate}<w:r><w:t>某处</w:t></w:r>{end}</w:p>")


def member(name: str, content: bytes | str) -> Change:
    """Put one more member into the package."""
    return lambda members: {**members, name: content if isinstance(content, bytes) else content.encode()}


def link(kind: str, target: str, mode: str = ' TargetMode="External"', quote: str = '"') -> Change:
    """Put one more relationship of the text into the package."""
    said = f'<Relationship Id="rIdX" Type="{_RELATION}/{kind}" Target="{target}"{mode}/>'.replace('"', quote)
    return lambda members: {
        **members,
        LINKS: members[LINKS].replace(b"</Relationships>", said.encode() + b"</Relationships>"),
    }


def both(*changes: Change) -> Change:
    """Do several things to a template."""

    def change(members: Members) -> Members:
        for one in changes:
            done = one(members)
            assert isinstance(done, dict)
            members = done
        return members

    return change


def strict(members: Members) -> Members:
    """As Word saves a Strict Open XML document: the same names in other namespaces."""
    return {
        name: content.replace(b"http://schemas.openxmlformats.org/wordprocessingml/2006/main", b"http://purl.oclc.org/ooxml/wordprocessingml/main")
        .replace(b"http://schemas.openxmlformats.org/officeDocument/2006/relationships", b"http://purl.oclc.org/ooxml/officeDocument/relationships")
        for name, content in members.items()
    }  # fmt: skip


def second_document(members: Members) -> Members:
    """As Word on the web saves a document: the text is called ``document2.xml``."""
    return {
        name.replace("word/document.xml", "word/document2.xml").replace("document.xml.rels", "document2.xml.rels"):
        content.replace(b"word/document.xml", b"word/document2.xml") if name in (TYPES, "_rels/.rels") else content
        for name, content in members.items()
    }  # fmt: skip


def _bomb(_: Members) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in shipped().items():
            package.writestr(name, content)
        package.writestr("word/media/image9.bmp", b"\0" * (80 * 1024**2))
    return out.getvalue()


def _twice(_: Members) -> bytes:
    """Two members of one name: one program reads the first, another the last."""
    other = pack({"word/documenX.xml": b"<x/>"}).replace(b"word/documenX.xml", b"word/document.xml")
    inner, outer = zipfile.ZipFile(io.BytesIO(other)), io.BytesIO()
    with zipfile.ZipFile(outer, "w") as package:
        for name, content in shipped().items():
            package.writestr(name, content)
        package.writestr("word/document.xmm", inner.read("word/document.xml"))
    return outer.getvalue().replace(b"word/document.xmm", b"word/document.xml")


def _style(name: str, properties: str, *, based: str = "") -> Change:
    given = f'<w:style w:type="character" w:styleId="{name}"><w:name w:val="{name}"/>{based}<w:rPr>{properties}</w:rPr></w:style>'
    return lambda members: {
        **members,
        "word/styles.xml": members["word/styles.xml"].replace(
            b"</w:styles>", given.encode() + b"</w:styles>"
        ),
    }


def _as_is(near: str) -> str:
    return f"“{near}”会原样印在文书上：要填写的地方用半角的 {{{{ 字段 }}}}，其他地方不用花括号和 « »"


def unseen(how: str, near: str) -> str:
    return f"有{how}“{near}”：纸上看不见，请改正或删去"


def _field(said: str, why: str) -> str:
    return f"有域代码 {said}（{why}），请删去域，改为文字或 {{{{ 字段 }}}}"


_MANDATORY: Final = "权利和义务"
OLE: Final = "有嵌入的对象（OLE），请改为图片或文字"
_OUTSIDE: Final = "引用了文件以外的内容（外部图片、模板），打印时可能缺失，请改为嵌入"
SHARED: Final = "有指向本机或共享文件夹的超链接，请取消链接"
CHANGES: Final = "有未接受的修订，请在 Word/WPS 中全部接受或拒绝"
_MACROS: Final = "含有宏（VBA）或自定义功能区，请另存为不含宏的“Word 文档（*.docx）”"
PALE, _HIDDEN, TINY, _CUT = (
    "与底色相近的文字（白字等）",
    "隐藏的文字",
    "过小的文字（小于 6 磅或压扁）",
    "被固定行距或行高切掉的文字",
)
CELL: Final = '<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="4000"/></w:tblGrid><w:tr><w:trPr>{row}</w:trPr><w:tc><w:tcPr>{cell}</w:tcPr>{inner}</w:tc></w:tr></w:tbl>'

SPOILED: Final = (
    # places to be filled in another way
    Spoiled("full-width braces", text("电话：｛｛ office.phone ｝｝"), _as_is("电话:{{ office.phone }}")),
    Spoiled("full-width closing", text("电话：{{ office.phone ｝｝"), "标签没有写完：“{{ office.phone ｝｝受理通知书…”（}} 缺失或不是半角）"),
    Spoiled("single braces", text("电话：{ office.phone }"), _as_is("电话:{ office.phone }")),
    Spoiled("a brace in each run", xml("<w:p><w:r><w:t>{</w:t></w:r><w:r><w:t>姓名}</w:t></w:r></w:p>"), _as_is("{姓名}")),
    Spoiled("small braces", text("﹛姓名﹜"), _as_is("{姓名}")),
    Spoiled("full-width tag", text("｛％ if x ％｝"), _as_is("{% if x %}")),
    Spoiled("dollar", text("${姓名}"), _as_is("${姓名}")),
    Spoiled("guillemets", text("«姓名»"), _as_is("«姓名»")),
    Spoiled("angles", text("<<姓名>>"), _as_is("<<姓名>>")),
    Spoiled("square", text("[[姓名]]"), _as_is("[[姓名]]")),
    Spoiled("a path alone", text("电话：office.phone"), "字段名 office.phone 会原样印在文书上：请写成 {{ office.phone }}"),
    Spoiled("a caption in brackets", text("本通知送达【办理期限】前"), "“【办理期限】”会原样印在文书上：要填写的地方用半角的 {{ 字段 }}"),
    # fields of Word
    Spoiled("mail merge", field("MERGEFIELD 姓名"), _field("MERGEFIELD 姓名", "邮件合并")),
    Spoiled("mail merge, simple", xml('<w:p><w:fldSimple w:instr=" MERGEFIELD 姓名 "><w:r><w:t>某</w:t></w:r></w:fldSimple></w:p>'), _field("MERGEFIELD 姓名", "邮件合并")),
    Spoiled("include text", field("INCLUDETEXT C:\\\\内部.docx"), _field("INCLUDETEXT C:\\\\内部.docx", "引用别的文件")),
    Spoiled("include picture", field("INCLUDEPICTURE http://192.0.2.1/a.png"), _field("INCLUDEPICTURE http://192.0.2.1/a.png", "引用别的文件")),
    Spoiled("dde", field("DDEAUTO cmd.exe /c"), _field("DDEAUTO cmd.exe", "引用别的文件")),
    Spoiled("today's date", field('DATE \\@ "yyyy年M月d日"'), _field("DATE \\@", "打开时自动改变的日期")),
    Spoiled("the user's name", field("USERNAME"), _field("USERNAME", "本机的用户名、文件名")),
    Spoiled("a formula", field("= 1 + 1"), _field("= 1", "公式")),
    Spoiled("a macro button", field("MACROBUTTON AutoOpen 点此"), _field("MACROBUTTON AutoOpen", "宏按钮")),
    Spoiled("a field in a header", lambda m: {**m, "word/header1.xml": m["word/header1.xml"].replace(b"</w:hdr>", b'<w:p><w:fldSimple w:instr="FILENAME"/></w:p></w:hdr>')}, _field("FILENAME", "本机的用户名、文件名")),
    Spoiled("merge settings", lambda m: {**m, "word/settings.xml": m["word/settings.xml"].replace(b"</w:settings>", b"<w:mailMerge/></w:settings>")}, "设置了邮件合并的数据源，请在“邮件”中改回普通文档"),
    # what a reviewer leaves
    Spoiled("a comment", both(xml('<w:p><w:commentRangeStart w:id="1"/></w:p>'), member("word/comments.xml", '<w:comments xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:comment w:id="1" w:author="某科长"><w:p><w:r><w:t>此户先不批</w:t></w:r></w:p></w:comment></w:comments>')), "有 1 条批注，会留在每一份制发的文书里，请在“审阅”中全部删除"),
    Spoiled("an insertion", xml('<w:p><w:ins w:id="1" w:author="x"><w:r><w:t>新增</w:t></w:r></w:ins></w:p>'), CHANGES),
    Spoiled("a deletion", xml('<w:p><w:del w:id="1" w:author="x"><w:r><w:delText>删去</w:delText></w:r></w:del></w:p>'), CHANGES),
    Spoiled("a changed format", text("说明", '<w:rPrChange w:id="1" w:author="x"><w:rPr/></w:rPrChange>'), CHANGES),
    Spoiled("a row taken out", xml(CELL.format(row='<w:del w:id="1" w:author="x"/>', cell="", inner=paragraph("甲"))), CHANGES),
    # what nobody sees
    Spoiled("hidden", text("内部掌握", "<w:vanish/>"), unseen(_HIDDEN, "内部掌握")),
    Spoiled("mandatory words hidden", text(_MANDATORY, "<w:vanish/>"), unseen(_HIDDEN, _MANDATORY)),
    Spoiled("hidden by a style", both(_style("H1", "<w:vanish/>"), _style("H2", "", based='<w:basedOn w:val="H1"/>'), text("内部掌握", '<w:rStyle w:val="H2"/>')), unseen(_HIDDEN, "内部掌握")),
    Spoiled("a hidden tag", text("{{ office.name }}", "<w:vanish/>"), unseen(_HIDDEN, "{{ office.na…")),
    Spoiled("a hidden row", xml(CELL.format(row="<w:hidden/>", cell="", inner=paragraph("内部掌握"))), unseen(_HIDDEN, "内部掌握")),
    Spoiled("white", text("内部掌握", '<w:color w:val="FFFFFF"/>'), unseen(PALE, "内部掌握")),
    Spoiled("nearly white", text("内部掌握", '<w:color w:val="F0F0F0"/>'), unseen(PALE, "内部掌握")),
    Spoiled("yellow", text("内部掌握", '<w:color w:val="FFFF00"/>'), unseen(PALE, "内部掌握")),
    Spoiled("white by the theme", text("内部掌握", '<w:color w:val="auto" w:themeColor="background1"/>'), unseen(PALE, "内部掌握")),
    Spoiled("black under a marker", text("内部掌握", '<w:color w:val="000000"/><w:highlight w:val="black"/>'), unseen(PALE, "内部掌握")),
    Spoiled("the colour of its cell", xml(CELL.format(row="", cell='<w:shd w:val="clear" w:fill="1F1F1F"/>', inner=paragraph("内部掌握", '<w:color w:val="222222"/>'))), unseen(PALE, "内部掌握")),
    Spoiled("no fill", text("内部掌握", '<w14:textFill xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"><w14:noFill/></w14:textFill>'), unseen(PALE, "内部掌握")),
    Spoiled("tiny", text("内部掌握", '<w:sz w:val="2"/>'), unseen(TINY, "内部掌握")),
    Spoiled("squeezed", text("内部掌握", '<w:w w:val="1"/>'), unseen(TINY, "内部掌握")),
    Spoiled("a line of a point", text("内部掌握", "", '<w:spacing w:line="20" w:lineRule="exact"/>'), unseen(_CUT, "内部掌握")),
    Spoiled("a row of a point", xml(CELL.format(row='<w:trHeight w:val="20" w:hRule="exact"/>', cell="", inner=paragraph("内部掌握"))), unseen(_CUT, "内部掌握")),
    Spoiled("struck through", text("内部掌握", "<w:strike/>"), unseen("带删除线的文字", "内部掌握")),
    # objects, links, macros
    Spoiled("an object", xml('<w:p><w:r><w:object><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office" Type="Embed"/></w:object></w:r></w:p>'), OLE),
    Spoiled("an embedded sheet", member("word/embeddings/oleObject1.bin", b"\xd0\xcf\x11\xe0"), OLE),
    Spoiled("another document", xml('<w:altChunk/>'), "嵌入了另一个文档（altChunk），请把内容粘贴为文字"),
    Spoiled("a picture of the web", link("image", "http://192.0.2.1/track.png"), _OUTSIDE),
    Spoiled("the same, other quotes", link("image", "http://192.0.2.1/track.png", quote="'"), _OUTSIDE),
    Spoiled("a template elsewhere", member("word/_rels/settings.xml.rels", f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{_RELATION}/attachedTemplate" Target="file:///\\\\server\\evil.dotm" TargetMode="External"/></Relationships>'), _OUTSIDE),
    Spoiled("a shared folder", link("hyperlink", "file://server/share/名单.xlsx"), SHARED),
    Spoiled("macros", member("word/vbaProject.bin", b"\xd0\xcf"), _MACROS),
    Spoiled("a kind with macros", lambda m: {**m, TYPES: m[TYPES].replace(b"vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", b"vnd.ms-word.document.macroEnabled.main+xml")}, _MACROS),
    Spoiled("a ribbon", member("customUI/customUI14.xml", "<customUI/>"), _MACROS),
    Spoiled("a bound control", xml('<w:sdt><w:sdtPr><w:dataBinding w:xpath="/a"/></w:sdtPr><w:sdtContent><w:p/></w:sdtContent></w:sdt>'), "有绑定数据的内容控件，打开时会改变文字，请删去控件保留文字"),
    Spoiled("an empty control", xml('<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:p/></w:sdtContent></w:sdt>'), "有没填写的内容控件（“单击此处输入文字”），请删去"),
    # files of other kinds, and hostile ones
    Spoiled("strict", strict, f"是“Strict Open XML 文档”（严格格式），不能填写：{SAVE}，不要选“Strict”"),
    Spoiled("a template of Word", lambda m: {**m, TYPES: m[TYPES].replace(b"wordprocessingml.document.main", b"wordprocessingml.template.main")}, "是 Word 模板（.dotx）改了后缀，请另存为“Word 文档（*.docx）”"),
    Spoiled("an old document", lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, f"不是 Word 文档（.docx），是旧版 Word 文档（.doc），或加了打开密码：{SAVE}"),
    Spoiled("rtf", lambda _: b"{\\rtf1 }", f"不是 Word 文档（.docx），是 RTF 文档：{SAVE}"),
    Spoiled("a sheet", lambda _: pack({"xl/workbook.xml": b"<a/>"}), f"不是 Word 文档（.docx），是表格（.xlsx）：{SAVE}"),
    Spoiled("open document", lambda _: pack({"mimetype": b"application/vnd.oasis.opendocument.text"}), f"不是 Word 文档（.docx），是 OpenDocument 文档（.odt）：{SAVE}"),
    Spoiled("empty", lambda _: b"", "文件是空的"),
    Spoiled("half of it", lambda m: pack(m)[:9000], "不是 Word 文档（.docx），或已损坏"),
    Spoiled("utf-16", lambda m: {**m, BODY: m[BODY].decode().replace("UTF-8", "UTF-16").encode("utf-16")}, f"内容不是 UTF-8 编码（document.xml）：{SAVE}"),
    Spoiled("a dtd", body("<w:document", '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:document'), "含有 DTD 或实体声明（document.xml），可能是恶意文件：不能使用"),
    Spoiled("a dtd in a footer", lambda m: {**m, "word/footer1.xml": m["word/footer1.xml"].replace(b"<w:ftr", b"<!DOCTYPE w [<!ENTITY a 'aaaa'>]><w:ftr")}, "含有 DTD 或实体声明（footer1.xml），可能是恶意文件：不能使用"),
    Spoiled("a bomb", _bomb, "模板太大，或是恶意压缩的文件：请去掉大图片，用自带的模板重新改"),
    Spoiled("two of a name", _twice, f"文件已损坏：里面有重名的内容，{SAVE}"),
    Spoiled("other prefixes", lambda m: {**m, BODY: m[BODY].replace(b"<w:", b"<n:").replace(b"</w:", b"</n:").replace(b" w:", b" n:").replace(b"xmlns:w=", b"xmlns:n=")}, f"不是 Word 或 WPS 写的文档：{SAVE}"),
    # expressions
    Spoiled("a wide format", text("{{ '%999999999d' % 1 }}"), f"标签里不能用求余或套格式（%）：{ONLY}"),
    Spoiled("a long text", text("{{ 'x' * 999999999 }}"), f"标签里不能用乘法（*）：{ONLY}"),
    Spoiled("a high power", text("{{ 9 ** 9 ** 9 }}"), f"标签里不能用乘方（**）：{ONLY}"),
    Spoiled("a padded text", text("{{ 'x'.ljust(999999999) }}"), f"标签里不能调用 ljust()：{ONLY}"),
    Spoiled("a range", text("{% for i in range(999999999) %}{{ i }}{% endfor %}"), "循环只能逐行走登记的表格或清单，in 后面写它的字段名"),
    Spoiled("a wide filter", text("{{ applicant.name|center(9999) }}"), f"没有 center 这种写法（{FILTERS}）"),
    Spoiled("unescaped", text("{{ applicant.name|safe }}"), f"没有 safe 这种写法（{FILTERS}）"),
    Spoiled("a large number", text("{{ applicant.name|blank(999999999) }}"), "标签里的数太大（超过 10000）"),
    Spoiled("a long line", text("{{ applicant.name|blank(9999) }}"), "blank 后面的字数应为 1 至 200"),
    Spoiled("deep loops", text("{% for a in office.name %}{% for b in office.name %}{% for c in office.name %}甲{% endfor %}{% endfor %}{% endfor %}"), "循环套得太深（最多 2 层）"),
    Spoiled("doubling", text("{% set a = office.name %}{{ a }}"), f"标签里不能用{{% set %}}：{ONLY}"),
    Spoiled("a macro that calls itself", text("{% macro f() %}{% endmacro %}"), f"标签里不能用{{% macro %}}：{ONLY}"),
    Spoiled("deep brackets", text(f"{{{{ {'(' * 900}office.name{')' * 900} }}}}"), "标签套得太深"),
    Spoiled("many tags", text("{{ office.name }}" * 5001), "标签太多（document.xml 超过 5000 处）"),
    Spoiled("full-width dot", text("{{ office．name }}"), "模板标签写法有误：“{{ office．name }}”"),
    Spoiled("without its end", text("{% if office.name %}甲"), "模板标签写法有误：有 {% if %} 或 {% for %} 没有写对应的 {% endif %}、{% endfor %}"),
)  # fmt: skip
