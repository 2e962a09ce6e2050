"""Sentences that the program no longer says, and that tests or the guided tour still look for.

    python -m support.stale_words [COMMIT]

Compares the Turkish catalogue with that of COMMIT (default: HEAD): a sentence that is gone from it, in either language,
is printed with each place that has it.
"""

import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages import Catalog, pofile

_ROOT: Final = Path(__file__).parents[2]
_CATALOGUE: Final = "resources/i18n/tr.po"
_PLACES: Final = ("tests", "desktop/benchboard/tour")
_SHORTEST: Final = 6
"""Characters of a text that is looked for: shorter ones are parts of others."""


def _texts(catalogue: Catalog) -> set[str]:
    """The sentences of a catalogue and their translations, each up to its first value."""
    found: set[str] = set()
    for message in catalogue:
        for texts in (message.id, message.string):
            found |= {text.partition("{")[0].strip() for text in ((texts,) if isinstance(texts, str) else texts)}
    return {text for text in found if len(text) >= _SHORTEST}


def stale_words(commit: str) -> Iterator[str]:
    """A line for each place: the file, the number of the line, and the sentence that is gone."""
    before = subprocess.run(["git", "show", f"{commit}:{_CATALOGUE}"], cwd=_ROOT, capture_output=True, check=True)
    with (_ROOT / _CATALOGUE).open("rb") as file:
        now = _texts(pofile.read_po(file))
    gone = {
        text for text in _texts(pofile.read_po(BytesIO(before.stdout))) - now if not any(text in one for one in now)
    }
    for path in sorted(path for place in _PLACES for path in (_ROOT / place).rglob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for text in gone:
                if text in line:
                    yield f"{path.relative_to(_ROOT)}:{number}: {text}"


if __name__ == "__main__":
    print("\n".join(stale_words(*(sys.argv[1:] or ["HEAD"]))))
