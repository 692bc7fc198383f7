"""Whether a case notices when a condition of its truth is wrong."""
