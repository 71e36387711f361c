"""What the same thing is called in speech and on paper. A word that holds one of these is searched as the others as well.

One line for each thing; an answer says which were used. In quotation marks a word is searched as it is written.
"""

from __future__ import annotations

from typing import Final

SYNONYMS: Final = (
    ("低保", "最低生活保障"),
    ("低保边缘", "低边", "最低生活保障边缘"),
    ("特困", "特困人员", "五保"),
    ("临时救助", "临救"),
    ("户口本", "户口簿"),
    ("残疾证", "残疾人证"),
    ("房产证", "房本", "不动产权证", "房屋所有权证"),
    ("驾照", "驾驶证"),
    ("行驶证", "行车证"),
    ("诊断书", "诊断证明"),
    ("出院小结", "出院记录"),
    ("病历", "病案"),
    ("死亡证", "死亡证明", "死亡医学证明"),
    ("大病", "重大疾病", "重病"),
    ("社保", "社会保险"),
    ("医保", "医疗保险"),
    ("养老金", "养老保险金"),
    ("村委会", "村民委员会"),
    ("居委会", "居民委员会"),
    ("银行流水", "交易明细"),
    ("委托书", "授权委托书"),
    ("工资单", "工资条", "收入证明"),
    ("入户", "入户调查"),
    ("信息核对", "家庭经济状况核对"),
    ("监护人", "监护责任人"),
)


def others(word: str) -> tuple[str, ...]:
    """Return a word with what it holds of these said in the other ways; the longest that stands in it counts.

    What is a part of the word, or has it as a part, finds nothing that the word does not find, and is left out.
    """
    held = max((term for group in SYNONYMS for term in group if term in word), key=len, default="")
    if not held:
        return ()
    said = (term for group in SYNONYMS if held in group for term in group if term != held)
    return tuple(other for term in said if word not in (other := word.replace(held, term, 1)))
