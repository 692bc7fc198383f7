"""What a run leaves on disk, and the result that is read from it."""
