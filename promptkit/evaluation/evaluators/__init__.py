"""What is asserted of a finished run."""
