"""Characters that our own reading takes for one another, as benchmarks.confusions measured it.

64 pages of 107,008 characters, drawn small, blurred, noisy and pale (seeds 1 and 2): 1504 slips; every pair that came twice or more often,
the commonest first. Each two characters are what was printed and what was read.
"""

from __future__ import annotations

from typing import Final

_PAIRS: Final = (
    "曰日己已凤风刽剑未末迸进呜鸣巳已揩措吩盼诌谄晌响咯略跺踩骡骤涧润誊誉呸胚唾睡椽橡宋末酉西迂迁袒祖瞥警抡抢祟崇窒室嚷酿撵捧豢拳恫侗哗晔摈槟檄橄硷验卞下蜒蜓颧额耪榜"
    "擂插叼时唁暗恫桐淮准萧箫饯钱譬警毖瑟瓤瓢蛀蛙肮航旬句酗酬莲连泅泗甭雨氦氨吱歧鳖鳌吕目箩萝孪李厩概硷检洒酒撵摔狡较苫苦檄机宋未靳新摹墓瘸病刽创慨概冀囊藉籍摧推撅搬"
    "懦儒荚英掷挪唬晓衅鲜遁通彭影哮酵殷股砒础蘑磨恃特笆色瓤额搪糖簿薄筒简痹辨粱梁殷般赂略茬荏怔征嗽嫩呢昵瓤辄诫诚吭肮篱离恿愚撅撤瘸痫琉疏豢蒙捎措噶喝瓢飘谰澜豢参唬喊"
    "瓤颧峰蜂鳖螯蛆姐咐附蹬跨蛔姻炯烟喉暇乞气井并粳梗昧味铡侧瘴癔栽裁篙蒿擞撒桅枪韭非颊频诌治谰调千干脾牌挎持藕耦恿通逮速剐刚傀愧唬咙咋昨枢框"
)


def lookalikes(word: str) -> list[str]:
    """Return a word with one of its characters taken for another, either way round; the commonest slips first."""
    found = []
    for printed, read in zip(_PAIRS[::2], _PAIRS[1::2], strict=True):
        for one, other in ((printed, read), (read, printed)):
            found += [word[:at] + other + word[at + 1 :] for at, char in enumerate(word) if char == one]
    return list(dict.fromkeys(found))
