from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.retrieval.dense.options import parse_options
from domainbench.retrieval.dense.system import DenseSystem
from domainbench.retrieval.systems import Spec
from domainbench.schemas.errors import UsageError


@pytest.mark.parametrize(
    ("options", "model", "problem"),
    [
        ({"dim": "3"}, None, "did you mean dims"),
        ({"dims": "0"}, None, "out of range"),
        ({"dims": "\u0663"}, None, "out of range"),
        ({"dims": "8"}, "m", "not for a named model"),
        ({"max_length": "8"}, None, "not for the encoder"),
        ({"dtype": "int8"}, "m", "dtype"),
        ({"device": "tpu"}, "m", "device"),
        ({"device": "cudax"}, "m", "device"),
        ({"batch_tokens": "many"}, "m", "batch_tokens"),
        ({"cache": "maybe"}, None, "cache"),
        ({"index": "flet"}, None, "did you mean flat"),
        ({"nprobe": "x", "index": "ivf"}, None, "nprobe is out of range"),
        ({"nprobe": "8"}, None, "option of index=ivf"),
        ({"search_dtype": "float8"}, None, "unknown search_dtype"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_options_are_checked(options: dict[str, str], model: str | None, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        DenseSystem.from_options(options, model=model)


def test_the_specification_is_canonical() -> None:
    system = DenseSystem.from_options(
        {"normalize": "off", "query_prompt": "q:\\s", "batch_tokens": "auto"}, model="m"
    )
    assert system.spec == "dense:m,query_prompt=q:\\s,normalize=false"
    assert system.parameters["query_prompt"] == "q: "
    assert "dims" not in system.parameters
    assert DenseSystem().parameters["model"] is None
    assert DenseSystem().spec == "dense"


def test_options_of_the_search_are_options_of_dense() -> None:
    given = {"backend": "torch", "search_dtype": "float16"}
    system = DenseSystem.from_options(given)
    assert system.spec == "dense:backend=torch,search_dtype=float16"
    assert system.parameters["search_dtype"] == "float16"
    assert "dtype" not in system.parameters
    plain = DenseSystem.from_options({"quantize": "int8", "rescore": "0"}, model="m")
    assert plain.spec == "dense:m,quantize=int8,rescore=0"
    assert (plain.parameters["dtype"], plain.parameters["search_dtype"]) == ("float32", "float32")
    assert DenseSystem.from_options({"index": "flat", "nprobe": "32"}).spec == "dense"


@given(st.text(max_size=20))
def test_any_prompt_survives_the_grammar(prompt: str) -> None:
    from domainbench.retrieval.dense.options import DenseOptions

    spec = Spec.parse(DenseSystem("m", DenseOptions(query_prompt=prompt)).spec)
    assert parse_options(spec.options, has_model=True).query_prompt == prompt
