"""What each part of a passage's score counts, for each kind of embedding model: tuned on the development sets.

docs/retrieval.md has the figures; `python -m tests.benchmarks.ablation` takes the parts off one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

from docs_store import ModelCard


@dataclass(frozen=True, slots=True)
class Weights:
    """The score of a passage is lexical ** lexical_power + dense * likeness + evidence * window + names * named.

    lexical: its BM25 as a share of the best, 0 to 1. likeness: its cosine on the model's scale. window: the coverage of the
    question by its best three sentences. named: share of the question's names that it has. unmet: how much more likeness
    counts where no passage has all words of the question: the share of them that the best window lacks, times this.
    """

    dense: float = 0.6
    evidence: float = 0.8
    names: float = 0.05
    unmet: float = 0.0
    lexical_power: float = 1.0

    def dense_where(self, best_window: float) -> float:
        """Return what likeness counts where the best window of all passages has this share of the question."""
        return self.dense * (1 + self.unmet * (1 - best_window))


# A static embedding knows little more than the words do; an encoder finds what says it in other words.
STATIC = Weights()
ENCODER = Weights(dense=0.9, evidence=1.5, unmet=0.6, lexical_power=0.7)


def weights_for(model: ModelCard) -> Weights:
    """Return the weights for an index made with this model. A model without a scale of its own has those of a static one."""
    return STATIC if model.cosine_width == 1.0 else ENCODER
