"""The page under mouse and keys."""
