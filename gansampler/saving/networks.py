"""Forms of the two networks of a game, and of the game itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from torch import Generator as TorchGenerator
from torch import Tensor, from_numpy, nn

from .._torch import seeded_global_state
from ..encoding import Span
from ..networks import ACTIVATIONS, MLP, Discriminator, Generator, SeededDropout, SeededLinear
from .nodes import Form, Node, Packer, Unpacker, check, whole
from .parts import callbacks_of_ours

# What networks alone would take in memory is bounded by the file; this matrix of theirs is not.
LEAST_ROOM, ROOM_A_BYTE = 2**26, 64
# Not imported, for it saves itself by way of this module: who reads a file brings it along.
GAME = "gansampler.gan.ConditionalGAN"


def _is_game(value: Any) -> bool:
    return f"{type(value).__module__}.{type(value).__qualname__}" == GAME


def _pack_game(gan: Any, packer: Packer) -> dict[str, Node]:
    learnt = {name: value for name, value in vars(gan).items() if name.endswith("_")}
    generator, discriminator = (learnt.pop(name) for name in ("generator_", "discriminator_"))
    learnt["callbacks_"] = callbacks_of_ours(gan.callbacks_)
    params = gan.get_params(deep=False)
    return {
        "params": packer.pack({**params, "callbacks": callbacks_of_ours(gan.callbacks) or None}),
        "learnt": packer.pack(learnt),
        "anchored": packer.context.get("anchored", False),
        "latent_dim": generator.latent_dim,
        "n_classes": generator.n_classes,
        "pac": discriminator.pac,
        "generator_": _pack_network(generator.network, gan.generator, packer),
        "discriminator_": _pack_network(discriminator.network, gan.discriminator, packer),
    }


def _unpack_game(node: Mapping[str, Node], unpacker: Unpacker) -> Any:
    kind = unpacker.context["game"]
    gan = kind(**unpacker.of_type(node["params"], dict))
    gan._validate_params()
    for name, value in unpacker.of_type(node["learnt"], dict).items():
        check(name.endswith("_") and not hasattr(kind, name), f"{name} is not learnt")
        setattr(gan, name, value)
    _fill_networks(gan, node, unpacker)
    sides = (gan.generator_, gan.discriminator_)
    for network, state in zip(sides, gan._optimizers_["states"], strict=True):
        _check_optimizer(network, state)
    return gan


def _fill_networks(gan: Any, node: Mapping[str, Node], unpacker: Unpacker) -> None:
    spans, n_playing, anchored = _known_rows(gan, unpacker.context)
    n_classes = whole(node["n_classes"])
    width, latent_dim, pac = spans[-1].stop, whole(node["latent_dim"], 1), whole(node["pac"], 1)
    check(n_classes == n_playing, "the networks know other classes")
    check(node["anchored"] is anchored, "anchors are missing, or too many")
    _check_room(spans, unpacker)
    into = latent_dim + n_classes + (width if node["anchored"] else 0)
    inner = _unpack_network(node, gan, "generator", (into, width), unpacker)
    judge = _unpack_network(node, gan, "discriminator", (pac * (width + n_classes), 1), unpacker)
    gan.generator_ = Generator(inner, spans, latent_dim=latent_dim, n_classes=n_classes).eval()
    gan.discriminator_ = Discriminator(judge, pac).eval()


def _known_rows(gan: Any, context: Mapping[str, Any]) -> tuple[Sequence[Span], int, bool]:
    """Tell what rows the networks know, of how many classes, and whether from anchors."""
    if "encoder" in context:  # of the sampler that holds the game
        return context["encoder"].spans_, context["n_playing"], context["anchored"]
    check(isinstance(gan.shape_, tuple) and gan.shape_, "rows have no shape")
    spans = [Span(0, prod(whole(n, 1) for n in gan.shape_), "number")]
    return spans, 0 if gan.classes_ is None else len(gan.classes_), False


def _check_optimizer(network: nn.Module, state: Mapping[str, Any]) -> None:
    """Refuse what an optimizer knew of other weights, from which no fit could go on."""
    shapes = [weight.shape for weight in network.parameters()]
    for known in state.values():
        fits = not isinstance(known, list) or [each.shape for each in known] == shapes
        check(fits, "an optimizer knows other weights")


def _check_room(spans: Sequence[Span], unpacker: Unpacker) -> None:
    blocks = sum(span.kind != "number" for span in spans)
    room = LEAST_ROOM + ROOM_A_BYTE * sum(array.nbytes for array in unpacker.arrays.values())
    check(4 * spans[-1].stop * blocks <= room, "the columns ask for more memory than the file says")


def _pack_network(network: nn.Module, factory: Any, packer: Packer) -> dict[str, Node]:
    weights = [[name, packer.keep(w.cpu().numpy())] for name, w in network.state_dict().items()]
    if type(network) is not MLP:
        check(factory is not None, f"a network is a {type(network).__name__}, of no factory")
        return {"weights": weights}
    return {"weights": weights, "layers": [_layer(layer) for layer in network]}


def _layer(layer: nn.Module) -> Node:
    """Tell what an MLP has in one place, as far as its weights do not."""
    if isinstance(layer, SeededDropout):
        return {"p": layer.p, "seed": layer.seed}
    kinds = {SeededLinear: "linear", nn.BatchNorm1d: "norm"}
    return kinds.get(type(layer), "activation")


def _unpack_network(
    game: Mapping[str, Node],
    gan: Any,
    side: str,
    widths: tuple[int, int],
    unpacker: Unpacker,
) -> nn.Module:
    """Make a network again that maps these widths; a user's own by its factory."""
    node = game[f"{side}_"]
    with unpacker.holes(False):
        weights = {name: from_numpy(unpacker.array(key)) for name, key in node["weights"]}
    if "layers" in node:
        network: nn.Module = _mlp(node["layers"], weights, gan.activation, widths)
    else:
        network = _by_factory(getattr(gan, side), widths)
    network.load_state_dict(weights)
    return network


def _by_factory(factory: Any, widths: tuple[int, int]) -> nn.Module:
    check(factory is not None, "a network has no factory")
    with seeded_global_state(np.random.default_rng(0)):
        network = factory(*widths)
    check(isinstance(network, nn.Module), "a factory gave no network")
    return network


def _mlp(
    layers: Sequence[Node], weights: Mapping[str, Tensor], activation: str, widths: tuple[int, int]
) -> MLP:
    mlp = MLP.__new__(MLP)
    made = [_made(each, weights.get(f"{i}.weight"), activation) for i, each in enumerate(layers)]
    linear = [layer for layer in made if isinstance(layer, SeededLinear)]
    ends = (linear[0].in_features, linear[-1].out_features)
    check(ends == widths, f"a network maps the widths {ends}, not {widths}")
    nn.Sequential.__init__(mlp, *made)
    return mlp


def _made(layer: Node, weight: Tensor | None, activation: str) -> nn.Module:
    """Make one layer, as wide as its weights, which are set later."""
    if layer == "activation":
        return ACTIVATIONS[activation]()
    if isinstance(layer, dict):
        dropout = SeededDropout(float(layer["p"]), TorchGenerator())
        dropout.seed = whole(layer["seed"])
        return dropout
    check(weight is not None and weight.is_floating_point(), "a layer has no weights")
    assert weight is not None
    if layer == "norm":
        return nn.BatchNorm1d(len(weight))
    check(layer == "linear" and weight.ndim == 2, f"there is no layer {str(layer)[:40]!r}")
    return SeededLinear(weight.shape[1], weight.shape[0], TorchGenerator())


FORMS: list[Form] = [
    Form("game", _is_game, _pack_game, _unpack_game),
]
