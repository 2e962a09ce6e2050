"""The list of dashboards, sharing, and the ways in and out."""
