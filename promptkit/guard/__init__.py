"""The MCP proxy that forwards nothing but reviewed reads, its audit log, and how any server of ours takes requests.

Other rooms take: log, proxy, request_ids, unreadable.
"""
