"""A device that is not there: what lies on it lies in the memory of the CPU, but never mixes.

Torch calls it "meta". Within `elsewhere` a tensor made there holds numbers, drawn from generators
that were made there, and an operation on tensors of both devices is refused, as by a GPU. So the
way over a device can be gone where there is none, and the numbers are those of the CPU.
"""

from contextlib import contextmanager

import pytest
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

DEVICE = torch.device("meta")
aten = torch.ops.aten
MOVING = {aten._to_copy.default, aten.copy_.default}


class Distant(torch.Tensor):
    """A tensor on that device, around one on the CPU."""

    def __new__(cls, near):
        return torch.Tensor._make_wrapper_subclass(
            cls,
            near.shape,
            strides=near.stride(),
            storage_offset=near.storage_offset(),
            dtype=near.dtype,
            device=DEVICE,
        )

    def __init__(self, near):
        self.near = near

    __torch_function__ = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(cls, operation, types, args=(), kwargs=None):
        return at_its_place(operation, args, kwargs or {})


class Source(torch.Generator):
    """A generator that knows on which of the two devices it was made."""

    def __new__(cls, device="cpu"):
        source = super().__new__(cls, "cpu")
        source.place = torch.device(device)
        return source

    @property
    def device(self):
        return self.place


class Watch(TorchDispatchMode):
    """See every operation, those that make tensors of none, too, and count by device."""

    def __init__(self):
        super().__init__()
        self.n_there = self.n_here = 0

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        result = at_its_place(operation, args, kwargs or {})
        if any(isinstance(each, Distant) for each in tree_leaves((args, kwargs, result))):
            self.n_there += 1
        else:
            self.n_here += 1
        return result


class WatchCalls(TorchFunctionMode):
    """See what `Watch` cannot: who made a generator, and what torch does with "meta" by itself."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        source = kwargs.get("generator")
        if source is not None:
            device = kwargs.get("device") or getattr(args[0], "device", "cpu")
            assert torch.device(device) == source.device, f"{function} draws from another device"
        if function is torch.Tensor.tolist:
            return args[0].detach().cpu().tolist()
        if function is torch.tensor:
            device = kwargs.pop("device", None)
            return function(*args, **kwargs).to(device)
        return function(*args, **kwargs)


def at_its_place(operation, args, kwargs):
    """Run an operation on the CPU, and give its results to the device that it belongs to."""
    given = [each for each in tree_leaves((args, kwargs)) if isinstance(each, torch.Tensor)]
    distant = any(isinstance(each, Distant) for each in given)
    # A single number may come from the CPU.
    near = any(each.ndim and not isinstance(each, Distant) for each in given)
    assert operation in MOVING or not (distant and near), f"{operation} mixes devices"
    if kwargs.get("device") is not None:
        distant = torch.device(kwargs["device"]) == DEVICE
        kwargs = {**kwargs, "device": torch.device("cpu")}
    result = operation(*tree_map(_near, args), **tree_map(_near, kwargs))
    if operation._schema.is_mutable:
        return args[0] if result is not None else None
    return tree_map(_distant, result) if distant else result


def _near(thing):
    return thing.near if isinstance(thing, Distant) else thing


def _distant(thing):
    return Distant(thing) if isinstance(thing, torch.Tensor) else thing


@contextmanager
def elsewhere():
    """Let that device be there; gives what counts the operations on it, and the others."""
    with pytest.MonkeyPatch.context() as patch, Watch() as watch, WatchCalls():
        patch.setattr(torch, "Generator", Source)
        yield watch
