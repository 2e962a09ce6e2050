"""The triggers of the live bus: a table of them, what each does when it is met, and the list of those that were."""
