"""One module for each transcript format. A module without an underscore is one that `audit` recognises."""
