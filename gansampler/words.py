"""Words of other samplers for what has another name here, and what is said of a word unknown."""

import inspect
from collections.abc import Iterable
from difflib import get_close_matches

# What takes the place of words of others, with its value where that is not clear, and these words:
# of SMOTE and its relatives, of SMOTENC, CatBoost and CTGAN, and of networks in general.
WORDS_OF_OTHERS = {
    "anchor=gansampler.anchors.NeighborAnchors(n_neighbors=...)": "k_neighbors n_neighbors k",
    "anchor=gansampler.anchors.NeighborAnchors(jitter=...)": "shrinkage",
    "sampling_strategy": "ratio proportion",
    "random_state": "seed random_seed",
    "categorical_features": "categorical_columns cat_features discrete_columns",
    "steps": "epochs n_epochs num_epochs n_iter max_iter",
    "latent_dim": "embedding_dim noise_dim z_dim",
    "hidden_sizes": "generator_dim discriminator_dim hidden_layer_sizes",
    "learning_rate": "lr",
    "learning_rate=(of the generator, of the discriminator)": "generator_lr discriminator_lr",
    "discriminator_steps": "n_critic",
    "callbacks=gansampler.callbacks.EarlyStopping(...)": "early_stopping n_iter_no_change patience "
    "callback",
    "callbacks=gansampler.callbacks.EarlyStopping(validation_fraction=...)": "validation_fraction",
    'device="cuda"': "cuda enable_gpu use_gpu",
}
WORDS = {word: way for way, words in WORDS_OF_OTHERS.items() for word in words.split()}
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
