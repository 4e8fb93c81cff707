from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from domainbench.rewriting.method import Method, Rewriting, Subject
from domainbench.rewriting.registry import open_method
from domainbench.rewriting.written import kinds, prompt
from domainbench.schemas.errors import DataError, UsageError
from tests.retrieval.language_models.server import Reply, Seen, chat, serve

INVENTING = {"statistics", "citations", "quotes"}


def document(text: str, title: str = "", query: str = "") -> Subject:
    return Subject("retail", "product_recommendation", title, text, query)


def shown(seen: Seen) -> str:
    """The document in a request."""
    found = re.search(
        r"<document>\n(.*)\n</document>\Z", seen.payload["messages"][0]["content"], re.DOTALL
    )
    assert found is not None
    return found[1]


def method_at(url: str, name: str = "fluency", options: str = "", **more: Path) -> Method:
    return open_method(name, model=f"endpoint:m@{url}{options}", **more)


def finish(text: str, reason: str) -> Reply:
    return Reply({"choices": [{"message": {"content": text}, "finish_reason": reason}]})


@pytest.mark.parametrize("name", sorted(kinds()))
def test_every_kind_asks_for_the_document_alone_and_says_what_may_be_added(name: str) -> None:
    kind = kinds()[name]
    asked = prompt(kind, document("A {red} lamp.", "Big\nLamp", "lamps  to read by"))
    assert kind.may_invent == (name in INVENTING)
    assert ("You may make up" in asked) == kind.may_invent
    assert ("Make nothing up" in asked) != kind.may_invent
    assert "with the rewritten document alone" in asked
    assert "number alone in square brackets" in asked
    assert "\nTitle: Big Lamp\n" in asked
    assert asked.endswith("<document>\nA {red} lamp.\n</document>")
    assert kind.sees_query == (name == "keyword_stuffing")
    assert ("\nSearch query: lamps to read by\n" in asked) == kind.sees_query


def test_tasks_differ() -> None:
    assert len(kinds()) == 11
    assert len({kind.task for kind in kinds().values()}) == 11


def test_markers_do_not_occur_in_the_document() -> None:
    asked = prompt(kinds()["fluency"], document("a </document> b <document-> c"))
    assert asked.endswith("\n<document-->\na </document> b <document-> c\n</document-->")
    assert "Title:" not in asked


def test_documents_are_rewritten_in_order_and_equal_ones_asked_once() -> None:
    subjects = [document("a", "T"), document("b"), document("a", "T"), document(" ")]
    with serve(lambda seen, _: chat(f"Rewritten text:\n{shown(seen)}!")) as (url, seen):
        found = method_at(url, options=",max_tokens=9").rewrite(subjects)
    assert found == [
        Rewriting("T", "a!"),
        Rewriting("", "b!"),
        Rewriting("T", "a!"),
        "there is no text to rewrite",
    ]
    assert len(seen) == 2
    assert {one.payload["max_tokens"] for one in seen} == {9}


def test_a_finished_run_is_replayed_without_the_model(tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    subjects = [document("a"), document("b")]
    with serve(lambda seen, _: chat(shown(seen).upper())) as (url, seen):
        first = method_at(url, recordings=folder).rewrite(subjects)
        assert method_at(url, recordings=folder).rewrite(subjects) == first
        assert len(seen) == 2
    assert method_at(url, recordings=folder).rewrite(subjects) == first
    (path,) = folder.iterdir()
    assert path.suffix == ".jsonl"
    assert len(path.read_text().splitlines()) == 2


def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    subjects = [document(letter) for letter in "abc"]
    with serve(lambda seen, _: chat(shown(seen).upper())) as (url, seen):
        method_at(url, recordings=tmp_path).rewrite(subjects[:2])
        (path,) = tmp_path.iterdir()
        path.write_bytes(path.read_bytes()[:-5])  # killed while it wrote the second line
        found = method_at(url, recordings=tmp_path).rewrite(subjects)
    assert [one.text for one in found if isinstance(one, Rewriting)] == ["A", "B", "C"]
    assert len(seen) == 4


def test_methods_of_one_model_share_a_recording(tmp_path: Path) -> None:
    with serve(lambda _seen, number: chat(str(number))) as (url, seen):
        for name in ("fluency", "quotes", "fluency"):
            method_at(url, name, recordings=tmp_path).rewrite([document("a")])
    assert len(seen) == 2
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("status", [500, 429])
def test_a_passing_fault_is_tried_again(status: int) -> None:
    def answer(_seen: Seen, number: int) -> Reply:
        return Reply({"error": "busy"}, status) if number == 1 else chat("done")

    with serve(answer) as (url, seen):
        assert method_at(url).rewrite([document("a")]) == [Rewriting("", "done")]
    assert len(seen) == 2


def only(text: str, reply: Reply) -> Callable[[Seen, int], Reply]:
    """Answers one document so, and any other one well."""
    return lambda seen, _: reply if shown(seen) == text else chat("good")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (chat(""), "the model's answer is empty"),
        (chat(None), "the model's answer is empty"),
        (chat("```\n```"), "the model's answer is empty"),
        (finish("half of", "length"), "cut off"),
        (Reply({"error": "too long"}, 400), "status 400"),
        (Reply({"error": "down"}, 503), "status 503"),
    ],
)
def test_what_cannot_be_rewritten_has_a_reason(reply: Reply, said: str, tmp_path: Path) -> None:
    subjects = [document("bad"), document("fine")]
    with serve(only("bad", reply)) as (url, _):
        method = method_at(url, options=",retries=0", recordings=tmp_path)
        found = method.rewrite(subjects)
    assert isinstance(found[0], str)
    assert said in found[0]
    assert found[1] == Rewriting("", "good")


def test_errors_are_asked_again_and_empty_answers_are_not(tmp_path: Path) -> None:
    def answer(seen: Seen, number: int) -> Reply:
        if shown(seen) == "empty":
            return chat(" ")
        return Reply({}, 400) if number <= 2 and shown(seen) == "bad" else chat("good")

    subjects = [document("empty"), document("bad")]
    with serve(answer) as (url, seen):
        first = method_at(url, recordings=tmp_path).rewrite(subjects)
        second = method_at(url, recordings=tmp_path).rewrite(subjects)
    assert isinstance(first[1], str)
    assert second == ["the model's answer is empty", Rewriting("", "good")]
    assert [shown(one) for one in seen[2:]] == ["bad"]


def test_a_model_that_answers_nothing_ends_the_run() -> None:
    with (
        serve(lambda _seen, _: Reply({}, 500)) as (url, _),
        pytest.raises(DataError, match="the model answered no request"),
    ):
        method_at(url, options=",retries=0").rewrite([document("a"), document("b")])


def test_a_refused_key_ends_the_run() -> None:
    with (
        serve(lambda _seen, _: Reply({}, 401)) as (url, _),
        pytest.raises(UsageError, match="refuses"),
    ):
        method_at(url).rewrite([document("a")])


def test_keyword_stuffing_needs_a_query() -> None:
    with serve(lambda _seen, _: chat("lamp lamp")) as (url, seen):
        found = method_at(url, "keyword_stuffing").rewrite(
            [document("a"), document("a", query="lamp")]
        )
    assert found == [
        "keyword_stuffing needs a query, and there is none",
        Rewriting("", "lamp lamp"),
    ]
    assert len(seen) == 1


def test_nothing_is_asked_for_no_document() -> None:
    method = method_at("http://127.0.0.1:9/v1")
    assert method.rewrite([]) == []
    assert method.rewrite([document("")]) == ["there is no text to rewrite"]


def test_parameters_tell_settings_and_prompt_but_no_address() -> None:
    quotes = method_at("http://secret.example/v1", "quotes", ",max_tokens=7")
    other = method_at("http://elsewhere.example/v1", "quotes", ",max_tokens=7")
    assert quotes.parameters == other.parameters
    assert quotes.parameters["max_tokens"] == 7
    assert quotes.parameters["temperature"] == 0
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", str(quotes.parameters["prompt"]))
    assert "secret" not in json.dumps(quotes.parameters)
    fluency = method_at("http://secret.example/v1", "fluency", ",max_tokens=7")
    assert quotes.parameters != fluency.parameters
    assert (quotes.name, quotes.model, quotes.may_invent) == ("quotes", "m", True)


def test_a_local_model_that_is_gone_is_refused() -> None:
    with pytest.raises(UsageError):
        open_method("fluency", model="local:/no/such/folder")
