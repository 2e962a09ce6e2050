"""The variable values that a reader selected on dashboards, saved for their next visit; no other user sees them.

An `AccountFile` with the suffix `.bbc`: dashboard → variable → values, or true for All.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchboard.dashboards.account_file import AccountFile
from benchboard.dashboards.document.document import MAX_NAME, MAX_VALUES, MAX_VARIABLES, NAME, Document
from benchboard.dashboards.variables.repeat_expansion import VariableChoice
from benchboard.errors import Unavailable
from benchboard.i18n import _
from benchboard.vault import Vault

MAX_DASHBOARDS: Final = 200
"""Most dashboards whose values are kept: the most recently changed."""

Choices = Mapping[str, VariableChoice]


def changed_choices(document: Document, choices: Choices) -> dict[str, VariableChoice]:
    """The choices that differ from the default values: a reader who selected the default follows its changes."""
    theirs = {
        one.name: VariableChoice(all=True) if one.all_chosen else VariableChoice(one.chosen)
        for one in document.variables
        if one.name in choices
    }
    return {name: choice for name, choice in choices.items() if name in theirs and choice != theirs[name]}


def load(home: Path, vault: Vault, account: Sequence[str], dashboard: str) -> dict[str, VariableChoice]:
    """The values that this account selected on a dashboard; empty if they can't be read.

    Waits for the disk and the vault.
    """
    try:
        return _choices(_file(home, vault, account).read().get(dashboard))
    except (OSError, Unavailable):
        return {}


def save(home: Path, vault: Vault, account: Sequence[str], dashboard: str, choices: Choices) -> None:
    """Write the values that this account selected on a dashboard.

    Waits for the disk and the vault. Raises `Unavailable`.
    """
    file = _file(home, vault, account)
    with file.locked(_refusal()):
        known = file.read()
        known.pop(dashboard, None)
        if choices:
            known[dashboard] = _serialise_choices(choices)
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


def _serialise_choices(choices: Choices) -> dict[str, Any]:
    return {name: True if choice.all else list(choice.values) for name, choice in choices.items()}


def _choices(raw: object) -> dict[str, VariableChoice]:
    """Choices as they were written; invalid ones are dropped."""
    if not isinstance(raw, dict):
        return {}
    read = ((name, _choice(one)) for name, one in list(raw.items())[:MAX_VARIABLES] if NAME.fullmatch(name))
    return {name: choice for name, choice in read if choice is not None}


def _choice(raw: object) -> VariableChoice | None:
    if raw is True:
        return VariableChoice(all=True)
    if not isinstance(raw, list) or len(raw) > MAX_VALUES:
        return None
    right = all(isinstance(value, str) and len(value) <= MAX_NAME for value in raw)
    return VariableChoice(tuple(raw)) if right else None
