"""By what it is known who acts: the account of the operating system, as far as the settings say whose it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archivist.model.by import By, KnownBy

if TYPE_CHECKING:
    from archivist.workspace import Workspace


def identified(workspace: Workspace, by: By, *, named: bool) -> By:
    """Return who acts with what the account says of it.

    Who named nobody is the one whose account it is. An account that is registered for several people says of none of them
    who sits there.

    Args:
        workspace: the open workspace.
        by: who acts; the account where nobody was named.
        named: whether somebody was named.

    Raises:
        SettingsError: E500.
    """
    serving = [person for person in workspace.config.people if person.account and person.serves(by.today)]
    owners = {person.name for person in serving if person.account == by.account}
    if not named and len(owners) == 1:
        by = replace(by, actor=next(iter(owners)))
    if owners == {by.actor}:
        return replace(by, known_by=KnownBy.ACCOUNT)
    if by.actor in owners:
        return by
    own = sorted({person.account for person in serving if person.name == by.actor})
    return replace(by, registered_account=own[0]) if own else by
