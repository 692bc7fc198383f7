"""What hosts are given: folders to upload, and the MCP server of prompts."""
