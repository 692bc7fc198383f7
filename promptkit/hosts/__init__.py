"""What hosts are given: folders to upload, and our MCP servers.

Other rooms take: export, plugin, policies, prompt_server, serving, view_server.
"""
