"""A tiny BERT, made from its classes with random weights of a fixed seed, and a vocabulary of our own."""

import pathlib
import sys

import torch
from transformers import BertConfig, BertForQuestionAnswering, BertTokenizer

WORDS = """the a of in is was who what where when built bridge river town over it stone old long by mason year who
opened king market every day ##s ##ed ? . ,"""
folder = pathlib.Path(sys.argv[1]) / "model"
folder.mkdir()
vocabulary = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    *dict.fromkeys(WORDS.split()),
    *"abcdefghijklmnopqrstuvwxyz",
]
vocabulary += [f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
(folder / "vocab.txt").write_text("\n".join(dict.fromkeys(vocabulary)) + "\n")
torch.manual_seed(15)
config = BertConfig(
    vocab_size=len(dict.fromkeys(vocabulary)),
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=32,
    max_position_embeddings=64,
)
BertForQuestionAnswering(config).save_pretrained(folder)
BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
