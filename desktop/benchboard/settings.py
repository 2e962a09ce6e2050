"""BENCHBOARD_HOME and the preferences in its settings.json.

Appearance and start-up only. What belongs to an account or an organisation is in the database, secrets are in the
vault.
"""

import json
import os
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from benchboard.atomic_write import write_atomically
from benchboard.errors import Invalid, Unavailable
from benchboard.file_ownership import exists, read_ordinary
from benchboard.i18n import _, system_reason

Appearance = Literal["system", "light", "dark"]


def home() -> Path:
    """BENCHBOARD_HOME, or the platform's own data folder. It is not created here.

    Raises `Invalid` (`settings.home`) where it is empty, as from a script's variable that isn't set, where it begins
    with the home folder of an account that doesn't exist, or where its name isn't UTF-8.
    """
    configured = os.environ.get("BENCHBOARD_HOME")
    if configured is not None:
        if not configured.strip():
            raise Invalid(
                "settings.home",
                _("BENCHBOARD_HOME is empty."),
                do=_("Set it to the whole path of a folder, or unset it for the default one."),
            )
        if not configured.isprintable() and any("\ud800" <= character <= "\udfff" for character in configured):
            raise Invalid(
                "settings.home",
                _("BENCHBOARD_HOME isn't valid UTF-8."),
                do=_("Set BENCHBOARD_HOME to the whole path of a folder."),
            )
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
    """The URL in BENCHBOARD_DATABASE_URL, None if it isn't set.

    Raises `Invalid` (`settings.database-url`) if it is empty: a script whose own variable isn't set would otherwise
    change the database on this computer.
    """
    url = os.environ.get("BENCHBOARD_DATABASE_URL")
    if url is not None and not url.strip():
        raise Invalid(
            "settings.database-url",
            _("BENCHBOARD_DATABASE_URL is empty."),
            do=_("Set it to a database URL, or unset it for the database on this computer."),
        )
    return url


def api_key() -> str | None:
    """The API key in BENCHBOARD_API_KEY, None if it isn't set.

    Raises `Invalid` (`settings.api-key`) if it is empty: a script whose own variable isn't set would otherwise act as
    somebody who is signed in on this computer.
    """
    key = os.environ.get("BENCHBOARD_API_KEY")
    if key is not None and not key.strip():
        raise Invalid(
            "settings.api-key",
            _("BENCHBOARD_API_KEY is empty."),
            do=_("Set it to an API key, or unset it to act as the person who is signed in."),
        )
    return key.strip() if key is not None else None


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
    dashboards_layout: str = ""
    """Whether the dashboards are shown as a `list` or a `grid`; empty for a list."""
    present_every: str = ""
    """The seconds after which a presentation shows its next page; empty for never."""
    bench_dongle: str = ""
    """The id of an account, and that of the dongle it selected last in the bench."""
    live_columns: str = ""
    """The columns of the live bus, and how it shows times."""
    recording_columns: str = ""
    """The columns of the frames of a recording, and how it shows times."""
    recent_recordings: str = ""
    """The paths of the recordings that were opened last, the latest first, as JSON."""
    recording_comparisons: str = ""
    """The paths of the recordings that others were compared with last, by the paths of these, as JSON."""
    recording_bookmarks: str = ""
    """The bookmarks of recordings, by the paths of these, as JSON."""
    recording_sources: str = ""
    """The dongles and bit rates that recordings were made with, by the paths of these, as JSON."""
    live_filters: str = ""
    """The filters of the live bus that are kept by name, as JSON."""
    frame_colours: str = ""
    """The rules that give frames a colour, on the live bus and in recordings, as JSON."""
    live_send_tables: str = ""
    """The send tables of the dongles and those that are kept by name, as JSON."""
    live_triggers: str = ""
    """The triggers of the dongles, as JSON."""
    protocols: str = ""
    """The protocols of the dongles' buses and of recordings, by the dongles' ids and the paths of these, as JSON."""
    live_databases: str = ""
    """The CAN databases that the live bus decodes with, as paths, one a line."""
    live_plots: str = ""
    """The plots of the dongles on the live bus, and the state of their pane, as JSON."""
    folders: str = ""
    """The folders that file dialogs begin in, by what is opened or saved, as JSON."""
    copies: str = ""
    """The dashboards that open with all repeats shown, as hashes of 16 digits, the most recent last."""

    def save(self, folder: Path) -> None:
        """Write settings.json atomically. `folder` must exist: a window does not make its data folder again.

        Raises `Unavailable` (`settings.unwritable`).
        """
        target = folder / "settings.json"
        try:
            write_atomically(target, json.dumps(asdict(self), indent=1).encode(), mode=0o600)
        except OSError as error:
            raise Unavailable(
                "settings.unwritable",
                _("Can't save your settings in {folder}.").format(folder=folder),
                why=system_reason(error),
                do=_("Check that the folder is writable and has free space."),
            ) from error


def load(folder: Path) -> Settings:
    """The settings saved in `folder`; a missing or invalid one gets its default."""
    try:
        raw = _read(folder / "settings.json")
    except (OSError, ValueError, RecursionError):
        return Settings()
    if not isinstance(raw, dict):
        return Settings()
    wrong = _invalid_names(raw)
    known: dict[str, Any] = {f.name: raw[f.name] for f in fields(Settings) if f.name in raw and f.name not in wrong}
    return replace(Settings(), **known)


def keep_broken(folder: Path) -> str:
    """Copy a settings.json that can't be read, or has invalid values, to settings.json.broken, before the next
    `Settings.save` overwrites it.

    Returns what to tell the user; empty if all of it can be used, it is missing, or was copied before.
    """
    file, copy = folder / "settings.json", folder / "settings.json.broken"
    what = _("The settings file {file} can't be read. The default settings are used.").format(file=file)
    try:
        raw = _read(file)
        if isinstance(raw, dict):
            if not (wrong := _invalid_names(raw)):
                return ""
            what = _("Settings in {file} are invalid, so their defaults are used: {names}.").format(
                file=file, names=", ".join(wrong)
            )
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, RecursionError):
        pass  # broken
    try:
        content = read_ordinary(file)  # a pipe would never end
        if copy.is_file() and copy.read_bytes() == content:
            return ""
        write_atomically(copy, content, mode=0o600)
    except OSError:
        return what
    return " ".join((what, _("A copy is kept in {file}.").format(file=copy)))


def _invalid_names(raw: dict[str, Any]) -> list[str]:
    """The settings whose values Benchboard can't use."""
    return [
        field.name
        for field in fields(Settings)
        if field.name in raw
        and (
            not isinstance(raw[field.name], str)
            or not _is_encodable(raw[field.name])
            or (field.name == "appearance" and raw[field.name] not in get_args(Appearance))
        )
    ]


def _is_encodable(text: str) -> bool:
    """Whether a text has no half of a character, as JSON can write one: it could not be hashed or saved."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _read(file: Path) -> object:
    """The decoded content. Raises `OSError` (`FileNotFoundError` without a file, and where its folder can't be looked
    into), `ValueError` and `RecursionError`.
    """
    if not exists(file):
        raise FileNotFoundError(file)
    return json.loads(read_ordinary(file).decode("utf-8"))
