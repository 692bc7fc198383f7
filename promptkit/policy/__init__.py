"""The one decision: may this call go through, and what does a conversation show."""
