"""Each format with the module of tests/audit/places that puts a call into each of its places."""

import pkgutil
from importlib import import_module

from tests.audit import places

NAMES = sorted(module.name for module in pkgutil.iter_modules(places.__path__))
FORMATS = {name.replace("_", "-"): import_module(f"{places.__name__}.{name}") for name in NAMES}
