"""Follow-up questions made whole by rule: "còn năm 2023?", "ông ấy nói gì?", "ở đâu?". No language model.

completion    which of the three ways a question leans on the turns before, and the whole question
pointers      "ông ấy", "thông tư này", "ở đó": what they point to
subjects      what a question is about
naming        names, places, numbers and times in a question
wording       words and phrases, read alike with marks or without
"""

from .completion import complete_question
from .pointers import Turn

__all__ = ["Turn", "complete_question"]
