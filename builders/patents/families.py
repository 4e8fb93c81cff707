"""Stages that group publications into families and gather what is known of each.

Frames that the stages take:

``publications``, ``names``: tables of ``staged``.
``members``: a kept record a row, with the name of its family.
``families``: a family a row. ``documents``: those of them that have a text, numbered in the order
of their names: ``family`` is that number from here on, which makes joins cheaper than names do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from ..stages import Stage, connect, distinct

if TYPE_CHECKING:
    from ..stages import Runner

    Frame = nw.LazyFrame[Any]

CLASS_WIDTHS = {"section": 1, "ipc3": 3, "ipc4": 4}
"""Characters of an IPC symbol that name its class at each depth."""

_MEMBER_COLUMNS = {
    "record": nw.Int64,
    "source": nw.Int32,
    "publication_id": nw.String,
    "country": nw.String,
    "name": nw.String,
    "rule": nw.String,
    "date": nw.Date,
    "publication_date": nw.Date,
    "ring": nw.Int64,
    "factor": nw.Int64,
    "has_text": nw.Int64,
}
_FAMILY_COLUMNS = {
    "name": nw.String,
    "rule": nw.String,
    "date": nw.Date,
    "public": nw.Date,
    "ring": nw.Int64,
    "factor": nw.Int64,
    "has_text": nw.Int64,
}
_DOCUMENT_COLUMNS = {"family": nw.Int64, **_FAMILY_COLUMNS}


def run_families(runner: Runner) -> None:
    """Run the stages from the staged tables to ``documents`` and their facts."""
    pairs = {"a": nw.String, "b": nw.String}
    runner.run(Stage("duplicates", ("publications",), duplicates, _DUPLICATE_COLUMNS))
    runner.run(Stage("family_evidence", ("names", "duplicates"), evidence, pairs))
    labels = connect(runner, "family_labels", "family_evidence", nw.String)
    runner.run(Stage("members", ("publications", "duplicates", labels), members, _MEMBER_COLUMNS))
    runner.run(Stage("families", ("members",), families, _FAMILY_COLUMNS))
    runner.run(Stage("documents", ("families",), documents, _DOCUMENT_COLUMNS))
    runner.run(
        Stage(
            "jurisdictions",
            ("members", "documents"),
            jurisdictions,
            {"family": nw.Int64, "jurisdiction": nw.String},
        )
    )
    runner.run(
        Stage(
            "lookup",
            ("names", "duplicates", labels, "documents"),
            lookup,
            {"publication_id": nw.String, "number_key": nw.String, "family": nw.Int64},
        )
    )


def run_classes(runner: Runner, depth: str) -> str:
    """Run the stage of the families' classes at a depth of the IPC and return its name."""
    width = CLASS_WIDTHS[depth]
    stage = Stage(
        f"classes_{depth}",
        ("publications", "members", "documents"),
        lambda *frames: classes(*frames, width=width),
        {"family": nw.Int64, "class": nw.String},
        {"width": width},
    )
    runner.run(stage)
    return stage.name


_DUPLICATE_COLUMNS = {
    "record": nw.Int64,
    "source": nw.Int32,
    "publication_id": nw.String,
    "line": nw.Int64,
    "offset": nw.Int64,
    "first_line": nw.Int64,
    "first_offset": nw.Int64,
}


def duplicates(publications: Frame) -> Frame:
    """Records whose publication stands in the same source before, with the place of the first."""
    repeated = (
        publications.group_by("source", "publication_id")
        .agg(nw.col("record").min().alias("first"), nw.len().alias("rows"))
        .filter(nw.col("rows") > 1)
        .select("source", "publication_id", "first")
    )
    places = publications.select(first="record", first_line="line", first_offset="offset")
    return (
        publications.select("record", "source", "publication_id", "line", "offset")
        .join(repeated, on=["source", "publication_id"])
        .filter(nw.col("record") != nw.col("first"))
        .join(places, on="first")
    )


def evidence(names: Frame, duplicates: Frame) -> Frame:
    """Edges between family keys that mean one family.

    Two keys are one family if records under both name the same publication. A publication whose
    kind is unknown also joins the family of the same number, if all records that have that number
    with a kind stand under one key: offices reuse numbers, so more keys would be a guess.
    """
    kept = without_records(names, duplicates)
    same = kept.join(
        _spans(kept, "publication_id").filter(nw.col("low") != nw.col("high")),
        on="publication_id",
    )
    bare = kept.filter(nw.col("publication_id") == nw.col("number_key"))
    kinded = kept.filter(nw.col("publication_id") != nw.col("number_key")).join(
        distinct(bare, "number_key"), on="number_key", how="semi"
    )
    alike = bare.join(
        _spans(kinded, "number_key").filter(nw.col("low") == nw.col("high")), on="number_key"
    )
    edges = nw.concat(
        [same.select(a="low", b="order_key"), alike.select(a="low", b="order_key")],
        how="vertical",
    )
    return distinct(edges.filter(nw.col("a") != nw.col("b")), "a", "b")


def _spans(names: Frame, column: str) -> Frame:
    return names.group_by(column).agg(
        nw.col("order_key").min().alias("low"), nw.col("order_key").max().alias("high")
    )


def without_records(frame: Frame, duplicates: Frame) -> Frame:
    """Rows that come from records that are kept."""
    return frame.join(duplicates.select("record"), on="record", how="anti")


def _labelled(frame: Frame, labels: Frame) -> Frame:
    """Adds ``name`` and ``label``: the order key that the family is named by."""
    found = frame.join(labels.select(order_key="key", label="label"), on="order_key", how="left")
    filled = found.with_columns(label=nw.coalesce(nw.col("label"), nw.col("order_key")))
    return filled.with_columns(name=nw.col("label").str.slice(1))


def members(publications: Frame, duplicates: Frame, labels: Frame) -> Frame:
    """Kept records with their family; ``date`` is priority, else filing, else publication date.

    ``ring`` and ``factor`` are those of the family, and null where the record's own key does not
    name it.
    """
    kept = _labelled(without_records(publications, duplicates), labels)
    names_it = nw.col("order_key") == nw.col("label")
    return kept.with_columns(
        date=nw.coalesce(
            nw.col("priority_date"), nw.col("filing_date"), nw.col("publication_date")
        ),
        rule=nw.col("label").str.slice(0, 1),
        ring=nw.when(names_it).then(nw.col("ring")),
        factor=nw.when(names_it).then(nw.col("factor")),
    )


def families(members: Frame) -> Frame:
    """Families with their earliest date, the day they became public, and their ring position."""
    return members.group_by("name").agg(
        nw.col("rule").min(),
        nw.col("date").min(),
        nw.col("publication_date").min().alias("public"),
        nw.col("ring").max(),
        nw.col("factor").max(),
        nw.col("has_text").max(),
    )


def documents(families: Frame) -> Frame:
    """Families of which some member has a title or an abstract in the wanted language."""
    return families.filter(nw.col("has_text") > 0).with_row_index("family", order_by="name")


def jurisdictions(members: Frame, documents: Frame) -> Frame:
    """Office of the member with the earliest date; the least code where members tie."""
    first = members.join(documents.select("name", "date", "family"), on=["name", "date"])
    return first.group_by("family").agg(nw.col("country").min().alias("jurisdiction"))


def lookup(names: Frame, duplicates: Frame, labels: Frame, documents: Frame) -> Frame:
    """Publications, read or only named, with the family that a citation of them leads to."""
    named = _labelled(without_records(names, duplicates), labels)
    wanted = named.join(documents.select("name", "family"), on="name")
    return distinct(wanted, "publication_id", "number_key", "family")


def classes(publications: Frame, members: Frame, documents: Frame, *, width: int) -> Frame:
    """Classes of each family: the first ``width`` characters of all members' IPC symbols."""
    symbols = publications.select("record", "ipc").explode("ipc")
    coded = symbols.filter(nw.col("ipc").str.len_chars() >= width).select(
        "record", nw.col("ipc").str.slice(0, width).alias("class")
    )
    kept = members.select("record", "name").join(documents.select("name", "family"), on="name")
    return distinct(coded.join(kept, on="record"), "family", "class")
