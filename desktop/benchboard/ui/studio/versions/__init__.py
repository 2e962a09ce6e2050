"""Versions of a dashboard, their differences, and the merge of two edits."""
