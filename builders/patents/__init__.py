"""The patent family: publications to simple families, citations to judged pairs."""
