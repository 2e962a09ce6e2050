"""Secrets of this computer: database keys, data keys, session tokens. In the keyring, or in 0600 files and said so.

The keyring is asked first. Where there is none (a server, a container), each secret is a file of its own in
`<home>/vault`, readable by its owner alone. A secret stays where it was put, so a keyring that is locked today is
`Unavailable`, never silently a new secret: `<home>/vault/<name>.in-keyring` marks what the keyring holds.
"""

import base64
import binascii
import contextlib
import logging
import os
import re
from pathlib import Path

from benchboard.errors import Unavailable
from benchboard.files import write_whole
from benchboard.i18n import _

_log = logging.getLogger(__name__)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,120}")
_SERVICE = "benchboard"


class Vault:
    """Named byte strings that only this person may read. `home` tells two installations apart."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "vault"
        self._account = str(home.expanduser().resolve())

    def get(self, name: str) -> bytes | None:
        """The secret, or None where none was ever put. Raises `Unavailable` where it exists but cannot be read."""
        marker, file = self._paths(name)
        if marker.exists():
            return self._from_keyring(name)
        try:
            return file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(
                "vault.unreadable",
                _("The key file {file} cannot be read.").format(file=file),
                why=error.strerror or "",
                do=_("Make it readable for you (chmod 600), or put it back from a backup."),
            ) from error

    def put(self, name: str, secret: bytes) -> str:
        """Keep `secret` under `name`; answers where it is now: `keyring` or `file`."""
        marker, file = self._paths(name)
        self._make_folder()
        if self._into_keyring(name, secret):
            write_private(marker, b"")
            file.unlink(missing_ok=True)
            return "keyring"
        write_private(file, secret)
        marker.unlink(missing_ok=True)
        return "file"

    def delete(self, name: str) -> None:
        """Forget the secret; nothing happens where there is none."""
        marker, file = self._paths(name)
        if marker.exists():
            self._out_of_keyring(name)
            marker.unlink(missing_ok=True)
        file.unlink(missing_ok=True)

    def where(self, name: str) -> str | None:
        """`keyring`, `file`, or None for a secret that was never put."""
        marker, file = self._paths(name)
        return "keyring" if marker.exists() else "file" if file.exists() else None

    def _paths(self, name: str) -> tuple[Path, Path]:
        if not _NAME.fullmatch(name):
            raise ValueError(f"not a vault name: {name!r}")
        return self._folder / f"{name}.in-keyring", self._folder / f"{name}.key"

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise _unwritable(self._folder, error) from error

    def _user(self, name: str) -> str:
        return f"{self._account}:{name}"

    def _from_keyring(self, name: str) -> bytes:
        import keyring
        from keyring.errors import KeyringError

        kept = None
        cause: Exception | None = None
        try:
            kept = keyring.get_password(_SERVICE, self._user(name))
        except (KeyringError, OSError, RuntimeError) as error:
            cause = error
        if kept is not None:
            with contextlib.suppress(binascii.Error, ValueError):
                return base64.b64decode(kept, validate=True)
        raise Unavailable(
            "vault.keyring",
            _("The system keyring does not give out the key “{name}”.").format(name=name),
            why=_("The keyring is locked, or the entry was removed."),
            do=_("Unlock the keyring and try again, or restore a backup. Nothing was changed."),
        ) from cause

    def _into_keyring(self, name: str, secret: bytes) -> bool:
        if os.environ.get("BENCHBOARD_KEYRING", "") == "off":
            return False
        import keyring
        from keyring.backends.fail import Keyring as NoKeyring
        from keyring.errors import KeyringError

        text = base64.b64encode(secret).decode()
        try:
            if isinstance(keyring.get_keyring(), NoKeyring):
                return False
            keyring.set_password(_SERVICE, self._user(name), text)
            return keyring.get_password(_SERVICE, self._user(name)) == text
        except (KeyringError, OSError, RuntimeError) as error:
            _log.info("the keyring took no key: %s", type(error).__name__)
            return False

    def _out_of_keyring(self, name: str) -> None:
        import keyring
        from keyring.errors import KeyringError

        with contextlib.suppress(KeyringError, OSError, RuntimeError):
            keyring.delete_password(_SERVICE, self._user(name))


def write_private(path: Path, content: bytes) -> None:
    """Whole or not at all, on the disk before it is named, 0600 from its first byte. Raises `Unavailable`."""
    try:
        write_whole(path, content, mode=0o600)
    except OSError as error:
        raise _unwritable(path.parent, error) from error


def _unwritable(folder: Path, error: OSError) -> Unavailable:
    return Unavailable(
        "vault.unwritable",
        _("Keys cannot be kept in {folder}.").format(folder=folder),
        why=error.strerror or "",
        do=_("Choose another BENCHBOARD_HOME, or make this one writable."),
    )
