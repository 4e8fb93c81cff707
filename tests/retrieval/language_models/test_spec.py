from __future__ import annotations

import pytest

from domainbench.retrieval.language_models.spec import OPTIONS, parse_model
from domainbench.schemas.errors import UsageError


def test_a_local_model() -> None:
    spec = parse_model(" local:/models/a,b,device=cpu,batch=2 ")
    assert (spec.kind, spec.model, spec.url) == ("local", "/models/a,b", None)
    assert spec.options == OPTIONS["local"] | {"device": "cpu", "batch": 2}
    assert spec.text == "local:/models/a,b,device=cpu,batch=2"


def test_an_endpoint() -> None:
    spec = parse_model("endpoint:org/m@v2@http://localhost:8000/v1/,key=MY_KEY,retries=0")
    assert (spec.kind, spec.model, spec.url) == ("endpoint", "org/m@v2", "http://localhost:8000/v1")
    assert spec.options == OPTIONS["endpoint"] | {"key": "MY_KEY", "retries": 0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gpt2", "names no language model"),
        ("remote:gpt2", "names no language model"),
        ("local:", "lacks the model"),
        ("endpoint:m", "names no model of an endpoint"),
        ("endpoint:@http://x/v1", "names no model of an endpoint"),
        ("endpoint:m@ftp://x/v1", "names no model of an endpoint"),
        ("local:m,colour=red", "unknown option of local models"),
        ("local:m,dtype=int4", "unknown dtype"),
        ("local:m,batch=0", "option batch has no such value"),
        ("local:m,batch=few", "option batch has no such value"),
        ("endpoint:m@http://x,timeout=inf", "option timeout has no such value"),
        ("endpoint:m@http://x,timeout=nan", "option timeout has no such value"),
        ("endpoint:m@http://x,retries=-1", "option retries has no such value"),
    ],
)
def test_faults(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_model(text)
