"""Scores from a release to figures, with methods that the release does not have."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import domainbench
from domainbench.benchmarks.cseo.scenario import Scenario, Selection, read_scenario
from domainbench.benchmarks.cseo.score import Measuring, games_of
from domainbench.benchmarks.cseo.scores import CseoScores
from domainbench.cards.cseo_plots import write_plots
from domainbench.cards.cseo_table import contents, footnotes
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.release import Release

PLUGIN = """
from domainbench.rewriting.method import Rewriting, RuleMethod

class Lamp(RuleMethod):
    name = "lamp"
    about = "says what is asked for"
    sees_query = True

    def rewrite_one(self, subject):
        return Rewriting(subject.title, f"{subject.query} " * 9)
"""


@pytest.fixture(scope="module")
def scored(release: Release, tmp_path_factory: pytest.TempPathFactory) -> tuple[CseoScores, Path]:
    folder = tmp_path_factory.mktemp("scored")
    scores = domainbench.score(release, engine="bm25", output=folder)
    assert isinstance(scores, CseoScores)
    return scores, folder


def outcomes(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "outcomes.parquet")


def test_gains_are_means_of_the_outcomes(scored: tuple[CseoScores, Path]) -> None:
    scores, folder = scored
    frame = outcomes(folder)
    for gain in scores.gains:
        part = frame.filter(
            (pl.col("method") == gain.method)
            & (pl.col("adoption") == gain.adoption)
            & (pl.col("adopter") == (gain.role == "adopter"))
        )
        if gain.column is not None:
            part = part.filter(pl.col(gain.column) == gain.slice)
        values = part[gain.measure].to_numpy()
        assert gain.n == len(values)
        assert gain.mean == pytest.approx(values.mean())
        assert gain.deviation == pytest.approx(values.std())
    slices = {(gain.column, gain.slice) for gain in scores.gains}
    assert slices == {
        (None, None), ("task", "product_recommendation"), ("task", "question_answering"),
        ("domain", "retail"), ("domain", "web"),
    }  # fmt: skip
    methods = {gain.method for gain in scores.gains}
    # A ranker sees no order, so documents that only move are not asked about.
    assert methods == {"keyword_insertion", "statistics_scaffold", "outline"}


def test_a_second_run_gives_the_same_to_the_last_digit(
    release: Release, scored: tuple[CseoScores, Path], tmp_path: Path
) -> None:
    scores, folder = scored
    again = domainbench.score(release, engine="bm25", output=tmp_path)
    leave = {"environment": True, "cost": True}
    assert again.model_dump(exclude=leave) == scores.model_dump(exclude=leave)
    assert pq.read_table(tmp_path / "outcomes.parquet").equals(
        pq.read_table(folder / "outcomes.parquet")
    )
    assert CseoScores.read(folder) == scores
    one, two = write_plots(scores, tmp_path / "one"), write_plots(again, tmp_path / "two")
    assert [path.name for path in one] == ["gains.svg", "adoption.svg", "game-retail.svg",
                                           "game-web.svg"]  # fmt: skip
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_payoffs_do_not_depend_on_who_adopts_first() -> None:
    """A method that changes nothing leaves everybody where they were, whoever adopts."""
    rows = []
    for query in range(3):
        for place, payoff in enumerate((1.0, 0.5, 0.0)):
            rows += [
                {
                    "domain": "web", "documents": 3, "method": "m", "adoption": adoption,
                    "adopter": place >= 3 - adoption, "query_id": f"q{query}",
                    "corpus_id": f"d{query}{place}", "run": 0, "reciprocal_rank_before": payoff,
                    "reciprocal_rank_after": payoff, "reciprocal_rank_gain": 0.0,
                }
                for adoption in (1, 2, 3)
            ]  # fmt: skip
    (game,) = games_of(pl.DataFrame(rows).to_arrow(), Measuring())
    assert [payoff.adopters for payoff in game.payoffs] == [None, 0.5, 0.5, 0.5]
    assert [payoff.bystanders for payoff in game.payoffs] == [0.5, 0.5, 0.5, None]
    assert game.best_responses == ["both"] * 3
    assert [one.adoption for one in game.equilibria] == [0, 1, 2, 3]
    assert [one.price for one in game.equilibria] == pytest.approx([0] * 4)
    assert [one.mean for one in game.sums] == pytest.approx([0] * 3)


def test_a_failed_episode_takes_no_baseline_from_the_games(scored: tuple[CseoScores, Path]) -> None:
    _, folder = scored
    frame = outcomes(folder)
    names = [name for name in frame.columns if name.endswith(("_before", "_after", "_gain"))]
    lost = frame["episode_id"] == frame["episode_id"][0]
    damaged = frame.with_columns(
        pl.when(lost).then(None).otherwise(pl.col(name)).alias(name) for name in names
    )
    whole, rest = (games_of(one.to_arrow(), Measuring()) for one in (frame, damaged))
    assert [game.payoffs[0] for game in rest] == [game.payoffs[0] for game in whole]


def test_levels_do_not_depend_on_the_order_of_sums() -> None:
    values = np.random.default_rng(1).random(5_000)
    rows = {
        "domain": ["web"] * 5_000, "documents": [1] * 5_000, "method": ["m"] * 5_000,
        "adoption": [1] * 5_000, "adopter": [True] * 5_000,
        "query_id": [f"q{n}" for n in range(5_000)], "corpus_id": [f"d{n}" for n in range(5_000)],
        "run": [0] * 5_000, "reciprocal_rank_before": values, "reciprocal_rank_after": values,
        "reciprocal_rank_gain": np.zeros(5_000),
    }  # fmt: skip
    (game,) = games_of(pl.DataFrame(rows).to_arrow(), Measuring())
    assert game.payoffs[0].bystanders == math.fsum(values) / 5_000


def test_sums_of_games_are_sums_of_gains(scored: tuple[CseoScores, Path]) -> None:
    scores, folder = scored
    frame = outcomes(folder)
    sums: dict[tuple[str, str, int], list[float]] = defaultdict(list)
    keys = ["domain", "method", "adoption", "query_id"]
    for key, part in frame.group_by(keys):
        sums[key[:3]].append(part["reciprocal_rank_gain"].sum())
    for game in scores.games:
        for one in game.sums:
            expected = sums.get((game.domain, game.method, one.adoption))
            assert one.queries == len(expected or [])
            if expected:
                assert one.mean == pytest.approx(np.mean(expected))


def test_a_plugin_is_measured_beside_the_methods_of_the_release(
    release: Release, tmp_path: Path
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(PLUGIN)
    scores = domainbench.score(
        release, engine="bm25", tried=[f"{file}:Lamp"], methods=["outline"], adoption=[1, 6],
        output=tmp_path,
    )  # fmt: skip
    assert {gain.method for gain in scores.gains} == {"lamp", "outline"}
    alone = outcomes(tmp_path).filter(
        pl.col("adopter") & (pl.col("adoption") == 1) & (pl.col("method") == "lamp")
    )
    assert alone["place_after"].to_list() == [1] * 5
    # At full adoption every document says it, and nobody is ahead of the others for it.
    everybody = scores.gain("fixed_cutoff_gain", "lamp", slice="retail", adoption=6)
    assert everybody.n == 3 * 6
    with pytest.raises(UsageError, match="has a method of that name already"):
        domainbench.score(release, engine="bm25", tried=["outline"])
    with pytest.raises(UsageError, match="needs a language model"):
        domainbench.score(release, engine="bm25", tried=["authoritative"])


def rewritten(scenario: Scenario, path: Path, **more: str) -> Path:
    lines = [
        {"corpus_id": name, "method": "mine", "text": f"{text} brass lamp", **more}
        for name, text in zip(scenario.document_ids, scenario.documents, strict=True)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_rewritings_of_a_file_are_measured(
    release: Release, scenario: Scenario, tmp_path: Path
) -> None:
    file = rewritten(scenario, tmp_path / "mine.jsonl")
    scores = domainbench.score(release, engine="bm25", variants=file, methods=["outline"])
    assert {gain.method for gain in scores.gains} == {"mine", "outline"}
    assert scores.gain("reciprocal_rank_gain", "mine", slice="retail").n == 3


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"corpus_id": "x", "method": "m", "text": "t"}', "no document of the release"),
        ('{"corpus_id": "x", "method": "m"}', "a rewriting lacks a field"),
        ('{"corpus_id": "x", "method": "m", "text": " "}', "a rewriting lacks a field"),
        ('{"corpus_id": "ID", "method": "m", "text": "t", "query_id": "?"}', "no query that"),
        ('{"corpus_id": "ID", "method": "m", "text": "t"}\n' * 2, "rewritten twice"),
        ('{"corpus_id": "ID", "method": "m", "text": "t"}', "has rewritten no set of adopters"),
        ('{"corpus_id": "ID", "method": "mixed", "text": "t"}', "none that rewrites"),
        ('{"corpus_id": "ID", "method": "position:2", "text": "t"}', "none that rewrites"),
        ("{", "JSON"),
    ],
)
def test_files_of_rewritings_that_are_wrong(
    release: Release, scenario: Scenario, tmp_path: Path, line: str, message: str
) -> None:
    adopted = {scenario.queries[e.query].context[p] for e in scenario.episodes for p in e.adopters
               if len(e.adopters) == 1}  # fmt: skip
    other = next(row for row in range(len(scenario.document_ids)) if row not in adopted)
    file = tmp_path / "wrong.jsonl"
    file.write_text(line.replace("ID", scenario.document_ids[other]) + "\n")
    with pytest.raises(DataError, match=message):
        domainbench.score(release, engine="bm25", variants=file)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"domains": ["tools"]}, "unknown domain|no such domain|domain 'tools'"),
        ({"methods": ["shouting"]}, "method of the release"),
        ({"adoption": [4]}, "no episode has that many adopters"),
        ({"limit": 0}, "the limit is below 1"),
        ({"temperature": 1.0}, "option of score with bm25"),
        ({"first_stage": "bm25"}, "a ranker has no first stage"),
        ({"payoff": "money"}, "payoff"),
        ({"payoff": "word"}, "the engine writes none"),
        ({"model": "local:x"}, "methods that are tried"),
        ({"cutoff": 0}, "the cutoff is below 1"),
        ({"seed": -1}, "the seed is negative"),
        ({"depth": 0}, "the depth is below 1"),
        ({"split": "dev"}, "split"),
    ],
)
def test_options_that_are_wrong(release: Release, options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        domainbench.score(release, engine="bm25", **options)


def test_options_that_are_unknown_are_told_in_a_fixed_order(release: Release) -> None:
    with pytest.raises(UsageError, match="one of split, domains, methods, adoption, limit, cutoff"):
        domainbench.score(release, engine="bm25", loud=True)


def test_what_only_begins_like_a_move_is_none(scenario: Scenario) -> None:
    episode = next(one for one in scenario.episodes if one.method == "outline")
    assert not replace(episode, method="position:abc").moves
    assert replace(episode, method="position:2").moves


def test_only_moving_means_nothing_to_a_ranker(release: Release) -> None:
    with pytest.raises(DataError, match="adopters do nothing but move"):
        domainbench.score(release, engine="bm25", methods=["top"])


def test_a_limit_draws_the_same_queries_of_each_domain(release: Release) -> None:
    two = read_scenario(release, Selection(limit=2))
    assert [query.domain for query in two.queries] == ["retail", "retail", "web", "web"]
    one = read_scenario(release, Selection(limit=1))
    assert {query.id for query in one.queries} < {query.id for query in two.queries}
    other = read_scenario(release, Selection(limit=1, seed=5))
    assert len(other.queries) == 2


def test_tables_show_every_domain_and_adoption(release: Release) -> None:
    scores = domainbench.score(release, engine="surrogate", runs=2)
    tables = {table.title: table for table in contents(scores)}
    first = tables["Mean citation rank gain, one adopter"]
    assert first.header == ("method", "all", "retail", "web")
    assert {row[0] for row in first.rows} >= {"position:1", "position:3", "top", "outline"}
    numbers = tables["Mean citation rank gain of adopters by number of adopters, all domains"]
    assert numbers.header == ("method", "1", "2", "3", "6")
    assert any("surrogate" in line for line in footnotes(scores))
    assert any(title.startswith("Equilibria of the adoption game") for title in tables)
    assert {gain.measure for gain in scores.gains} >= {"word_gain", "position_controlled_gain"}


def test_every_column_of_panels_has_its_numbers(release: Release, tmp_path: Path) -> None:
    scores = domainbench.score(release, engine="surrogate", methods=["outline", "top"])
    assert isinstance(scores, CseoScores)
    rows = [gain for gain in scores.gains if gain.measure == "citation_rank_gain"]
    gains = [
        gain.model_copy(update={"column": "domain", "slice": f"domain {number}"})
        for gain in rows
        for number in range(5)
        if gain.column is None
    ]
    several = scores.model_copy(update={"gains": gains, "games": []})
    text = write_plots(several, tmp_path)[0].read_text(encoding="utf-8")
    labels = re.findall(r"(-?[0-9.]+)</text>", text.replace("\u2212", "-"))
    # Five panels in lines of four: each column has one with numbers, and no other panel has.
    assert max(Counter(labels).values()) == 4


def broken(release: Release, folder: Path, table: str, change: object) -> Release:
    """A copy of the release with the rows of one table changed, whatever its digests say."""
    shutil.copytree(release.path, folder)
    path = Release.open(folder).files(table)[0]
    rows = [change(row) for row in pq.read_table(path).to_pylist()]
    kept = [row for row in rows if row is not None]
    pq.write_table(pa.Table.from_pylist(kept, schema=pq.read_schema(path)), path)
    return Release.open(folder)


def test_what_a_release_refers_to_must_be_there(release: Release, tmp_path: Path) -> None:
    def without_outline(row: dict[str, object]) -> dict[str, object] | None:
        return None if row["method"] == "outline" else row

    def elsewhere(row: dict[str, object]) -> dict[str, object]:
        return {**row, "adopters": ["retail-nowhere", *row["adopters"][1:]]}

    def unknown(row: dict[str, object]) -> dict[str, object]:
        return {**row, "corpus_id": "gone"} if row["position"] == 1 else row

    lost = broken(release, tmp_path / "a", "variants", without_outline)
    with pytest.raises(DataError, match="no variant of the method"):
        domainbench.score(lost, engine="bm25")
    strange = broken(release, tmp_path / "b", "episodes", elsewhere)
    with pytest.raises(DataError, match="an adopter is not in the context"):
        domainbench.score(strange, engine="bm25")
    gone = broken(release, tmp_path / "c", "contexts", unknown)
    with pytest.raises(DataError, match="a document that is not in the corpus"):
        domainbench.score(gone, engine="bm25")


def test_contexts_of_unequal_length_are_scored(release: Release, tmp_path: Path) -> None:
    def shorter(row: dict[str, object]) -> dict[str, object] | None:
        return None if row["position"] == 6 and row["query_id"].startswith("web") else row

    def first_five(row: dict[str, object]) -> dict[str, object] | None:
        return None if row["query_id"].startswith("web") and row["adoption"] > 1 else row

    short = broken(release, tmp_path / "a", "contexts", shorter)
    alone = broken(short, tmp_path / "b", "episodes", first_five)
    episodes = pq.read_table(alone.files("episodes")[0]).to_pylist()
    context = {row["corpus_id"] for row in pq.read_table(alone.files("contexts")[0]).to_pylist()}
    whole = all(set(row["adopters"]) <= context for row in episodes)
    assert whole, "an adopter was the one that fell out: choose another place"
    scores = domainbench.score(alone, engine="bm25", methods=["outline"])
    assert {game.documents for game in scores.games} == {5, 6}
