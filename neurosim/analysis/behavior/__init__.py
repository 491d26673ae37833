"""Performance in tasks: psychometrics, lesions, robustness, task variance and task vectors."""
