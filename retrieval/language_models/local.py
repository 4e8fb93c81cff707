"""Causal language models of transformers on this machine.

Tokens of a pair are those of lm-evaluation-harness: context and continuation are encoded as one
text, blanks at the end of the context go to the continuation, and the continuation's tokens are
those behind as many as the context alone has. A beginning-of-sequence token stands in front where
the tokenizer puts one.
"""

from __future__ import annotations

import inspect
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from ...schemas.errors import UsageError
from ..dense.models import first_line, model_folder
from .drawing import Draws
from .requests import GENERATION, LOGLIKELIHOOD, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from .spec import ModelSpec

T = TypeVar("T")

_EXPECTED = "a folder of a causal model, or the name of one that this machine can reach"
_HUB_SECONDS = 15
_UNBOUNDED = 1 << 20
"""Tokenizers without a limit say a number above this one."""
_DEFAULT_LENGTH = 2048
STOPS = ("\nQuestion:",)
"""Where a model that follows no chat template has begun a question of its own."""


class LocalModel:
    """A causal language model, loaded when it is made."""

    def __init__(self, spec: ModelSpec) -> None:
        """Load a model and its tokenizer.

        Args:
            spec: of kind ``local``.

        Raises:
            UsageError: there is no such model, or it cannot be loaded.
        """
        import torch

        self._spec = spec
        self._model, self._tokenizer = _load(spec)
        self._device = spec.options["device"] or ("cuda" if torch.cuda.is_available() else "cpu")
        try:
            self._model = self._model.to(self._device).eval()
        except (RuntimeError, AssertionError) as error:
            raise UsageError(
                f"the device {self._device!r} cannot be used", found=first_line(error)
            ) from None
        self._window = _window(self._model, self._tokenizer)
        bos = self._tokenizer.bos_token_id
        first = self._tokenizer("a")["input_ids"][:1]
        self._prefix = first if bos is not None and first == [bos] else []

    def respond(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Responses batch by batch, longest texts first, each with the place of its request."""
        asked: dict[str, list[int]] = {LOGLIKELIHOOD: [], GENERATION: []}
        for place, request in enumerate(requests):
            asked[request.protocol].append(place)
        yield from self._score(requests, asked[LOGLIKELIHOOD])
        yield from self._write(requests, asked[GENERATION])

    def encode_pair(self, context: str, continuation: str) -> tuple[list[int], list[int]]:
        """Tokens of a context and of what continues it."""
        kept = context.rstrip()
        continuation = context[len(kept) :] + continuation
        before = self._prefix + self._encode(kept)
        whole = self._prefix + self._encode(kept + continuation)
        if not before:
            # Something must stand before the first token for it to have a probability.
            end = self._tokenizer.bos_token_id
            start = self._tokenizer.eos_token_id if end is None else end
            return [start], whole
        return before, whole[len(before) :]

    def _encode(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def _score(
        self, requests: Sequence[Request], places: Sequence[int]
    ) -> Iterator[tuple[int, Response]]:
        """Log-likelihoods; continuations behind the same tokens share a pass through the model."""
        rows: dict[tuple[int, ...], list[tuple[int, list[int], int]]] = {}
        for place in places:
            request = requests[place]
            before, after = self.encode_pair(request.prompt, str(request.continuation))
            if not after or len(after) > self._window:
                yield place, Response(error="the continuation has no token, or too many")
                continue
            # As in the harness, what is too long loses its beginning.
            read = (before + after)[-(self._window + 1) : -1]
            rows.setdefault(tuple(read), []).append((place, after, len(before)))
        order = sorted(rows, key=lambda read: (-len(read), read))
        size = self._spec.options["batch"]
        for first in range(0, len(order), size):
            batch = order[first : first + size]
            longest = max(len(after) for read in batch for _, after, _ in rows[read])
            logits = self._logits(batch, longest)
            for row, read in enumerate(batch):
                end = len(read) - len(batch[0]) + logits.shape[1]
                most = max(len(after) for _, after, _ in rows[read])
                logs = logits[row, end - most : end].float().log_softmax(-1).cpu()
                for place, after, prompt in rows[read]:
                    span = range(most - len(after), most)
                    value = float(logs[list(span), after].double().sum())
                    count = len(after)
                    yield (
                        place,
                        Response(logprob=value, prompt_tokens=prompt, completion_tokens=count),
                    )

    def _logits(self, batch: Sequence[tuple[int, ...]], longest: int) -> Any:
        """Logits (rows, last positions, vocabulary), rows padded behind their ends."""
        import torch

        width = len(batch[0])
        keep = width - len(batch[-1]) + longest
        ids = torch.zeros((len(batch), width), dtype=torch.long)
        mask = torch.zeros_like(ids)
        for row, read in enumerate(batch):
            ids[row, : len(read)] = torch.tensor(read)
            mask[row, : len(read)] = 1
        inputs: dict[str, Any] = {"input_ids": ids, "attention_mask": mask}
        inputs = {name: value.to(self._device) for name, value in inputs.items()}
        if "logits_to_keep" in inspect.signature(self._model.forward).parameters:
            inputs["logits_to_keep"] = keep
        with torch.inference_mode():
            return self._model(**inputs).logits[:, -keep:]

    def _write(
        self, requests: Sequence[Request], places: Sequence[int]
    ) -> Iterator[tuple[int, Response]]:
        """Generations, greedy or drawn."""
        most = self._spec.options["max_tokens"]
        room = self._window - most
        rows: dict[int, list[int]] = {}
        for place in places:
            tokens = self._prompt(requests[place].prompt, raw=requests[place].raw)
            if len(tokens) > room:
                yield place, Response(error=f"a prompt of {len(tokens)} tokens leaves no room")
                continue
            rows[place] = tokens
        for stops, batch in self._batches(requests, rows):
            draws = Draws([requests[place] for place in batch])
            written = self._continue([rows[place] for place in batch], most, stops, draws)
            for place, (text, count, finish) in zip(batch, written, strict=True):
                yield (
                    place,
                    Response(
                        text=text,
                        finish=finish,
                        prompt_tokens=len(rows[place]),
                        completion_tokens=count,
                    ),
                )

    def _batches(
        self, requests: Sequence[Request], rows: Mapping[int, Sequence[int]]
    ) -> Iterator[tuple[tuple[str, ...], list[int]]]:
        """Stops, and places of requests that end at them: longest prompts first."""
        groups: dict[tuple[str, ...], list[int]] = {}
        for place in sorted(rows, key=lambda place: (-len(rows[place]), place)):
            request = requests[place]
            usual = STOPS if request.raw or self._tokenizer.chat_template is None else ()
            groups.setdefault(usual if request.stop is None else request.stop, []).append(place)
        size = self._spec.options["batch"]
        for stops, places in groups.items():
            for first in range(0, len(places), size):
                yield stops, places[first : first + size]

    def _prompt(self, text: str, *, raw: bool = False) -> list[int]:
        """Tokens of a prompt, as a user's message where the tokenizer has a chat template."""
        if raw or self._tokenizer.chat_template is None:
            return self._prefix + self._encode(text)
        message = [{"role": "user", "content": text}]
        shown = self._tokenizer.apply_chat_template(
            message, tokenize=False, add_generation_prompt=True
        )
        return self._encode(shown)

    def _continue(
        self, batch: Sequence[Sequence[int]], most: int, stops: Sequence[str], draws: Draws
    ) -> list[tuple[str, int, str]]:
        """Text, number of tokens and reason of the end of each row's continuation."""
        import torch
        from transformers import LogitsProcessorList

        pad = self._tokenizer.pad_token_id
        ends = _end_tokens(self._model, self._tokenizer)
        pad = pad if pad is not None else next(iter(ends), 0)
        width = max(map(len, batch))
        ids = torch.full((len(batch), width), pad, dtype=torch.long)
        mask = torch.zeros_like(ids)
        for row, tokens in enumerate(batch):
            ids[row, width - len(tokens) :] = torch.tensor(tokens)
            mask[row, width - len(tokens) :] = 1
        stopping: dict[str, Any] = {"stop_strings": list(stops), "tokenizer": self._tokenizer}
        with torch.inference_mode():
            out = self._model.generate(
                input_ids=ids.to(self._device),
                attention_mask=mask.to(self._device),
                max_new_tokens=most,
                do_sample=False,
                num_beams=1,
                temperature=None,
                top_p=None,
                top_k=None,
                pad_token_id=pad,
                logits_processor=LogitsProcessorList([draws]),
                **(stopping if stops else {}),
            )
        return [self._read(row, ends, pad, stops) for row in out[:, width:].tolist()]

    def _read(
        self, tokens: Sequence[int], ends: frozenset[int], pad: int, stops: Sequence[str]
    ) -> tuple[str, int, str]:
        """What was written before the first end or stop."""
        last = next((i for i, t in enumerate(tokens) if t in ends or t == pad), len(tokens))
        text = self._tokenizer.decode(tokens[:last], skip_special_tokens=True)
        finish = "stop" if last < len(tokens) else "length"
        for stop in stops:
            if stop in text:
                text, finish = text[: text.index(stop)], "stop"
        return text, last, finish


def local_parameters(spec: ModelSpec, protocol: str) -> dict[str, JsonValue]:
    """Settings of a local model that decide a response."""
    found: dict[str, JsonValue] = {"dtype": spec.options["dtype"]}
    return found | ({"max_tokens": spec.options["max_tokens"]} if protocol == GENERATION else {})


def find_folder(name: str) -> Path | None:
    """The folder that is named, None if the name is one of the Hub.

    Raises:
        UsageError: the name is a path, and no folder is there.
    """
    try:
        return model_folder(name)
    except UsageError:
        raise UsageError(f"there is no folder {name!r}", expected=_EXPECTED) from None


def _end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    """Tokens that end a text."""
    found = model.generation_config.eos_token_id
    several = found if isinstance(found, list) else [found]
    return frozenset(token for token in [*several, tokenizer.eos_token_id] if token is not None)


def _window(model: Any, tokenizer: Any) -> int:
    """Tokens that the model reads at once."""
    for name in ("n_positions", "max_position_embeddings", "n_ctx"):
        length = getattr(model.config, name, None)
        if isinstance(length, int) and length > 0:
            return length
    length = tokenizer.model_max_length
    return int(length) if length < _UNBOUNDED else _DEFAULT_LENGTH


@contextmanager
def _quiet() -> Generator[None]:
    """Keep the library's bars and remarks off the terminal while it loads."""
    from transformers.utils import logging

    shown, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    try:
        logging.disable_progress_bar()
        logging.set_verbosity_error()
        yield
    finally:
        logging.set_verbosity(level)
        if shown:
            logging.enable_progress_bar()


def _load(spec: ModelSpec) -> tuple[Any, Any]:
    """Model and tokenizer, from a folder, the local cache or the Hub."""
    import torch
    from transformers import AutoModelForCausalLM

    dtype = getattr(torch, spec.options["dtype"])

    def load(name: str, *, local: bool) -> tuple[Any, Any]:
        model: Any = AutoModelForCausalLM.from_pretrained(name, local_files_only=local, dtype=dtype)
        return model, _tokenizer(name, local=local)

    return _from_anywhere(spec.model, load, "language model")


def load_tokenizer(name: str) -> Any:
    """The tokenizer of a model, from a folder, the local cache or the Hub.

    Raises:
        UsageError: there is none, or it cannot be loaded.
    """
    return _from_anywhere(name, _tokenizer, "tokenizer")


def _tokenizer(name: str, *, local: bool) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(name, local_files_only=local)


def _from_anywhere(name: str, load: Callable[..., T], what: str) -> T:
    """What loads, from a folder, the local cache or the Hub."""
    from huggingface_hub import HfApi

    folder = find_folder(name)
    place = str(folder or name)
    error: Exception | None = None
    # What is cached is taken without asking the network.
    for local in [True] if folder else [True, False]:
        try:
            if not local:
                # Asked once: loading would try for half a minute.
                HfApi().model_info(place, timeout=_HUB_SECONDS)
            with _quiet():
                return load(place, local=local)
        except Exception as problem:  # noqa: BLE001 - the libraries below raise a dozen kinds
            error = problem
    raise UsageError(
        f"the {what} {name!r} cannot be loaded",
        found=None if error is None else first_line(error),
        expected=_EXPECTED,
    )
