"""The edited document of a page: its editor, undo history, saving, recovery and drafts."""
