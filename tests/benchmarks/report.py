"""Rows as a table of Markdown."""

from __future__ import annotations

from measure import Goal, Row


def _met(number: float, goal: Goal) -> bool:
    comparison, bound = goal
    return number <= bound if comparison == "<=" else number >= bound


def _cell(row: Row, column: str) -> str:
    number = row.numbers.get(column)
    if number is None:
        return ""
    text = f"{number:.3g}" if number < 1000 else f"{number:,.0f}"
    goal = row.goals.get(column)
    if goal is None:
        return text
    return (
        f"{text} ({goal[0]} {goal[1]:g})" if _met(number, goal) else f"**{text}** (not {goal[0]} {goal[1]:g})"
    )


def table(rows: list[Row]) -> str:
    """One line for each row, one column for each kind of number; what misses its goal is bold."""
    columns = list(dict.fromkeys(column for row in rows for column in row.numbers))
    lines = [["work", *columns], *([row.work, *(_cell(row, c) for c in columns)] for row in rows)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(columns) + 1)]
    padded = [[cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines]
    rule = ["-" * width for width in widths]
    return "\n".join(f"| {' | '.join(line)} |" for line in (padded[0], rule, *padded[1:]))
