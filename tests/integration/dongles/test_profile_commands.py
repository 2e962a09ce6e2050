"""`dongle profile` against a real simulator."""

import json
import os
from pathlib import Path

from support.benchsim import simulated
from support.programs import Programs


def test_dongle_profile_is_saved_listed_and_written_to_many(tmp_path: Path, programs: Programs) -> None:
    def run(home: Path, *arguments: str, status: int = 0) -> str:
        inherited = {name: value for name, value in os.environ.items() if name != "BENCHBOARD_DATABASE_URL"}
        environment = {**inherited, "BENCHBOARD_HOME": str(home), "BENCHBOARD_KEYRING": "off"}
        ended = programs.run("benchboard", *arguments, environment=environment)
        assert ended.returncode == status, ended.stderr
        assert "Traceback" not in ended.stderr
        return ended.stdout if status == 0 else ended.stderr

    with simulated(tmp_path, 2) as running:
        one, two = running.ports.values()
        assert "No profiles yet" in run(tmp_path, "dongle", "profile", "list")
        run(tmp_path, "dongle", "config", "--port", one, "--timing", "20/6/7/2/2", "--data-timing", "2/14/5/5/5")
        saved = run(tmp_path, "dongle", "profile", "save", "Line 2", "--port", one)
        assert saved.startswith("Saved the profile “Line 2”: 250 / 1")
        (listed,) = json.loads(run(tmp_path, "dongle", "profile", "list", "--json"))["items"]
        assert (listed["name"], listed["bitrate"], listed["fd_enabled"]) == ("Line 2", 250_000, True)
        assert "80 MHz" in run(tmp_path, "dongle", "profile", "list")
        wrong = str(tmp_path / "none")
        command = ("dongle", "profile", "apply", "Line 2", "--port", one, "--port", wrong, "--port", two)
        assert f"{wrong}: " in run(tmp_path, *command, status=1)
        for port in (one, two):
            config = json.loads(run(tmp_path, "dongle", "config", "--port", port, "--json"))
            assert {name: config[name] for name in listed if name != "name"} == {
                name: value for name, value in listed.items() if name != "name"
            }
        assert "Deleted the profile" in run(tmp_path, "dongle", "profile", "delete", "Line 2")
        assert "no profile" in run(tmp_path, "dongle", "profile", "apply", "Line 2", "--port", one, status=1)
