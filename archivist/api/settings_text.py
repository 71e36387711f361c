"""The text of a new ``archivist.toml``, written for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from archivist.model.roles import HELD
from archivist.settings_file import WorkspaceKind

if TYPE_CHECKING:
    from tomlkit.items import Table


def settings_text(
    pack: str, office: Mapping[str, str], kind: WorkspaceKind = WorkspaceKind.OFFICE, *, inbox: str = ""
) -> str:
    """Return the text of a new ``archivist.toml``: the office's settings, and what else may be said as comments.

    Args:
        pack: id of the rule pack.
        office: the keys of ``[office]`` in the order in which the file shows them.
        kind: of a bureau, what only an office's papers want is left out.
        inbox: the folder that is watched; empty for the one in the archive.
    """
    import tomlkit

    document = tomlkit.document()
    document.add(tomlkit.comment("archivist 工作区设置。改动后立即生效；写错的项会被指出。"))
    if kind is WorkspaceKind.BUREAU:
        item = tomlkit.item(kind.value)
        item.comment("民政局的工作区：接收、核对、抽查；不立户、不制发决定")
        document.add("kind", item)
    document.add("pack", tomlkit.item(pack))
    table = tomlkit.table()
    notes = {
        "name": "机关全称，印在文书上",
        "code": "户号前缀，定后不要改",
        "bureau": "委托机关：决定书写明受其委托，复议、诉讼以其为被申请人、被告",
        "review_authority": "行政复议机关",
        "court": "管辖法院",
        "verification_agency": "区级核对机构，印在授权书上",
        "agency_sign": "发文机关代字，如 红邵救字〔2024〕1号 中的“红邵救字”",
        "signature_style": "落款：town_with_delegation_clause 街道落款并写明受委托 / town_only / bureau_name",
    }
    for key, value in office.items():
        item = tomlkit.item(value)
        if key in notes:
            item.comment(notes[key])
        table.add(key, item)
    document.add("office", table)
    if kind is WorkspaceKind.BUREAU:
        document.add(tomlkit.comment("报送的镇（街道）；登记了的，别处的报送不接收"))
        for line in ("[[offices]]", 'name = "样例街道办事处"', 'code = "TJHQ"'):
            document.add(tomlkit.comment(line))
    document.add(tomlkit.comment('月救助标准（元），按类别；如 DB = "1130"'))
    document.add("standards", tomlkit.table())
    document.add("options", _options(kind, inbox))
    document.add(tomlkit.comment("人员与岗位：" + "，".join(f"{role} {role.label}" for role in HELD)))
    for line in ("[[people]]", 'name = "张三"', 'roles = ["intake"]', 'title = "民政助理员"'):
        document.add(tomlkit.comment(line))
    document.add(
        tomlkit.comment(
            "工作人员名册、“五有”自查由此得出：岗位（经办机构、管理部门、协理员、低保员）、专兼职、到岗日期，"
        )
    )
    document.add(tomlkit.comment("人口、机构、经费（元）、场所，各村（社区）和服务站"))
    for line in (
        'post = "经办机构"',
        'employment = "专职"',
        "since = 2024-01-01",
        "[establishment]",
        "population = 18300",
        'agency = "党群服务中心"',
        'department = "公共服务办公室"',
        "funds = 60000",
        'premises = "一楼救助窗口"',
        "[[villages]]",
        'name = "样例村"',
        'station = "样例村社会救助服务站"',
    ):
        document.add(tomlkit.comment(line))
    document.add(
        tomlkit.comment("立卷：全宗号（档号由它开头）、归档章上的机构，按卷（卷）还是按件（件）整理")
    )
    for line in ("[archive]", 'fonds = "Z109"', 'department = "民政"', 'arrangement = "卷"'):
        document.add(tomlkit.comment(line))
    document.add(tomlkit.comment("工作日的更正（自治地方节日、临时调休）"))
    for line in ("[calendar]", '"2025-10-09" = "班"'):
        document.add(tomlkit.comment(line))
    document.add(
        tomlkit.comment(
            "本机关自己的规则，盖过规则包中同一代号的行，须写明出处；改后运行 archivist rules check"
        )
    )
    for line in (
        "[[override.rule]]",
        'id = "refusal.inform"',
        "patch = true",
        "value = 2",
        'source = { measure = "《……》", article = "", sentence = "……" }',
    ):
        document.add(tomlkit.comment(line))
    return tomlkit.dumps(document)


def _options(kind: WorkspaceKind, inbox: str) -> Table:
    import tomlkit

    options = tomlkit.table()
    if kind is WorkspaceKind.OFFICE:
        place = tomlkit.string(inbox, literal="'" not in inbox)
        place.comment("收件箱，工作区以外文件夹的完整路径，写在单引号里；空的用 archive/inbox")
        options.add("inbox", place)
    for name, default, note in (
        ("settle_s", 2.0, "文件写完后静止多少秒收取"),
        ("settle_long_s", 10.0, "看不出是否写完的（网络共享、别的帐号的文件、纯文本），静止多少秒收取"),
        ("unfinished_s", 600.0, "没有结尾的文件（如只传了一半的 PDF）等多少秒转待认领"),
        ("rescan_s", 30.0, "每隔多少秒全面查看一次收件箱"),
        ("watch", "auto", "auto 由系统通知；polling 每两秒查看一次，收件箱在网络共享上时用"),
        ("readers", 0, "识别进程数；0 为每个处理器核心一个"),
        ("pdf", False, "制发文书时是否同时生成 PDF"),
        ("signed_copy_text", 0.8, "扫描件与所制发文书的文字相符到几成，才自动认作签署件"),
        (
            "provisional_dates",
            "mark",
            "放假安排未公布、可能变动的日期在文书上：mark 标“暂算”；withhold 不写日期，公布后另告",
        ),
        ("signature_ink", 0.012, "签名、盖章处有多大比例见墨，才算已签"),
    ):
        option = tomlkit.item(default)
        option.comment(note)
        options.add(name, option)
    return options
