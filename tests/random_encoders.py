"""Small random encoders with BERT's layout, and batches for them to read."""

from __future__ import annotations

import torch
import transformers

PIECES, MASK = 60, 4


def bert(seed=0, layers=3, hidden=24, heads=3, neurons=20, spread=0.3, kind="bert"):
    """Numbers with a spread, so that every part of the model matters, LayerNorms included."""
    classes = {
        "bert": (transformers.BertConfig, transformers.BertModel),
        "roberta": (transformers.RobertaConfig, transformers.RobertaModel),
    }
    config_class, model_class = classes[kind]
    config = config_class(
        vocab_size=PIECES,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=neurons,
        max_position_embeddings=20,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = model_class(config, add_pooling_layer=False).eval()
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                centre = 1.0 if "LayerNorm.weight" in name else 0.0
                parameter.copy_(centre + spread * torch.randn_like(parameter))
    return model


def batch(seed=0, sentences=4, longest=9):
    random = torch.Generator().manual_seed(seed)
    lengths = torch.randint(4, longest + 1, (sentences, 1), generator=random)
    mask = (torch.arange(longest) < lengths).long()
    ids = torch.randint(5, PIECES, (sentences, longest), generator=random) * mask
    return {"input_ids": ids, "attention_mask": mask}


def states(model, inputs):
    """The last states of real pieces, (pieces, hidden)."""
    with torch.no_grad():
        return model(**inputs).last_hidden_state[inputs["attention_mask"].bool()]
