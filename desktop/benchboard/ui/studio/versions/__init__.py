"""Versions, what differs between them, and the merge of two edits."""
