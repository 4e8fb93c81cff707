"""Families of one bucket: their texts, lists and facts, in the columns of a release."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from ...schemas.patents import PATENT_CORPUS, PATENT_QUERIES
from .families import CLASS_WIDTHS
from .keys import RULES
from .staged import TEXT_FIELDS

QUERIES_WITHOUT_KEYWORDS = replace(
    PATENT_QUERIES,
    columns=tuple(column for column in PATENT_QUERIES.columns if column.name != "keywords"),
)
"""Keywords come last: they need the whole corpus."""

_RULE_NAMES = {str(digit): rule for digit, rule in enumerate(RULES)}


def assemble_families(records: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """One row a family, by id.

    Each text comes from the most recent member that has it (by publication date, those without
    behind; then by publication id, descending; then from the earlier source). The representative
    is the member that gives the abstract, else the title.

    Args:
        records: staged publications with ``ordinal``, the family's.
        facts: families with ``ordinal``, ``name``, ``rule``, ``date``, ``public``,
            ``jurisdiction``, ``in_corpus`` and ``is_query``.
    """
    texts = (
        newest_first(records)
        .group_by("ordinal", maintain_order=True)
        .agg(
            *(first_text(name) for name in TEXT_FIELDS),
            *(
                pl.col(column).filter(pl.col(text).is_not_null()).first().alias(f"{text}_{column}")
                for text in ("abstract", "title")
                for column in ("publication_id", "language")
            ),
            _set("publication_id", "publication_ids"),
        )
    )
    rows = facts.sort("ordinal").join(texts, on="ordinal", how="left", maintain_order="left")
    members = records.select(
        "ordinal", "ipc", "cpc", member_ids=pl.concat_list("members", "publication_id")
    )
    for column in ("ipc", "cpc", "member_ids"):
        lists = (
            members.select("ordinal", column)
            .explode(column)
            .drop_nulls()
            .group_by("ordinal")
            .agg(_set(column, column))
        )
        rows = rows.join(lists, on="ordinal", how="left", maintain_order="left")
    return (
        rows.with_columns(
            pl.col("ipc", "cpc").fill_null([]),
            pl.col("title", "abstract").fill_null(""),
            representative_id=pl.coalesce("abstract_publication_id", "title_publication_id"),
            abstract_language=pl.when(pl.col("abstract_publication_id").is_not_null())
            .then("abstract_language")
            .otherwise("title_language"),
            family_rule=pl.col("rule").replace_strict(_RULE_NAMES, return_dtype=pl.String),
            year=pl.col("date").dt.year(),
        )
        .with_columns(
            *(
                pl.col("ipc")
                .list.eval(
                    pl.element()
                    .filter(pl.element().str.len_chars() >= width)
                    .str.slice(0, width)
                    .unique()
                    .sort()
                )
                .alias(f"{depth}_domains")
                for depth, width in CLASS_WIDTHS.items()
            )
        )
        .rename({"name": "_id", "date": "earliest_date", "public": "earliest_publication_date"})
    )


def newest_first(records: pl.DataFrame) -> pl.DataFrame:
    """Records by family, in the order in which its members are asked for texts."""
    return records.sort(
        "ordinal",
        "publication_date",
        "publication_id",
        "source",
        descending=[False, True, True, False],
        nulls_last=True,
    )


def first_text(name: str) -> pl.Expr:
    """The first text of a field that a family's members have, null if none has."""
    return pl.col(name).drop_nulls().first()


def query_text() -> pl.Expr:
    """Title and abstract, those that are not empty, one a line."""
    both = pl.concat_list(pl.col("title", "abstract").fill_null(""))
    return both.list.eval(pl.element().filter(pl.element() != "")).list.join("\n")


def _set(column: str, name: str) -> pl.Expr:
    return pl.col(column).unique().sort().alias(name)


def corpus_table(rows: pl.DataFrame) -> Any:
    """A ``pyarrow.Table`` of the corpus; the text of a document is its abstract."""
    return _fitted(rows.with_columns(text="abstract"), PATENT_CORPUS)


def queries_table(rows: pl.DataFrame) -> Any:
    """Queries as ``QUERIES_WITHOUT_KEYWORDS``; the text is title and abstract, one a line."""
    return _fitted(rows.with_columns(text=query_text()), QUERIES_WITHOUT_KEYWORDS)


def _fitted(rows: pl.DataFrame, table: Any) -> Any:
    return rows.select(table.schema.names).to_arrow().cast(table.schema)
