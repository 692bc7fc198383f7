"""What a run leaves on disk, and the report that is read from it."""
