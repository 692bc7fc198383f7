"""The argument types, one module each, with the name that prompts write after `type:`; its `TYPE` defines it.

Other rooms take: TYPES, organizational_view, window.
"""

import pkgutil

TYPES = tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))
"""The names of the types, sorted, read from the folder without importing any of them."""
