"""Methods that rewrite documents so that engines show them: by rule, or by a language model."""
