"""Methods in pairs: one for encoded rows as they are, wide, and one for compact rows."""

from __future__ import annotations

from typing import Any


class InPairs:
    """What has a method ``fit_compact`` beside ``fit``, say, which by itself goes by ``fit``.

    A class that overrides ``fit`` alone has it called for compact rows too, made wide, even where
    the class that it derives from can do without.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name in list(vars(cls)):
            pair = f"{name}_compact"
            if hasattr(cls, pair) and pair not in vars(cls):
                first = next(base for base in reversed(cls.__mro__) if pair in vars(base))
                setattr(cls, pair, vars(first)[pair])
