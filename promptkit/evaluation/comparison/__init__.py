"""The figures that an answer states, compared with the right ones: by meaning, not by spelling."""
