"""The types of arguments, one module each, named as `type:` in a prompt names it; its `TYPE` says all about it.

Other rooms take: TYPES, organizational_view.
"""

import pkgutil

TYPES = tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))
"""The names of the types, sorted. They are read from the folder without importing any of them."""
