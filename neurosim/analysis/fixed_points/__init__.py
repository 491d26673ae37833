"""Fixed points of a flow: search, certification, dependence on inputs and parameters."""
