"""Documents cut into passages, and ranked by them."""
