"""The time that a question asks about, by rule: "hôm qua", "tháng 6 năm 2024", "từ … đến …". Day first, always.

question     the period of a question, with the words that open and join times: "từ", "đến", "trước"
expressions  what one expression means, a rule each, and where they stand in a text
words        the words that the rules are made of
named_days   whether a text names a day that lies in a period
"""

from .named_days import names_day_in
from .question import Period, find_period

__all__ = ["Period", "find_period", "names_day_in"]
