"""Runs again, alone, the few tests that failed in the whole run beside others, and says which of them then passed.

Sixteen thousand tests share the cores with each other; one that waits for a clock of its own can miss it there. What
passes alone is named, for its cause to be found; what fails alone fails the run.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

LAST_FAILED: Final = Path(".pytest_cache/v/cache/lastfailed")
MOST: Final = 4
"""With more than this many, something is wrong with the program, not with the machine's load."""


def main() -> int:
    """The exit status: 0 if each test that failed passes alone, 1 if one doesn't, or there are none or too many."""
    failed = sorted(json.loads(LAST_FAILED.read_text(encoding="utf-8"))) if LAST_FAILED.exists() else []
    if not 0 < len(failed) <= MOST:
        return 1
    print(f"\nEach test that failed is run again, alone: {len(failed)}", flush=True)
    passed = [
        one for one in failed if subprocess.run([sys.executable, "-m", "pytest", one], check=False).returncode == 0
    ]
    for one in passed:
        print(f"UNSTEADY: failed beside other tests, passed alone; find out why: {one}")
    return 0 if passed == failed else 1


if __name__ == "__main__":
    sys.exit(main())
