from __future__ import annotations

import json
from pathlib import Path

import pytest

from domainbench.retrieval.dense.models import (
    folder_digest,
    largest_window,
    load_encoder,
    model_revision,
    resolve_prompt,
)
from domainbench.schemas.errors import UsageError

COMMIT = "a" * 40


def test_a_folder_s_revision_is_its_bytes(own_model: Path, tiny_model: Path) -> None:
    revision = model_revision(str(own_model))
    assert revision == model_revision(str(tiny_model))
    (own_model / "README.md").write_text("about it")
    (own_model / ".cache").mkdir()
    (own_model / ".cache" / "x").write_text("")
    assert model_revision(str(own_model)) == revision
    (weights,) = own_model.rglob("*.safetensors")
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    changed = model_revision(str(own_model))
    assert changed != revision
    weights.rename(weights.with_name("other.safetensors"))
    assert model_revision(str(own_model)) not in (revision, changed)


def test_a_folder_is_read_once(own_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = folder_digest(own_model)
    monkeypatch.setattr("hashlib.file_digest", None)
    assert folder_digest(own_model) == digest


@pytest.mark.parametrize("name", ["tiny", "org/tiny"])
@pytest.mark.parametrize("file", ["modules.json", "config.json"])
def test_a_hub_model_s_revision_is_its_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, file: str
) -> None:
    repository = name if "/" in name else f"sentence-transformers/{name}"
    base = tmp_path / ("models--" + repository.replace("/", "--"))
    (base / "snapshots" / COMMIT).mkdir(parents=True)
    (base / "snapshots" / COMMIT / file).write_text("{}")
    (base / "refs").mkdir()
    (base / "refs" / "main").write_text(COMMIT)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert model_revision(name) == f"commit:{COMMIT}"


def test_what_is_not_there_has_no_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert model_revision("no/such-model") is None
    for name in (str(tmp_path / "missing"), "./missing", "a/b/c"):
        with pytest.raises(UsageError, match="no folder"):
            model_revision(name)


def test_a_model_that_cannot_be_loaded_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be loaded"):
        load_encoder(str(tmp_path))


@pytest.mark.parametrize(
    ("options", "problem", "expected"),
    [
        ({"max_length": 65}, "max_length", "3 to 64"),
        ({"max_length": 2}, "max_length", "3 to 64"),
        ({"truncate_dim": 33}, "truncate_dim", "1 to 32"),
    ],
    ids=["long", "short", "wide"],
)
def test_lengths_and_dimensions_are_the_model_s(
    tiny_model: Path, options: dict[str, int], problem: str, expected: str
) -> None:
    with pytest.raises(UsageError, match=problem) as caught:
        load_encoder(str(tiny_model), device="cpu", **options)
    assert caught.value.expected == expected


def test_the_largest_window_leaves_room(tiny_model: Path) -> None:
    model = load_encoder(str(tiny_model), device="cpu")
    assert largest_window(model, "") == 30  # of 32, [CLS] and [SEP]
    assert largest_window(model, "query: ") == 28


@pytest.mark.parametrize(
    ("prompts", "task", "wanted", "found"),
    [
        ({"query": "q: ", "passage": "p: "}, "query", None, "q: "),
        ({"query": "q: ", "passage": "p: "}, "document", None, "p: "),
        ({"document": "d: ", "passage": "p: "}, "document", None, "d: "),
        ({}, "document", None, ""),
        ({"query": "q: "}, "query", "", ""),
        ({"query": "q: "}, "query", "mine: ", "mine: "),
        ({"query": "q: ", "clustering": "c: "}, "query", "clustering", "c: "),
    ],
    ids=["query", "passage", "document", "none", "empty", "given", "named"],
)
def test_prompts(
    own_model: Path, prompts: dict[str, str], task: str, wanted: str | None, found: str
) -> None:
    path = own_model / "config_sentence_transformers.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"prompts": prompts}))
    model = load_encoder(str(own_model), device="cpu")
    assert resolve_prompt(model, task, wanted) == found


OWN_CODE = """
from transformers import BertConfig, BertModel

class MineConfig(BertConfig):
    model_type = "mine"

class MineModel(BertModel):
    config_class = MineConfig
"""


def test_a_model_s_own_code_runs_only_where_it_is_trusted(
    own_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "transformers.dynamic_module_utils.HF_MODULES_CACHE", str(tmp_path / "modules")
    )
    config = own_model / "config.json"
    entries = {"AutoConfig": "mine.MineConfig", "AutoModel": "mine.MineModel"}
    changed = {"model_type": "mine", "auto_map": entries, "architectures": ["MineModel"]}
    config.write_text(json.dumps(json.loads(config.read_text()) | changed))
    (config.parent / "mine.py").write_text(OWN_CODE)
    with pytest.raises(UsageError, match="cannot be loaded"):
        load_encoder(str(own_model), device="cpu")
    model = load_encoder(str(own_model), device="cpu", trust_remote_code=True)
    assert type(model[0].auto_model).__name__ == "MineModel"
