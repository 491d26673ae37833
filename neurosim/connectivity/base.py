"""The base that every connectivity shares, and the algebra of connectivities."""
