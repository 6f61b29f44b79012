from tajsim.analysis import compare as compare
from tajsim.analysis.claims import claims as claims
from tajsim.analysis.explain import explain as explain
from tajsim.analysis.validation import validate as validate
from tajsim.ensemble.dataset import load_results as load_results
from tajsim.ensemble.run import run as run
from tajsim.errors import UserError as UserError
from tajsim.exploration.discovery import discover as discover
from tajsim.exploration.level import seek as seek
from tajsim.exploration.robustness import robust as robust
from tajsim.exploration.sensitivity import sensitivity as sensitivity
from tajsim.inputs.experiment import load_experiment as load_experiment
from tajsim.inputs.scenario_parts import load_scenario as load_scenario
from tajsim.model.model import TajikistanModel as TajikistanModel
from tajsim.report import write_report as write_report
from tajsim.sweeps import load_sweep as load_sweep, sweep as sweep
from tajsim.version import __version__ as __version__

__all__: list[str]
