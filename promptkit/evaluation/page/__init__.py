"""What the HTML page of an eval has beyond its rows: each prompt and attack by model, times, whole conversations."""
