"""A real, tiny BERT made here, and a cache of the test's own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from domainbench.retrieval.texts import Texts

WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "query",
    "doc",
    ":",
    "a",
    "the",
    "valve",
    "pump",
    "seal",
    "of",
    "fluid",
    "heat",
    "wheel",
]
DOCUMENTS = {
    "d1": "a valve with a seal",
    "d2": "the pump moves a fluid",
    "d3": "heat of the wheel",
    "d4": "a seal of the pump",
    "d5": " ",
    "d6": "fluid heat fluid heat",
}
QUERIES = {"q1": "pump seal", "q2": "", "q3": "heat"}


def texts(items: dict[str, str]) -> Texts:
    return Texts.from_arrays(list(items), list(items.values()))


def bert_tokenizer(words: list[str]):
    """BERT's tokeniser over whole words."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: place for place, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(
        ("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"])
    )
    marks = {f"{mark}_token": f"[{mark.upper()}]" for mark in ("pad", "unk", "cls", "sep")}
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        **marks,
        model_max_length=64,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOMAINBENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers folder: BERT of two small layers with random weights."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel

    base = tmp_path_factory.mktemp("bert")
    bert_tokenizer(WORDS).save_pretrained(base)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(base)
    transformer = Transformer(str(base), max_seq_length=32)
    folder = tmp_path_factory.mktemp("model") / "tiny"
    model = SentenceTransformer(modules=[transformer, Pooling(32)], device="cpu")
    model.save(str(folder), create_model_card=False)
    return folder


@pytest.fixture
def own_model(tiny_model: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model that the test may change."""
    return Path(shutil.copytree(tiny_model, tmp_path / "own"))
