"""What local Toriis are called. This module imports nothing, because the command line needs it at every start."""

LOCAL_SERVERS = ("local", "local-hostile")
"""Fresh local tenants: the usual one, and one whose texts try to misuse an assistant."""

SERVER_NAME = "torii"
SERVER_VERSION = "0.1.0"
STAND_IN_SERVER = f"{SERVER_NAME} {SERVER_VERSION}"
"""What a local Torii calls itself, with its version."""

INVENTED_DOMAIN = ".example"
"""How the domain of the invented company ends. The end is reserved for examples, so no real company has it."""
