"""One HTML file over results: tables, plots, comparisons; works offline."""
