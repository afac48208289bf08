"""Ratios with confidence intervals, from samples that were taken in rounds.

A round runs every variant once, close together in time, so a slow moment of the machine meets all of them: the
bootstrap draws whole rounds, and the ratio is that of the medians over the drawn rounds.
"""

import math
import random
import statistics

DRAWS = 2000
CONFIDENCE = 0.95


def interval(values):
    """The middle 95 % of the values."""
    ordered = sorted(values)
    cut = int(len(ordered) * (1 - CONFIDENCE) / 2)
    return ordered[cut], ordered[-1 - cut]


def ratio(of, to, figure, seed=1):
    """(median of `of` / median of `to`, low, high) of one figure; the lists hold the rounds in the same order."""
    a, b = [sample[figure] for sample in of], [sample[figure] for sample in to]
    rounds = range(min(len(a), len(b)))
    draw = random.Random(seed).choices
    draws = []
    for _ in range(DRAWS):
        drawn = draw(rounds, k=len(rounds))
        draws.append(statistics.median(a[i] for i in drawn) / statistics.median(b[i] for i in drawn))
    return statistics.median(a) / statistics.median(b), *interval(draws)


def geometric_mean(ratios, seed=1):
    """(geometric mean, low, high) over applications: the bootstrap draws applications."""
    logs = [math.log(value) for value in ratios]
    draw = random.Random(seed).choices
    means = [math.exp(statistics.fmean(draw(logs, k=len(logs)))) for _ in range(DRAWS)]
    return math.exp(statistics.fmean(logs)), *interval(means)
