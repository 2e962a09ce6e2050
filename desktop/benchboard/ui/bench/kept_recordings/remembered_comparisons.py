"""Which recording each one was compared with last, so that it is again once that one is opened again."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchboard.ui.context import Context

MOST: Final = 20
"""Comparisons that are kept."""


class RememberedComparisons:
    """The paths of the other recordings by those of the first ones, the latest last, in the settings."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def other_of(self, path: Path) -> Path | None:
        """What this recording was compared with last."""
        other = self._kept().get(str(path.absolute()))
        return Path(other) if other is not None else None

    def remember(self, path: Path, other: Path) -> None:
        """This recording is compared with the other one."""
        kept = {one: with_ for one, with_ in self._kept().items() if one != str(path.absolute())}
        self._keep({**kept, str(path.absolute()): str(other.absolute())})

    def forget(self, path: Path) -> None:
        """This recording is compared with none."""
        self._keep({one: other for one, other in self._kept().items() if one != str(path.absolute())})

    def follow(self, old: Path, new: Path) -> None:
        """The recording at `old` is at `new` now."""
        before, after = str(old.absolute()), str(new.absolute())
        followed = {before: after}
        kept = {one: with_ for one, with_ in self._kept().items() if one != after}
        self._keep({followed.get(one, one): followed.get(with_, with_) for one, with_ in kept.items()})

    def _kept(self) -> dict[str, str]:
        try:
            kept = json.loads(self._context.settings.recording_comparisons or "{}")
        except (ValueError, RecursionError):
            return {}
        items = kept.items() if isinstance(kept, dict) else ()
        return {one: other for one, other in items if isinstance(other, str) and other}

    def _keep(self, kept: dict[str, str]) -> None:
        newest = dict(list(kept.items())[-MOST:])
        text = json.dumps(newest) if newest else ""
        if text != self._context.settings.recording_comparisons:
            self._context.apply_settings(replace(self._context.settings, recording_comparisons=text))
