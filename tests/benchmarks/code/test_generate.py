from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import torch

from domainbench.benchmarks.code.completions import Completion, read_completions
from domainbench.benchmarks.code.generate import Drawing, generate
from domainbench.benchmarks.code.prompt_export import PromptOptions, make_prompts
from domainbench.benchmarks.code.prompts import COMPLETION, LOCAL_COMPLETION, LOCAL_INFILLING
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.release import Release
from tests.benchmarks.code.written import sample, write_code
from tests.retrieval.language_models.server import Reply, Seen, chat, serve
from tests.retrieval.language_models.tiny_model import make_tiny_model

TEXT = '''def one(x):
    """Old."""
    y = x
    return y


def two(x):
    """Old."""
    y = x
    return y + 1
'''
ONE, TWO = "repo/m.one", "repo/m.two"
DRAWN = Drawing(samples=3, temperature=0.4, greedy=True)


@pytest.fixture
def release(tmp_path: Path) -> Release:
    rows = [sample("m.py", TEXT, name) for name in ("one", "two")]
    return write_code(tmp_path / "release", {"m.py": TEXT}, rows)


@pytest.fixture
def one_thread() -> Generator[None]:
    """Tiny tensors are slower on several threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def name_and_seed(seen: Seen, _number: int) -> Reply:
    name = "one" if "def one" in seen.payload["messages"][0]["content"] else "two"
    return chat(f"```python\n# {name} {seen.payload.get('seed', 'greedy')}\n```")


def test_every_draw_is_asked_for_and_recorded(release: Release, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with serve(name_and_seed) as (url, seen):
        model = f"endpoint:m@{url},max_tokens=500"
        found = generate(release, model, PromptOptions(), drawing=DRAWN, output=out)
    assert len(seen) == 8
    keys = [(one.task, one.sample, one.greedy) for one in found.completions]
    assert keys == [
        (task, number, greedy)
        for task in (ONE, TWO)
        for number, greedy in ((0, True), (0, False), (1, False), (2, False))
    ]
    assert found.completions[0].text == "```python\n# one greedy\n```"
    assert len({one.text for one in found.completions}) == 8
    assert {one.payload["max_tokens"] for one in seen} == {500}
    assert not any("stop" in one.payload for one in seen)
    assert {one.payload["temperature"] for one in seen} == {0, 0.4}
    read = read_completions(out / "completions.jsonl", {ONE: "m.one", TWO: "m.two"})
    assert read.missing == ()
    assert [one for task in (ONE, TWO) for one in (read.greedy[task], *read.samples[task])] == list(
        found.completions
    )
    record = found.record
    assert (record.tasks, record.requests, record.failed) == (2, 8, 0)
    assert (record.prompt_tokens, record.completion_tokens) == (56, 16)
    assert record.parameters["temperature"] == 0.4
    assert record.parameters["top_p"] == 0.95
    assert json.loads((out / "generation.json").read_text()) == record.model_dump(mode="json")
    # Nobody listens any more: what is recorded is read, and fewer draws are among more.
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert generate(release, model, PromptOptions(), drawing=DRAWN, output=out) == found
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    fewer = generate(
        release, model, PromptOptions(), drawing=Drawing(samples=2, temperature=0.4), output=out
    )
    assert list(fewer.completions) == [
        one for one in found.completions if not one.greedy and one.sample < 2
    ]
    with pytest.raises(DataError, match="answered no request"):
        generate(
            release,
            f"{model},retries=0",
            PromptOptions(),
            drawing=Drawing(samples=2, temperature=0.5),
            output=out,
        )


def test_a_run_that_was_cut_off_goes_on(release: Release, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with serve(name_and_seed) as (url, seen):
        model = f"endpoint:m@{url}"
        found = generate(release, model, PromptOptions(), drawing=DRAWN, output=out)
        (recording,) = (out / "recordings").iterdir()
        lines = recording.read_bytes().splitlines(keepends=True)
        recording.write_bytes(b"".join(lines[:5]) + lines[5][:20])
        again = generate(release, model, PromptOptions(), drawing=DRAWN, output=out)
        assert len(seen) == 8 + 3
        assert again == found
        generate(release, model, PromptOptions(), drawing=DRAWN, output=out, recompute=True)
        assert len(seen) == 8 + 3 + 8
        unkept = generate(release, model, PromptOptions(), drawing=DRAWN)
        assert list(unkept.completions) == list(found.completions)
        assert len(seen) == 8 + 3 + 8 + 8


def test_a_draw_that_fails_leaves_no_gap(release: Release, tmp_path: Path) -> None:
    def answer(seen: Seen, number: int) -> Reply:
        return Reply({}, 400) if number == 6 else name_and_seed(seen, number)

    with serve(answer) as (url, _seen):
        model = f"endpoint:m@{url},concurrency=1"
        found = generate(release, model, PromptOptions(), drawing=DRAWN, output=tmp_path / "out")
    assert found.record.failed == 1
    drawn = [one.sample for one in found.completions if one.task == TWO and not one.greedy]
    assert drawn == [0, 1]


def test_requests_that_fail_have_no_completion(release: Release, tmp_path: Path) -> None:
    def answer(seen: Seen, number: int) -> Reply:
        failing = "def two" in seen.payload["messages"][0]["content"]
        return Reply({}, 400) if failing else name_and_seed(seen, number)

    out = tmp_path / "out"
    with serve(answer) as (url, seen):
        found = generate(release, f"endpoint:m@{url}", PromptOptions(), output=out)
        assert [one.task for one in found.completions] == [ONE]
        assert found.record.failed == 1
        generate(release, f"endpoint:m@{url}", PromptOptions(), output=out)
        assert len(seen) == 3


def test_raw_prompts_are_continued(release: Release) -> None:
    def answer(seen: Seen, _number: int) -> Reply:
        finish = "length" if seen.payload["prompt"].count("def ") == 2 else "stop"
        return Reply({"choices": [{"text": "    return x\n", "finish_reason": finish}]})

    options = PromptOptions(LOCAL_COMPLETION, COMPLETION)
    with serve(answer) as (url, seen):
        found = generate(release, f"endpoint:m@{url}", options)
    assert list(found.completions) == [
        Completion(task, 0, "    return x\n", greedy=True) for task in (ONE, TWO)
    ]
    assert (found.record.truncated, found.record.failed) == (1, 0)
    wanted = {prompt.text for prompt in make_prompts(release, options).prompts}
    assert {one.payload["prompt"] for one in seen} == wanted
    assert {one.path for one in seen} == {"/v1/completions"}
    assert seen[0].payload["stop"] == ["\ndef ", "\nclass ", "\n@", "\nif __name__"]
    infilling = PromptOptions(LOCAL_INFILLING, COMPLETION, fim="<P>{prefix}<S>{suffix}<M>")
    with serve(answer) as (url, seen):
        generate(release, f"endpoint:m@{url}", infilling)
    assert all(one.payload["prompt"].startswith("<P>") for one in seen)
    with pytest.raises(UsageError, match="needs the template"):
        generate(release, f"endpoint:m@{url}", PromptOptions(LOCAL_INFILLING, COMPLETION))


@pytest.mark.usefixtures("one_thread")
def test_a_local_model_draws_the_same_again(release: Release, tmp_path: Path) -> None:
    folder = make_tiny_model(tmp_path / "model")
    drawing = Drawing(samples=4, temperature=1.0, greedy=True)
    spec = f"local:{folder},device=cpu,max_tokens=8"

    def run(options: str, output: Path | None = None) -> list[Completion]:
        found = generate(release, spec + options, PromptOptions(), drawing=drawing, output=output)
        return list(found.completions)

    out = tmp_path / "out"
    found = run(",batch=1", out)
    assert run(",batch=7") == found
    assert len({one.text for one in found}) > 4
    folder.rename(tmp_path / "elsewhere")
    assert run(",batch=1", out) == found


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"samples": 0}, "samples is too small"),
        ({"samples": 2}, "are all the same"),
        ({"samples": 2, "temperature": -1.0}, "temperature has no such value"),
        ({"temperature": 0.4, "top_p": 0.0}, "top_p has no such value"),
        ({"temperature": 0.4, "seed": -1}, "seed has no such value"),
    ],
)
def test_draws_that_cannot_be_made(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Drawing(**given)


def test_a_greedy_text_is_one() -> None:
    assert Drawing().draws() == [None]
    assert Drawing(greedy=True).draws() == [None]
    assert [draw is None for draw in DRAWN.draws()] == [True, False, False, False]
