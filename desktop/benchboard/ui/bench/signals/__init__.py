"""Signals as rows of the frames: how their lines are drawn, and dragged to the plots."""
