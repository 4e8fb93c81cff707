from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import torch

from domainbench.benchmarks.qa.prompts import continuations, loglikelihood_prompt
from domainbench.benchmarks.qa.score import score
from domainbench.retrieval.language_models.requests import Request
from domainbench.schemas.errors import UsageError
from tests.benchmarks.qa.releases import question, write_questions
from tests.retrieval.language_models.server import Reply, Seen, chat, serve
from tests.retrieval.language_models.test_local import load, one_by_one
from tests.retrieval.language_models.tiny_model import make_tiny_model

KEY = "sk-very-secret"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(autouse=True)
def one_thread() -> Generator[None]:
    """Tiny tensors are slower on several threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_a_release_is_scored_and_replayed_without_the_model(folder: Path, tmp_path: Path) -> None:
    rows = [
        question(f"q{i}", i % 4, question=f"What is {i} times {7 * i}?", language="hi")
        for i in range(8)
    ]
    release = write_questions(tmp_path / "release", rows)
    model = tmp_path / "model"
    make_tiny_model(model)
    spec, out = f"local:{model},device=cpu", tmp_path / "out"
    found = score(release, model=spec, output=out)
    asked = [loglikelihood_prompt(row["question"], row["options"], None) for row in rows]
    loaded = load(folder)
    wanted = 0
    for row, prompt in zip(rows, asked, strict=True):
        values = [one_by_one(loaded, Request(prompt, text)) for text in continuations(4)]
        wanted += values.index(max(values)) == row["answer"]
    assert found.accuracy().right == wanted
    assert found.source.requests == 32
    assert found.calibration is not None
    assert found.calibration.n == 8
    model.rename(tmp_path / "elsewhere")
    assert score(release, model=spec, output=out) == found
    with pytest.raises(UsageError, match="no folder"):
        score(release, model=spec, output=out, recompute=True)
    # Other weights in the same place are asked anew.
    make_tiny_model(model, seed=1)
    other = score(release, model=spec, output=out)
    assert other.source.parameters["revision"] != found.source.parameters["revision"]


def test_generations_are_scored(folder: Path, tmp_path: Path) -> None:
    release = write_questions(tmp_path / "release", [question("q1"), question("q2", 1)])
    spec = f"local:{folder},device=cpu,max_tokens=6"
    found = score(release, model=spec, protocol="generation")
    one = found.accuracy()
    assert one.right + one.wrong + one.unparsed + one.missing == 2
    assert found.source.completion_tokens is not None
    assert found.source.completion_tokens <= 12


def test_an_endpoint_that_runs_the_model_gives_what_the_model_gives(
    folder: Path, tmp_path: Path
) -> None:
    local = load(folder)

    def answer(seen: Seen, _number: int) -> Reply:
        text = seen.payload["prompt"]
        found = local._tokenizer(text, return_offsets_mapping=True, add_special_tokens=False)
        ids = found["input_ids"]
        with torch.inference_mode():
            logs = local._model(torch.tensor([ids])).logits[0].log_softmax(-1)
        values = [None, *(float(logs[i, token]) for i, token in enumerate(ids[1:]))]
        offsets = [first for first, _ in found["offset_mapping"]]
        return Reply(
            {"choices": [{"logprobs": {"text_offset": offsets, "token_logprobs": values}}]}
        )

    rows = [
        question(f"q{i}", i % 4, question=f"{i} में {i + 1} जोड़ने पर?", context="अंक" if i else None)
        for i in range(6)
    ]
    release = write_questions(tmp_path / "release", rows)
    with serve(answer) as (url, _):
        there = score(release, model=f"endpoint:tiny@{url}", output=tmp_path / "there")
    here = score(release, model=f"local:{folder},device=cpu", output=tmp_path / "here")
    assert there.accuracies == here.accuracies
    assert there.source.completion_tokens == here.source.completion_tokens
    tables = [pq.read_table(tmp_path / side / "answers.parquet") for side in ("there", "here")]
    for one, two in zip(*(table.column("logprobs").to_pylist() for table in tables), strict=True):
        assert one == pytest.approx(two, abs=1e-3)


def test_the_key_stands_in_no_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    release = write_questions(tmp_path / "release", [question("a"), question("b", 1)])

    def answer(seen: Seen, _number: int) -> Reply:
        is_b = "Which one is b?" in seen.payload["messages"][0]["content"]
        return Reply({"sent": seen.authorization}, 400) if is_b else chat("Answer: A")

    with serve(answer) as (url, seen):
        spec = f"endpoint:m@{url}"
        found = score(release, model=spec, protocol="generation", output=tmp_path / "out")
        assert len(seen) == 2
        again = score(release, model=spec, protocol="generation", output=tmp_path / "out")
        assert len(seen) == 3
    assert found == again
    assert (found.accuracy().right, found.accuracy().missing, found.source.failed) == (1, 1, 1)
    assert (found.source.prompt_tokens, found.source.completion_tokens) == (7, 2)
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(files) == 3
    assert not any(KEY.encode() in path.read_bytes() for path in files)
