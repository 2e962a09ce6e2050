"""The variable values and the time range that a reader selected on dashboards, saved for their next visit; no other
user sees them.

An `AccountFile` with the suffix `.bbc`: dashboard → variable → values, or true for All; `:time` → both ends.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchboard.dashboards.account_file import AccountFile
from benchboard.dashboards.document.document import MAX_NAME, MAX_VALUES, MAX_VARIABLES, NAME, Document
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.variables.repeat_expansion import VariableChoice
from benchboard.errors import Invalid, Unavailable
from benchboard.i18n import _
from benchboard.vault import Vault

MAX_DASHBOARDS: Final = 200
"""Most dashboards whose values are kept: the most recently changed."""

Choices = Mapping[str, VariableChoice]
_TIME: Final = ":time"
"""No variable has this name."""


@dataclass(frozen=True, slots=True)
class Selections:
    """What a reader selected on a dashboard: values of its variables, by name, and a time range."""

    choices: Choices = field(default_factory=dict)
    time: TimeRange | None = None


def changed_choices(document: Document, choices: Choices) -> dict[str, VariableChoice]:
    """The choices that differ from the default values: a reader who selected the default follows its changes."""
    theirs = {
        one.name: VariableChoice(all=True) if one.all_chosen else VariableChoice(one.chosen)
        for one in document.variables
        if one.name in choices
    }
    return {name: choice for name, choice in choices.items() if name in theirs and choice != theirs[name]}


def load(home: Path, vault: Vault, account: Sequence[str], dashboard: str) -> Selections:
    """What this account selected on a dashboard; nothing if that can't be read.

    Waits for the disk and the vault.
    """
    try:
        stored = _file(home, vault, account).read().get(dashboard)
    except (OSError, Unavailable):
        return Selections()
    return Selections(_choices(stored), _time(stored))


def save(home: Path, vault: Vault, account: Sequence[str], dashboard: str, selected: Selections) -> None:
    """Write what this account selected on a dashboard.

    Waits for the disk and the vault. Raises `Unavailable`.
    """
    file = _file(home, vault, account)
    with file.locked(_refusal()):
        known = file.read()
        known.pop(dashboard, None)
        if written := _serialise(selected):
            known[dashboard] = written
        file.write(known)


def sweep(home: Path, vault: Vault, account: Sequence[str], visible: Callable[[set[str]], set[str]]) -> None:
    """Delete the values for dashboards that the account doesn't see any more; `visible` returns those that it does.

    Waits for the disk and the vault. Raises `Unavailable`.
    """
    _file(home, vault, account).sweep(visible, _refusal())


def _file(home: Path, vault: Vault, account: Sequence[str]) -> AccountFile:
    return AccountFile(home, vault, account, ".bbc", "choices", MAX_DASHBOARDS)


def _refusal() -> str:
    return _("Can't save variable selections in {folder}.")


def _serialise(selected: Selections) -> dict[str, Any]:
    time = {_TIME: [selected.time.start, selected.time.end]} if selected.time is not None else {}
    return time | {name: True if choice.all else list(choice.values) for name, choice in selected.choices.items()}


def _time(raw: object) -> TimeRange | None:
    """The time range as it was written; None for an invalid one."""
    ends = raw.get(_TIME) if isinstance(raw, dict) else None
    if not isinstance(ends, list) or len(ends) != 2 or not all(isinstance(end, str) for end in ends):
        return None
    found = TimeRange(*ends)
    try:
        found.period(datetime.now(UTC))
    except Invalid:
        return None
    return found


def _choices(raw: object) -> dict[str, VariableChoice]:
    """Choices as they were written; invalid ones are dropped."""
    if not isinstance(raw, dict):
        return {}
    read = ((name, _choice(one)) for name, one in list(raw.items())[: MAX_VARIABLES + 1] if NAME.fullmatch(name))
    return {name: choice for name, choice in read if choice is not None}


def _choice(raw: object) -> VariableChoice | None:
    if raw is True:
        return VariableChoice(all=True)
    if not isinstance(raw, list) or len(raw) > MAX_VALUES:
        return None
    right = all(isinstance(value, str) and len(value) <= MAX_NAME for value in raw)
    return VariableChoice(tuple(raw)) if right else None
