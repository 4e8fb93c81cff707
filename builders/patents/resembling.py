"""Hard negatives by BM25: the highest ranked families that no citation links to the query."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ...retrieval.texts import Texts
from .documents import first_text, newest_first, query_text

if TYPE_CHECKING:
    from pathlib import Path

    from ..stages import Runner

NAME = "bm25_negatives"


def run_bm25(runner: Runner, count: int, folder: Path) -> str:
    """Rank the collection for each query and keep the first ``count`` unlinked families.

    Documents and queries are title and abstract; BM25 has its default parameters. This runs in
    memory, with the index of the whole collection.

    Returns:
        ``bm25_negatives``, an input of the runner from now on: ``query``, ``document``.
    """
    inputs = ("publications", "members", "documents", "queries", "excluded")
    key = "/".join([NAME, str(count), *(runner.key(name) for name in inputs)])
    families = pl.read_parquet(runner.paths("documents")[0], columns=["family", "name"])
    linked = pl.read_parquet(runner.paths("excluded")[0])
    barred = (
        pl.read_parquet(runner.paths("queries")[0], columns=["family"])
        .rename({"family": "query"})
        .join(linked, on="query", how="left")
        .join(families.rename({"family": "document", "name": "linked"}), on="document", how="left")
        .join(families.rename({"family": "query", "name": "asked"}), on="query")
        .group_by("asked")
        .agg(pl.col("linked").drop_nulls())
    )
    pairs = _negatives(_texts(runner, families), barred, count)
    numbered = pairs.join(families.rename({"family": "query"}), left_on="asked", right_on="name")
    numbered = numbered.join(
        families.rename({"family": "document"}), left_on="found", right_on="name"
    )
    path = folder / f"{NAME}.parquet"
    numbered.select("query", "document").write_parquet(path)
    runner.add(NAME, [path], key)
    return NAME


def _texts(runner: Runner, families: pl.DataFrame) -> Texts:
    """Title and abstract of every document."""
    owners = (
        pl.scan_parquet(runner.paths("members")[0])
        .select("record", "name")
        .join(families.lazy(), on="name")
        .select("record", "name", ordinal="family")
    )
    columns = ("record", "publication_id", "publication_date", "source", "title", "abstract")
    records = (
        pl.scan_parquet(list(runner.paths("publications")))
        .select(columns)
        .join(owners, on="record")
        .collect()
    )
    texts = (
        newest_first(records)
        .group_by("ordinal", maintain_order=True)
        .agg(pl.col("name").first(), first_text("title"), first_text("abstract"))
        .select("name", text=query_text())
    )
    return Texts.from_arrays(texts["name"].to_arrow(), texts["text"].to_arrow())


def _negatives(texts: Texts, barred: pl.DataFrame, count: int) -> pl.DataFrame:
    """Pairs ``asked``, ``found``; ``barred`` lists the families ``linked`` to each query."""
    from ...retrieval.bm25.system import BM25System

    system = BM25System()
    system.index(texts)
    grouped = (
        barred.with_columns(depth=pl.col("linked").list.len().cast(pl.Int64) + count + 1)
        # Queries with about as many links are searched together, as deep as any of them needs.
        .with_columns(group=pl.col("depth").log(2).ceil().cast(pl.Int64))
        .sort("group", "asked")
    )
    found = [pl.DataFrame(schema={"asked": pl.String, "found": pl.String})]
    for _group, part in grouped.group_by("group", maintain_order=True):
        names = part["asked"].to_list()
        depths: list[int] = part["depth"].to_list()
        run = system.search(_chosen(texts, names), min(max(depths), len(texts)))
        without = {
            name: [name, *linked]
            for name, linked in zip(names, part["linked"].to_list(), strict=True)
        }
        kept = run.without(without).truncate(count).to_table()
        found.append(
            pl.DataFrame(
                {"asked": kept["query_id"].to_pylist(), "found": kept["doc_id"].to_pylist()},
                schema={"asked": pl.String, "found": pl.String},
            )
        )
    return pl.concat(found)


def _chosen(texts: Texts, names: list[str]) -> Texts:
    mask = pc.call_function(
        "is_in", [texts.ids], pc.SetLookupOptions(value_set=pa.array(names, pa.large_string()))
    )
    return Texts(texts.ids.filter(mask), texts.texts.filter(mask))
