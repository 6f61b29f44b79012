"""Analysis of results: summaries, paired comparisons and claims. Works on Datasets alone."""

from tajsim.analysis.claims import evaluate_claims
from tajsim.analysis.comparison import Comparison, compare
from tajsim.analysis.paired import compare_results
from tajsim.analysis.summary import summarise

__all__ = ["Comparison", "compare", "compare_results", "evaluate_claims", "summarise"]
