"""Colours by rule in the lists of frames: the rules that are kept, and the popover that edits them."""
