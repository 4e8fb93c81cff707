"""A causal language model of some ten thousand parameters, made on the spot."""

from __future__ import annotations

from pathlib import Path

TEXTS = (
    "Question: Which crop fixes nitrogen in the soil?\nChoices:\nA. Wheat\nB. Gram\nAnswer: B",
    "Passage: A cheque is an order to a bank.\nQuestion: Who pays?\nC. The bank\nD. None\nAnswer:",
    "प्रश्न: कौन सी फसल मिट्टी में नाइट्रोजन स्थिर करती है?\nउत्तर: (ख) चना",
    "हिन्दी और English के शब्द, with digits 0 1 2 3 4 5 6 7 8 9 and (A) (B) (C) (D).",
    "Answer: A\nAnswer: B\nAnswer: C\nAnswer: D\n" * 8,
)
END = "<|end|>"


def make_tiny_model(folder: Path, *, seed: int = 0) -> Path:
    """Write a Llama of two layers and a byte-level BPE tokenizer into a folder, and return it.

    Its weights are random but wide, so that its choices differ from question to question.
    """
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=[END],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=END,
        eos_token=END,
        pad_token=END,
        model_max_length=4096,
        clean_up_tokenization_spaces=False,
    )
    config = LlamaConfig(
        vocab_size=len(fast),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        initializer_range=0.7,
        bos_token_id=fast.bos_token_id,
        eos_token_id=fast.eos_token_id,
        pad_token_id=fast.pad_token_id,
        tie_word_embeddings=False,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = LlamaForCausalLM(config)
    model.save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder
