"""What an audit's HTML page has besides its rows: each conversation with its calls, and the versions of prompts."""
