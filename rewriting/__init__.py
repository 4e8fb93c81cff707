"""Methods that rewrite documents so that engines show them more: by rule, or by a language model."""
