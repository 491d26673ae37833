"""Performance on tasks: psychometrics, lesions, robustness, and the units and tasks behind them."""
