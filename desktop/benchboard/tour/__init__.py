"""The guided tour: operates Benchboard by real mouse and key events, with one screenshot per step.

`benchboard tour --out DIR` works on a demo database of its own, with the simulator and a second desktop as processes of
their own. Each step is verified against the database, or by the file it made, before its screenshot is taken;
`DIR/index.json` has for each what to look at, the picture, and the assertion it passed.
"""
