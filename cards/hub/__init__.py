"""Releases on the Hugging Face Hub: pushed whole or not at all, pulled and verified."""
