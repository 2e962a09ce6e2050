"""What a query could go on with at the cursor: keywords, tables, columns, functions, variables and join conditions.

The query is unfinished nearly always, so no parser reads it: its words do (`sql_text`), and the brackets around them.
"""
