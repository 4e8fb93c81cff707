"""Language models as engines, behind a real server on loopback and run here."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import domainbench
from domainbench.benchmarks.cseo.model import ModelEngine, ModelOptions
from domainbench.benchmarks.cseo.prompts import citing_prompt
from domainbench.benchmarks.cseo.scenario import Scenario, Selection, read_scenario
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.progress import SILENT
from domainbench.schemas.release import Release
from tests.retrieval.language_models.server import CUT, Reply, Seen, chat, serve
from tests.retrieval.language_models.tiny_model import make_tiny_model

MESSY = (
    "The first helps [1], so do others [2][4]. The last is best [6].",
    "Nothing here is of use.",
    "All of them: [1, 2, 3], [99] and [0].",
    "",
)


def prompt(seen: Seen) -> str:
    return seen.payload["messages"][0]["content"]


def documents(text: str) -> list[str]:
    return re.findall(
        r"^(?:Product|Web page|Document) \d+:\n(.*?)\n-{10}", text, re.MULTILINE | re.DOTALL
    )


def small(release: Release) -> Scenario:
    selection = Selection(domains=("retail",), methods=("keyword_insertion", "top"), adoption=(1,))
    return read_scenario(release, selection)


def test_prompts_number_the_documents_as_they_are_shown(release: Release) -> None:
    scenario = small(release)

    def answer(seen: Seen, number: int) -> Reply:
        return chat("The second [2], then the first [1].")

    with serve(answer) as (url, seen):
        engine = ModelEngine(f"endpoint:m@{url}", ModelOptions())
        (found,) = engine.answer(scenario, SILENT)
    asked = {prompt(one) for one in seen}
    assert len(asked) == len(seen)
    for row, episode in enumerate(scenario.episodes):
        texts = scenario.texts(episode)
        shown = [texts[place] for place in episode.order(range(6))]
        query = scenario.queries[episode.query]
        text = citing_prompt(query.text, query.domain, query.task, shown)
        assert text in asked
        assert documents(text) == shown
        order = episode.order(range(6))
        assert found.places[row, order[1]] == 0
        assert found.places[row, order[0]] == 1
        assert found.cited[row] == 2
    assert engine.stats()["prompt_tokens"] == 7 * len(seen)
    assert engine.stats()["cost"] is None


def test_messy_answers_are_read_strictly_and_counted(release: Release) -> None:
    scenario = small(release)

    def answer(seen: Seen, number: int) -> Reply:
        return chat(MESSY[number % 4])

    with serve(answer) as (url, _):
        engine = ModelEngine(
            f"endpoint:m@{url},concurrency=1",
            ModelOptions(price_prompt=2.0, price_completion=10.0),
        )
        (found,) = engine.answer(scenario, SILENT)
    cited = sorted(set(found.cited.tolist()))
    assert cited == [0, 3, 4]
    assert set(found.hallucinated.tolist()) == {0, 2}
    assert not found.failed.any()
    stats = engine.stats()
    requests = stats["requests"]
    assert stats["cost"] == pytest.approx(requests * (7 * 2.0 + 2 * 10.0) / 1e6)
    assert stats["without_citation"] == sum(1 for n in range(1, requests + 1) if n % 4 in {1, 3})


def test_errors_are_tried_again_and_what_stays_lost_is_left_out(release: Release) -> None:
    scenario = small(release)
    tries: dict[str, int] = {}

    def answer(seen: Seen, number: int) -> Reply | str:
        text = prompt(seen)
        tries[text] = tries.get(text, 0) + 1
        if "linen garden cup" in text.splitlines()[2]:
            return Reply({"error": "too long for the model"}, 400)
        if tries[text] == 1:
            return (Reply({}, 500), Reply({}, 429, {"Retry-After": "0"}), CUT)[len(tries) % 3]
        return chat("Good [1].")

    with serve(answer) as (url, _):
        engine = ModelEngine(f"endpoint:m@{url},retries=3", ModelOptions())
        (found,) = engine.answer(scenario, SILENT)
    lost = [scenario.queries[e.query].text == "linen garden cup" for e in scenario.episodes]
    assert found.failed.tolist() == lost
    assert 0 < engine.stats()["failed"] <= sum(lost)  # equal requests count once
    assert max(tries.values()) == 2


def test_a_run_that_was_stopped_goes_on_and_a_finished_one_needs_no_model(
    release: Release, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    asked: list[str] = []

    def answer(seen: Seen, number: int) -> Reply:
        asked.append(prompt(seen))
        return chat(f"It is [{1 + len(prompt(seen)) % 6}].")

    with serve(answer) as (url, _):
        spec = f"endpoint:m@{url},concurrency=1"
        # The process is killed when the server has given seven answers.
        code = (
            "import os, sys, domainbench\n"
            "from domainbench.retrieval.language_models import recording as r\n"
            "add = r.Recording.add\n"
            "count = 0\n"
            "def stop(self, *given):\n"
            "    global count\n"
            "    add(self, *given)\n"
            "    count += 1\n"
            "    if count == 7: os._exit(9)\n"
            "r.Recording.add = stop\n"
            "domainbench.score(sys.argv[1], engine=sys.argv[2], output=sys.argv[3],"
            " methods=['outline'], adoption=[1, 2])\n"
        )
        killed = subprocess.run(
            [sys.executable, "-c", code, str(release.path), spec, str(out)], check=False
        )
        assert killed.returncode == 9
        assert len(asked) in {7, 8}
        first = set(asked[:7])
        options = {"engine": spec, "output": out, "methods": ["outline"], "adoption": [1, 2]}
        scores = domainbench.score(release, **options)
        assert len(asked) - len(set(asked)) <= 1  # at most the one that was on its way
        assert first & set(asked[8:]) == set()
        total = len(asked)
        replayed = domainbench.score(release, **options)
        assert len(asked) == total
    again = domainbench.score(release, **options)  # the server is gone
    for other in (replayed, again):
        assert other.model_dump(exclude={"environment"}) == scores.model_dump(
            exclude={"environment"}
        )
    assert scores.engine.failed == 0


def test_runs_are_drawn_apart_and_orders_shuffled_alike(release: Release) -> None:
    scenario = small(release)

    def answer(seen: Seen, number: int) -> Reply:
        return chat(f"[{1 + seen.payload['seed'] % 6}]")

    with serve(answer) as (url, seen):
        options = ModelOptions(runs=3, temperature=0.7, shuffle=True, seed=5)
        engine = ModelEngine(f"endpoint:m@{url}", options)
        answers = engine.answer(scenario, SILENT)
    assert len(answers) == engine.runs == 3
    assert {one.payload["temperature"] for one in seen} == {0.7}
    assert len({one.payload["seed"] for one in seen}) == 3
    asked = [(prompt(one), one.payload["seed"]) for one in seen]
    assert len(asked) == len(set(asked))
    count = scenario.baselines
    for given in answers:
        for row in range(count, len(scenario.episodes)):
            episode = scenario.episodes[row]
            if not episode.moves:
                assert given.shown[row].tolist() == given.shown[episode.query].tolist()
    assert answers[0].shown[0].tolist() != answers[1].shown[0].tolist()


def test_documents_are_cut_to_what_is_allowed(release: Release) -> None:
    scenario = small(release)
    with serve(lambda _seen, _number: chat("[1]")) as (url, seen):
        engine = ModelEngine(f"endpoint:m@{url}", ModelOptions(longest=40))
        engine.answer(scenario, SILENT)
    shown = documents(prompt(seen[0]))
    assert all(len(text) <= 40 and text.endswith(" …") for text in shown)
    assert engine.stats()["documents_cut"] > 6


def test_a_model_that_runs_here(release: Release, tmp_path: Path) -> None:
    model = make_tiny_model(tmp_path / "tiny")
    spec = f"local:{model},max_tokens=24"
    options = {"engine": spec, "methods": ["outline"], "adoption": [1], "limit": 1, "longest": 80}
    scores = domainbench.score(release, output=tmp_path / "out", **options)
    assert scores.engine.failed == 0
    assert scores.cost["requests"] == 4
    assert scores.cost["completion_tokens"] > 0
    recorded = (tmp_path / "out" / "recordings").glob("local-*.jsonl")
    lines = [line for path in recorded for line in path.read_text().splitlines()]
    assert len(lines) == 4
    assert all(json.loads(line)["response"]["text"] for line in lines)


def test_an_endpoint_that_answers_nothing_is_told(release: Release) -> None:
    scenario = replace(small(release))
    with serve(lambda _seen, _number: Reply({}, 500)) as (url, _):
        engine = ModelEngine(f"endpoint:m@{url},retries=0", ModelOptions())
        with pytest.raises(DataError, match=r"answered no request|failed"):
            engine.answer(scenario, SILENT)
    with pytest.raises(UsageError, match="temperature is out of range"):
        ModelOptions(temperature=-1)
