"""lm-evaluation-harness itself runs the exported tasks, and our scorer gives the same figures."""

import json
import shutil

import pytest

import domainbench
from domainbench.benchmarks.qa.lm_eval_export import write_lm_eval
from domainbench.benchmarks.qa.prompts import generation_prompt, loglikelihood_prompt
from domainbench.schemas.errors import UsageError
from tests.benchmarks.tiny_model import make_tiny_model

AWKWARD = [
    ("Is {{7*7}} or {% raw %} a template?", ["{{question}}", "{% if x %}", "both", "neither"], "A"),
    ("How many options has this question?", ["Two", "Three"], "A"),
    ('Which "quote" and \\ backslash: stays?', ["'single'", "# hash", "- dash", "12", "null"], "D"),
]  # fmt: skip


def rows(count):
    for number in range(count):
        names = [f"Choice {number * 7 + place} of the garden" for place in range(4)]
        question = f"Which plant number {number * 31} grows at the pond of village {number * 17}?"
        yield question, names, "ABCD"[number % 4]
    yield from AWKWARD


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lm-eval")
    path = folder / "law_en.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for question, options, answer in rows(24):
            row = {"question": question, "choices": options, "answer": answer}
            out.write(json.dumps(row) + "\n")
    return domainbench.build("qa", [path], folder / "release", name="garden-1.0")


@pytest.fixture(scope="module")
def tasks(release, tmp_path_factory):
    """The exported folder, moved to another place."""
    folder = tmp_path_factory.mktemp("tasks")
    write_lm_eval(release, folder / "first")
    shutil.move(folder / "first", folder / "moved")
    return folder / "moved"


def test_each_pool_has_a_task_of_either_kind_and_its_questions(release, tasks):
    names = {path.name for path in tasks.iterdir()}
    assert names == {
        "data", "release_data.py", "logprob_garden_1_0.yaml", "gen_garden_1_0.yaml",
        "logprob_garden_1_0_law_en.yaml", "gen_garden_1_0_law_en.yaml",
    }  # fmt: skip
    lines = (tasks / "data" / "law_en-test.jsonl").read_text("utf-8").splitlines()
    written = {row["id"]: row for row in map(json.loads, lines)}
    for row in release.table("questions").to_pylist():
        found = written[row["_id"]]
        asked = (row["question"], row["options"], row["context"])
        assert found["prompt"] == loglikelihood_prompt(*asked)
        assert found["generation_prompt"] == generation_prompt(*asked, row["language"])
        assert found["letters"][found["target"]] == found["answer"]
    assert len(written) == 27


def test_what_has_no_choice_questions_is_refused(tmp_path, release):
    other = domainbench.sample("patents", tmp_path / "patents", size=20)
    with pytest.raises(UsageError, match="family qa"):
        write_lm_eval(other, tmp_path / "out")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("x")
    with pytest.raises(UsageError, match="holds something"):
        write_lm_eval(release, tmp_path / "full")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_tiny_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="module")
def harness():
    return pytest.importorskip("lm_eval", reason="lm-evaluation-harness is not installed")


def run(harness, tasks, model, name, **options):
    from lm_eval.tasks import TaskManager

    return harness.simple_evaluate(
        model="hf",
        model_args={"pretrained": str(model), "dtype": "float32"},
        tasks=[name],
        task_manager=TaskManager(include_path=str(tasks), include_defaults=False),
        device="cpu",
        batch_size=4,
        log_samples=True,
        bootstrap_iters=0,
        **options,
    )


@pytest.mark.filterwarnings("ignore")
def test_the_harness_and_our_scorer_agree_by_log_likelihood(
    harness, release, tasks, model, tmp_path
):
    found = run(harness, tasks, model, "logprob_garden_1_0")
    ours = domainbench.score(
        release, model=f"local:{model}", protocol="loglikelihood", output=tmp_path / "scores"
    )
    theirs = found["results"]["logprob_garden_1_0_law_en"]
    assert theirs["sample_len"] == 27
    assert theirs["acc,none"] == pytest.approx(ours.accuracy().value, abs=1e-12)
    assert found["groups"]["logprob_garden_1_0"]["acc,none"] == pytest.approx(theirs["acc,none"])


@pytest.mark.filterwarnings("ignore")
def test_the_harness_generates_and_reads_the_strict_line(harness, release, tasks, model):
    found = run(harness, tasks, model, "gen_garden_1_0", gen_kwargs="max_gen_toks=8", limit=4)
    samples = found["samples"]["gen_garden_1_0_law_en"]
    assert len(samples) == 4
    assert all(sample["arguments"][0][0].startswith("Choose the one") for sample in samples)
    assert "exact_match,strict" in found["results"]["gen_garden_1_0_law_en"]
