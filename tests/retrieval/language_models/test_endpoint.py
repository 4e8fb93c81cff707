from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from domainbench.retrieval.language_models.endpoint import EndpointModel, _retry_after
from domainbench.retrieval.language_models.requests import Request, Response, Sampling
from domainbench.retrieval.language_models.spec import parse_model
from domainbench.schemas.errors import DataError, UsageError
from tests.retrieval.language_models.server import CUT, Reply, Seen, chat, serve

KEY = "sk-very-secret"


def ask(
    url: str, requests: list[Request], options: str = "", first_wait: float = 0.001
) -> list[Response]:
    model = EndpointModel(parse_model(f"endpoint:m@{url}{options}"), first_wait=first_wait)
    found = dict(model.respond(requests))
    return [found[place] for place in sorted(found)]


def test_generations_come_with_counts_and_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_KEY", KEY)
    with serve(lambda seen, _: chat(seen.payload["messages"][0]["content"] + "!")) as (url, seen):
        found = ask(url, [Request(str(i)) for i in range(40)], ",key=TEST_KEY,max_tokens=5")
    assert [response.text for response in found] == [f"{i}!" for i in range(40)]
    assert found[0] == Response(text="0!", finish="stop", prompt_tokens=7, completion_tokens=2)
    assert {one.path for one in seen} == {"/v1/chat/completions"}
    assert {one.authorization for one in seen} == {f"Bearer {KEY}"}
    first = min(seen, key=lambda one: one.payload["messages"][0]["content"])
    assert first.payload == {
        "model": "m",
        "messages": [{"role": "user", "content": "0"}],
        "temperature": 0,
        "max_tokens": 5,
    }


def test_draws_are_asked_for_one_by_one() -> None:
    draws = [Request("x", sampling=Sampling(0.4, 0.95, seed=3, sample=n)) for n in range(4)]
    with serve(lambda seen, _: chat(str(seen.payload["seed"]))) as (url, seen):
        found = ask(url, draws)
    assert len(seen) == 4
    assert {(one.payload["temperature"], one.payload["top_p"]) for one in seen} == {(0.4, 0.95)}
    seeds = [int(response.text or "") for response in found]
    assert len(set(seeds)) == 4
    assert all(0 <= seed < 1 << 31 for seed in seeds)
    # The first four bytes of SHA-256 of "3:0:", halved.
    assert seeds[0] == int(hashlib.sha256(b"3:0:").hexdigest()[:8], 16) // 2


def test_a_raw_prompt_is_continued() -> None:
    def answer(_seen: Seen, _number: int) -> Reply:
        return Reply({"choices": [{"text": "return 1", "finish_reason": "length"}]})

    with serve(answer) as (url, seen):
        (found,) = ask(url, [Request("def f():\n", raw=True, stop=("\ndef ",))], ",max_tokens=7")
    assert found == Response(text="return 1", finish="length")
    assert seen[0].path == "/v1/completions"
    assert seen[0].payload == {
        "model": "m",
        "prompt": "def f():\n",
        "temperature": 0,
        "max_tokens": 7,
        "stop": ["\ndef "],
    }


def test_no_key_is_sent_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with serve(lambda _seen, _: chat(None)) as (url, seen):
        assert ask(url, [Request("x")])[0].text == ""
    assert seen[0].authorization is None


def test_so_many_requests_are_under_way_at_a_time() -> None:
    gate = threading.Barrier(3)

    def answer(_seen: Seen, _number: int) -> Reply:
        gate.wait(timeout=20)  # passes only if three come together
        return chat("ok")

    with serve(answer) as (url, _):
        found = ask(url, [Request(str(i)) for i in range(6)], ",concurrency=3")
    assert [response.text for response in found] == ["ok"] * 6


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(Reply({}, 429, {"Retry-After": "0"}), id="too-many"),
        pytest.param(Reply({}, 429, {"Retry-After": "0.02"}), id="too-many-seconds"),
        pytest.param(Reply({}, 503, {"Retry-After": "soon"}), id="unavailable"),
        pytest.param(Reply({}, 500), id="broken"),
        pytest.param(Reply(b"<html>", 200), id="no-json"),
        pytest.param(Reply([1], 200), id="no-object"),
        pytest.param(CUT, id="cut"),
    ],
)
def test_what_passes_is_tried_again(failure: Reply | str) -> None:
    with serve(lambda _seen, number: failure if number < 3 else chat("B")) as (url, seen):
        assert ask(url, [Request("x")])[0].text == "B"
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("failure", "tries", "message"),
    [
        pytest.param(Reply({"error": "long"}, 400), 1, 'status 400: {"error": "long"}', id="bad"),
        pytest.param(Reply({}, 302), 1, "status 302", id="moved"),
        pytest.param(Reply({}, 500), 3, "status 500", id="broken"),
        pytest.param(Reply(b"{", 200), 3, "no JSON object: {", id="no-json"),
        pytest.param(Reply({"choices": []}), 1, "no message in the answer", id="no-choice"),
        pytest.param(chat(["B"]), 1, "content is no text", id="no-text"),  # pyright: ignore[reportArgumentType]
        pytest.param(CUT, 3, "Error", id="cut"),
    ],
)
def test_what_stays_wrong_is_an_error(failure: Reply | str, tries: int, message: str) -> None:
    with serve(lambda _seen, _: failure) as (url, seen):
        (found,) = ask(url, [Request("x")], ",retries=2")
    assert message in str(found.error)
    assert found.text is None
    assert len(seen) == tries


def test_a_silent_server_times_out() -> None:
    release = threading.Event()

    def answer(_seen: Seen, number: int) -> Reply:
        if number == 1:
            release.wait(20)
        return chat("late" if number == 1 else "B")

    with serve(answer) as (url, _):
        found = ask(url, [Request("x")], ",timeout=0.2")
        release.set()
    assert found[0].text == "B"


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_ends_the_run_and_hides_the_key(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with (
        serve(lambda seen, _: Reply({"key": seen.authorization}, status)) as (url, _),
        pytest.raises(UsageError, match="the endpoint refuses the request") as caught,
    ):
        ask(url, [Request(str(i)) for i in range(50)])
    assert KEY not in str(caught.value)
    assert "OPENAI_API_KEY" in str(caught.value)


def test_an_endpoint_that_is_down_is_given_up() -> None:
    with (
        serve(lambda _seen, _: Reply({}, 500)) as (url, seen),
        pytest.raises(DataError, match="failed 8 requests in a row"),
    ):
        ask(url, [Request(str(i)) for i in range(1000)], ",retries=0")
    assert len(seen) < 100


def test_prompts_that_are_at_fault_do_not_end_the_run() -> None:
    with serve(lambda _seen, _: Reply({}, 400)) as (url, _):
        found = ask(url, [Request(str(i)) for i in range(30)])
    assert all(response.error for response in found)


def test_nobody_listens() -> None:
    with serve(lambda _seen, _: chat("x")) as (url, _):
        pass
    (found,) = ask(url, [Request("x")], ",retries=1")
    assert "ConnectError" in str(found.error)


def echo(tokens: list[str], values: list[float | None]) -> Callable[[Seen, int], Reply]:
    offsets = [sum(map(len, tokens[:place])) for place in range(len(tokens))]
    logs = {"text_offset": offsets, "token_logprobs": values, "tokens": tokens}
    return lambda _seen, _number: Reply({"choices": [{"logprobs": logs}]})


def test_log_likelihoods_add_up_the_continuation_alone() -> None:
    answer = echo(["Ans", "wer:", " ", "A", " next"], [None, -1.0, -0.5, -0.25, -9.0])
    with serve(answer) as (url, seen):
        (found,) = ask(url, [Request("Answer:", " A")])
    assert found == Response(logprob=-0.75, prompt_tokens=2, completion_tokens=2)
    assert seen[0].path == "/v1/completions"
    assert seen[0].payload["prompt"] == "Answer: A"
    assert seen[0].payload["echo"] is True


def test_a_token_across_the_boundary_counts() -> None:
    with serve(echo(["Answer", ": A"], [None, -0.5])) as (url, _):
        (found,) = ask(url, [Request("Answer:", " A")])
    assert found.logprob == -0.5


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"choices": [{"text": " A", "logprobs": None}]}, id="none"),
        pytest.param({"choices": [{"logprobs": {"text_offset": [0]}}]}, id="no-values"),
        pytest.param(
            {"choices": [{"logprobs": {"text_offset": [0, 7], "token_logprobs": [None, None]}}]},
            id="null",
        ),
        pytest.param(
            {"choices": [{"logprobs": {"text_offset": [0, 7], "token_logprobs": [-1.0]}}]},
            id="too-few",
        ),
    ],
)
def test_a_server_without_log_probabilities(body: object) -> None:
    with (
        serve(lambda _seen, _: Reply(body)) as (url, _),
        pytest.raises(UsageError, match="no log-probabilities of a prompt"),
    ):
        ask(url, [Request("Answer:", " A")])


def test_retry_after() -> None:
    assert _retry_after(None) == 0.0
    assert _retry_after("3") == 3.0
    assert _retry_after("1e9") == 60.0
    assert _retry_after("-1") == _retry_after("nan") == _retry_after("soon") == 0.0
    later = datetime.now(UTC) + timedelta(seconds=40)
    assert 30 < _retry_after(format_datetime(later, usegmt=True)) <= 40
    assert _retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
