from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest
import torch

from domainbench.benchmarks.qa.prompts import continuations, loglikelihood_prompt
from domainbench.retrieval.language_models.drawing import draw
from domainbench.retrieval.language_models.local import LocalModel, load_tokenizer
from domainbench.retrieval.language_models.requests import Request, Response, Sampling
from domainbench.retrieval.language_models.spec import parse_model
from domainbench.schemas.errors import UsageError
from tests.retrieval.language_models.tiny_model import make_tiny_model

PROMPTS = [
    loglikelihood_prompt("Which crop?" * (1 + i), [f"no. {i * j}" for j in range(6)], None)
    for i in range(4)
]
PAIRS = [
    *(Request(prompt, text) for prompt in PROMPTS for text in continuations(6)),
    Request("उत्तर: ", "कमल है"),
    Request("", "A"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(autouse=True)
def one_thread() -> Generator[None]:
    """Tiny tensors are slower on several threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def load(folder: Path, options: str = "") -> LocalModel:
    return LocalModel(parse_model(f"local:{folder},device=cpu{options}"))


def respond(model: LocalModel, requests: list[Request]) -> list[Response]:
    found = dict(model.respond(requests))
    return [found[place] for place in range(len(requests))]


def one_by_one(model: LocalModel, request: Request) -> float:
    """The log-likelihood by one pass over the pair, without batches or shared passes."""
    before, after = model.encode_pair(request.prompt, str(request.continuation))
    with torch.inference_mode():
        logits = model._model(torch.tensor([before + after])).logits[0].double()
    logs = logits.log_softmax(-1)
    return sum(float(logs[len(before) + i - 1, token]) for i, token in enumerate(after))


@pytest.mark.parametrize("batch", [1, 3, 64])
def test_log_likelihoods_do_not_depend_on_batches(folder: Path, batch: int) -> None:
    model = load(folder, f",batch={batch}")
    found = respond(model, PAIRS)
    for request, response in zip(PAIRS, found, strict=True):
        assert response.logprob == pytest.approx(one_by_one(model, request), abs=1e-3)


def test_blanks_behind_a_context_go_to_the_continuation(folder: Path) -> None:
    model = load(folder)
    assert model.encode_pair("Answer: ", "A") == model.encode_pair("Answer:", " A")
    before, after = model.encode_pair("Answer:", " A")
    assert model._tokenizer.decode(before) == "Answer:"
    assert model._tokenizer.decode(after) == " A"
    assert respond(model, [Request("Answer: ", "A")]) == respond(model, [Request("Answer:", " A")])


def test_a_tokenizer_that_begins_texts_begins_contexts(folder: Path, tmp_path: Path) -> None:
    from tokenizers import processors
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    mark = tokenizer.bos_token
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{mark} $A", special_tokens=[(mark, tokenizer.bos_token_id)]
    )
    tokenizer.save_pretrained(tmp_path)
    AutoModelForCausalLM.from_pretrained(folder).save_pretrained(tmp_path)
    plain, marked = load(folder), load(tmp_path)
    before, after = plain.encode_pair("Answer:", " A")
    assert marked.encode_pair("Answer:", " A") == ([tokenizer.bos_token_id, *before], after)
    assert marked.encode_pair("", " A") == ([tokenizer.bos_token_id], after)


def test_a_context_beyond_the_window_loses_its_beginning(folder: Path) -> None:
    model = load(folder)
    model._window = 12
    short = respond(model, [Request("x" * 11 + "Answer:", " A")])[0]
    long = respond(model, [Request("x" * 300 + "Answer:", " A")])[0]
    assert long.logprob == pytest.approx(short.logprob)
    (lost,) = respond(model, [Request("Answer:", "कमल" * 9)])
    assert lost.error == "the continuation has no token, or too many"


def greedy(model: LocalModel, prompt: str, count: int) -> str:
    """Greedy decoding token by token, without a cache."""
    tokens = model._encode(prompt)
    start = len(tokens)
    for _ in range(count):
        with torch.inference_mode():
            tokens.append(int(model._model(torch.tensor([tokens])).logits[0, -1].argmax()))
        if tokens[-1] == model._tokenizer.eos_token_id:
            break
    return model._tokenizer.decode(tokens[start:], skip_special_tokens=True)


def test_generation_is_greedy_whatever_the_batch(folder: Path) -> None:
    prompts = ["Answer: A", "Question: Which crop fixes nitrogen?", "प्रश्न: कौन"]
    model = load(folder, ",max_tokens=12,batch=3")
    found = respond(model, [Request(prompt) for prompt in prompts])
    assert [response.text for response in found] == [greedy(model, p, 12) for p in prompts]
    assert {response.finish for response in found} <= {"stop", "length"}
    assert all((response.completion_tokens or 0) <= 12 for response in found)


def drawn(model: LocalModel, request: Request, count: int) -> str:
    """A text drawn token by token with NumPy alone, from shares of the same generator."""
    assert request.sampling is not None
    generator = torch.Generator().manual_seed(request.sampling.draw_seed(request.prompt))
    tokens = model._encode(request.prompt)
    start = len(tokens)
    for _ in range(count):
        with torch.inference_mode():
            logits = model._model(torch.tensor([tokens])).logits[0, -1].double().numpy()
        chances = np.exp((logits - logits.max()) / request.sampling.temperature)
        chances /= chances.sum()
        order = np.argsort(-chances, kind="stable")
        sums = np.cumsum(chances[order])
        nucleus = order[: int(np.searchsorted(sums, request.sampling.top_p)) + 1]
        kept = np.zeros_like(chances)
        kept[nucleus] = chances[nucleus]
        share = float(torch.rand((), generator=generator, dtype=torch.float64))
        tokens.append(int(np.searchsorted(np.cumsum(kept), share * kept.sum(), side="right")))
        if tokens[-1] == model._tokenizer.eos_token_id:
            break
    return model._tokenizer.decode(tokens[start:], skip_special_tokens=True)


@pytest.mark.parametrize(("temperature", "top_p"), [(1.0, 1.0), (0.7, 0.95), (2.0, 0.5)])
def test_draws_do_not_depend_on_batches(folder: Path, temperature: float, top_p: float) -> None:
    prompts = ["Answer: A", "Question: Which crop fixes nitrogen?", "प्रश्न: कौन"]
    requests = [
        Request(prompt, sampling=Sampling(temperature, top_p, sample=sample))
        for prompt in prompts
        for sample in range(4)
    ]
    greedy_ones = [Request(prompt) for prompt in prompts]
    model = load(folder, ",max_tokens=12,batch=5")
    texts = [response.text for response in respond(model, [*requests, *greedy_ones])]
    assert texts[12:] == [greedy(model, prompt, 12) for prompt in prompts]
    assert texts[:12] == [drawn(model, request, 12) for request in requests]
    alone = load(folder, ",max_tokens=12,batch=1")
    assert [r.text for r in respond(alone, requests[::-1])] == texts[:12][::-1]
    assert len(set(texts[:4])) > 1
    other = Request(prompts[0], sampling=Sampling(temperature, top_p, seed=1))
    assert respond(alone, [other])[0].text != texts[0]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_draws_what_the_cpu_draws(folder: Path) -> None:
    requests = [
        Request(prompt, sampling=sampling)
        for prompt in ("Answer: A", "Question: Which crop fixes nitrogen?")
        for sampling in (None, Sampling(0.7, 0.95), Sampling(1.0, sample=1))
    ]
    there = LocalModel(parse_model(f"local:{folder},device=cuda,max_tokens=12"))
    assert respond(there, requests) == respond(load(folder, ",max_tokens=12"), requests)


def test_tokens_are_drawn_as_often_as_they_are_likely() -> None:
    logits = torch.tensor([0.5, -1.0, 2.0, 0.0, -torch.inf, 1.0])
    shares = ((np.arange(20_000) + 0.5) / 20_000).tolist()
    n = len(shares)
    for sampling in (Sampling(1.0), Sampling(0.5), Sampling(3.0)):
        found = draw(logits.expand(n, -1), [sampling] * n, shares)
        wanted = (logits.double() / sampling.temperature).softmax(-1)
        counts = torch.bincount(found, minlength=6) / n
        assert counts.tolist() == pytest.approx(wanted.tolist(), abs=1 / n)


def test_the_nucleus_is_the_smallest_with_its_probability() -> None:
    logits = torch.tensor([0.1, 0.4, 0.2, 0.3]).log()
    shares = ((np.arange(1_000) + 0.5) / 1_000).tolist()
    for top_p, kept in ((0.39, {1}), (0.41, {1, 3}), (0.71, {1, 2, 3}), (0.91, {0, 1, 2, 3})):
        found = draw(logits.expand(1_000, -1), [Sampling(1.0, top_p)] * 1_000, shares)
        assert set(found.tolist()) == kept
    # Equals of the last one are all in.
    even = torch.zeros(1, 4)
    assert [int(draw(even, [Sampling(1.0, 0.1)], [share])[0]) for share in (0, 0.3, 0.6, 0.99)] == [
        0,
        1,
        2,
        3,
    ]


def test_stops_of_a_request_end_its_text(folder: Path) -> None:
    model = load(folder, ",max_tokens=30")
    free = respond(model, [Request("Answer: A", stop=())])[0].text or ""
    stop = free[3:6]
    found = respond(model, [Request("Answer: A", stop=(stop,)), Request("Answer: A", stop=())])
    assert found[0].text == free[: free.index(stop)]
    assert found[0].finish == "stop"
    assert found[1].text == free


def test_a_raw_prompt_stands_in_no_chat(folder: Path) -> None:
    model = load(folder, ",max_tokens=5")
    plain = respond(model, [Request("hello")])
    model._tokenizer.chat_template = "{% for m in messages %}<user>{{ m.content }}{% endfor %}"
    assert respond(model, [Request("hello", raw=True)]) == plain
    assert respond(model, [Request("hello")]) != plain


def test_generation_ends_where_a_new_question_begins(folder: Path) -> None:
    model = load(folder, ",max_tokens=40")
    tokens = model._encode("B\nQuestion: next")
    assert model._read(tokens, frozenset(), -1, ("\nQuestion:",)) == ("B", len(tokens), "stop")
    end = model._tokenizer.eos_token_id
    written = model._encode("B")
    assert model._read([*written, end, end], frozenset([end]), end, ()) == ("B", 1, "stop")
    assert model._read(written, frozenset([end]), end, ()) == ("B", 1, "length")


def test_a_chat_template_is_followed(folder: Path) -> None:
    model = load(folder)
    model._tokenizer.chat_template = (
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"
        "{% if add_generation_prompt %}<assistant>{% endif %}"
    )
    assert model._tokenizer.decode(model._prompt("hello")) == "<user>hello<assistant>"
    assert respond(model, [Request("hello")])[0].text is not None


def test_a_tokenizer_alone(folder: Path, tmp_path: Path) -> None:
    wanted = load(folder)._encode("Answer: A")
    assert load_tokenizer(str(folder))("Answer: A")["input_ids"] == wanted
    with pytest.raises(UsageError, match="cannot be loaded"):
        load_tokenizer(str(tmp_path))


def test_a_prompt_that_leaves_no_room(folder: Path) -> None:
    (found,) = respond(load(folder, ",max_tokens=4096"), [Request("hello")])
    assert "leaves no room" in str(found.error)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("local:/nowhere/at/all", "no folder"),
        ("local:{empty}", "cannot be loaded"),
        ("local:{tiny},device=abacus", "device 'abacus' cannot be used"),
    ],
)
def test_models_that_cannot_be_used(folder: Path, tmp_path: Path, spec: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        LocalModel(parse_model(spec.format(empty=tmp_path, tiny=folder)))
