"""Editing a cell of the send table in its place."""
