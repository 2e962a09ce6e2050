"""Results of queries as files for other programs (CSV, Excel, Parquet), and as a table on the clipboard."""
