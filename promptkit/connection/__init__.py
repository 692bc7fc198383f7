"""The one way out: every message to Torii passes the gate, and signing in happens here."""
