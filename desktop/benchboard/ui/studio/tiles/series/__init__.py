"""The form of a result that charts draw: its series, with their names, colours and places in a stack."""
