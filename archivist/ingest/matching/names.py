"""Names on a page: those of people on file, and the ones that stand where a paper says whom it is about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from archivist.model.chinese import COMPOUND_SURNAMES

_HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
_RUN: Final = re.compile(f"[{_HAN}·]+")
_SPACED: Final = re.compile(f"(?<![^\\s])[{_HAN}](?:[ \u3000][{_HAN}])+(?!\\S)")
_DOTS: Final = str.maketrans(dict.fromkeys("•‧・･⋅∙．", "·"))
LONGEST: Final = 4
"""Most characters of an ordinary name; names with a dot, and whole runs, may be longer."""
_LONGEST_RUN: Final = 25

_SUBJECT: Final = (
    "患者|病人|户主|申请人|学生|死者|逝者|残疾人|被保险人|参保人|持证人|持卡人|客户|本人|权利人|户"
)
_LABEL: Final = re.compile(
    rf"(?<![{_HAN}])(?:(?:{_SUBJECT})?姓\s*名|户\s*名|{_SUBJECT[:-2]}|存款人|承租人|原告|被告|上诉人|被上诉人)"
    r"(?P<gap>(?:\s*[（(][^（()）\n]{1,8}[)）])?\s*[:：|]?\s*)"
)
_LEAD: Final = re.compile(
    r"(?:兹有|兹证明|今收到|我是|收到)(?P<gap>\s*(?:(?:我|本)[\u4e00-\u9fff]{1,6}?(?:居民|村民|职工|员工|学生))?[:：]?\s*)"
)
_AFTER: Final = re.compile(
    "性别|民族|出生|生于|年龄|身份|公民|证件|住址|住所|地址|同志|先生|女士|居民|电话|联系|关系|签名|签字|盖章|名下|工作"
    "|病历|科室|科别|门诊|住院|床号|账号|卡号|户号|[系男女岁的因于住患曾已是现与为在及等向经]"
)
"""What ends a name that runs on into the text."""
_SURNAMES: Final = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛奚范彭郎鲁韦昌马苗凤方俞任"
    "袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于傅皮卞齐康伍余卜顾孟黄穆萧尹姚邵湛汪祁毛禹狄米贝臧伏戴谈宋茅庞熊纪舒"
    "屈项祝董梁杜阮蓝闵席季麻贾路娄江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万柯卢莫房裘缪干宗丁宣邓郁单杭洪包诸左石崔"
    "吉钮龚程嵇邢裴陆荣翁荀惠甄曲封芮储靳段富巫乌焦巴牧谷车侯全班仲伊宫宁仇栾甘厉戎祖武符刘景詹龙叶幸司黎薄白蒲邰索赖卓"
    "蔺屠蒙池乔胥闻莘党翟谭贡劳姬申冉雍桑桂濮牛寿边扈燕冀浦尚农温庄晏柴瞿阎慕连茹习艾容古易廖耿匡寇禄沃利越隆师巩聂晁勾"
    "敖冷辛阚那简饶曾沙鞠丰巢关蒯荆游竺权盖桓仝肖闫付代苑覃佟买"
)
_NO_NAMES: Final = frozenset(
    "单位 关系 关于 关联 房屋 房产 房主 金额 师傅 高血 高龄 高中 万元 全部 全称 全家 全体 安置 安排 白天 车辆 包括 古稀 农业 农村 连续 文书 文化 代理 代办"
    " 华侨 容貌 符合 成员 任职 任何 项目 方式 方法 时间 于是 石油 严重 危重 司法 司机 宗教 常住 常用 申请 申报 申明 段落 章程 和解 左右 单独 习惯 易地 康复 景区 支付"
    " 祝愿 程序 管理 卓越 武装 金融 冷水 钱款 党员 党组 曾用 幸福 路径 闻讯 沙发 麻醉 温度 丰富 查询 许可 范围 江苏 江西 云南 安徽 宁夏 贺信 冀州 牛奶 马上 谈话 戴帽 古代"
    " 都市 尚未 阴性 阳性 郑重 顾问 顾客 凌晨 勾选 陈述 陈列 常规 常务 车牌 应当 方便 项下 全面 全年 高级 高等 金额 权益 权限 云端".split()
)
"""Words that begin as surnames do; what begins with one of them is no name."""
_BEFORE_NUMBER: Final = re.compile(
    rf"(?P<run>[{_HAN}·]{{2,40}})[\s，,、（(:：]{{0,3}}(?:[男女][\s，,、]*)?(?:[{_HAN}]{{1,4}}族[\s，,、]*)?"
    r"(?:\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日(?:出生|生)?[\s，,、]*)?[（(]?"
    r"(?:(?:居民|公民)?身份(?:证)?(?:证?件)?(?:号码|号)?[为是]?[:：\s]*)?$"
)
_TO_NAME: Final = re.compile(
    ".*(?:居民|村民|证明|职工|员工|学生|患者|我是|收到|兹有|申请人|姓名|户主|原告|被告)"
)


@dataclass(frozen=True, slots=True)
class Words:
    """The text of a page as names are looked for in it.

    Attributes:
        lines: NFKC, names spaced out put together, lines and other blanks as they were.
        solid: the same without any blank.
    """

    lines: str
    solid: str

    @classmethod
    def of(cls, text: str) -> Words:
        """Prepare the text of a page, or a file name."""
        plain = unicodedata.normalize("NFKC", text).translate(_DOTS)
        lines = _SPACED.sub(lambda m: re.sub(r"\s", "", m[0]), plain)
        return cls(lines, re.sub(r"\s+", "", lines))

    def candidates(self) -> set[str]:
        """Return every stretch that may be somebody's name."""
        found: set[str] = set()
        for run in _RUN.findall(self.solid):
            for size in range(2, LONGEST + 1):
                found.update(run[i : i + size] for i in range(len(run) - size + 1))
            if LONGEST < len(run) <= _LONGEST_RUN:
                found.add(run)
            if "·" in run:
                found.update(_dotted(run))
        for match in [*_LABEL.finditer(self.lines), *_LEAD.finditer(self.lines)]:
            run = self._solid_run(match.end())
            found.update(run[:size] for size in range(LONGEST + 1, min(len(run), _LONGEST_RUN) + 1))
        return found

    def addressed(self, on_file: Collection[str]) -> list[tuple[int, str]]:
        """Return the names that stand after 姓名, 申请人, 兹有 and the like, with where each begins in ``lines``.

        Args:
            on_file: the names on file that are on the page.
        """
        found = {}
        for match in _LABEL.finditer(self.lines):
            if name := self._name_at(match, on_file, loose="姓" in match[0]):
                found[match.end()] = name
        for match in _LEAD.finditer(self.lines):
            if name := self._name_at(match, on_file, loose=False):
                found[match.end()] = name
        return sorted(found.items())

    def _solid_run(self, index: int) -> str:
        start = len(re.sub(r"\s+", "", self.lines[:index]))
        match = _RUN.match(self.solid, start)
        return match[0] if match else ""

    def _name_at(self, label: re.Match[str], on_file: Collection[str], *, loose: bool) -> str:
        match = _RUN.match(self.lines, label.end())
        if match is None or not (label["gap"] or loose or label.re is _LEAD):
            return ""
        run, whole = match[0], self._solid_run(label.end())
        known = max((n for n in on_file if whole.startswith(n)), key=len, default="")
        cut = _AFTER.search(run, 1)
        short = run[: cut.start()] if cut else run
        if known and (len(known) >= min(len(short), 3) or "·" in known):
            return known
        parted = bool(cut) or label.re is not _LEAD or self.lines[match.end() :][:1] in "，,（("
        return short if parted and looks_like_name(short) else ""

    def holder(self, start: int, on_file: Collection[str]) -> str:
        """Return the name that stands directly before an ID number; empty when none does.

        Args:
            start: where the number begins in ``lines``.
            on_file: the names on file that are on the page.
        """
        match = _BEFORE_NUMBER.search(self.lines[max(start - 90, 0) : start])
        if match is None:
            return ""
        run = match["run"]
        known = max((n for n in on_file if run.endswith(n)), key=len, default="")
        rest = _TO_NAME.sub("", run)
        if known and (len(known) >= min(len(rest), 3) or "·" in known):
            return known
        return rest if looks_like_name(rest) else ""


def _dotted(run: str) -> Iterator[str]:
    """Yield what may be a name with dots: it begins before the first dot and ends after the last."""
    first, last = run.index("·"), run.rindex("·")
    for start in range(max(first - 20, 0), first):
        for end in range(last + 2, min(last + 21, len(run)) + 1):
            yield run[start:end]


def looks_like_name(text: str) -> bool:
    """Tell whether a stretch of characters may be a person's name: it begins with a surname, or has a dot within."""
    if "·" in text:
        return 3 <= len(text) <= _LONGEST_RUN and not text.startswith("·") and not text.endswith("·")
    surname = text[:1] in _SURNAMES or text[:2] in COMPOUND_SURNAMES
    longest = LONGEST if text[:2] in COMPOUND_SURNAMES else LONGEST - 1
    return surname and 2 <= len(text) <= longest and text[:2] not in _NO_NAMES


def nearly(seen: str, on_file: str) -> bool:
    """Tell whether a name may be the one on file, misread by recognition.

    Names of three characters and more may differ in one; a character outside GB 2312, which recognition hardly knows, may
    be anything.
    """
    if len(seen) == len(on_file) >= 3 and sum(a != b for a, b in zip(seen, on_file, strict=True)) == 1:
        return True
    if all(map(_is_common, on_file)):
        return False
    pattern = "".join(re.escape(c) if _is_common(c) else ".{0,3}" for c in on_file)
    return re.fullmatch(pattern, seen) is not None


def _is_common(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return char == "·"
    return True
