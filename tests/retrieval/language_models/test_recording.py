from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.retrieval.language_models.recording import (
    Recording,
    answer_all,
    recorded_parameters,
)
from domainbench.retrieval.language_models.requests import Request, Response, Sampling
from domainbench.schemas.errors import DataError, UsageError

REQUESTS = [Request("one"), Request("two", " A"), Request("one"), Request("three")]


class Counting:
    """A model that answers in reverse order, fails where told, and can be killed."""

    def __init__(self, *, failing: str = "", dies_after: int = 99) -> None:
        self.asked: list[str] = []
        self.failing = failing
        self.left = dies_after

    def respond(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        for place in reversed(range(len(requests))):
            if not self.left:
                raise KeyboardInterrupt
            self.left -= 1
            prompt = requests[place].prompt
            self.asked.append(prompt)
            if prompt == self.failing:
                yield place, Response(error="down")
            else:
                yield place, Response(text=prompt.upper(), prompt_tokens=1)


def run(path: Path | None, model: Counting, *, fresh: bool = False) -> list[str | None]:
    with Recording(path, "m", {"t": 0}, fresh=fresh) as recording:
        return [response.text for response in answer_all(lambda: model, REQUESTS, recording)]


def no_model() -> Counting:
    raise AssertionError


def test_responses_come_in_order_and_are_replayed_without_the_model(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "r.jsonl"
    model = Counting()
    assert run(path, model) == ["ONE", "TWO", "ONE", "THREE"]
    assert model.asked == ["three", "two", "one"]
    with Recording(path, "m", {"t": 0}) as recording:
        again = answer_all(no_model, REQUESTS, recording)
    assert [response.text for response in again] == ["ONE", "TWO", "ONE", "THREE"]
    assert recorded_parameters(path) == {"t": 0}
    assert run(None, Counting()) == ["ONE", "TWO", "ONE", "THREE"]


def test_a_killed_run_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    with pytest.raises(KeyboardInterrupt):
        run(path, Counting(dies_after=2))
    whole = path.read_bytes()
    path.write_bytes(whole[:-7])
    model = Counting()
    assert run(path, model) == ["ONE", "TWO", "ONE", "THREE"]
    assert model.asked == ["two", "one"]
    lines = path.read_text().splitlines()
    assert [json.loads(line)["request"]["prompt"] for line in lines] == ["three", "two", "one"]


@given(st.data())
def test_a_recording_cut_anywhere_is_read(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("cut") / "r.jsonl"
    run(path, Counting())
    whole = path.read_bytes()
    kept = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:kept])
    model = Counting()
    assert run(path, model) == ["ONE", "TWO", "ONE", "THREE"]
    assert len(model.asked) == 3 - whole[:kept].count(b"\n")


def test_errors_are_recorded_and_asked_again(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    assert run(path, Counting(failing="two")) == ["ONE", None, "ONE", "THREE"]
    assert '"error": "down"' in path.read_text()
    model = Counting()
    assert run(path, model) == ["ONE", "TWO", "ONE", "THREE"]
    assert model.asked == ["two"]


def test_a_model_that_answers_nothing(tmp_path: Path) -> None:
    with (
        Recording(None, "m", {}) as recording,
        pytest.raises(DataError, match="answered no request"),
    ):
        answer_all(lambda: Counting(failing="x"), [Request("x")], recording)


def test_other_parameters_or_models_are_asked_anew(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    run(path, Counting())
    for name, parameters in (("m", {"t": 1}), ("n", {"t": 0})):
        with Recording(path, name, parameters) as recording:
            assert recording.get(REQUESTS[0]) is None
    model = Counting()
    run(path, model, fresh=True)
    assert len(model.asked) == len(path.read_text().splitlines()) == 3


def test_draws_are_recorded_apart(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    requests = [
        Request("x"),
        *(Request("x", sampling=Sampling(0.4, 0.95, sample=n)) for n in range(3)),
        Request("x", sampling=Sampling(0.5, 0.95)),
        Request("x", sampling=Sampling(0.4, 0.9)),
        Request("x", sampling=Sampling(0.4, 0.95, seed=1)),
        Request("x", stop=("\n",)),
        Request("x", raw=True),
    ]
    with Recording(path, "m", {}) as recording:
        assert len({recording.digest(request) for request in requests}) == len(requests)
        for number, request in enumerate(requests):
            recording.add(request, Response(text=str(number)))
    with Recording(path, "m", {}) as recording:
        found = answer_all(no_model, requests, recording)
    assert [response.text for response in found] == [str(n) for n in range(len(requests))]
    asked = [json.loads(line)["request"] for line in path.read_text().splitlines()]
    assert asked[0] == {"prompt": "x", "continuation": None}
    assert asked[2]["sampling"] == {"temperature": 0.4, "top_p": 0.95, "seed": 0, "sample": 1}
    assert asked[-2]["stop"] == ["\n"]
    assert asked[-1]["raw"] is True


def test_a_usual_request_has_the_digest_it_always_had() -> None:
    """Recordings made before requests could be drawn stay valid."""
    text = '{"continuation":" A","model":"m","parameters":{"temperature":0},"prompt":"x"}'
    with Recording(None, "m", {"temperature": 0}) as recording:
        found = recording.digest(Request("x", " A"))
    assert found == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"temperature": 0.0}, "temperature"),
        ({"temperature": math.inf}, "temperature"),
        ({"temperature": math.nan}, "temperature"),
        ({"temperature": 1.0, "top_p": 0.0}, "top_p"),
        ({"temperature": 1.0, "top_p": 1.5}, "top_p"),
        ({"temperature": 1.0, "seed": -1}, "seed"),
        ({"temperature": 1.0, "sample": -1}, "sample"),
    ],
)
def test_sampling_out_of_range(given: dict[str, Any], name: str) -> None:
    with pytest.raises(UsageError, match=f"{name} has no such value"):
        Sampling(**given)


def test_a_damaged_line_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    run(path, Counting())
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], "{}", lines[2]]) + "\n")
    with pytest.raises(DataError, match="line 2: a line of the recording is damaged"):
        run(path, Counting())


def test_a_recording_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        run(tmp_path / "file" / "r.jsonl", Counting())
    assert recorded_parameters(tmp_path / "none") is None


def test_log_likelihoods_by_byte() -> None:
    response = Response(logprob=-6.0)
    assert response.per_byte("हि") == -1.0
    assert response.per_byte("") is None
    assert Response(text="x").per_byte("x") is None
