"""BENCHBOARD_HOME and the preferences in its settings.json.

Appearance and start-up only. What belongs to an account or an organisation is in the database, secrets are in the
vault.
"""

import json
import os
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from benchboard.atomic_write import write_atomically
from benchboard.errors import Invalid, Unavailable
from benchboard.i18n import _

Appearance = Literal["system", "light", "dark"]


def home() -> Path:
    """BENCHBOARD_HOME, or the platform's own data folder. It is not created here.

    Raises `Invalid` (`settings.home`) where it begins with the home folder of an account that doesn't exist.
    """
    if configured := os.environ.get("BENCHBOARD_HOME"):
        try:
            return Path(configured).expanduser()
        except RuntimeError as error:
            raise Invalid(
                "settings.home",
                _("BENCHBOARD_HOME names the home folder of an account that doesn't exist."),
                do=_("Set BENCHBOARD_HOME to the whole path of a folder."),
            ) from error
    import platformdirs  # imported late: not needed if BENCHBOARD_HOME is set

    return Path(platformdirs.user_data_dir("benchboard", appauthor=False))


def database_url() -> str | None:
    """The URL in BENCHBOARD_DATABASE_URL, if it is set."""
    return os.environ.get("BENCHBOARD_DATABASE_URL") or None


@dataclass(frozen=True, slots=True)
class Settings:
    """A user's preferences on this computer. Field names are the keys of settings.json."""

    appearance: Appearance = "system"
    language: str = "en"
    last_place: str = ""
    last_user: str = ""
    """The id of the account whose window was at `last_place`: another one begins at its home page."""
    last_way: str = ""
    last_email: str = ""
    studio_panes: str = ""
    """The state of the studio's side panes: which are open, and how wide."""
    copies: str = ""
    """The dashboards that open with all repeats shown, as hashes of 16 digits, the most recent last."""

    def save(self, folder: Path) -> None:
        """Write settings.json atomically. Raises `Unavailable` (`settings.unwritable`)."""
        target = folder / "settings.json"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomically(target, json.dumps(asdict(self), indent=1).encode(), mode=0o600)
        except OSError as error:
            raise Unavailable(
                "settings.unwritable",
                _("Can't save your settings in {folder}.").format(folder=folder),
                why=error.strerror or "",
                do=_("Check that the folder is writable and has free space."),
            ) from error


def load(folder: Path) -> Settings:
    """The settings saved in `folder`; a missing or invalid one gets its default."""
    try:
        raw = _read(folder / "settings.json")
    except (OSError, ValueError, RecursionError):
        return Settings()
    known: dict[str, Any] = {}
    if isinstance(raw, dict):
        known = {f.name: raw[f.name] for f in fields(Settings) if isinstance(raw.get(f.name), str)}
    if known.get("appearance") not in ("system", "light", "dark"):
        known.pop("appearance", None)
    return replace(Settings(), **known)


def keep_broken(folder: Path) -> str:
    """Copy a settings.json that can't be read to settings.json.broken, before the next `Settings.save` overwrites it.

    Returns what to tell the user; empty if it can be read, is missing, or was copied before.
    """
    file, copy = folder / "settings.json", folder / "settings.json.broken"
    try:
        if isinstance(_read(file), dict | None):
            return ""
    except (OSError, ValueError, RecursionError):
        pass  # broken
    what = _("The settings file {file} can't be read. The default settings are used.").format(file=file)
    try:
        content = file.read_bytes()
        if copy.is_file() and copy.read_bytes() == content:
            return ""
        write_atomically(copy, content, mode=0o600)
    except OSError:
        return what
    return " ".join((what, _("A copy is kept in {file}.").format(file=copy)))


def _read(file: Path) -> object:
    """The decoded content; None if there is no file. Raises `OSError`, `ValueError` and `RecursionError`."""
    # A pipe would never end.
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
