"""Words of other samplers for what has another name here, and what is said of a word unknown."""

import inspect
from collections.abc import Iterable
from difflib import get_close_matches

NEIGHBORS = "anchor=gansampler.anchors.NeighborAnchors(n_neighbors=...)"
RATES = "learning_rate=(of the generator, of the discriminator)"

# A word of others, and the parameter that takes its place, with its value where that is not clear.
WORDS = {
    # SMOTE and its relatives
    "k_neighbors": NEIGHBORS,
    "n_neighbors": NEIGHBORS,
    "k": NEIGHBORS,
    "shrinkage": "anchor=gansampler.anchors.NeighborAnchors(jitter=...)",
    "ratio": "sampling_strategy",
    "proportion": "sampling_strategy",
    "seed": "random_state",
    "random_seed": "random_state",
    # SMOTENC, CatBoost, CTGAN
    "categorical_columns": "categorical_features",
    "cat_features": "categorical_features",
    "discrete_columns": "categorical_features",
    # CTGAN, and networks in general
    "epochs": "steps",
    "n_epochs": "steps",
    "num_epochs": "steps",
    "n_iter": "steps",
    "max_iter": "steps",
    "embedding_dim": "latent_dim",
    "noise_dim": "latent_dim",
    "z_dim": "latent_dim",
    "generator_dim": "hidden_sizes",
    "discriminator_dim": "hidden_sizes",
    "hidden_layer_sizes": "hidden_sizes",
    "lr": "learning_rate",
    "generator_lr": RATES,
    "discriminator_lr": RATES,
    "n_critic": "discriminator_steps",
    "cuda": 'device="cuda"',
    "enable_gpu": 'device="cuda"',
    "use_gpu": 'device="cuda"',
}
# And some for which there is no such parameter.
NO_WORDS = {
    "n_jobs": "Let what stands around a sampler run several fits at once, for example "
    "`cross_val_score(..., n_jobs=...)`.",
}


def refuse_unknown_words(cls: type, words: Iterable[str]) -> None:
    """Refuse keywords that a constructor does not take, and say what they are called here."""
    parameters = inspect.signature(cls.__init__).parameters  # type: ignore[misc]
    if any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
        return
    for word in words:
        if word not in parameters:
            raise TypeError(
                f"{cls.__name__}() got an unexpected keyword argument {word!r}."
                + instead_of(word, list(parameters)[1:])
            )


def instead_of(word: str, known: list[str]) -> str:
    """Say, after a space, which of a sampler's parameters to write instead of a word, if any."""
    if word in NO_WORDS:
        return f" {NO_WORDS[word]}"
    way = WORDS.get(word, word)
    if way.partition("=")[0] in known:
        return f" Here that is `{way}`."
    nearest = get_close_matches(word, known, n=1)
    if nearest:
        return f" Did you mean {nearest[0]!r}?"
    if "sampler" in known:  # a guard
        way = way if "=" in way else f"{way}=..."
        return f" What the sampler inside is to get goes there: sampler=LSGANOverSampler({way})."
    return f" LSGANOverSampler has `{way}`." if way in WORDS.values() else ""
