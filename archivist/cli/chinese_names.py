"""What commands are called in Chinese: whoever types 立户 gets ``case open``."""

from __future__ import annotations

from typing import Final

Words = tuple[str, ...]

NAMES: Final[dict[Words, Words]] = {
    ("init",): ("建立工作区", "建库"),
    ("case",): ("户档",),
    ("import",): ("名册预检", "导入"),
    ("import-scans",): ("收旧扫描", "旧扫描件"),
    ("next",): ("下一步",),
    ("do",): ("往下办",),
    ("undo",): ("撤销",),
    ("due",): ("期限",),
    ("check",): ("检查", "齐全性"),
    ("watch",): ("守候", "收件"),
    ("file",): ("归档",),
    ("review",): ("待认领", "认领"),
    ("generate",): ("制发",),
    ("print",): ("打印",),
    ("unsigned",): ("待签",),
    ("report",): ("册表", "汇总"),
    ("search",): ("检索", "查找"),
    ("open",): ("打开",),
    ("fields",): ("信息项", "字段"),
    ("verify",): ("核对",),
    ("submit",): ("报送",),
    ("transfer",): ("移交",),
    ("backup",): ("备份",),
    ("restore",): ("恢复",),
    ("ledger",): ("总账",),
    ("access",): ("查阅登记",),
    ("people",): ("人员",),
    ("retention",): ("保管", "保管期限"),
    ("bureau",): ("民政局",),
    ("reindex",): ("重建索引",),
    ("templates",): ("模板", "文书目录"),
    ("rules",): ("规则", "规则包"),
    ("serve",): ("网页",),
    ("service",): ("服务",),
    ("service", "show"): ("服务内容",),
    ("service", "install"): ("登记服务",),
    ("service", "remove"): ("取消服务",),
    ("status",): ("状态", "运行"),
    ("doctor",): ("自检",),
    ("completion",): ("补全",),
    ("demo",): ("演示",),
    ("case", "open"): ("立户",),
    ("case", "show"): ("查看",),
    ("case", "set"): ("改动", "登记"),
    ("case", "list"): ("列表",),
    ("case", "step"): ("办理", "环节"),
    ("case", "correct"): ("更正",),
    ("case", "applicant"): ("变更申请人",),
    ("case", "merge"): ("并户",),
    ("case", "split"): ("分户",),
    ("case", "record"): ("件",),
    ("case", "record", "confirm"): ("认可",),
    ("case", "record", "image"): ("图像",),
    ("case", "record", "move"): ("移走",),
    ("case", "record", "replace"): ("重制",),
    ("case", "record", "retype"): ("改种类",),
    ("case", "record", "serves"): ("送达",),
    ("case", "record", "void"): ("作废",),
    ("case", "expunge"): ("剔除",),
    ("case", "residue"): ("残留",),
    ("case", "finish"): ("立卷",),
    ("case", "sheet"): ("空白名册",),
    ("export",): ("全部导出",),
    ("case", "export"): ("导出", "另存"),
    ("case", "log"): ("历史",),
    ("case", "deregister"): ("注销",),
    ("case", "reopen"): ("撤销注销",),
    ("review", "list"): ("列表",),
    ("review", "show"): ("查看",),
    ("review", "open"): ("打开",),
    ("review", "work"): ("逐件",),
    ("review", "assign"): ("指定",),
    ("review", "return"): ("退回",),
    ("review", "split"): ("拆分",),
    ("review", "join"): ("合并",),
    ("review", "unsplit"): ("撤销拆分",),
    ("review", "turn"): ("转正",),
    ("review", "image"): ("图像",),
    ("review", "unlock"): ("解密",),
    ("submit", "make"): ("做",),
    ("submit", "sign"): ("核对签名",),
    ("submit", "import"): ("收回执",),
    ("submit", "list"): ("列表",),
    ("transfer", "out"): ("转出",),
    ("transfer", "in"): ("接收",),
    ("transfer", "back"): ("收回",),
    ("backup", "make"): ("做",),
    ("backup", "check"): ("核对",),
    ("backup", "drill"): ("演练",),
    ("backup", "list"): ("列表",),
    ("access", "list"): ("列表",),
    ("access", "destroy"): ("销毁",),
    ("people", "list"): ("列表",),
    ("people", "pin"): ("口令",),
    ("retention", "list"): ("列表",),
    ("retention", "explain"): ("说明",),
    ("retention", "extend"): ("延长",),
    ("retention", "hold"): ("冻结",),
    ("retention", "release"): ("解冻", "解除冻结"),
    ("retention", "propose"): ("拟销毁",),
    ("retention", "batches"): ("批次",),
    ("retention", "papers"): ("打印件",),
    ("retention", "appraise"): ("鉴定",),
    ("retention", "approve"): ("批准",),
    ("retention", "execute"): ("销毁",),
    ("retention", "cancel"): ("撤销",),
    ("retention", "close"): ("完成",),
    ("retention", "residue"): ("残留",),
    ("bureau", "receive"): ("接收",),
    ("bureau", "verify"): ("核对",),
    ("bureau", "sample"): ("抽查",),
    ("bureau", "feedback"): ("反馈",),
    ("bureau", "list"): ("列表",),
    ("bureau", "due"): ("期限",),
    ("templates", "list"): ("列表",),
    ("templates", "check"): ("检查",),
    ("templates", "copy"): ("复制",),
    ("templates", "build"): ("生成",),
    ("templates", "diff"): ("比较",),
    ("rules", "list"): ("列表",),
    ("rules", "show"): ("查看",),
    ("rules", "check"): ("检查",),
    ("rules", "new"): ("新建",),
    ("rules", "diff"): ("比较",),
}
"""Command → its Chinese names, the first the one that help shows. Within a family none stands for two."""
_AT_ONCE: Final = frozenset(
    {"立户", "查看", "改动", "登记", "办理", "环节", "更正", "变更申请人", "并户", "分户", "剔除", "立卷", "导出", "历史", "注销", "撤销注销", "冻结", "解冻"}
)  # fmt: skip
"""Names of commands of a family that are daily bread: they are typed without the family's name too."""


def named(above: Words, word: str) -> Words:
    """Return what a word stands for in a family: the words of the command below it; nothing where it is no name there."""
    for path, names in NAMES.items():
        if path[:-1] == above and word in names:
            return path[-1:]
    if not above and word in _AT_ONCE:
        return next(path for path, names in NAMES.items() if word in names and len(path) > 1)
    return ()


def names_below(above: Words) -> list[str]:
    """Return the Chinese names that may stand in a family."""
    own = [name for path, names in NAMES.items() if path[:-1] == above for name in names]
    return own if above else [*own, *sorted(_AT_ONCE)]
