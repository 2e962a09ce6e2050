"""The parts of a model in words, to tell a screen reader what undo and redo did."""

from benchboard.i18n import _
from benchboard.ui.studio.data.data_models.model_draft import ModelState
from benchboard.ui.studio.data.explore.part_changes import Parts


def model_parts(state: ModelState) -> Parts:
    """The names in a model, by what they are names of."""
    definition = state.definition
    names = [table.table for table in definition.tables]
    joined = [
        f"{name} ({', '.join(f'{left} = {right}' for left, right in join.keys)})"
        for name, join in zip(names[1:], definition.joins, strict=False)
    ]
    return {
        _("Name"): [state.name],
        _("Description"): [state.description],
        _("Tables"): names,
        _("Joins"): joined,
        _("Columns"): [field.name for table in definition.tables for field in table.fields],
        _("Calculated columns"): [one.name for one in definition.calculations],
        _("Measures"): [one.name for one in definition.measures],
    }
