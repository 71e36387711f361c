"""More templates as careless and hostile hands leave them: text off the sheet or in disguise, what is packed beside it."""

from __future__ import annotations

import re
from typing import Final

from archivist.documents.render.docx_package import pack
from tests.documents.template.spoiled import (
    BODY,
    CELL,
    CHANGES,
    FILTERS,
    OLE,
    ONLY,
    PALE,
    SAVE,
    SHARED,
    TINY,
    Change,
    Members,
    Spoiled,
    both,
    link,
    member,
    paragraph,
    shipped,
    text,
    unseen,
    xml,
)

_NAMES: Final = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TWOFOLD: Final = '<w:p><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="wps">{choice}</mc:Choice>{fallback}</mc:AlternateContent></w:r></w:p>'
_BESIDE: Final = "有在纸面以外的文字“内部掌握”：纸上看不见，请移回页内或删去"
_SHEET: Final = "纸张太小，或页边距太大，没有地方印字：请在“布局”中改为 A4，页边距用自带模板的"


def _text_box(x: int, y: int) -> str:
    """Return a text box of Word's whose corner lies there, in EMU from that of the page."""
    place = "".join(f'<wp:{axis} relativeFrom="page"><wp:posOffset>{at}</wp:posOffset></wp:{axis}>' for axis, at in (("positionH", x), ("positionV", y)))  # fmt: skip
    shape = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
    return (
        '<w:p><w:r><w:drawing><wp:anchor xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">'
        f'{place}<wp:extent cx="900000" cy="900000"/><wp:docPr id="90" name="t"/>'
        f'<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData uri="{shape}"><wps:wsp xmlns:wps="{shape}">'
        f"<wps:txbx><w:txbxContent>{paragraph('内部掌握')}</w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r></w:p>"
    )


def _element(pattern: bytes, new: str) -> Change:
    """Replace an element of the text wherever it stands."""
    return lambda members: {**members, BODY: re.sub(pattern, new.encode(), members[BODY])}


def _setting(inserted: str) -> Change:
    """Put one more setting into the document."""
    name, end = "word/settings.xml", b"</w:settings>"
    return lambda members: {**members, name: members[name].replace(end, inserted.encode() + end)}


def _with_password(_: Members) -> bytes:
    """Mark every member as encrypted, as a packer does that was given a password."""
    data = bytearray(pack(shipped()))
    for mark, flags in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        for found in re.finditer(re.escape(mark), bytes(data)):
            data[found.start() + flags] |= 1
    return bytes(data)


def _marks(code: str) -> str:
    return f"有看不见的字符（{code}），印出的次序、字句会与文件里的不同，请删去重打"


def _out(name: str) -> str:
    return f"里面有指向文件以外的路径（{name}），可能是恶意文件：不能使用"


DISGUISED: Final = (
    # what nobody sees, in ways that editors and scripts have
    Spoiled("raised off its line", text("内部掌握", '<w:position w:val="-2000"/>'), unseen("升降出行外的文字", "内部掌握")),
    Spoiled("characters on each other", text("内部掌握", '<w:spacing w:val="-400"/>'), unseen(TINY, "内部掌握")),
    Spoiled("fitted to nothing", text("内部掌握", '<w:fitText w:val="20"/>'), unseen(TINY, "内部掌握")),
    Spoiled("black, white by the theme", text("内部掌握", '<w:color w:val="000000" w:themeColor="background1"/>'), unseen(PALE, "内部掌握")),
    Spoiled("a tint of black", text("内部掌握", '<w:color w:val="000000" w:themeColor="text1" w:themeTint="08"/>'), unseen(PALE, "内部掌握")),
    Spoiled("a solid pattern", text("内部掌握", '<w:color w:val="000000"/><w:shd w:val="solid" w:color="000000" w:fill="auto"/>'), unseen(PALE, "内部掌握")),
    Spoiled("indented off the page", text("内部掌握", "", '<w:ind w:left="-9000"/>'), _BESIDE),
    Spoiled("indented over the other edge", text("内部掌握", "", '<w:ind w:left="14000"/>'), _BESIDE),
    Spoiled("a hanging first line", text("内部掌握", "", '<w:ind w:hanging="9000"/>'), _BESIDE),
    Spoiled("a frame off the page", text("内部掌握", "", '<w:framePr w:w="2000" w:vAnchor="page" w:hAnchor="page" w:x="-9000" w:y="100"/>'), _BESIDE),
    Spoiled("a text box off the page", xml(_text_box(-9_000_000, 100)), _BESIDE),
    Spoiled("a text box under the page", xml(_text_box(100, 30_000_000)), _BESIDE),
    Spoiled("an old text box off the page", xml('<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" style="position:absolute; margin-left:-900pt;width:100pt;height:50pt"><v:textbox><w:txbxContent><w:p><w:r><w:t>内部掌握</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>'), _BESIDE),
    Spoiled("a table off the page", xml(CELL.format(row="", cell="", inner=paragraph("内部掌握")).replace("<w:tblPr/>", '<w:tblPr><w:tblInd w:w="-9000" w:type="dxa"/></w:tblPr>')), _BESIDE),
    Spoiled("a floating table off the page", xml(CELL.format(row="", cell="", inner=paragraph("内部掌握")).replace("<w:tblPr/>", '<w:tblPr><w:tblpPr w:horzAnchor="page" w:tblpX="-9000"/></w:tblPr>')), _BESIDE),
    Spoiled("a sheet like a stamp", _element(rb"<w:pgSz [^/]*/>", '<w:pgSz w:w="100" w:h="100"/>'), _SHEET),
    Spoiled("margins over the sheet", _element(rb"<w:pgMar [^/]*/>", '<w:pgMar w:left="9000" w:right="9000" w:top="1" w:bottom="1"/>'), _SHEET),
    # words that are read in another way than they stand
    Spoiled("turned round", text("金额\u202e元00001"), _marks("U+202E")),
    Spoiled("a seam in mandatory words", text("权利\u200b和义务"), _marks("U+200B")),
    Spoiled("a seam in a tag", text("{{ office.na\u200bme }}"), "模板标签写法有误：“{{ office.na〔U+200B〕me }}”"),
    Spoiled("set from the right", text("1330元", "<w:rtl/>"), "有从右到左排的文字“1330元”：印出的次序是反的，请改正或删去"),
    Spoiled("overridden order", xml('<w:p><w:bdo w:val="rtl"><w:r><w:t>1330元</w:t></w:r></w:bdo></w:p>'), "有从右到左排的文字“1330元”：印出的次序是反的，请改正或删去"),
    Spoiled("two texts for one place", xml(_TWOFOLD.format(choice="<w:t>准予</w:t>", fallback="<mc:Fallback><w:t>不予</w:t></mc:Fallback>")), "同一处有两种文字（“准予”和“不予”），换一个软件打印就不同，请删去重写"),
    Spoiled("a text for some programs", xml(_TWOFOLD.format(choice="<w:t>权利和义务</w:t>", fallback="")), "同一处有两种文字（“权利和义务”和“”），换一个软件打印就不同，请删去重写"),
    Spoiled("somebody's watermark", xml('<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textpath string="样张作废"/></v:shape></w:pict></w:r></w:p>'), "有水印或艺术字“样张作废”，会印在每一份文书上，请在“设计—水印”中删除"),
    # what else an editor leaves
    Spoiled("a move", xml('<w:p><w:moveFrom w:id="1" w:author="x"><w:r><w:t>甲</w:t></w:r></w:moveFrom></w:p>'), CHANGES),
    Spoiled("the end of a move", xml('<w:p><w:moveToRangeStart w:id="1" w:author="x" w:name="m"/><w:moveToRangeEnd w:id="1"/></w:p>'), CHANGES),
    Spoiled("deleted text by itself", xml("<w:p><w:r><w:delText>删去</w:delText></w:r></w:p>"), CHANGES),
    Spoiled("changes are tracked", _setting("<w:trackRevisions/>"), "开着修订，制发后的每次改动都会留痕，请在“审阅”中关闭修订"),
    Spoiled("editing is protected", _setting('<w:documentProtection w:edit="forms" w:enforcement="1"/>'), "设置了编辑限制，请在“审阅—限制编辑”中停止保护"),
    Spoiled("writing is protected", _setting('<w:writeProtection w:recommended="1"/>'), "设置了修改权限密码或建议只读，请在“另存为—工具—常规选项”中取消"),
    Spoiled("variables", _setting('<w:docVars><w:docVar w:name="a" w:val="此户先不批"/></w:docVars>'), "有文档变量（docVars），里面的内容会随每一份文书带走，请把正文复制到自带的模板里再改"),
    Spoiled("building blocks", member("word/glossary/document.xml", f"<w:glossaryDocument {_NAMES}/>"), "有文档部件（自动图文集），里面的文字会随每一份文书带走，请把正文复制到自带的模板里再改"),
    Spoiled("a list to choose from", xml("<w:sdt><w:sdtPr><w:dropDownList/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>请选择</w:t></w:r></w:p></w:sdtContent></w:sdt>"), "有下拉、日期内容控件，只会印出当时选的内容，请删去控件，改为文字或 {{ 字段 }}"),
    Spoiled("a bound control of Word 2013", xml('<w:sdt><w:sdtPr><w15:dataBinding xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml" w15:xpath="/a"/></w:sdtPr><w:sdtContent><w:p/></w:sdtContent></w:sdt>'), "有绑定数据的内容控件，打开时会改变文字，请删去控件保留文字"),
    Spoiled("a form's macro", xml('<w:p><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:entryMacro w:val="AutoOpen"/></w:ffData></w:fldChar></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'), "有窗体域，请删去，改为文字或 {{ 字段 }}"),
    # what is packed beside it
    Spoiled("a control", xml("<w:p><w:r><w:control/></w:r></w:p>"), "有 ActiveX 控件，请删去"),
    Spoiled("an object elsewhere in the package", both(link("package", "../other/a.xml", ""), member("other/a.xml", "<a/>")), OLE),
    Spoiled("another document by its link", link("aFChunk", "a.html", ""), "嵌入了另一个文档（altChunk），请把内容粘贴为文字"),
    Spoiled("a program", member("word/media/x.exe", b"MZ"), "里面夹带了别的文件（word/media/x.exe），请把正文复制到自带的模板里再改"),
    Spoiled("fonts", member("word/fonts/font1.odttf", b"\0" * 99), "嵌入了字体文件，请在“选项—保存”中取消“将字体嵌入文件”"),
    Spoiled("a script to follow", link("hyperlink", "javascript:alert(1)"), SHARED),
    Spoiled("a name that leads out", member("../../evil.xml", "<a/>"), _out("../../evil.xml")),
    Spoiled("a name from the root", member("/etc/evil.xml", "<a/>"), _out("/etc/evil.xml")),
    Spoiled("a name of Windows", member("..\\evil.xml", "<a/>"), _out("../evil.xml")),
    Spoiled("two of a name but for capitals", member("WORD/DOCUMENT.XML", b"<a/>"), f"文件已损坏：里面有重名的内容，{SAVE}"),
    Spoiled("a password", _with_password, "文件加了密码，打不开：请去掉密码后，在 Word 或 WPS 中另存为“Word 文档（*.docx）”"),
    Spoiled("very many members", lambda m: {**m, **{f"word/x{n}.xml": b"<a/>" for n in range(1500)}}, "模板太大，或是恶意压缩的文件：请去掉大图片，用自带的模板重新改"),
    Spoiled("very deep", xml("<w:sdt>" * 9000 + "</w:sdt>" * 9000), "模板的内容套得太深：请用自带的模板重新改"),
    *(Spoiled(f"an entity in {name}", member(name, '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'), f"含有 DTD 或实体声明（{name.rpartition('/')[2]}），可能是恶意文件：不能使用")
      for name in ("docProps/custom.xml", "docProps/core.xml", "word/settings.xml", "word/footnotes.xml", "customXml/item1.XML", "word/media/a.svg", "word/media/a.png")),
    # more expressions
    Spoiled("the insides of a value", text("{{ office.name.__class__ }}"), f"标签里不能写以下划线开头的名字（__class__）：{ONLY}"),
    Spoiled("the same, in brackets", text("{{ office['__init__'] }}"), f"标签里不能写以下划线开头的名字（__init__）：{ONLY}"),
    Spoiled("an attribute by a filter", text("{{ office|attr('name') }}"), f"没有 attr 这种写法（{FILTERS}）"),
    Spoiled("another file", text("{% include 'x' %}"), f"标签里不能用{{% include %}}：{ONLY}"),
    Spoiled("another file's macros", text("{% import 'x' as y %}"), f"标签里不能用{{% import %}}：{ONLY}"),
    Spoiled("nothing escaped", text("{% autoescape false %}{{ office.name }}{% endautoescape %}"), f"标签里不能用{{% autoescape %}}：{ONLY}"),
)  # fmt: skip
