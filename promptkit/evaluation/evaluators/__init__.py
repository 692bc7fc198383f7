"""What is asserted about a finished sample."""
