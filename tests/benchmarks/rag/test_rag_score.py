from __future__ import annotations

import json
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import torch

from domainbench.benchmarks.rag.answers import NONE, RETRIEVED
from domainbench.benchmarks.rag.context import ContextOptions
from domainbench.benchmarks.rag.prompts import question_prompt
from domainbench.benchmarks.rag.score import score
from domainbench.benchmarks.rag.scores import RagScores
from domainbench.rag_scoring import score_rag, score_rag_logs
from domainbench.retrieval.language_models.local import LocalModel
from domainbench.retrieval.language_models.requests import Request
from domainbench.retrieval.language_models.spec import parse_model
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.release import Release
from tests.retrieval.language_models.server import Reply, Seen, chat, serve
from tests.retrieval.language_models.tiny_model import make_tiny_model

from .releases import DOCUMENTS, QUESTIONS, write

FILE = """\
question_id,condition,answer,seconds,memory_mib
c1,none,No,1,4
c2,none,No.,1,4
g1,none,perhaps,1,4
g2,none,Yes,1,4
h1,none,yes,1,4
h2,none,,1,4
c1,retrieved,Yes,4,2
c2,retrieved,no,4,2
g1,retrieved,Yes,4,2
g2,retrieved,"No, it does not.",4,2
h1,retrieved,Yes and no,4,2
"""


@pytest.fixture(autouse=True)
def one_thread() -> Generator[None]:
    """Tiny tensors are slower on several threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def answers(folder: Path) -> list[dict[str, Any]]:
    return pq.read_table(folder / "answers.parquet").to_pylist()


def given(folder: Path, text: str, name: str = "answers.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_file_of_answers_is_scored(release: Release, tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = score(release, answers=given(tmp_path, FILE), output=out)
    without, with_context = found.accuracy(NONE), found.accuracy(RETRIEVED)
    assert (without.right, without.wrong, without.unparsed, without.missing) == (2, 2, 1, 1)
    counts = (with_context.right, with_context.wrong, with_context.unparsed, with_context.missing)
    assert counts == (4, 0, 1, 1)
    every = found.improvement()
    assert (every.n, every.gained, every.lost) == (6, 3, 1)
    assert every.difference == pytest.approx(1 / 3)
    assert found.improvement("domain", "geography").difference == 1
    assert found.improvement("domain", "history").difference == -0.5
    assert found.improvement("reasoning", "inverse").without == 0.5
    change = found.transformations[0]
    assert (change.time_ratio, change.memory_ratio, change.gpu_ratio) == (4, 0.5, None)
    assert change.transformation == pytest.approx(0.4 / 4 + 0.3 / 0.5)
    assert change.transformation_normalised == pytest.approx((0.4 / 4 + 0.3 / 0.5) / 0.7)
    assert (found.retrieval, found.contexts) == (None, [])
    rows = answers(out)
    assert len(rows) == 12
    assert [row["outcome"] for row in rows[:6]] == [
        "wrong", "right", "unparsed", "wrong", "right", "missing",
    ]  # fmt: skip
    assert [(row["reason"], row["context"]) for row in rows[-2:]] == [
        ("both", None),
        ("absent", None),
    ]
    assert RagScores.read(out) == found


def test_questions_may_be_named_by_their_text(release: Release, tmp_path: Path) -> None:
    lines = [
        {"question": "  is KATHAK named after a river?", "condition": "none", "text": "no"},
        {"question": "Is Kathak named after a river?", "condition": "retrieved", "text": "yes"},
    ]
    path = given(tmp_path, "\n".join(map(json.dumps, lines)), "answers.jsonl")
    found = score(release, answers=path, domains=["culture"])
    assert found.improvement("reasoning", "inverse").difference == -1
    assert (found.questions, found.left_out) == (2, 4)


def test_one_text_in_two_domains_is_told_apart(tmp_path: Path) -> None:
    text = "Is it old?"
    questions = [
        ("a", "culture", "inverse", text, "yes", []),
        ("b", "history", "inverse", text, "no", []),
    ]
    release = write(tmp_path / "release", questions)
    both = {"question": text, "condition": "none", "answer": "yes"}
    path = given(tmp_path, json.dumps(both), "both.jsonl")
    assert score(release, answers=path).accuracy(NONE).right == 1
    apart = [both | {"domain": "culture"}, both | {"domain": "history", "answer": "no"}]
    path = given(tmp_path, "\n".join(map(json.dumps, apart)), "apart.jsonl")
    found = score(release, answers=path)
    assert found.accuracy(NONE).right == 2
    assert (found.conditions, found.improvements, found.transformations) == (["none"], [], [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("question_id,condition,answer\n", "no answers"),
        ("question_id,condition,answer\nz9,none,yes\n", "a question that the release lacks"),
        ("question_id,condition,answer\nc1,maybe,yes\n", "condition is unknown"),
        ("question_id,answer\nc1,yes\n", "condition is unknown"),
        ("condition,answer\nnone,yes\n", "no column holds the question"),
        ("question_id,condition\nc1,none\n", "no column holds the answer"),
        ("question_id,condition,answer\nc1,none,yes\nc1,none,no\n", "answered twice"),
        ("question_id,condition,answer,seconds\nc1,none,yes,fast\n", "seconds of an answer"),
        ("question_id,condition,answer,gpu\nc1,none,yes,inf\n", "gpu of an answer"),
    ],
)
def test_damaged_files_are_refused(
    release: Release, tmp_path: Path, text: str, problem: str
) -> None:
    with pytest.raises(DataError, match=problem):
        score(release, answers=given(tmp_path, text))


def test_wrong_calls_are_refused(release: Release, tmp_path: Path) -> None:
    path = given(tmp_path, FILE)
    with pytest.raises(UsageError, match="a file or from a model"):
        score(release)
    with pytest.raises(UsageError, match="context already"):
        score(release, answers=path, context=ContextOptions())
    with pytest.raises(UsageError, match="limit"):
        score(release, answers=path, limit=0)
    with pytest.raises(UsageError, match="seed"):
        score(release, answers=path, seed=-1)
    with pytest.raises(UsageError, match="unknown domain"):
        score(release, answers=path, domains=["cultur"])
    for wrong in ({"source": "some"}, {"scope": "web"}, {"k": 0}, {"longest": 0}):
        with pytest.raises(UsageError):
            ContextOptions(**wrong)  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match="option of score"):
        score_rag(release, answers=path, contxt="all")


def test_a_larger_limit_keeps_the_questions_of_a_smaller_one(
    release: Release, tmp_path: Path
) -> None:
    path = given(tmp_path, FILE)
    drawn: list[set[str]] = []
    for limit in (2, 4):
        out = tmp_path / str(limit)
        assert score(release, answers=path, limit=limit, output=out).left_out == 6 - limit
        drawn.append({row["question_id"] for row in answers(out)})
    assert drawn[0] < drawn[1]


def test_a_local_model_is_asked_measured_and_replayed(release: Release, tmp_path: Path) -> None:
    model = make_tiny_model(tmp_path / "model")
    spec, out = f"local:{model},device=cpu,max_tokens=4,batch=2", tmp_path / "out"
    context = ContextOptions(k=2)
    found = score(release, model=spec, context=context, output=out)
    assert found.source.requests == 12
    assert found.source.failed == 0
    for usage in found.usages:
        assert usage.timed == found.accuracy(usage.condition, usage.column, usage.slice).n
        assert usage.seconds is not None
        assert usage.seconds > 0
        assert usage.gpu is None
    assert found.retrieval is not None
    assert found.retrieval.search_seconds is not None
    without, with_context = (one for one in found.usages if one.column is None)
    assert with_context.answering_seconds is not None
    assert with_context.seconds == pytest.approx(
        with_context.answering_seconds + found.retrieval.search_seconds / 6
    )
    assert found.transformations[0].time_ratio == pytest.approx(
        (with_context.seconds or 0) / (without.seconds or 1)
    )
    # Each answer is what the model writes for the prompt by itself.
    loaded = LocalModel(parse_model(spec))
    rows = {(row["question_id"], row["condition"]): row for row in answers(out)}
    texts = {name: text for name, _, _, text in DOCUMENTS}
    for name, _, _, question, _, _ in QUESTIONS:
        row = rows[name, RETRIEVED]
        assert len(row["context"]) == 2
        prompt = question_prompt(question, [texts[key] for key in row["context"]])
        assert row["answer"] == next(loaded.respond([Request(prompt)]))[1].text
        alone = next(loaded.respond([Request(question_prompt(question))]))[1].text
        assert rows[name, NONE]["answer"] == alone
    model.rename(tmp_path / "elsewhere")
    assert score(release, model=spec, context=context, output=out) == found
    with pytest.raises(UsageError, match="no folder"):
        score(release, model=spec, context=context, output=out, recompute=True)


def test_a_local_models_batches_hold_one_domain_and_reasoning(
    release: Release, tmp_path: Path
) -> None:
    model = make_tiny_model(tmp_path / "model")
    out = tmp_path / "out"
    score(release, model=f"local:{model},device=cpu,max_tokens=2,batch=4", output=out)
    (log,) = (out / "recordings").glob("*.usage.jsonl")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    # Six groups of one question each, under two conditions.
    assert [len(line["keys"]) for line in lines] == [1] * 12
    assert all({"seconds", "peak_mib", "delta_mib"} <= line.keys() for line in lines)


def test_a_prompt_that_does_not_fit_is_missing(release: Release, tmp_path: Path) -> None:
    model = make_tiny_model(tmp_path / "model")
    config = model / "config.json"
    facts = json.loads(config.read_text())
    config.write_text(json.dumps(facts | {"max_position_embeddings": 240}))
    spec = f"local:{model},device=cpu,max_tokens=2"
    found = score(release, model=spec, context=ContextOptions(k=9), output=tmp_path / "out")
    assert found.accuracy(NONE).missing == 0
    assert found.accuracy(RETRIEVED).missing > 0
    assert found.source.failed == found.accuracy(RETRIEVED).missing


def asked(seen: Seen) -> tuple[str, str]:
    """Question and condition of a request."""
    prompt = seen.payload["messages"][0]["content"]
    name = next(name for name, _, _, text, _, _ in QUESTIONS if text in prompt)
    return name, RETRIEVED if "[1]" in prompt else NONE


def test_an_endpoint_that_fails_in_every_way(release: Release, tmp_path: Path) -> None:
    broken, slow = threading.Event(), threading.Event()
    repaired = threading.Event()
    right = {name: answer for name, *_, answer, _ in QUESTIONS}

    def answer(seen: Seen, _number: int) -> Reply:
        name, condition = asked(seen)
        if condition == RETRIEVED:
            return chat(f"{right[name].title()}.")
        if name == "c1" and not broken.is_set():
            broken.set()
            return Reply({"error": "busy"}, 500)
        if name == "c2" and not slow.is_set():
            slow.set()
            threading.Event().wait(1.5)
        if name == "h1" and not repaired.is_set():
            return Reply({"error": "bad request"}, 400)
        said = {"c1": "Yes", "c2": "no", "g1": "banana", "g2": "", "h1": "yes", "h2": "Yes and no"}
        return chat(said[name])

    out = tmp_path / "out"
    with serve(answer) as (url, seen):
        spec = f"endpoint:m@{url},timeout=0.5,retries=2"
        found = score(release, model=spec, output=out)
        none = found.accuracy(NONE)
        assert (none.right, none.wrong, none.unparsed, none.missing) == (2, 0, 2, 2)
        assert found.accuracy(RETRIEVED).right == 6
        assert found.source.failed == 1
        # Twelve questions, one that was busy and one that was slow.
        assert len(seen) == 14
        usage = found.usages[0]
        assert (usage.timed, usage.memory_mib, usage.memory_delta_mib, usage.gpu) == (
            5, None, None, None,
        )  # fmt: skip
        change = found.transformations[0]
        assert change.time_ratio is not None
        assert change.transformation == pytest.approx(0.4 / change.time_ratio)
        assert change.transformation_normalised == pytest.approx(1 / change.time_ratio)
        errors = [row for row in answers(out) if row["error"]]
        assert [(row["question_id"], row["reason"]) for row in errors] == [("h1", "failed")]
        assert "status 400" in errors[0]["error"]
        repaired.set()
        again = score(release, model=spec, output=out)
        # Only what failed is asked again.
        assert len(seen) == 15
        assert asked(seen[-1]) == ("h1", NONE)
        assert (again.accuracy(NONE).right, again.source.failed) == (3, 0)
    # Nothing serves any more: all is recorded.
    assert score(release, model=spec, output=out) == again


def test_a_run_that_was_stopped_goes_on(release: Release, tmp_path: Path) -> None:
    refused = threading.Event()

    def answer(seen: Seen, number: int) -> Reply:
        if number == 8 and not refused.is_set():
            refused.set()
            return Reply({"error": "key"}, 401)
        return chat("yes")

    out = tmp_path / "out"
    with serve(answer) as (url, seen):
        spec = f"endpoint:m@{url},concurrency=1"
        with pytest.raises(UsageError, match="refuses the request"):
            score(release, model=spec, output=out)
        first = [asked(one) for one in seen]
        found = score(release, model=spec, output=out)
        later = [asked(one) for one in seen[len(first) :]]
    assert found.source.failed == 0
    # What was on its way when the run stopped may have been answered unheard.
    assert not set(first[:7]) & set(later)
    assert set(first) | set(later) == {(q[0], c) for q in QUESTIONS for c in (NONE, RETRIEVED)}


def yes(_seen: Seen, _number: int) -> Reply:
    return chat("yes")


def shown(release: Release, folder: Path, **options: Any) -> tuple[RagScores, dict[str, list[str]]]:
    with serve(yes) as (url, _):
        found = score_rag(release, model=f"endpoint:m@{url}", output=folder, **options)
    rows = [row for row in answers(folder) if row["condition"] == RETRIEVED]
    return found, {row["question_id"]: row["context"] for row in rows}


def test_context_comes_from_where_it_is_told(release: Release, tmp_path: Path) -> None:
    found, gold = shown(release, tmp_path / "gold", context="gold", k=1)
    assert gold == {name: docs for name, *_, docs in QUESTIONS}
    assert found.contexts[0].gold_recall == 1
    assert found.retrieval is not None
    assert (found.retrieval.system, found.retrieval.search_seconds) == (None, None)
    found, every = shown(release, tmp_path / "all", k=1)
    assert every.pop("c1") in (["p1"], ["p2"])
    # The piece k4 is shorter than p5, and has a word of the question as it has.
    assert every == {"c2": ["p1"], "g1": ["p3"], "g2": ["p4"], "h1": ["p5"], "h2": ["k4"]}
    assert found.contexts[0].gold_recall == (0.5 + 1 + 1 + 0.5 + 1 + 0) / 6
    found, chunks = shown(release, tmp_path / "chunks", context="chunks")
    assert all(name.startswith("k") for names in chunks.values() for name in names)
    # Only c2 (river) and g2 (flow), g1 (Peru), h1 and h2 (rule) share a word with a chunk.
    assert {name: names[:1] for name, names in chunks.items()} == {
        "c1": [], "c2": ["k2"], "g1": ["k3"], "g2": ["k2"], "h1": ["k4"], "h2": ["k4"],
    }  # fmt: skip
    by_slice = {one.slice: one for one in found.contexts}
    assert (by_slice["culture"].n, by_slice["culture"].without) == (2, 1)
    assert (by_slice["culture"].same_domain, by_slice["geography"].same_domain) == (0, 1)
    assert by_slice["culture"].gold_recall == 0
    _, inside = shown(release, tmp_path / "domain", context="chunks", scope="domain")
    assert inside["c2"] == []
    assert inside["g2"] == ["k2"]


def test_a_fusion_is_timed_with_its_members(release: Release, tmp_path: Path) -> None:
    system = "rrf:bm25+bm25(k1=0.9)"
    found, contexts = shown(release, tmp_path / "out", system=system, k=2, longest=10)
    assert all(contexts.values())
    assert found.retrieval is not None
    assert found.retrieval.documents_cut > 0
    kept = [pq.read_schema(path).metadata for path in (tmp_path / "out/runs").iterdir()]
    costs = [json.loads(metadata[b"domainbench.cost"]) for metadata in kept]
    assert len(costs) == 3
    total = sum(cost["search_seconds"] for cost in costs)
    assert found.retrieval.search_seconds == pytest.approx(total)
    with serve(yes) as (url, _):
        again = score_rag(
            release,
            model=f"endpoint:m@{url}",
            output=tmp_path / "out",
            system=system,
            k=2,
            longest=10,
        )
    assert again.retrieval == found.retrieval


def test_a_release_without_paragraphs(tmp_path: Path) -> None:
    chunks = [row for row in DOCUMENTS if row[1] == "chunk"]
    release = write(tmp_path / "release", documents=chunks)
    found, _ = shown(release, tmp_path / "out")
    assert found.contexts[0].gold_recall is None
    assert found.contexts[0].same_domain == pytest.approx(4 / 5)
    with serve(yes) as (url, _), pytest.raises(DataError, match="no question has paragraphs"):
        score_rag(release, model=f"endpoint:m@{url}", context="gold")


def test_a_model_that_never_answers_is_an_error(release: Release) -> None:
    with (
        serve(lambda _seen, _number: Reply({}, 400)) as (url, _),
        pytest.raises(DataError, match="answered no request"),
    ):
        score(release, model=f"endpoint:m@{url}")


def test_logs_are_scored_into_a_folder(tmp_path: Path) -> None:
    row = {"domain": "d", "model": "m", "n": 1, "basic_accuracy": 0.5, "rag_accuracy": 1.0}
    path = given(tmp_path, json.dumps([row]), "summary.json")
    found = score_rag_logs(path, output=tmp_path / "out")
    assert found.rows[0].improvement.computed == 0.5
    assert (tmp_path / "out" / "log_scores.json").is_file()
