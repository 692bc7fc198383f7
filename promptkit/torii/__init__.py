"""The local Torii, a real MCP server on invented data, and how to start one. No decision depends on it.

Other rooms take: authorization, consent, fault_names, faults, generate, local, names, roles, server, surface, tenant.
"""
