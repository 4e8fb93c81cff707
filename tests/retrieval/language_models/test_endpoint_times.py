from __future__ import annotations

import threading

from domainbench.retrieval.language_models.endpoint import EndpointModel
from domainbench.retrieval.language_models.requests import Request
from domainbench.retrieval.language_models.spec import parse_model
from tests.retrieval.language_models.server import Reply, Seen, chat, serve


def test_the_try_that_was_answered_is_timed_alone() -> None:
    slow = threading.Event()

    def answer(seen: Seen, _number: int) -> Reply:
        text = seen.payload["messages"][0]["content"]
        if text == "slow" and not slow.is_set():
            slow.set()
            threading.Event().wait(1.0)
            return Reply({}, 500)
        return Reply({}, 400) if text == "wrong" else chat("yes")

    taken: dict[Request, float] = {}
    with serve(answer) as (url, _):
        model = EndpointModel(
            parse_model(f"endpoint:m@{url}"), first_wait=0.001, took=taken.__setitem__
        )
        requests = [Request("slow"), Request("fast"), Request("wrong")]
        found = dict(model.respond(requests))
    assert [found[place].error is None for place in range(3)] == [True, True, False]
    assert taken.keys() == {Request("slow"), Request("fast")}
    assert 0 < taken[Request("slow")] < 1.0
