"""The Models view: data models, their tables, fields and measures."""
