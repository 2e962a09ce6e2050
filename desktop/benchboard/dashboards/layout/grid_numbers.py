"""Columns and rows as people count them: the first is number 1.

Everything that a person reads or types counts so: fields, labels, screen readers, differences between versions. A
`Cell` and the document's JSON, also where it is shown, exported or printed as JSON, count from 0: there it is an index.
"""


def grid_number(index: int) -> int:
    """The number that people see for a column or row of a cell."""
    return index + 1


def grid_index(number: int) -> int:
    """The column or row of a cell for the number that a person entered."""
    return number - 1
