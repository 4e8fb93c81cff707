"""The module of MTEB's tasks, read with stand-ins for MTEB's classes."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pyarrow as pa
import pytest
import yaml

from domainbench.cards.ecosystem.mteb_task import write_mteb_task
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.release import TableData, write_release
from tests.benchmarks.code.releases import write_code_release
from tests.benchmarks.qa.conftest import choice_rows, span_rows, write
from tests.schemas.conftest import CORPUS, QRELS, QUERIES, info, pair, table, tables


@pytest.fixture
def loaded(monkeypatch):
    """Runs a module with classes that keep what they are given."""
    for name in ("mteb", "mteb.abstasks"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    for name, member, value in (
        ("retrieval", "AbsTaskRetrieval", type("AbsTaskRetrieval", (), {})),
        ("task_metadata", "TaskMetadata", SimpleNamespace),
    ):
        module = ModuleType(f"mteb.abstasks.{name}")
        setattr(module, member, value)
        monkeypatch.setitem(sys.modules, module.__name__, module)

    def load(folder):
        space = {}
        text = (folder / "mteb_tasks.py").read_text(encoding="utf-8")
        exec(compile(text, "mteb_tasks.py", "exec"), space)  # noqa: S102 - what we wrote
        return space["TASKS"]

    return load


def test_a_release_on_disk_is_one_task(release_of_valves, tmp_path, loaded):
    (task,) = loaded(write_mteb_task(release_of_valves, tmp_path / "out"))
    manifest = release_of_valves.manifest
    assert type(task).__name__ == "ValvesRetrieval"
    assert task.ignore_identical_ids
    assert vars(task.metadata) == {
        "name": "ValvesRetrieval",
        "description": "For a patent family, rank the families that cite it or that it cites.",
        "dataset": {
            "path": str(release_of_valves.path.resolve()),
            "revision": manifest.fingerprint,
        },
        "type": "Retrieval",
        "category": "t2t",
        "modalities": ["text"],
        "eval_splits": ["test"],
        "eval_langs": {name: ["eng-Latn"] for name in ("ALL", "IN", "OUT", "UNKNOWN")},
        "main_score": "ndcg_at_100",
    }


def test_a_release_on_the_hub_is_named_by_repository_and_revision(
    release_of_valves, tmp_path, loaded
):
    folder = write_mteb_task(
        release_of_valves, tmp_path / "out", repository="org/valves", revision="v1"
    )
    (task,) = loaded(folder)
    assert task.metadata.dataset == {"path": "org/valves", "revision": "v1"}
    assert task.metadata.reference == "https://huggingface.co/datasets/org/valves"
    for wrong in ({"repository": "org/valves"}, {"revision": "v1"}):
        with pytest.raises(UsageError, match="repository and revision"):
            write_mteb_task(release_of_valves, tmp_path / "other", **wrong)
    with pytest.raises(UsageError, match="no repository"):
        write_mteb_task(release_of_valves, tmp_path / "other", repository="x", revision="v1")


def test_questions_have_a_task_for_each_kind_of_ranking(tmp_path, loaded):
    release = write(tmp_path / "bilingual", choice_rows(), span_rows())
    answers, passages, sentences = loaded(write_mteb_task(release, tmp_path / "out"))
    assert answers.metadata.eval_langs == {
        "answers-agriculture-en": ["eng-Latn"],
        "answers-agriculture-hi": ["hin-Deva"],
        "answers-law-en": ["eng-Latn"],
    }
    assert passages.metadata.eval_langs["passages-hi-en"] == ["hin-Deva", "eng-Latn"]
    assert sentences.metadata.eval_langs["sentences"] == ["eng-Latn", "hin-Deva"]
    scores = [task.metadata.main_score for task in (answers, passages, sentences)]
    assert scores == ["ndcg_at_10", "ndcg_at_10", "map_at_100"]
    assert not hasattr(answers, "ignore_identical_ids")
    (one,) = loaded(write_mteb_task(release, tmp_path / "one", task="passages"))
    assert one.metadata.name == "BilingualPassages"
    with pytest.raises(UsageError, match="'choices'"):
        write_mteb_task(release, tmp_path / "two", task="choices")


def test_code_has_its_own_language_and_drops_a_querys_own_function(tmp_path, loaded):
    release = write_code_release(tmp_path / "code")
    tasks = loaded(write_mteb_task(release, tmp_path / "out", languages=["en"]))
    drops = {t.metadata.name: getattr(t, "ignore_identical_ids", False) for t in tasks}
    assert [name.removeprefix(drops_prefix(drops)) for name in drops] == [
        "Requirement",
        "Context",
        "Description",
    ]
    assert list(drops.values()) == [False, True, False]
    assert tasks[0].metadata.eval_langs["requirement-ledger"] == ["eng-Latn", "python-Code"]


def drops_prefix(names):
    """What the tasks' names begin with: that of the release."""
    return next(iter(names)).removesuffix("Requirement")


def test_ids_of_eval_yaml_are_those_of_the_tasks(release_of_valves, tmp_path, loaded):
    folder = write_mteb_task(release_of_valves, tmp_path / "out")
    (task,) = loaded(folder)
    found = yaml.safe_load((folder / "eval.yaml").read_text("utf-8"))
    assert [entry["id"] for entry in found["tasks"]] == [
        f"ValvesRetrieval_{subset}_test" for subset in task.metadata.eval_langs
    ]


def test_a_task_has_the_subsets_of_every_split(tmp_path, loaded):
    corpus, queries, qrels = tables(CORPUS, QUERIES, QRELS)
    parts = {"dev": [pair("q1", "d1", "IN")], "test": [pair("q2", "d1", "IN"), QRELS[2]]}
    asked = {"dev": QUERIES[:1], "test": QUERIES[1:]}
    release = write_release(
        tmp_path / "valves",
        [
            corpus,
            TableData(queries.table, {s: table(queries.table.schema, asked[s]) for s in asked}),
            TableData(qrels.table, {s: table(qrels.table.schema, parts[s]) for s in parts}),
        ],
        info(languages=[], license="MIT"),
    )
    (task,) = loaded(write_mteb_task(release, tmp_path / "both", splits=["dev", "test"]))
    assert task.metadata.eval_splits == ["dev", "test"]
    assert task.metadata.eval_langs == {"ALL": [], "IN": []}
    assert task.metadata.license == "mit"
    (task,) = loaded(write_mteb_task(release, tmp_path / "test", languages=["de"]))
    assert task.metadata.eval_langs == {n: ["deu-Latn"] for n in ("ALL", "IN", "UNKNOWN")}
    with pytest.raises(UsageError, match="'train'"):
        write_mteb_task(release, tmp_path / "none", splits=["train"])


def test_a_release_without_relevant_pairs_has_no_task(tmp_path):
    release = write_release(tmp_path / "empty", tables(CORPUS, QUERIES, []), info())
    with pytest.raises(DataError, match="relevant pair"):
        write_mteb_task(release, tmp_path / "out")


def test_the_rule_on_identical_ids_can_be_chosen(tmp_path, loaded):
    from domainbench.schemas.retrieval_family import RETRIEVAL

    rows = {
        "corpus": [{"_id": "1", "title": "", "text": "a tap"}],
        "queries": [{"_id": "1", "text": "tap"}],
        "qrels": [{"query-id": "1", "corpus-id": "1", "score": 1}],
    }
    data = [
        TableData(
            t,
            {
                "test": pa.Table.from_pylist(
                    [{c: row.get(c) for c in t.schema.names} for row in rows[t.name]],
                    schema=t.schema,
                )
            },
        )
        for t in RETRIEVAL.tables
    ]
    facts = {"name": "taps", "family": "retrieval", "slice_columns": ()}
    release = write_release(tmp_path / "taps", data, info(**facts))
    (task,) = loaded(write_mteb_task(release, tmp_path / "drops"))
    assert task.ignore_identical_ids
    (task,) = loaded(write_mteb_task(release, tmp_path / "keeps", task="retrieval_with_self"))
    assert task.metadata.name == "TapsRetrievalWithSelf"
    assert not hasattr(task, "ignore_identical_ids")
