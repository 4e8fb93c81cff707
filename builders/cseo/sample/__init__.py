"""An invented sample in C-SEO Bench's layout: queries of six domains, ten documents each."""
