"""What is remembered of recordings and listed beside an open one."""
