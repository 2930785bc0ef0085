"""What the trials of an online run come to: never a share alone, always its interval and chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from neurokit.intervals import binomial_band, wilson

if TYPE_CHECKING:
    from neurokit.live.online import TrialOutcome


@dataclass(frozen=True)
class Score:
    """Trials that were decided as asked.

    Parameters
    ----------
    right, decided, trials : int
        Of all trials, those that were decided at all, and those that were decided as asked.
    accuracy : float or None
        Share of the decided ones that was right; None where none was decided.
    low, high : float
        Its 95 % interval, after Wilson.
    chance, chance_low, chance_high : float
        What guessing gives on as many trials, and the band in which 95 % of guessers fall.
    majority : float
        What always saying the commonest class would have given.
    """

    right: int
    decided: int
    trials: int
    accuracy: float | None
    low: float
    high: float
    chance: float
    chance_low: float
    chance_high: float
    majority: float

    @property
    def is_above_chance(self) -> bool:
        """Whether fewer than one guesser in forty does as well."""
        return self.accuracy is not None and self.accuracy > self.chance_high

    def in_words(self) -> str:
        """One sentence with all that belongs to it."""
        if self.accuracy is None:
            return f"none of {self.trials} trials was decided"
        undecided = self.trials - self.decided
        beside = f", {undecided} undecided" if undecided else ""
        return (
            f"{self.right} of {self.decided} trials as asked{beside}: {self.accuracy:.0%} "
            f"({self.low:.0%} to {self.high:.0%}); guessing gives {self.chance_low:.0%} to "
            f"{self.chance_high:.0%}"
        )


def pool(told: Iterable[Mapping[str, Any]]) -> Score | None:
    """The scores of several runs as one, from what a workspace keeps of each.

    Runs with another number of classes than the last one are left out; None where nothing was
    decided. The majority is the largest that the runs' own allow.
    """
    scores = [Score(**each) for each in told if each.get("decided")]
    same = [each for each in scores if each.chance == scores[-1].chance]
    if not same:
        return None
    right, decided, trials, majority = (
        sum(numbers)
        for numbers in zip(
            *((s.right, s.decided, s.trials, s.majority * s.decided) for s in same), strict=True
        )
    )
    chance = same[-1].chance
    return Score(
        right, decided, trials, right / decided, *wilson(right / decided, decided),
        chance, *binomial_band(chance, decided), majority / decided,
    )  # fmt: skip


def score(outcomes: Iterable[TrialOutcome], n_classes: int) -> Score:
    """Count trials.

    Parameters
    ----------
    outcomes : iterable of TrialOutcome
        Of one run.
    n_classes : int
        Classes that the model knows.
    """
    outcomes = list(outcomes)
    decided = [outcome for outcome in outcomes if outcome.decided]
    right = sum(outcome.decided == outcome.label for outcome in decided)
    chance = 1 / n_classes
    if not decided:
        return Score(0, 0, len(outcomes), None, 0.0, 1.0, chance, 0.0, 1.0, chance)
    low, high = wilson(right / len(decided), len(decided))
    chance_low, chance_high = binomial_band(chance, len(decided))
    counts = Counter(outcome.label for outcome in decided)
    return Score(
        right, len(decided), len(outcomes), right / len(decided), low, high,
        chance, chance_low, chance_high, max(counts.values()) / len(decided),
    )  # fmt: skip
