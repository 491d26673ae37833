"""Published numbers, one module a paper, each with its source; tests import them from here."""
