"""Text of before Unicode: bytes decoded, and Unicode text repaired that has legacy letters inside."""

from .decoding import decode
from .repairing import Decoded, repair

__all__ = ["Decoded", "decode", "repair"]
