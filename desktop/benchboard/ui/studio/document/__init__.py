"""The document under edit, its acts, and how it is kept."""
