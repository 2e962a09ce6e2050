"""The vault with a real keyring: gnome-keyring on a session bus of its own, unlocked, then locked, then emptied."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_NEEDED = ("dbus-run-session", "gnome-keyring-daemon")
_MISSING = [name for name in _NEEDED if shutil.which(name) is None]
pytestmark = pytest.mark.skipif(bool(_MISSING), reason=f"not installed: {', '.join(_MISSING)}")

_INSIDE = """
import subprocess, sys
from pathlib import Path
from benchboard import workspace
from benchboard.errors import Unavailable
from benchboard.vault import Vault

def unlock(word):
    subprocess.run(["gnome-keyring-daemon", "--unlock", "--components=secrets"], input=word, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

unlock(b"test")
home = Path(sys.argv[1])
vault = Vault(home)
assert vault.put("session.1", bytes(range(32))) == "keyring"
assert vault.get("session.1") == bytes(range(32))
assert [file.name for file in (home / "vault").iterdir()] == ["session.1.in-keyring"]
assert Vault(home / "other").get("session.1") is None
vault.put("session.2", b"another")
vault.delete("session.2")
assert vault.get("session.2") is None
opened = workspace.open_local(home)
assert (opened.way.encrypted, opened.way.key_place) == (True, "keyring"), opened.way
opened.close()
before = (home / "benchboard.db").read_bytes()

import secretstorage
bus = secretstorage.dbus_init()
collection = secretstorage.get_default_collection(bus)
for item in list(collection.get_all_items()):
    if "database.benchboard" in item.get_attributes().get("username", ""):
        item.delete()
try:
    workspace.open_local(home)
    sys.exit("a removed key was made anew")
except Unavailable as error:
    assert error.code == "vault.keyring", error.code
assert (home / "benchboard.db").read_bytes() == before
assert vault.where("database.benchboard") == "keyring"

collection.lock()
try:
    vault.get("session.1")
    sys.exit("a locked keyring gave something out")
except Unavailable as error:
    assert error.code == "vault.keyring", error.code
print("kept")
"""


def test_vault_with_a_real_keyring_keeps_the_keys(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BENCHBOARD_")}
    environment |= {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_RUNTIME_DIR": str(tmp_path),
    }
    ended = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", _INSIDE, str(tmp_path / "home")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.strip().endswith("kept")
