"""kill -9 while a journal is written: every edit it acknowledged is there, and the next process goes on with it."""

import os
import random
import signal
from pathlib import Path

import pytest

from benchboard.dashboards.journal.crash_journal import open_journal
from benchboard.vault import Vault
from support.journal_killed import SUBJECT, document
from support.programs import Programs


def test_journal_acknowledged_records_survive_kill_9(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")
    home, before, chance = tmp_path / "home", 0, random.Random(20)
    for _kill in range(6):
        after = str(chance.uniform(0, 80))
        killed = programs.run("support.journal_killed", str(home), after, environment=os.environ)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        acknowledged = int(killed.stdout.splitlines()[-1])
        assert acknowledged > before
        journal = open_journal(home, Vault(home), SUBJECT)
        assert journal.note == ""
        found = journal.recovered
        journal.close()
        assert found is not None
        (item,) = found.document  # type: ignore[misc]
        number = item["position"]["x"]
        assert acknowledged <= number <= acknowledged + 3
        assert found.documents == tuple(document(k) for k in range(number - found.position, number + 1))
        assert found.position == min(number, 200)
        before = number
