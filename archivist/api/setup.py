"""A workspace set up, and what does not belong into it moved out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from archivist.api.authorisation import authorised
from archivist.api.diagnosis import Checkup, Condition
from archivist.api.result import Result
from archivist.api.settings_text import settings_text
from archivist.declarations.forms import FULL_PATH
from archivist.errors import InvalidValue, SettingsError
from archivist.model.ids import OFFICE_CODE, Category
from archivist.model.permissions import Act
from archivist.settings_file import FILE_NAME, WorkspaceKind

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class WorkspaceMade(Result):
    """A new workspace.

    Attributes:
        office: full name as documents print it; ``pack`` with version and digest; ``pack_title`` its place.
        delegated: categories the pack says were given to such an office.
        blank: keys of the office's settings that documents will want and nobody filled in.
        disk: what is doubtful about the disk.
        scanner_group: the group whose members may put files into the inbox; empty when nobody but the office may.
        inbox: the folder that is watched.
    """

    SCHEMA: ClassVar[str] = "archivist/init/1"

    workspace: Path
    office: str
    pack: str
    pack_title: str
    delegated: tuple[Category, ...]
    blank: tuple[str, ...]
    disk: tuple[Checkup, ...]
    scanner_group: str
    inbox: Path


@dataclass(frozen=True, slots=True)
class Tidied(Result):
    """The foreign files that were moved out, each where it lay in the archive, and the folder they are in now."""

    SCHEMA: ClassVar[str] = "archivist/doctor-tidy/1"

    moved: tuple[str, ...]
    folder: Path


# ── setting up ───────────────────────────────────────────────────────────────────────────────────────────
def make_workspace(
    folder: Path,
    *,
    pack: str,
    office: str,
    code: str,
    district: str = "",
    bureau: str = "",
    agency_sign: str = "",
    phone: str = "",
    supervision_phone: str = "",
    address: str = "",
    scanner_group: str = "",
    inbox: str = "",
    kind: str = WorkspaceKind.OFFICE,
) -> WorkspaceMade:
    """Make a workspace: settings, archive, inbox, places for index and templates.

    Args:
        folder: made when it is not there.
        pack: id of a rule pack.
        office: the town's or sub-district's name; 人民政府, 办事处 and the district are added where they are missing.
        code: opens every case number and never changes.
        district: full name; the pack's own when not given.
        bureau: the district's civil affairs bureau; made from the district when not given.
        agency_sign: 发文机关代字, as documents print it.
        phone: of the office.
        supervision_phone: where people may complain.
        address: of the office.
        scanner_group: a group of the system whose members may put files into the inbox, and see no household.
        inbox: a folder outside the workspace that is watched instead of the one in the archive; made when it is not there.
        kind: ``office``, or ``bureau``: then ``office`` is the bureau's own name, and ``code`` opens no case number.

    Raises:
        UnknownPack: E501. InvalidValue: E002, no such group, or a bureau that has an inbox. WriteFailed: E204.
        DroppedFileError: E100, the inbox is another workspace's.
        SettingsError: E500, a bad code, a workspace is here already, this account is not of the group, or no inbox may be there.
    """
    from archivist.rules.pack import load
    from archivist.store import inbox_access, inbox_claim, inbox_place
    from archivist.store.disk_probe import examine

    rules = load(pack, own=folder / "packs")
    if not OFFICE_CODE.fullmatch(code):
        raise SettingsError(f"户号前缀“{code}”应为 2 至 8 个大写英文字母")
    whose = WorkspaceKind(kind)
    if (scanner_group or inbox) and whose is WorkspaceKind.BUREAU:
        raise InvalidValue("民政局的工作区没有收件箱，不设 --scanner-group、--inbox")
    if not FULL_PATH.fits(inbox):
        raise InvalidValue(f"--inbox 应为{FULL_PATH.expected}", file=inbox)
    place = inbox_place.place_of(folder, inbox)
    values = _office(office, district or rules.district, whose) | {
        "code": code,
        "agency_sign": agency_sign,
        "address": address,
        "phone": phone,
        "supervision_phone": supervision_phone,
    }
    if bureau:
        values["bureau"] = bureau
    group = inbox_access.group_named(scanner_group) if scanner_group else None
    if inbox:
        inbox_place.make(place)
        inbox_claim.claim(place, folder, None)
    lay_out(folder, settings_text(pack, values, whose, inbox=inbox), whose)
    if group:
        inbox_access.open_to_group(folder / "archive", place, group)
    wanted = ("district", "agency_sign", "address", "phone", "supervision_phone", "bureau", "court")
    disk = map(Checkup.of, examine(folder / "archive", place))
    return WorkspaceMade(
        workspace=folder.resolve(),
        office=values["name"],
        pack=rules.stamp,
        pack_title=rules.title,
        delegated=tuple(rules.delegated),
        blank=tuple(key for key in wanted if not values[key]),
        disk=tuple(c for c in disk if c.state is not Condition.FINE),
        scanner_group=group.name if group else "",
        inbox=place.resolve(),
    )


def lay_out(folder: Path, settings: str, kind: WorkspaceKind = WorkspaceKind.OFFICE) -> None:
    """Make the folders and the first key of a workspace around the text of its ``archivist.toml``.

    Raises:
        SettingsError: E500, a workspace is here already. WriteFailed: E204.
    """
    from archivist.store import Archive, durable_files, office_keys, receptions
    from archivist.store.disk_probe import require_room, require_writable

    target = folder / FILE_NAME
    if target.exists():
        raise SettingsError(
            "这里已经是工作区，不覆盖原有设置", file=FILE_NAME, remedy=f"直接编辑 {FILE_NAME}。"
        )
    require_room(folder)
    folder.mkdir(parents=True, exist_ok=True)
    require_writable(folder)
    target.write_text(settings, encoding="utf-8")
    if kind is WorkspaceKind.BUREAU:
        receptions.begin(folder / "archive")
    Archive(folder / "archive").create()
    if not office_keys.read(folder):
        office_keys.make(folder)
    durable_files.make_private_folder(folder / "index")
    (folder / "doc_templates").mkdir(exist_ok=True)


def _office(office: str, district: str, kind: WorkspaceKind) -> dict[str, str]:
    """Return the office's settings in the order in which the file shows them."""
    if kind is WorkspaceKind.BUREAU or office.endswith(("办事处", "人民政府")):
        full = office
    else:
        full = f"{office}办事处" if office.endswith("街道") else f"{office}人民政府"
    return {
        "name": full if kind is WorkspaceKind.BUREAU or full.startswith(district) else district + full,
        "code": "",
        "district": district,
        "bureau": full if kind is WorkspaceKind.BUREAU else f"{district}民政局" if district else "",
        "review_authority": f"{district}人民政府" if district else "",
        "court": f"{district}人民法院" if district else "",
        "verification_agency": f"{district}居民家庭经济状况核对机构" if district else "",
        "agency_sign": "",
        "address": "",
        "phone": "",
        "supervision_phone": "",
        "signature_style": "town_with_delegation_clause",
    }


@authorised(Act.TIDY)
def tidy(workspace: Workspace, by: By) -> Tidied:
    """Move what other programs left in the archive's folders into the outbox; nothing is deleted.

    Raises:
        WriteFailed: E204; what was moved is moved.
    """
    from archivist.preservation import foreign

    return Tidied(foreign.tidy(workspace, by), workspace.archive.outbox / foreign.FOLDER)
