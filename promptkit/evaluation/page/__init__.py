"""What an eval's HTML page has besides its rows: each prompt and attack by model, times, whole conversations."""
