from __future__ import annotations

from pathlib import Path

import pytest

from domainbench.benchmarks.code.prompt_export import PromptOptions, make_prompts
from domainbench.benchmarks.code.prompts import RETRIEVED
from domainbench.benchmarks.evaluate import evaluate
from domainbench.schemas.code import CONTEXT, DOCSTRING, document_id
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.release import Release
from tests.benchmarks.code.releases import (
    LEDGER,
    LEDGER_BEFORE,
    code_rows,
    write_code_release,
)

ADD = "textkit/textkit.counts.WordCounter.add"
POST = "ledger/ledger.book.Book.post"
AMOUNT = "ledger/ledger.money.parse_amount"


def found(release: Release, **options: object) -> dict[str, tuple[str, ...]]:
    """Sample → documents of its prompt."""
    folder = options.pop("folder", None)
    made = make_prompts(release, PromptOptions(RETRIEVED, **options), folder=folder)  # type: ignore[arg-type]
    pairs = zip(made.samples, made.prompts, strict=True)
    return {sample["_id"]: prompt.documents for sample, prompt in pairs}


def titles(release: Release) -> dict[str, str]:
    rows = release.table("corpus", columns=["_id", "title", "kind"]).to_pylist()
    return {row["_id"]: row["title"] for row in rows if row["kind"] != DOCSTRING}


def test_a_system_ranks_what_the_snapshot_holds(tmp_path: Path) -> None:
    release = write_code_release(tmp_path / "release")
    named = titles(release)
    shown = found(release, system="bm25", definitions=2)
    assert {sample.partition("/")[0] for sample in shown} == {"textkit", "ledger"}
    for sample, documents in shown.items():
        assert 0 < len(documents) <= 2
        for name in documents:
            assert name.startswith(sample.partition("/")[0] + "/")
            assert not name.startswith(f"{sample}@")
    every = found(release, system="bm25", definitions=9)
    # All that share a word with the requirement or with "def post(self, account, text)".
    assert {named[name] for name in every[POST]} == {
        "ledger.book.with_fee", "ledger.book.Book", "ledger.book.Book.__init__",
        "ledger.book.FEE", "ledger.money.parse_amount",
    }  # fmt: skip
    text = make_prompts(release, PromptOptions(RETRIEVED, system="bm25")).prompts
    assert all("These definitions of the same repository" in str(one.text) for one in text)


def test_a_run_of_the_task_gives_the_same(tmp_path: Path) -> None:
    release = write_code_release(tmp_path / "release")
    out, trec = tmp_path / "out", tmp_path / "trec"
    evaluate(release, ["bm25"], task=CONTEXT, output=out, trec=trec)
    runs = sorted((out / "runs").glob("*.parquet"))
    shown = found(release, system="bm25")
    # The function without dependencies is none of the task's queries.
    assert shown[AMOUNT]
    wanted = shown | {AMOUNT: ()}
    assert found(release, run=trec / "bm25.run") == wanted
    # An evaluation keeps a ranking for each repository, which is one pool.
    parts = [found(release, run=path) for path in runs]
    assert {name: docs for part in parts for name, docs in part.items() if docs} == {
        name: docs for name, docs in wanted.items() if docs
    }


def test_rankings_are_kept_and_used_again(tmp_path: Path) -> None:
    release = write_code_release(tmp_path / "release")
    first = found(release, system="bm25", folder=tmp_path / "out")
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "runs").iterdir()}
    assert len(kept) == 2
    assert found(release, system="bm25", folder=tmp_path / "out") == first
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    # Other queries are other rankings.
    found(release, system="bm25", folder=tmp_path / "out", executable_only=True)
    assert found(release, system="bm25:k1=0.5", folder=tmp_path / "out", definitions=1) != {}
    assert len(list((tmp_path / "out" / "runs").iterdir())) > len(kept)


def test_what_would_tell_the_answer_is_left_out(tmp_path: Path) -> None:
    rows = code_rows()
    by_name = {row["title"]: row for row in rows["corpus"]}
    own = by_name["ledger.book.Book.post"]

    def document(name: str, text: str, **more: object) -> str:
        key = document_id("ledger", name, text)
        row = by_name["ledger.book.with_fee"] | {"_id": key, "title": name, "text": text}
        rows["corpus"].append(row | more)
        return key

    body = "\n".join(own["text"].split("\n")[1:])
    older = document("ledger.book.Book.post", "def post(self): ...  # as it was", kind="function")
    twin = document("ledger.copy.enter", f"def enter(self, account, text):\n\n{body}")
    deeper = document("ledger.copy.A.enter", f"def enter(self):\n    if self:\n    {body.strip()}")
    past = document("ledger.old.gone", "def gone(): ...", snapshots=[LEDGER_BEFORE.id])
    part = document("ledger.copy.half", body.split("\n")[0])
    docstring = next(row["_id"] for row in rows["corpus"] if row["kind"] == DOCSTRING)
    other = by_name["textkit.counts.WordCounter"]["_id"]
    release = write_code_release(tmp_path / "release", rows)
    good = by_name["ledger.money.parse_amount"]
    assert good["snapshots"] == sorted([LEDGER_BEFORE.id, LEDGER.id])
    ranked = [own["_id"], older, twin, deeper, past, docstring, other, "nowhere", part, good["_id"]]
    path = tmp_path / "given.run"
    lines = [f"{own['_id']} Q0 {name} 1 {20 - i} x\n" for i, name in enumerate(ranked)]
    path.write_text("".join(lines))
    shown = found(release, run=path)
    assert shown[POST] == (part, good["_id"])
    assert not any(documents for sample, documents in shown.items() if sample != POST)
    assert found(release, run=path, definitions=1)[POST] == (part,)
    text = next(
        str(prompt.text)
        for prompt in make_prompts(release, PromptOptions(RETRIEVED, run=path)).prompts
        if prompt.documents
    )
    assert f"`ledger/money.py`:\n\n```python\n{good['text']}" in text


def test_runs_and_systems_that_do_not_fit(tmp_path: Path) -> None:
    release = write_code_release(tmp_path / "release")
    path = tmp_path / "other.run"
    path.write_text("q1 Q0 d1 1 2.0 x\n")
    with pytest.raises(DataError, match="ranks for none of the samples"):
        found(release, run=path)
    with pytest.raises(DataError, match="cannot be read"):
        found(release, run=tmp_path / "none.parquet")
    with pytest.raises(UsageError, match="unknown system"):
        found(release, system="bm52")
