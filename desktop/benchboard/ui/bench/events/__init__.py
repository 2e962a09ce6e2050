"""What happened to dongles while the program runs, and the list of it."""
