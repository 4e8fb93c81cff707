"""lm-evaluation-harness itself runs the exported tasks, and our scorer gives the same figures."""

import json
import shutil

import pyarrow.parquet as pq
import pytest

import domainbench
from domainbench.benchmarks.qa.lm_eval_export import write_lm_eval
from domainbench.benchmarks.qa.prompts import generation_prompt, loglikelihood_prompt
from domainbench.retrieval.language_models.local import STOPS
from domainbench.schemas.errors import UsageError
from tests.retrieval.language_models.tiny_model import make_tiny_model

AWKWARD = [
    ("Is {{7*7}} or {% raw %} a template?", ["{{question}}", "{% if x %}", "both", "neither"], "A"),
    ("How many options has this question?", ["Two", "Three"], "A"),
    ('Which "quote" and \\ backslash: stays?', ["'single'", "# hash", "- dash", "12", "null"], "D"),
]  # fmt: skip


POOLS = {"law_en": 27, "मत्स्य_पालन_hi": 8, "वानिकी_hi": 6}


def rows(count):
    for number in range(count):
        names = [f"Choice {number * 7 + place} of the garden" for place in range(4)]
        question = f"Which plant number {number * 31} grows at the pond of village {number * 17}?"
        yield question, names, "ABCD"[number % 4]
    yield from AWKWARD


def hindi_rows(count):
    for number in range(count):
        names = [f"फल {number * 7 + place} का बाग" for place in range(3)]
        question = f"गाँव {number * 17} के तालाब पर कौन सा पौधा {number * 31} उगता है?"
        yield question, names, "ABC"[number % 3]


def write_rows(path, rows, **fields):
    with path.open("w", encoding="utf-8") as out:
        for question, options, answer in rows:
            row = {"question": question, "choices": options, "answer": answer, **fields}
            out.write(json.dumps(row) + "\n")
    return path


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """Three pools, of which two have names that no rule of ASCII tells apart."""
    folder = tmp_path_factory.mktemp("lm-eval")
    passage = "तालाब के पास बाग है। {{बाग}} में पौधे उगते हैं।"
    hindi = list(hindi_rows(14))
    sources = [
        write_rows(folder / "law_en.jsonl", rows(24)),
        write_rows(folder / "a_hi.jsonl", hindi[:8], domain="मत्स्य पालन", passage=passage),
        write_rows(folder / "b_hi.jsonl", hindi[8:], domain="वानिकी"),
    ]
    return domainbench.build("qa", sources, folder / "release", name="garden-1.0")


@pytest.fixture(scope="module")
def tasks(release, tmp_path_factory):
    """The exported folder, moved to a place whose name is a pattern."""
    folder = tmp_path_factory.mktemp("tasks")
    write_lm_eval(release, folder / "first")
    shutil.move(folder / "first", folder / "moved [2] *")
    return folder / "moved [2] *"


def data(tasks, pool):
    lines = (tasks / "data" / f"{pool}-test.jsonl").read_text("utf-8").split("\n")
    return {row["id"]: row for row in map(json.loads, filter(None, lines))}


def test_each_pool_has_a_task_of_either_kind_and_its_questions(release, tasks):
    names = {path.name for path in tasks.iterdir()}
    assert names == {"data", "release_data.py"} | {
        f"{kind}_garden_1_0{pool}.yaml"
        for kind in ("logprob", "gen")
        for pool in ["", *(f"_{pool}" for pool in POOLS)]
    }
    written = {name: row for pool in POOLS for name, row in data(tasks, pool).items()}
    for row in release.table("questions").to_pylist():
        found = written[row["_id"]]
        asked = (row["question"], row["options"], row["context"])
        assert found["prompt"] == loglikelihood_prompt(*asked)
        assert found["generation_prompt"] == generation_prompt(*asked, row["language"])
        assert found["letters"][found["target"]] == found["answer"]
    assert len(written) == sum(POOLS.values())


def test_the_scored_split_is_test_or_the_one_that_is_named(release, tmp_path):
    source = write_rows(tmp_path / "law_en.jsonl", rows(40))
    options = {"dev_fraction": 0.3}
    both = domainbench.build("qa", [source], tmp_path / "both", name="both", options=options)
    assert both.splits("questions") == ["dev", "test"]
    for name, splits, lines in (
        ("all", None, ['test_split: "test"', 'validation_split: "dev"']),
        ("test", ["test"], ['test_split: "test"']),
        ("dev", ["dev"], ['test_split: "dev"']),
    ):
        folder = write_lm_eval(both, tmp_path / name, splits=splits)
        text = (folder / "gen_both_law_en.yaml").read_text("utf-8")
        assert [line for line in text.splitlines() if "_split:" in line] == lines
    with pytest.raises(UsageError, match="dev"):
        write_lm_eval(release, tmp_path / "none", splits=["dev"])


def test_what_has_no_choice_questions_is_refused(tmp_path, release):
    other = domainbench.sample("patents", tmp_path / "patents", size=20)
    with pytest.raises(UsageError, match="family qa"):
        write_lm_eval(other, tmp_path / "out")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("x")
    with pytest.raises(UsageError, match="holds something"):
        write_lm_eval(release, tmp_path / "full")


def test_tasks_on_the_hub_name_repository_and_revision(release, tmp_path):
    folder = write_lm_eval(release, tmp_path / "hub", repository="org/garden", revision="v1")
    names = {path.name for path in folder.iterdir()}
    assert "data" not in names
    assert len(names) == 1 + 2 * (1 + len(POOLS))
    lines = (folder / "gen_garden_1_0_law_en.yaml").read_text("utf-8").splitlines()
    assert lines[1:5] == [
        "process_docs: !function release_data.pool_0",
        'dataset_path: "org/garden"',
        'dataset_name: "questions"',
        'dataset_kwargs: {"revision": "v1"}',
    ]
    for wrong in ({"repository": "org/garden"}, {"revision": "v1"}):
        with pytest.raises(UsageError, match="repository and revision"):
            write_lm_eval(release, tmp_path / "other", **wrong)


def test_what_the_hub_holds_is_asked_with_the_same_prompts(release, tasks, tmp_path):
    folder = write_lm_eval(release, tmp_path / "hub", repository="org/garden", revision="v1")
    space = {}
    exec((folder / "release_data.py").read_text("utf-8"), space)  # noqa: S102 - what we wrote
    questions = release.dataset("questions", "test")
    for place, pool in enumerate(POOLS):
        asked = list(space[f"pool_{place}"](questions))
        assert {row["id"]: row for row in asked} == data(tasks, pool)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_tiny_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="module")
def harness():
    return pytest.importorskip("lm_eval", reason="lm-evaluation-harness is not installed")


def run(harness, tasks, model, name, **options):
    arguments = {"pretrained": str(model), "dtype": "float32"}
    return evaluate(
        harness, "hf", tasks, name, model_args=arguments, device="cpu", batch_size=4, **options
    )


def evaluate(harness, model, tasks, name, **options):
    from lm_eval.tasks import TaskManager

    return harness.simple_evaluate(
        model=model,
        tasks=[name],
        task_manager=TaskManager(include_path=str(tasks), include_defaults=False),
        log_samples=True,
        bootstrap_iters=0,
        **options,
    )


def ours(folder, column):
    """Question → what our scorer has for it."""
    table = pq.read_table(folder / "answers.parquet", columns=["question_id", column])
    return dict(zip(*(part.to_pylist() for part in table.columns), strict=True))


def theirs(found, kind):
    """Question → sample of the harness, over all pools."""
    return {
        sample["doc"]["id"]: sample
        for pool in POOLS
        for sample in found["samples"][f"{kind}_garden_1_0_{pool}"]
    }


def assert_equal(found, scores, kind, metric):
    """Right answers per language and over all."""
    for pool, count in POOLS.items():
        result = found["results"][f"{kind}_garden_1_0_{pool}"]
        assert result["sample_len"] == count
    right = {name: sample[metric] for name, sample in theirs(found, kind).items()}
    mine = ours(scores, "outcome")
    assert {name for name in mine if mine[name] == "right"} == {n for n in right if right[n]}
    (group,) = found["groups"].values()
    (mean,) = (value for key, value in group.items() if key.startswith(f"{metric},"))
    assert mean == pytest.approx(sum(right.values()) / len(mine), abs=1e-12)
    assert 0 < mean < 1


@pytest.mark.filterwarnings("ignore")
def test_the_harness_and_our_scorer_agree_by_log_likelihood(
    harness, release, tasks, model, tmp_path
):
    found = run(harness, tasks, model, "logprob_garden_1_0")
    scores = domainbench.score(
        release, model=f"local:{model}", protocol="loglikelihood", output=tmp_path
    )
    assert_equal(found, tmp_path, "logprob", "acc")
    (group,) = found["groups"].values()
    assert group["acc,none"] == pytest.approx(scores.accuracy().value, abs=1e-12)


@pytest.mark.filterwarnings("ignore")
def test_the_harness_and_our_scorer_have_the_model_write_the_same(
    harness, release, tasks, model, tmp_path
):
    found = run(harness, tasks, model, "gen_garden_1_0", gen_kwargs="max_gen_toks=8")
    domainbench.score(
        release, model=f"local:{model},max_tokens=8", protocol="generation", output=tmp_path
    )
    written = {name: sample["resps"][0][0] for name, sample in theirs(found, "gen").items()}
    assert written == ours(tmp_path, "answer")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("own_datasets_cache")
def test_the_harness_loads_a_release_by_its_name(
    harness, release, tasks, model, tmp_path, monkeypatch
):
    """A folder of that name stands for the repository, as ``datasets`` looks there first."""
    shutil.copytree(release.path, tmp_path / "org" / "garden")
    monkeypatch.chdir(tmp_path)
    hub = write_lm_eval(release, tmp_path / "hub", repository="org/garden", revision="v1")
    name = "logprob_garden_1_0"
    loaded, local = (run(harness, folder, model, name) for folder in (hub, tasks))
    for key in ("doc", "arguments", "acc"):
        mine, other = (
            {n: sample[key] for n, sample in theirs(found, "logprob").items()}
            for found in (loaded, local)
        )
        assert mine == other
    assert loaded["groups"] == local["groups"]


ANSWERS = [
    "Answer: {right}",
    "I think so.\n\n**Answer:** {right}\n",
    "answer: ({lower})",
    "Answer: A, B",
    "Answer: {right}. {text}",
    "Answer:\n{right}",
    "Answer: {right}\nQuite sure.",
    "Answer: {wrong}",
    "Answer: {wrong}\nAnswer: {right}",
    "Answer: {right}\nAnswer: {lower}.",
    "Answer: a farmer",
    "",
    "<think>Answer: {right}\n</think>No idea.",
    "<think>\nAnswer: {wrong}</think>\nAnswer: {right}",
    "<think>Answer: {wrong}",
    "Answer: Z",
    "The plants are green.",
    "> `Answer: {right}`\r\n",
    "Answer: {right} or {wrong}",
    "Answer: none",
    "Answer\uff1a{right}",
]


@pytest.mark.filterwarnings("ignore")
def test_the_harness_and_our_scorer_read_the_same_answers(harness, release, tasks, tmp_path):
    """Every form of answer goes through the harness' own filter and through our reader."""
    from lm_eval.api.model import LM

    replies, answers = {}, {}
    for number, row in enumerate(release.table("questions").to_pylist()):
        right = row["answer"]
        wrong = (right + 1) % len(row["options"])
        names = {"right": "ABCDE"[right], "lower": "abcde"[right], "wrong": "ABCDE"[wrong]}
        text = ANSWERS[number % len(ANSWERS)].format(text=row["options"][right], **names)
        asked = (row["question"], row["options"], row["context"], row["language"])
        replies[generation_prompt(*asked)] = answers[row["_id"]] = text

    class Replies(LM):
        def loglikelihood(self, requests):
            raise NotImplementedError

        loglikelihood_rolling = loglikelihood

        def generate_until(self, requests):
            settings = {"until": list(STOPS), "do_sample": False, "max_gen_toks": 256}
            assert all(request.args[1] == settings for request in requests)
            return [replies[request.args[0]] for request in requests]

    path = tmp_path / "answers.jsonl"
    lines = [json.dumps({"question_id": name, "answer": text}) for name, text in answers.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = evaluate(harness, Replies(), tasks, "gen_garden_1_0")
    domainbench.score(release, answers=path, output=tmp_path / "scores")
    assert_equal(found, tmp_path / "scores", "gen", "exact_match")
