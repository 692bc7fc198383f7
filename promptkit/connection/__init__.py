"""The one way out: every message to Torii passes the gate, and signing in happens here.

Other rooms take: address, cache, callback, client, gate, named_server, open_session, scopes, session, sign_in,
sign_in_origins, stand_in, throttle, tokens, web_sign_in.
"""
