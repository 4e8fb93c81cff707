"""Methods that rewrite by a rule, a file each."""
