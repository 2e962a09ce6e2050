"""Saves frames of a recording as a recording of their own."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from benchboard.canbus.recording import Recording, save_frames
from benchboard.i18n import _, ngettext, number
from benchboard.ui.bench.recording_files import ask_new_recording, open_action
from benchboard.ui.context import Context
from benchboard.ui.tasks import Progress


def ask_and_save(context: Context, owner: QWidget, recording: Recording, numbers: Sequence[int]) -> None:
    """Ask where to save the frames with these numbers, and write them on a worker."""
    name = f"{recording.path.name.split('.')[0]} {_('part')}.log"

    def chosen(path: Path) -> None:
        def done(left_out: int) -> None:
            count = len(numbers) - left_out
            said = ngettext("{count} frame saved to {file}.", "{count} frames saved to {file}.", count)
            text = [said.format(count=number(count), file=path.name)]
            if left_out:
                more = _("Left out, because the format can't hold them: {count}.")
                text.append(more.format(count=number(left_out)))
            context.problems.toast(" ".join(text), action=open_action(context, path))

        def op(progress: Progress) -> int:
            return save_frames(recording, numbers, path, progress.step)

        context.tasks.run(owner, op, done, title=_("Saving {file}").format(file=path.name))

    title = ngettext("Save {count} shown frame", "Save {count} shown frames", len(numbers))
    ask_new_recording(owner, title.format(count=number(len(numbers))), name, chosen)
