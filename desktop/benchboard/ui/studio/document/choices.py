"""What a reader chooses of variables: in this window alone, or as what everybody begins with; and what there is to
choose."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from benchboard.dashboards.document import MAX_VALUES, Variable
from benchboard.dashboards.expanding import Choice
from benchboard.dashboards.naming import renamed
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.edits import Edit, Renamed


def choose_value(editor: Editor, name: str, chosen: Sequence[str]) -> None:
    """Choose these values of a variable in this window: no step, and nothing others see."""
    editor.choices[name] = Choice(tuple(chosen))
    editor.show(editor.document, editor.chosen)


def choose_all_values(editor: Editor, name: str) -> None:
    """Choose whatever is offered for a variable, now and later, in this window."""
    editor.choices[name] = Choice(all=True)
    editor.show(editor.document, editor.chosen)


def share_choice(editor: Editor, name: str) -> None:
    """Make what is chosen of a variable here what everybody begins with: a step, also while one presents."""
    own = {one.name: one for one in editor.seen.variables}.get(name)
    if own is None or editor.read_only or editor.awaiting:
        return
    chosen = own.chosen[:MAX_VALUES]
    variables = tuple(
        replace(one, chosen=chosen, all_chosen=own.all_chosen) if one.name == name else one
        for one in editor.document.variables
    )
    editor.choices.pop(name, None)  # so that undoing it can be seen
    after = replace(editor.document, variables=variables)
    if after == editor.document:
        editor.show(after, editor.chosen)
    else:
        title = _("Choose {name} for everybody").format(name=own.label or name)
        editor.stack.push(Edit(editor, title, after, editor.chosen, None))


def define(editor: Editor, variables: tuple[Variable, ...], names: Mapping[str, str]) -> None:
    """Let the document have these variables, as one step. What names one that is called otherwise now (`names`: old →
    new) follows. Raises `Invalid` naming the widget that would say too much."""
    layout = renamed(editor.document.layout, names)
    after = replace(editor.document, variables=variables, layout=layout)
    if after != editor.document:
        editor.stack.push(Renamed(editor, _("Change the variables"), after, names))
