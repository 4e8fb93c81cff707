from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import wilcoxon

from domainbench.benchmarks.cseo.responses import (
    index_after,
    method_name,
    original_scores,
    pair_responses,
    read_responses,
)
from domainbench.schemas.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

MODEL = "gpt-4o-mini-2024-07-18"
END = "\n\n##########################\n\n"
QUERIES = ("lamp", "table", "chair", "desk", "sofa")
PLAIN = ("[1] [2] [3]", "[1][2]", "[2] [3]", "[1]", "")


def write(
    path: Path,
    texts: tuple[str | None, ...],
    targets: Any = None,
    queries: tuple[str, ...] = QUERIES,
    **columns: Any,
) -> Path:
    """A file of answers whose recorded orders are what the texts say."""
    import re

    cited = [[int(one) - 1 for one in re.findall(r"\[(\d+)\]", text or "")] for text in texts]
    table = {
        "Prompt": [f"Question: {query}\n\n" + f"Document:{END}" * 4 for query in queries],
        "Response": list(texts),
        "Search Query": list(queries),
        "Boost Product Index": [[]] * len(texts) if targets is None else targets,
        "Citation Order": [list(dict.fromkeys(one)) for one in cited],
        "Citation Order w. Duplicates": cited,
        **columns,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({name: one for name, one in table.items() if one is not None}), path)
    return path


def place(root: Path, method: str, adoption: str = "UNILATERAL", domain: str = "retail") -> Path:
    return root / domain / method / MODEL / f"AdoptionMode.{adoption}" / "responses.parquet"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    write(place(tmp_path, "Original", "NONE"), PLAIN)
    return tmp_path


def test_responses_are_read(tmp_path: Path) -> None:
    path = write(
        tmp_path / "responses.parquet", ("[2][1][2], [9]", None), [[3, 1], [0]], ("lamp", "table")
    )
    first, second = read_responses(path)
    assert (first.query, first.text, first.missing) == ("lamp", "[2][1][2], [9]", False)
    assert (first.targets, first.order, first.parsed) == ((1, 3), (1, 0, 8), (1, 0, 8))
    assert first.documents == 4
    assert (second.text, second.missing, second.order) == ("", True, ())


def test_targets_may_be_single_numbers_or_absent(tmp_path: Path) -> None:
    path = write(tmp_path / "responses.parquet", ("", "", ""), [2, None, 0], ("a", "b", "c"))
    assert [one.targets for one in read_responses(path)] == [(2,), (), (0,)]
    floats = write(tmp_path / "floats.parquet", ("", ""), [2.0, 1.0], ("a", "b"))
    assert [one.targets for one in read_responses(floats)] == [(2,), (1,)]


def test_a_prompt_is_not_needed(tmp_path: Path) -> None:
    path = write(tmp_path / "responses.parquet", ("[1]",), [[0]], ("a",), Prompt=None)
    assert read_responses(path)[0].documents is None


@pytest.mark.parametrize(
    "column", ["Response", "Search Query", "Boost Product Index", "Citation Order"]
)
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    path = write(tmp_path / "responses.parquet", ("[1]",), [[0]], ("a",), **{column: None})
    with pytest.raises(DataError, match="lack columns") as caught:
        read_responses(path)
    assert column in str(caught.value.expected)
    assert column not in str(caught.value.found).split(", ")


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("Response", [1]),
        ("Search Query", [None]),
        ("Boost Product Index", [["a"]]),
        ("Boost Product Index", [0.5]),
        ("Boost Product Index", [float("nan")]),
        ("Boost Product Index", [True]),
        ("Citation Order", ["0"]),
        ("Prompt", [3]),
    ],
)
def test_fields_of_wrong_types_are_refused(tmp_path: Path, column: str, values: Any) -> None:
    path = write(tmp_path / "responses.parquet", ("[1]",), [[0]], ("a",), **{column: values})
    with pytest.raises(DataError, match="wrong type") as caught:
        read_responses(path)
    assert (caught.value.line, str(caught.value.found).partition(" = ")[0]) == (1, column)


def test_a_file_without_rows_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.parquet"
    pq.write_table(pa.table({"Response": pa.array([], pa.string())}), empty)
    with pytest.raises(DataError, match="no responses"):
        read_responses(empty)
    damaged = tmp_path / "damaged.parquet"
    damaged.write_bytes(b"PAR")
    with pytest.raises(DataError, match="no readable Parquet"):
        read_responses(damaged)
    with pytest.raises(DataError, match="no file"):
        read_responses(tmp_path / "absent.parquet")


@pytest.mark.parametrize(
    ("recorded", "name"),
    [
        ("baseline", "original"),
        ("Original", "original"),
        ("LLMGuidance", "llms_txt"),
        ("LLMstxt", "llms_txt"),
        ("Authoritative", "authoritative"),
        ("UniqueWords", "unique_words"),
        ("ContentImprovement", "content_improvement"),
        ("seo_baseline-1", "position:1"),
        ("seo_baseline-10", "position:10"),
        ("seo_baseline_game_theory", "top"),
        ("seo_baseline-first", "seo_baseline-first"),
        ("MyOwnMethod", "my_own_method"),
    ],
)
def test_methods_have_our_names(recorded: str, name: str) -> None:
    assert method_name(recorded) == name


def test_methods_that_only_rewrite_move_nothing() -> None:
    assert [index_after("fluency", [2, 5], one) for one in range(7)] == list(range(7))


@given(st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1)))))
def test_moves_are_those_of_lists(drawn: tuple[int, set[int]]) -> None:
    n, chosen = drawn
    targets = sorted(chosen)
    order = targets + [one for one in range(n) if one not in chosen]
    assert [index_after("top", targets, one) for one in order] == list(range(n))
    for new in range(n):
        moved = list(range(n))
        if targets:
            moved.insert(new, moved.pop(targets[0]))
        assert [index_after(f"position:{new + 1}", targets, one) for one in moved] == list(range(n))


def test_answers_are_paired_by_query(results: Path) -> None:
    after = ("[3] [1]", "[2]", "[1] [2]", "[7]")
    queries = ("table", "sofa", "lamp", "stool")
    write(place(results, "Fluency"), after, [[2], [1], [0], [0]], queries)
    [found] = pair_responses(results)
    assert (found.domain, found.method, found.model, found.adoption) == (
        "retail", "fluency", MODEL, "unilateral",
    )  # fmt: skip
    assert [(one.query, one.before.order, one.after.order) for one in found.pairs] == [
        ("table", (0, 1), (2, 0)), ("sofa", (), (1,)), ("lamp", (0, 1, 2), (0, 1)),
    ]  # fmt: skip
    assert [one.targets_after for one in found.pairs] == [(2,), (1,), (0,)]
    assert (found.unpaired_before, found.unpaired_after) == (2, 1)
    assert (found.missing, found.disagreements) == (0, 0)


def test_the_ending_of_some_files_queries_is_left_out(tmp_path: Path) -> None:
    write(place(tmp_path, "Original", "NONE", "videogames"), ("[1]",), None, ("puzzle",))
    write(place(tmp_path, "Quotes", domain="videogames"), ("[2]",), [[0]], ("puzzle videogame",))
    assert pair_responses(tmp_path)[0].pairs[0].query == "puzzle"


def test_repeated_answers_are_paired_in_turn(tmp_path: Path) -> None:
    write(place(tmp_path, "Original", "NONE"), ("[1]", "[2]"), None, ("lamp", "lamp"))
    write(place(tmp_path, "Quotes"), ("[3]", "[4]", "[5]"), [[0]] * 3, ("lamp",) * 3)
    [found] = pair_responses(tmp_path)
    assert [(one.before.text, one.after.text) for one in found.pairs] == [
        ("[1]", "[3]"), ("[2]", "[4]"),
    ]  # fmt: skip
    assert found.unpaired_after == 1


def test_missing_answers_and_disagreements_are_counted(results: Path) -> None:
    orders = [[0], [], [1, 0], [0], []]
    texts = ("[1]", None, "[1][2]", "[1]", "")
    write(place(results, "Quotes"), texts, [[0]] * 5, **{"Citation Order": orders})
    [found] = pair_responses(results)
    assert (found.missing, found.disagreements) == (1, 1)


def test_folders_need_neither_model_nor_adoption(tmp_path: Path) -> None:
    write(tmp_path / "web" / "baseline" / "responses.parquet", ("[1] [2]",), None, ("q",))
    write(tmp_path / "web" / "LLMstxt" / "responses.parquet", ("[2]",), [[1]], ("q",))
    [found] = pair_responses(tmp_path)
    assert (found.method, found.model, found.adoption) == ("llms_txt", "", None)


def test_original_answers_with_adoption_are_no_baseline(results: Path) -> None:
    write(place(results, "Original", "FULL"), ("[4]",) * 5)
    write(place(results, "Quotes", "FULL"), PLAIN, [[0, 1]] * 5)
    [found] = pair_responses(results)
    assert found.pairs[0].before.text == PLAIN[0]


def test_copies_under_other_names_count_once(results: Path) -> None:
    for method in ("LLMGuidance", "LLMstxt", "seo_baseline-1", "seo_baseline_game_theory"):
        write(place(results, method), PLAIN, [[0]] * 5)
    assert [one.method for one in pair_responses(results)] == ["llms_txt", "position:1"]
    write(place(results, "seo_baseline_game_theory"), PLAIN, [[1]] * 5)
    assert len(pair_responses(results)) == 3
    write(place(results, "LLMstxt"), PLAIN, [[1]] * 5)
    with pytest.raises(DataError, match="two files"):
        pair_responses(results)


def test_results_that_cannot_be_paired_are_refused(results: Path) -> None:
    with pytest.raises(DataError, match="no method beside"):
        pair_responses(results)
    write(place(results, "Quotes"), ("[1]",), [[0]], ("stool",))
    with pytest.raises(DataError, match="share no query"):
        pair_responses(results)
    write(place(results, "Quotes", domain="web"), PLAIN, [[0]] * 5)
    write(place(results, "Quotes"), PLAIN, [[0]] * 5)
    with pytest.raises(DataError, match="no baseline") as caught:
        pair_responses(results)
    assert caught.value.expected == f"web/Original/{MODEL}/AdoptionMode.NONE/responses.parquet"
    with pytest.raises(DataError, match="no folder of a method"):
        pair_responses(place(results, "Quotes").parent)
    with pytest.raises(DataError, match="no results"):
        pair_responses(results / "absent")


def test_scores_are_those_of_the_original(results: Path) -> None:
    # Ranks before: 0, 1, not cited (2), 0, not cited (0).
    after = ("[2] [1]", "[2]", "[1]", "", "[3]")
    write(place(results, "LLMGuidance"), after, [[0], [1], [0], [0], [1]])
    gains = [-1, 1, 2, 0, 0]
    [found] = original_scores(results)
    assert (found.model, found.adoption, found.pairs) == (MODEL, "unilateral", 5)
    one, wanted = found.summary, wilcoxon(gains, alternative="greater")
    assert (one.domain, one.method, one.n) == ("retail", "llms_txt", 5)
    assert one.mean == pytest.approx(0.4)
    assert one.deviation == pytest.approx((1.2 - 0.4**2) ** 0.5)
    assert (one.statistic, one.p_value, one.p_adjusted) == (
        wanted.statistic, wanted.pvalue, wanted.pvalue,
    )  # fmt: skip


def test_moved_targets_are_looked_up_where_they_went(results: Path) -> None:
    # The target is document 3; at the top it is document 1 of the second answer.
    write(place(results, "seo_baseline-1"), ("[1] [3]",) * 5, [2] * 5)
    # Both targets move to the front: 2 and 4 become 1 and 2.
    write(place(results, "seo_baseline_game_theory", "FULL"), ("[2] [1]",) * 5, [[3, 1]] * 5)
    full, single = original_scores(results)
    assert (full.adoption, full.summary.method, full.summary.n) == ("full", "top", 10)
    # Document 2 goes from 1, 1, 0 and not cited (1, 0) to 1; document 4 from 3, 2, 2, 1, 0 to 0.
    assert full.summary.mean == pytest.approx((0 + 0 - 1 + 0 - 1 + 3 + 2 + 2 + 1 + 0) / 10)
    # Document 3 goes from 2, (2), 1, (1), (0) to 0.
    assert single.summary.mean == pytest.approx(6 / 5)


def test_recorded_orders_are_scored_even_where_the_text_says_otherwise(results: Path) -> None:
    orders = [[0]] * 5
    write(place(results, "Quotes"), ("[4]",) * 5, [[0]] * 5, **{"Citation Order": orders})
    [found] = original_scores(results)
    assert found.disagreements == 5
    assert found.summary.mean == pytest.approx((0 + 0 + 2 + 0 + 0) / 5)


def test_methods_of_a_model_and_adoption_are_one_family(results: Path) -> None:
    for method in ("Quotes", "Fluency"):
        write(place(results, method), ("[3]",) * 5, [[2]] * 5)
    write(place(results, "Quotes", "FULL"), ("[3]",) * 5, [[2]] * 5)
    found = original_scores(results)
    assert [(one.adoption, one.summary.method) for one in found] == [
        ("full", "quotes"), ("unilateral", "fluency"), ("unilateral", "quotes"),
    ]  # fmt: skip
    alone, *both = (one.summary for one in found)
    assert alone.p_value == alone.p_adjusted
    assert [one.p_adjusted for one in both] == [2 * (alone.p_value or 0)] * 2


def test_methods_without_targets_have_no_score(results: Path) -> None:
    write(place(results, "Quotes"), PLAIN)
    assert original_scores(results) == []
