"""Everything on every screen has a name, is reached by Tab, and shows that it has the focus."""

import json
import subprocess
import sys
from pathlib import Path

from support.sizes_walk import environment


def test_every_control_on_every_screen_is_named_reached_by_tab_and_shows_its_focus(tmp_path: Path) -> None:
    """In one language, theme and size: which controls there are doesn't depend on them."""
    result = subprocess.run(
        [sys.executable, "-m", "support.keyboard_walk"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.returncode == 0, result.stderr
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert not found, "\n".join(f"{one['screen']}: {one['fault']}" for one in found)
