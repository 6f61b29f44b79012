"""Analysis of results: summaries, paired comparisons and claims. Works on Datasets alone."""

from tajsim.analysis.claims import evaluate_claims
from tajsim.analysis.comparison import Comparison, compare
from tajsim.results.effect import compare_results, summarise

__all__ = ["Comparison", "compare", "compare_results", "evaluate_claims", "summarise"]
