"""Answers a question about a text by a BERT model for question answering.

The model is tiny and never learned anything: its answers are words of the text, the same ones every time.
"""

import json
import os

import torch
from transformers import BertForQuestionAnswering, BertTokenizer

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "model")
torch.set_num_threads(1)
tokenizer = BertTokenizer.from_pretrained(HERE)
model = BertForQuestionAnswering.from_pretrained(HERE)
model.eval()


def answer(question, context):
    encoded = tokenizer.encode_plus(question, context, return_tensors="pt", truncation=True, max_length=64)
    with torch.no_grad():
        starts, ends = model(**encoded)[:2]
    begin = int(torch.argmax(starts))
    end = max(begin, int(torch.argmax(ends)))
    tokens = tokenizer.convert_ids_to_tokens(encoded["input_ids"][0].tolist())
    return tokenizer.convert_tokens_to_string(tokens[begin : end + 1])


def handler(event, context):
    body = json.loads(event["body"])
    if body.get("tokens"):
        return {"statusCode": 200, "body": json.dumps({"tokens": tokenizer.tokenize(body["context"])})}
    return {"statusCode": 200, "body": json.dumps({"answer": answer(body["question"], body["context"])})}
