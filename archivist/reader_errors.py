"""How a reader that cannot work is told of (E109); the rest of the tree of errors stands in ``archivist.errors``."""

from __future__ import annotations

from archivist.errors import ArchivistError


class ReaderBroken(ArchivistError):
    """The reading process cannot read at all: a package is missing or does not load. No file is at fault; each stays where it is."""

    code, exit_status, title = "E109", 19, "本机读不了文件"
    remedy = "不是文件的问题，文件都留在原处。请维护人员运行 archivist doctor 查看“文字识别”，重新安装程序；修好后自动收取。"
