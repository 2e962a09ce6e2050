"""What differs between two recordings: the ID that is selected, drawn and told beside the list."""
