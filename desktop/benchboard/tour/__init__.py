"""The guided tour: Benchboard driven through its rooms by real mouse and key events, one screenshot a step.

`benchboard tour --out DIR` works on a demo database of its own, with the simulator and a second desktop as processes
of their own. Each step proves itself against the database, or by the file it made, before its picture is taken;
`DIR/index.json` says for each what to see, the picture, and the assertion it passed.
"""
