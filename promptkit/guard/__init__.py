"""The MCP proxy that forwards nothing but reviewed reads, and its audit log.

Other rooms take: log, proxy, request_ids, unreadable.
"""
