"""What errors say of commands, said of screens: who works at the page is sent to no command line where the page has a screen.

A command whose act has no screen here (恢复, 核对, 更正环节 …) stays as it is, so that somebody can be asked to type it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from archivist.model.ids import CASE_NO_IN_TEXT

SCREENS: Final[Mapping[str, str]] = {
    "case list": "“户档”",
    "case log": "“户档”里的“历史”",
    "case open": "“立户”",
    "case record move": "那一件的“移到别户”",
    "case record retype": "那一件的“改种类”",
    "case record show": "“户档”里的那一件",
    "case set": "“户档”里那一项旁边的铅笔",
    "case show": "“户档”",
    "case step": "“户档”里的“现在做什么”",
    "due": "“期限”",
    "file": "“加材料”",
    "generate": "“户档”里的“制发文书”",
    "people list": "“设置”",
    "print": "“待签打印”",
    "export": "“户档”里的导出",
    "report": "“册表”",
    "retention appraise": "“保管”里的批次",
    "retention approve": "“保管”里的批次",
    "retention batches": "“保管”",
    "retention cancel": "“保管”里的批次",
    "retention explain": "“保管”",
    "retention list": "“保管”",
    "retention papers": "“保管”里批次的“重新制作打印件”",
    "retention propose": "“保管”的“送鉴定”",
    "review assign": "“待认领”",
    "review join": "“待认领”的“合并”",
    "review list": "“待认领”",
    "review return": "“待认领”的“退回”",
    "review show": "“待认领”",
    "review split": "“待认领”的“拆分”",
    "search": "上面的检索格",
    "status": "“运行”",
    "unsigned": "“待签打印”",
    "watch": "“运行”的“开始守候收件箱”",
}
"""Command → where the page does the same."""
_FIELDS: Final[Mapping[str, str]] = {
    "--again --reason 理由": "“再制发一份、倒填日期的理由”",
    "--again": "“仍另立”",
    "--as": "“换人登录”",
    "--keep-duplicate": "“完全相同也另存一件”",
    "--reason": "“理由”一格",
    "--set 键=值": "“其他项”一格",
    "--type": "“是什么”一格",
    "--with": "“另一人”一格",
}
"""Option → the field of the page for it, where a text names the option alone."""
_WORD: Final = "[^ ，。；、：）“”]"
_MORE: Final = "(?= (?:[A-Z]{2,8}-|户|--))"
_ENDS: Final = rf"(?=$|(?!、[a-z])[，。；、：）”（一-鿿]| [一-鿿])(?! {_WORD}+{_MORE})"
"""What may stand after a command that is told in full; anything else is more of it."""
_GIVEN: Final = rf"{CASE_NO_IN_TEXT.pattern}|[0-9]+|…|户号?|编号|件号|姓名|文书|文件|种类|扫描件|[a-z_]+"
"""What stands for a household, a record, a document, a step."""
_TOLD: Final = rf"--(?:set|on|at|by|reason|type|stage) {_WORD}+"
"""Options whose fields stand on the screen, and need not be named."""
_NAMED: Final = rf"(?P<fact>{_WORD}+?)={_WORD}*|(?P<title>[一-鿿]{_WORD}*){_MORE}"
"""A fact that is to be set, a document that is to be issued: the page shows which."""
_HELP: Final = "用 --help 查看该命令的写法"


_LONGEST_FIRST: Final = "|".join(sorted(SCREENS, key=len, reverse=True))
_COMMAND: Final = re.compile(
    rf" ?(?:archivist ({_LONGEST_FIRST})|({'|'.join(c for c in SCREENS if ' ' in c)})|(generate)(?= --))"
    rf"(?: (?:{_TOLD}|{_GIVEN}|{_NAMED}))*{_ENDS}(?: (?=[一-鿿]))?"
)
_OPTION: Final = re.compile(
    rf"(?<=[用加（]) ?({'|'.join(sorted(_FIELDS, key=len, reverse=True))})(?![a-z-])(?: (?=[一-鿿]))?"
)


def on_page(text: str) -> str:
    """Return a text of the program as it is shown on the page.

    >>> on_page("用 archivist case step 户 查看现在能办的环节。")
    '用“户档”里的“现在做什么”查看现在能办的环节。'
    """
    said = text.replace(_HELP, "照所写的改正，再试一次")
    said = _COMMAND.sub(_screen, said)
    return _OPTION.sub(lambda found: _FIELDS[found[1]], said)


def _screen(found: re.Match[str]) -> str:
    words = SCREENS[found[1] or found[2] or found[3]]
    if found["fact"]:
        return words.replace("那一项", f"“{found['fact']}”一项")
    return f"{words}（{found['title']}）" if found["title"] else words
