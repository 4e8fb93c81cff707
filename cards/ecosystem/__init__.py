"""Results and releases in the forms that MTEB, the Hub and others read."""
