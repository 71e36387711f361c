"""What the system is told so that the watch runs by itself: a unit for systemd, of the machine or of one account; a task for Windows.

Sources: systemd.service(5), systemd.exec(5), systemd.syntax(7); Task Scheduler schema 1.3. After an end by mistake it is begun again in a
quarter of a minute; not where the command or the settings are wrong (2, 50), which waiting does not mend. What the watch shows names files, and
so people: it goes nowhere, its log (``services.LOG``) has the numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from xml.sax.saxutils import escape

_UNIT = """\
[Unit]
Description=archivist {office}
After={after}
RequiresMountsFor={root}
StartLimitIntervalSec=600
StartLimitBurst=20

[Service]
Type=exec
{account}UMask=0077
Environment=LANG=C.UTF-8 PYTHONUTF8=1
WorkingDirectory={root_alone}
ExecStart={command}
StandardOutput=null
KillSignal=SIGTERM
TimeoutStopSec=90
Restart=always
RestartSec=15
RestartPreventExitStatus=2 50
MemoryMax=6G
Nice=5
NoNewPrivileges=yes
PrivateTmp=yes
LockPersonality=yes
RestrictSUIDSGID=yes
{hardening}
[Install]
WantedBy={wanted}
"""
_NO_NETWORK = "RestrictAddressFamilies=AF_UNIX\n"
_OF_MACHINE = """\
PrivateDevices=yes
ProtectSystem=strict
ReadWritePaths={written}
SystemCallFilter=@system-service
AmbientCapabilities=CAP_LEASE
"""
"""What only a unit of the machine may ask for; CAP_LEASE lets it see that a scanner's account still writes."""
_TASK = """\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.3" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>archivist {office}</Description><URI>\\archivist\\{name}</URI></RegistrationInfo>
  <Triggers><LogonTrigger><Enabled>true</Enabled></LogonTrigger>
    <CalendarTrigger><StartBoundary>2024-01-01T08:20:00</StartBoundary><ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay></CalendarTrigger></Triggers>
  <Principals><Principal id="A"><LogonType>InteractiveToken</LogonType><RunLevel>LeastPrivilege</RunLevel></Principal></Principals>
  <Settings><MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy><DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries><StartWhenAvailable>true</StartWhenAvailable><ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure><Hidden>true</Hidden></Settings>
  <Actions Context="A"><Exec><Command>{program}</Command><Arguments>{arguments}</Arguments><WorkingDirectory>{root}</WorkingDirectory></Exec></Actions>
</Task>
"""


def systemd_unit(
    office: str,
    root: Path,
    command: Sequence[str],
    *,
    account: str = "",
    network: bool = False,
    inbox: Path | None = None,
) -> str:
    """Return a unit for systemd.

    Args:
        office: code of the office, for people.
        root: of the workspace, absolute.
        command: the program with its arguments.
        account: that it runs as, of the whole machine's unit; empty for one of the account that installs it.
        network: whether the watch follows an index in a cluster; else it gets none.
        inbox: where it lies outside the workspace, perhaps on a share that comes late: the watch waits for it.
    """
    place = _quoted(str(root))
    written = f"{place} {_quoted(f'-{inbox}')}" if inbox else place
    return _UNIT.format(
        office=office,
        after="local-fs.target remote-fs.target" if inbox else "local-fs.target",
        root=place,
        root_alone=str(root).replace("%", "%%"),
        account=f"User={account}\n" if account else "",
        command=" ".join(map(_word, command)),
        hardening=("" if network else _NO_NETWORK) + (_OF_MACHINE.format(written=written) if account else ""),
        wanted="multi-user.target" if account else "default.target",
    )


def _quoted(text: str) -> str:
    """Return a word of a unit: in quotes, ``%`` doubled (systemd.syntax(7))."""
    kept = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{kept}"'


def _word(text: str) -> str:
    """Return a word of a command, in which ``$`` would begin a variable."""
    return _quoted(text).replace("$", "$$")


def windows_task(office: str, name: str, root: PurePath, command: Sequence[str]) -> bytes:
    """Return a task for ``schtasks /Create /XML``, in UTF-16 as that asks for."""
    program, *arguments = command
    text = _TASK.format(
        office=escape(office),
        name=escape(name),
        program=escape(program),
        arguments=escape(" ".join(f'"{word}"' if " " in word else word for word in arguments)),
        root=escape(str(root)),
    )
    return text.replace("\n", "\r\n").encode("utf-16")
