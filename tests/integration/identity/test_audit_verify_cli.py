"""`benchboard audit verify` on logs that somebody changed, cut off or restored: its words and exit status."""

import json
import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from benchboard import workspace
from support.people import PASSWORD
from support.programs import Programs
from support.tampered_log import CUT_OFF, tamper


class Computer:
    """A home with the database of this computer, which others wrote entries to."""

    def __init__(self, programs: Programs, home: Path) -> None:
        self.programs, self.home = programs, home

    def run(self, *arguments: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("BENCHBOARD_", "PG"))}
        own = {"BENCHBOARD_HOME": str(self.home), "BENCHBOARD_KEYRING": "off"}
        return self.programs.run("benchboard", *arguments, environment=inherited | own, typed=typed)

    def verify(self, *options: str) -> tuple[int, str]:
        """The exit status and what is told: on the standard output, or as an error of one line."""
        ended = self.run("audit", "verify", *options)
        assert (ended.stdout == "") == (ended.returncode != 0)
        assert len((ended.stdout + ended.stderr).splitlines()) == 1
        return ended.returncode, ended.stdout + ended.stderr

    def add_person(self, name: str) -> None:
        assert self.run("user", "add", f"{name}@example.com", typed=PASSWORD).returncode == 0

    def tamper(self, *statements: str) -> None:
        """Change the database as somebody with its key may."""
        opened = workspace.connect(self.home)
        tamper(opened.database, *statements)
        opened.database.dispose()


@pytest.fixture
def computer(programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Computer:
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")
    computer = Computer(programs, tmp_path / "home")
    computer.add_person("ada")
    return computer


def test_verify_ends_with_zero_for_a_sound_log_and_names_a_changed_entry_with_one(computer: Computer) -> None:
    status, told = computer.verify()
    assert status == 0
    assert told.startswith("2 entries verified: all are as they were sealed. Up to entry 2 they are those that this ")
    assert " Last seal: " in told
    computer.tamper(
        "UPDATE audit_logs SET ip_address = 'x' WHERE id = (SELECT audit_id FROM audit_seals WHERE seq = 2)"
    )
    status, told = computer.verify()
    assert status == 1
    assert told.startswith("Entry 2 of the audit log was changed. It doesn't fit its seal: ")
    ended = computer.run("audit", "verify", "--json")
    fault: dict[str, Any] = json.loads(ended.stdout)["fault"]
    assert (ended.returncode, fault["kind"], fault["number"]) == (1, "changed", 2)
    assert fault["entry_id"] in told
    # What is broken isn't taken as it is.
    assert computer.verify("--accept", "--reason", "why not")[0] == 1


def test_verify_tells_of_a_cut_end_on_a_computer_that_never_verified(computer: Computer) -> None:
    computer.tamper(*CUT_OFF)
    status, told = computer.verify()
    assert status == 1
    assert told.startswith("1 entry is missing at the end of the audit log. This computer saw its entry 2 before")
    (computer.home / "audit-seals-seen.json").unlink()
    status, told = computer.verify()
    assert status == 0  # another computer, which hasn't seen more, and doesn't say that it has
    assert "whether any are missing at the end isn't known." in told


def test_accepted_log_is_said_to_be_what_it_is_and_past_access_is_told_with_a_warning(computer: Computer) -> None:
    """“None is missing” was said of a log that had just been accepted without its end."""
    today = str(datetime.now().astimezone().date())
    assert "no longer fits" not in computer.run("access", "as-of", today).stderr
    computer.tamper(*CUT_OFF)
    asked = computer.run("access", "as-of", today)
    assert asked.returncode == 0
    assert "The audit log no longer fits what this computer saw of it, so this may be wrong." in asked.stderr
    assert json.loads(computer.run("access", "as-of", today, "--json").stdout)["log_fits"] is False
    told = json.loads(computer.run("audit", "verify", "--accept", "--reason", "x", "--json").stdout)
    assert (told["accepted"], told["compared_with"], told["fault"]) == ("shortened", None, None)
    status, sentence = computer.verify()
    assert status == 0
    assert "missing" not in sentence
    assert json.loads(computer.run("access", "as-of", today, "--json").stdout)["log_fits"] is True


def test_past_access_is_told_with_a_warning_after_a_verification_found_a_changed_entry(computer: Computer) -> None:
    today = str(datetime.now().astimezone().date())
    first = "WHERE id = (SELECT audit_id FROM audit_seals WHERE seq = 1)"
    computer.tamper(f"UPDATE audit_logs SET user_agent = 'x' || user_agent {first}")
    assert computer.verify()[0] == 1
    assert "so this may be wrong. Run “benchboard audit verify”." in computer.run("access", "as-of", today).stderr
    computer.tamper(f"UPDATE audit_logs SET user_agent = substr(user_agent, 2) {first}")
    assert computer.verify()[0] == 0
    assert "may be wrong" not in computer.run("access", "as-of", today).stderr


def test_restored_older_backup_is_told_until_it_is_accepted_which_is_recorded(computer: Computer) -> None:
    file = computer.home / "benchboard.db"
    shutil.copy(file, computer.home / "backup.db")
    for name in ("bo", "cy", "di"):
        computer.add_person(name)
    assert computer.verify()[0] == 0
    for beside in computer.home.glob("benchboard.db-*"):
        beside.unlink()
    shutil.copy(computer.home / "backup.db", file)
    for name in ("ed", "flo", "gus", "hal"):  # more than were lost
        computer.add_person(name)
    status, told = computer.verify()
    assert status == 1
    assert told.startswith("The audit log was rewritten: entry 5, or one before it, isn't what it was. It was verified")
    assert "A database that was restored from an older backup doesn't fit either." in told
    ended = computer.run("audit", "verify", "--accept")
    assert (ended.returncode, "--reason" in ended.stderr) == (2, True)
    shutil.copytree(computer.home, computer.home.parent / "other")
    status, told = computer.verify("--accept", "--reason", "Restored the backup of Monday.")
    assert status == 0, told
    assert told.startswith(
        "7 entries verified: all are as they were sealed. The log was accepted as it is: The audit log "
    )
    assert computer.verify()[0] == 0
    (accepted,) = json.loads(computer.run("audit", "list", "--event", "audit.accept", "--json").stdout)["items"]
    assert accepted["details"] == {
        "changes": {"entries": [5, 6]}, "stated_reason": "Restored the backup of Monday."
    }  # fmt: skip
    _require_told_elsewhere(computer)
    computer.add_person("ida")
    assert computer.verify()[0] == 0


def _require_told_elsewhere(computer: Computer) -> None:
    """A computer that saw the log before it was restored is told who accepted it, and why."""
    other = Computer(computer.programs, computer.home.parent / "other")
    for file in computer.home.glob("benchboard.db*"):
        shutil.copy(file, other.home / file.name)
    status, told = other.verify()
    assert status == 1
    assert "accepted the log on " in told
    assert "“Restored the backup of Monday.”. Ask them whether they did." in told


def test_log_is_compared_with_a_seal_that_was_written_down(computer: Computer) -> None:
    written = json.loads(computer.run("audit", "verify", "--json").stdout)["seal"]
    computer.add_person("bo")
    status, told = computer.verify("--expect", written.upper())
    assert status == 0
    assert "Up to entry 2 they are those that the expected seal was made of." in told
    assert json.loads(computer.run("audit", "verify", "--expect", written, "--json").stdout)["expected"] == 2
    computer.tamper(*CUT_OFF, *CUT_OFF)
    for name in ("audit-seals.json", "audit-seals-seen.json"):
        (computer.home / name).unlink(missing_ok=True)
    assert computer.verify()[0] == 0  # this computer knows nothing better, but the auditor does
    status, told = computer.verify("--expect", written)
    assert status == 1
    assert told.startswith(f"No entry of the audit log has the seal {written[:12]}….")
    ended = computer.run("audit", "verify", "--expect", "12ab")
    assert (ended.returncode, "--expect must be a seal, not “12ab”." in ended.stderr) == (2, True)


def test_export_takes_the_file_as_an_argument(computer: Computer, tmp_path: Path) -> None:
    file = tmp_path / "log.json"
    assert computer.run("audit", "export", str(file)).returncode == 0
    assert json.loads(file.read_bytes())
    ended = computer.run("audit", "export")
    assert ended.returncode == 2
    assert "such as: benchboard audit export log.csv" in ended.stderr
