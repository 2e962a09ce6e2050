"""The panes, bars and dialogs around the canvas."""
