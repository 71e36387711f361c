"""What the operating system says when it refuses, in Chinese: the one place where an ``errno`` becomes words."""

from __future__ import annotations

import errno
from typing import Final

_WORDS: Final = {
    "EPERM": "系统不允许这样操作",
    "ENOENT": "文件或文件夹不存在",
    "EINTR": "操作被打断",
    "EIO": "磁盘读写出错，硬件可能有故障",
    "ENXIO": "没有这个设备",
    "EBADF": "文件已被关闭",
    "EAGAIN": "暂时被占用",
    "ENOMEM": "内存不够",
    "EACCES": "没有权限",
    "EBUSY": "正被占用",
    "EEXIST": "已经存在",
    "EXDEV": "不在同一个磁盘上",
    "ENODEV": "设备不支持",
    "ENOTDIR": "路径中有一段不是文件夹",
    "EISDIR": "是文件夹，不是文件",
    "EINVAL": "系统不接受这个操作",
    "ENFILE": "整台电脑打开的文件太多",
    "EMFILE": "本程序打开的文件太多",
    "ETXTBSY": "文件正在运行",
    "EFBIG": "文件太大，超过了限制",
    "ENOSPC": "磁盘已满",
    "ESPIPE": "不能定位",
    "EROFS": "磁盘是只读的",
    "EMLINK": "链接太多",
    "EPIPE": "接收的一方已经关闭",
    "ENAMETOOLONG": "文件名太长",
    "ENOLCK": "这个磁盘不支持文件锁",
    "ENOSYS": "系统没有这个功能",
    "ENOTEMPTY": "文件夹不是空的",
    "ELOOP": "链接绕了圈",
    "EILSEQ": "文件名中有磁盘不能用的字",
    "EOVERFLOW": "文件太大，系统处理不了",
    "ENOTSUP": "磁盘不支持这个操作",
    "EOPNOTSUPP": "磁盘不支持这个操作",
    "EDQUOT": "磁盘配额已用完",
    "ESTALE": "网络共享上的文件已失效，请重新连接共享",
    "ENOTCONN": "网络共享已断开",
    "ETIMEDOUT": "等待超时，网络共享可能已断开",
    "ECONNREFUSED": "对方拒绝连接",
    "ECONNRESET": "连接被对方断开",
    "ECONNABORTED": "连接中断",
    "EHOSTDOWN": "对方电脑没有开机",
    "EHOSTUNREACH": "连不上对方电脑",
    "ENETDOWN": "网络已断开",
    "ENETUNREACH": "网络连不上",
    "EREMOTEIO": "对方电脑读写出错",
    "ENOMEDIUM": "没有插入磁盘",
    "ENODATA": "没有数据",
    "EKEYREJECTED": "共享的登录已失效",
    "EUCLEAN": "磁盘的文件系统已损坏，请先检查修复磁盘",
    "EBADMSG": "磁盘上的数据校验不符，硬件可能有故障",
}
REASONS: Final = {getattr(errno, name): words for name, words in _WORDS.items() if hasattr(errno, name)}
"""``errno`` → words; not every system has every number."""

WINDOWS: Final = {
    5: "没有权限，或被别的程序占用",
    19: "磁盘有写保护",
    21: "设备没有就绪",
    23: "磁盘上的数据校验不符，硬件可能有故障",
    32: "被别的程序占用（正打开着）",
    33: "被别的程序占用（锁住了）",
    39: "磁盘已满",
    53: "找不到网络共享",
    55: "网络共享已断开",
    59: "网络出错",
    64: "网络共享已断开",
    67: "找不到网络共享",
    112: "磁盘已满",
    121: "等待超时，网络共享可能已断开",
    123: "文件名中有磁盘不能用的字",
    206: "文件名太长",
    225: "被杀毒软件拦下",
    1117: "磁盘读写出错，硬件可能有故障",
    1224: "正被另一个程序打开",
    1392: "磁盘的文件系统已损坏，请先检查修复磁盘",
    1816: "磁盘配额已用完",
}
"""``winerror`` → words, where they say more than the ``errno`` that Python makes of it (32 and 33 become "no permission")."""


def reason_of(error: OSError) -> str:
    """Return why the system refused: words of our own, else its number and its own words."""
    if (code := getattr(error, "winerror", None)) in WINDOWS:
        return WINDOWS[code]
    if error.errno in REASONS:
        return REASONS[error.errno]
    said = error.strerror or str(error) or type(error).__name__
    return f"系统错误 {error.errno}：{said}" if error.errno else said
