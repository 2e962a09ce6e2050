"""Secrets of this computer: database keys, data keys, session tokens. In the keyring, or in files with mode 0600.

The keyring is tried first. Without one (a server, a container), each secret is a file of its own in `<home>/vault`,
readable by its owner alone. A secret is never moved, so a locked keyring raises `Unavailable` and never silently gets a
new secret: `<home>/vault/<name>.in-keyring` marks what the keyring holds.

A secret is read and stored only if no other account can have planted one: home, vault and key file belong to this
account, others may not write to the home, and may not access the vault's content.

A key that data is encrypted with is made by `create`, never by `get` and `put`: two programs that start at once would
each make one, and what the first encrypted could not be read with the second.
"""

import base64
import binascii
import contextlib
import errno
import logging
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchboard import file_ownership
from benchboard.atomic_write import create_atomically, write_atomically
from benchboard.errors import Unavailable
from benchboard.file_ownership import REACHABLE, WRITABLE
from benchboard.i18n import _, system_reason

_log = logging.getLogger(__name__)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,120}")
_SERVICE = "benchboard"
_known_homes: Final[set[str]] = set()
"""The home folders that this program has found or made."""
_LOCK_TIMEOUT_S = 60
"""How long `create` waits for another program's. A keyring may be asking its owner for a password meanwhile."""


class Vault:
    """Named byte strings that only this account may read. `home` distinguishes installations."""

    def __init__(self, home: Path) -> None:
        self._home, self._folder = home, home / "vault"
        self._account = str(home.expanduser().resolve())

    def get(self, name: str) -> bytes | None:
        """The secret, or None if none was ever stored.

        Raises `Unavailable` if it exists but can't be read, if its file is a link (`vault.link`), and if other accounts
        could have planted it (`vault.unsafe`).
        """
        marker, file = self._paths(name)
        self.require_safe()
        for path in (marker, file):
            _require_no_link(path, name)  # before its permissions, which are those of what it leads to
        _require_own(file, REACHABLE)
        if marker.exists():
            return self._from_keyring(name)
        try:
            return file_ownership.read_ordinary(file)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(
                "vault.unreadable",
                _("Can't read the key file {file}.").format(file=file),
                why=system_reason(error),
                do=_move_away(name)
                if error.errno == errno.EINVAL or _is_sign_in(name)
                else _("Give yourself read access (chmod 600), or restore it from a backup."),
            ) from error

    def put(self, name: str, secret: bytes) -> str:
        """Store `secret` under `name`; returns where it is now: `keyring` or `file`."""
        marker, file = self._paths(name)
        self._make_folder()
        if self._store_in_keyring(name, secret):
            write_private(marker, b"")
            file.unlink(missing_ok=True)
            return "keyring"
        write_private(file, secret)
        marker.unlink(missing_ok=True)
        return "file"

    def create(self, name: str, secret: bytes) -> bytes:
        """Store `secret` unless there is one under `name` already; returns the one that is stored now.

        Of several programs and threads that create one name at once, one stores its secret and all get that one. Raises
        `Unavailable` if it can't be stored, or if the one that exists can't be read.
        """
        stored = self.get(name)
        if stored is not None:
            return stored
        marker, file = self._paths(name)
        self._make_folder()
        with self._locked():
            stored = self.get(name)
            if stored is None:
                self._use_marker(name).unlink(missing_ok=True)
            if stored is None and self._store_in_keyring(name, secret):
                write_private(marker, b"")
            elif stored is None:
                # Exclusive as well: on some network file systems a lock has no effect.
                with contextlib.suppress(FileExistsError):
                    _create_private(file, secret)
            stored = self.get(name)
        if stored is None:
            raise _unwritable(self._folder, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))
        return stored

    def delete(self, name: str) -> None:
        """Delete the secret, if there is one. Raises `Unavailable` (`vault.unreadable`)."""
        marker, file = self._paths(name)
        self._require_access()
        if marker.exists():
            self._delete_from_keyring(name)
            marker.unlink(missing_ok=True)
        file.unlink(missing_ok=True)
        self._use_marker(name).unlink(missing_ok=True)

    def record_use(self, name: str) -> None:
        """Note durably that data encrypted with the secret exists. Raises `Unavailable`."""
        if not self.is_used(name):
            write_private(self._use_marker(name), b"")

    def is_used(self, name: str) -> bool:
        """Whether the secret exists and `record_use` was called for it."""
        return self.where(name) is not None and self._use_marker(name).exists()

    def file(self, name: str) -> Path:
        """The file that holds the secret, if it isn't in the keyring."""
        return self._paths(name)[1]

    def require_safe(self) -> None:
        """Raise `Unavailable`: `vault.unsafe` if another account could plant a key, or read one; `vault.no-folder` if
        the home or the vault is a file; `vault.unreadable` if this account can't look into the vault.
        """
        self._require_folders()
        _require_own(self._home, WRITABLE)
        _require_own(self._folder, REACHABLE)
        self._require_access()

    def where(self, name: str) -> str | None:
        """`keyring`, `file`, or None for a secret that was never stored. Raises `Unavailable` (`vault.unreadable`)."""
        marker, file = self._paths(name)
        self._require_access()
        return "keyring" if marker.exists() else "file" if file.exists() else None

    def _paths(self, name: str) -> tuple[Path, Path]:
        if not _NAME.fullmatch(name):
            raise ValueError(f"not a vault name: {name!r}")
        return self._folder / f"{name}.in-keyring", self._folder / f"{name}.key"

    def _use_marker(self, name: str) -> Path:
        return self._folder / f"{name}.in-use"

    def _require_folders(self) -> None:
        require_home(self._home)
        if file_ownership.exists(self._folder) and not file_ownership.is_folder(self._folder):
            raise _no_folder(self._folder, _("Move it away. Nothing was changed."))

    def _require_access(self) -> None:
        """Raise `Unavailable` (`vault.unreadable`) for a folder that its owner can't look into, such as mode 000."""
        if file_ownership.is_folder(self._folder) and not os.access(self._folder, os.R_OK | os.X_OK):
            raise Unavailable(
                "vault.unreadable",
                _("Can't read {path}.").format(path=self._folder),
                why=_("Your account has no access to it."),
                do=_("Run “{command}”. Nothing was changed.").format(
                    command=f"chmod 700 {shlex.quote(str(self._folder))}"
                ),
            )

    def _make_folder(self) -> None:
        self._require_folders()
        try:
            make_home(self._home)
            self._folder.mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            raise _unwritable(self._folder, error) from error
        self.require_safe()

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock, Timeout  # late: a command that needs no key needs no lock

        lock = FileLock(self._folder / ".lock", timeout=_LOCK_TIMEOUT_S, mode=0o600)
        try:
            lock.acquire()
        except Timeout as error:
            raise Unavailable(
                "vault.busy",
                _("Another Benchboard is still creating a key."),
                do=_("Unlock the keyring if it asks for a password, then try again."),
            ) from error
        except OSError as error:
            raise _unwritable(self._folder, error) from error
        try:
            yield
        finally:
            lock.release()

    def _user(self, name: str) -> str:
        return f"{self._account}:{name}"

    def _from_keyring(self, name: str) -> bytes:
        import keyring
        from keyring.errors import KeyringError

        stored = None
        cause: Exception | None = None
        try:
            stored = keyring.get_password(_SERVICE, self._user(name))
        except (KeyringError, OSError, RuntimeError) as error:
            cause = error
        if stored is not None:
            with contextlib.suppress(binascii.Error, ValueError):
                return base64.b64decode(stored, validate=True)
        raise Unavailable(
            "vault.keyring",
            _("Can't get the key “{name}” from the system keyring.").format(name=name),
            why=_("The keyring is locked, or the entry was removed."),
            do=_("Unlock the keyring and try again, or restore a backup. Nothing was changed."),
        ) from cause

    def _store_in_keyring(self, name: str, secret: bytes) -> bool:
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
            _log.info("the system keyring could not store a key: %s", type(error).__name__)
            return False

    def _delete_from_keyring(self, name: str) -> None:
        import keyring
        from keyring.errors import KeyringError

        with contextlib.suppress(KeyringError, OSError, RuntimeError):
            keyring.delete_password(_SERVICE, self._user(name))


def is_private(home: Path) -> bool:
    """Whether Benchboard may create files in `home`: neither it nor its vault is another account's, or open to one."""
    try:
        Vault(home).require_safe()
    except Unavailable:
        return False
    return True


def require_home(home: Path) -> None:
    """Raise `Unavailable`: `vault.no-folder` if the home folder, or one that it is in, is something else;
    `vault.path-too-long`.
    """
    try:
        home.lstat()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:  # so long that the message would hide its end
            raise Unavailable(
                "vault.path-too-long",
                _("The path of the data folder is too long."),
                do=_("Set BENCHBOARD_HOME to a shorter path."),
            ) from error
    # These answer False where a folder can't be looked into; whoever uses it gets the error.
    found = next((path for path in (home, *home.parents) if os.path.lexists(path)), None)
    if found is not None and not file_ownership.is_folder(found):
        raise _no_folder(found, _("Set BENCHBOARD_HOME to a folder. Nothing was changed."))


def note_home(home: Path) -> None:
    """Note that `home` was there when the program started, so that it isn't made again once it is gone."""
    if file_ownership.is_folder(home):
        _known_homes.add(_absolute(home))


def require_known_home(home: Path) -> None:
    """Raise `Unavailable` (`vault.home-gone`) if `home` was there before in this program and is not any more.

    An empty one in its place would look like lost data, and hide the folder that is mounted or moved back there.
    """
    if _absolute(home) in _known_homes and not os.path.lexists(home):
        raise Unavailable(
            "vault.home-gone",
            _("The data folder {folder} is gone.").format(folder=home),
            why=_("It was removed or moved while Benchboard was running."),
            do=_("Put it back, or restart Benchboard to begin with an empty one."),
        )


def _absolute(home: Path) -> str:
    return os.path.abspath(home)  # noqa: PTH100  # `resolve` would follow links, which may be gone later


def make_home(home: Path) -> None:
    """Create `home` unless it exists. Raises `OSError`, and `Unavailable` as `require_known_home` does."""
    require_known_home(home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    note_home(home)


def _no_folder(path: Path, do: str) -> Unavailable:
    return Unavailable(
        "vault.no-folder",
        _("{path} must be a folder.").format(path=path),
        why=file_ownership.kind_text(path),
        do=do,
    )


def _is_sign_in(name: str) -> bool:
    """Whether the secret is that of a sign-in, which can be repeated: no backup is needed."""
    return name.startswith(("session.", "window."))


def _move_away(name: str) -> str:
    if _is_sign_in(name):
        return _("Move it away, then sign in again.")
    return _("Move it away, and restore the key file from a backup.")


def _require_no_link(path: Path, name: str) -> None:
    """Raise `Unavailable` (`vault.link`) for a link where a file of the secret `name` should be."""
    if file_ownership.is_link(path):
        what = _("{file} must be a file.").format(file=path)
        raise Unavailable("vault.link", what, why=file_ownership.link_text(), do=_move_away(name))


def _require_own(path: Path, forbidden: int) -> None:
    try:
        risk = file_ownership.risk(path, forbidden)
    except OSError as error:
        raise Unavailable(
            "vault.unreadable",
            _("Can't read {path}.").format(path=path),
            why=system_reason(error),
            do=_("Make it readable for your account, or restore it from a backup."),
        ) from error
    if not risk:
        return
    if not file_ownership.is_own(path) or path.stat().st_uid != os.geteuid():
        do = _("Choose another folder with BENCHBOARD_HOME. Nothing was changed.")
    elif file_ownership.is_link(path):  # chmod would change what the link leads to
        do = _("It's a link to {path}: move the link away, or choose another folder with BENCHBOARD_HOME.").format(
            path=path.resolve()
        )
    else:
        command = f"chmod go-{'w' if forbidden == WRITABLE else 'rwx'} {shlex.quote(str(path))}"
        do = _("If no one else put keys there, run “{command}”. Nothing was changed.").format(command=command)
    raise Unavailable("vault.unsafe", _("{path} isn't private.").format(path=path), why=risk, do=do)


def write_private(path: Path, content: bytes) -> None:
    """Write a file atomically, synced, with mode 0600 from its first byte. Raises `Unavailable`."""
    try:
        write_atomically(path, content, mode=0o600)
    except OSError as error:
        raise _unwritable(path.parent, error) from error


def _create_private(path: Path, content: bytes) -> None:
    """Create a file that must not exist yet, likewise. Raises `FileExistsError` and `Unavailable`."""
    try:
        create_atomically(path, content, mode=0o600)
    except FileExistsError:
        raise
    except OSError as error:
        raise _unwritable(path.parent, error) from error


def _unwritable(folder: Path, error: OSError) -> Unavailable:
    return Unavailable(
        "vault.unwritable",
        _("Can't save keys in {folder}.").format(folder=folder),
        why=system_reason(error),
        do=write_remedy(error),
    )


def write_remedy(error: OSError) -> str:
    """What to do about an `error` of writing to the home folder: a sentence."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _("Free up disk space, or set BENCHBOARD_HOME to a folder on another disk.")
    return _("Make the folder writable, or set BENCHBOARD_HOME to another one.")
