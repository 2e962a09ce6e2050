"""The Data view of Studio: data sources, and the import of files."""
