"""The column with the name of the file that each row of a folder's table is from: often it alone says which shop, month
or device the row is of."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from benchboard.analytics.files.sql_text import identifier, literal, literal_list

FILE_PATH: Final = "_benchboard_file"
"""What DuckDB's readers are told to call the path of a row's file."""
_ENDING: Final = r"(?i)\.(csv|tsv|tab|txt|parquet|pq)(\.gz)?$"


def file_labels(names: Sequence[str]) -> dict[str, str]:
    """The value of the column for each of these files: the name without its ending, with it where two were the same."""
    short = {name: re.sub(_ENDING, "", name) or name for name in names}
    counts = Counter(short.values())
    return {name: name if counts[label] > 1 else label for name, label in short.items()}


def file_name_sql(stand_ins: Collection[tuple[str, Path]], folder: Path | None = None) -> str:
    """The name of a row's file, from the path in `FILE_PATH`. `stand_ins`: the names of files, and what is read in
    their place; `folder`: that of the files, whose subfolders are parts of their names."""
    path = identifier(FILE_PATH)
    name = f"parse_filename({path}, false, 'system')"
    if folder is not None:
        name = f"substr(replace({path}, '\\', '/'), {len(folder.as_posix().rstrip('/')) + 2})"
    renamed = [(name_, other) for name_, other in stand_ins if folder is not None or other.name != name_]
    if renamed:
        cases = "".join(f" WHEN {literal(str(other))} THEN {literal(one)}" for one, other in renamed)
        name = f"CASE {path}{cases} ELSE {name} END"
    return name


def file_label_sql(names: Sequence[str], stand_ins: Collection[tuple[str, Path]], folder: Path | None = None) -> str:
    """The value of the column; see `file_name_sql`."""
    name = file_name_sql(stand_ins, folder)
    short = f"regexp_replace({name}, {literal(_ENDING)}, '')"
    whole = [one for one, label in file_labels(names).items() if one == label]
    if not whole:
        return short
    return f"CASE WHEN list_contains({literal_list(whole)}, {name}) THEN {name} ELSE {short} END"
