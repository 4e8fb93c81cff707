from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.code.requirements import (
    FAILED,
    UNPARSED,
    FunctionCode,
    WrittenRequirement,
    parse_requirement,
    write_requirements,
)
from domainbench.schemas.errors import DataError, UsageError
from tests.retrieval.language_models.server import Reply, Seen, chat, serve

ADD = FunctionCode("pkg.sums.add", "def add(a, b):\n    return a + b\n")
HALF = FunctionCode("pkg.sums.half", 'def half(n):\n    """```"""\n    return n / 2\n')
FIELDS = ":param a: int, the one\n:param b: int, the other\n:return: int, their sum"


def answer(functionality: object = "Add two numbers.", arguments: object = FIELDS) -> str:
    return json.dumps({"functionality": functionality, "arguments": arguments})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(answer(), id="json"),
        pytest.param(f"```json\n{answer()}\n```", id="fenced"),
        pytest.param(f"\n<think>Sum? {{}}</think>\n\n{answer()}\n", id="thoughts"),
        pytest.param(f"Functionality: Add two numbers.\n\nArguments:\n{FIELDS}\n", id="labels"),
        pytest.param(f"**Functionality:** Add two numbers.\n**Arguments:**\n{FIELDS}", id="bold"),
        pytest.param(answer(" Add two numbers. \n", f"\n{FIELDS}\n\n"), id="blanks"),
        pytest.param(answer(arguments=FIELDS.replace(":return:", ":returns:")), id="plural"),
        pytest.param(answer(arguments=FIELDS.replace(", the one", ",\n    the one")), id="folded"),
    ],
)
def test_answers_that_are_read(text: str) -> None:
    assert parse_requirement(text) == WrittenRequirement("Add two numbers.", FIELDS)


@pytest.mark.parametrize("arguments", ["", None, " ", "None.", "none"])
def test_a_function_without_arguments(arguments: str | None) -> None:
    assert parse_requirement(answer(arguments=arguments)) == WrittenRequirement(
        "Add two numbers.", None
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("It adds two numbers.", id="prose"),
        pytest.param(answer("  "), id="blank"),
        pytest.param(answer(7), id="number"),
        pytest.param(answer(arguments=["x"]), id="list"),
        pytest.param(answer(arguments="a and b"), id="no-fields"),
        pytest.param(answer(arguments=":parameter a: int"), id="other-field"),
        pytest.param(answer(arguments=":param a:"), id="empty-field"),
        pytest.param(answer("Add: ```return a + b```"), id="code"),
        pytest.param(answer(arguments=":return: int,\n```\na + b\n```"), id="code-below"),
        pytest.param('{"functionality": "Add."}', id="no-arguments"),
        pytest.param('{"functionality": "A", "arguments": "", "code": ""}', id="more"),
        pytest.param(f"Sure:\n{answer()}", id="words-before"),
        pytest.param(f"{answer()}\n{answer()}", id="two"),
        pytest.param("Functionality: Add.", id="one-label"),
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_answers_that_are_not(text: str) -> None:
    assert parse_requirement(text) is None


@given(st.text())
def test_any_answer_is_read_or_not(text: str) -> None:
    for found in (parse_requirement(text), parse_requirement(answer(text, text))):
        if found is not None:
            assert found.functionality.strip() == found.functionality != ""
            found.functionality.encode()


def test_composed_letters_and_halves_of_letters() -> None:
    found = parse_requirement(answer("Cafe\u0301 \ud800.", ""))
    assert found == WrittenRequirement("Caf\u00e9 ?.", None)


def test_a_build_without_the_model_reads_the_recording(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "written.jsonl"

    def respond(seen: Seen, _number: int) -> Reply:
        prompt = seen.payload["messages"][0]["content"]
        return chat(answer() if "pkg.sums.add" in prompt else "no idea")

    with serve(respond) as (url, seen):
        model = f"endpoint:org/writer@{url}"
        found = write_requirements([ADD, HALF, ADD], model, path)
        assert len(seen) == 2
    wanted = WrittenRequirement("Add two numbers.", FIELDS)
    assert found.requirements == [wanted, None, wanted]
    assert found.model == "org/writer"
    assert found.lost == {UNPARSED: 1}
    before = path.read_bytes()
    # Nobody listens at the address any more.
    assert write_requirements([ADD, HALF, ADD], model, path) == found
    assert path.read_bytes() == before
    prompts = sorted(one.payload["messages"][0]["content"] for one in seen)
    assert f"```python\n{ADD.code}```\n" in prompts[0]
    assert f"````python\n{HALF.code}````\n" in prompts[1]
    assert {one.payload["temperature"] for one in seen} == {0}


def test_what_the_model_does_not_write_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "written.jsonl"

    def respond(seen: Seen, _number: int) -> Reply:
        failing = "pkg.sums.half" in seen.payload["messages"][0]["content"]
        return Reply({}, 400) if failing else chat(answer())

    with serve(respond) as (url, _):
        found = write_requirements([ADD, HALF], f"endpoint:m@{url}", path)
        assert found.lost == {FAILED: 1}
        assert found.requirements[1] is None
    with (
        serve(lambda _seen, _: Reply({}, 400)) as (url, _),
        pytest.raises(DataError, match="answered no request"),
    ):
        write_requirements([ADD, HALF], f"endpoint:m@{url}", path)


def test_nothing_is_asked_for_nothing(tmp_path: Path) -> None:
    found = write_requirements([], "endpoint:m@http://127.0.0.1:9/v1", tmp_path / "w.jsonl")
    assert (found.requirements, found.lost) == ([], {})
    assert not (tmp_path / "w.jsonl").exists()


def test_what_is_written_must_be_recorded() -> None:
    with pytest.raises(UsageError, match="must be recorded"):
        write_requirements([ADD], "endpoint:m@http://127.0.0.1:9/v1", None)
    with pytest.raises(UsageError, match="names no language model"):
        write_requirements([ADD], "m", None)
