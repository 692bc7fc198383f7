"""What hosts are given: folders to upload, and MCP servers of ours.

Other rooms take: export, prompt_server, serving.
"""
