"""The model: baseline world, need, pay, leaving, filling, and the month that joins them."""
