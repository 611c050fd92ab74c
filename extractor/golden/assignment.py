"""Optimal assignment: which of one list belongs with which of another for the greatest total likeness.

The Hungarian method with potentials (Kuhn 1955, Munkres 1957), cubic in the length of the lists.
"""

from collections.abc import Sequence


def assign(likeness: Sequence[Sequence[float]], least: float) -> list[tuple[int, int]]:
    """Pairs of a row and a column, each used once at most, with the greatest sum of likeness.

    Args:
        likeness: one row an item of the first list, one column an item of the second.
        least: pairs that are less alike are not made.
    """
    rows, columns = len(likeness), len(likeness[0]) if likeness else 0
    if rows > columns:
        turned = [[likeness[row][column] for row in range(rows)] for column in range(columns)]
        return sorted((row, column) for column, row in assign(turned, least))
    costs = [[-each if each >= least else 0.0 for each in row] for row in likeness]
    pairs = ((row, column) for column, row in _columns(costs, columns).items())
    return sorted((row, column) for row, column in pairs if likeness[row][column] >= least)


def _columns(costs: Sequence[Sequence[float]], columns: int) -> dict[int, int]:
    """The row of each used column, for at most as many rows as columns and the least sum of costs."""
    row_potential = [0.0] * (len(costs) + 1)
    column_potential = [0.0] * (columns + 1)
    row_of = [0] * (columns + 1)  # rows and columns count from 1; column 0 holds the row being placed
    for row in range(1, len(costs) + 1):
        row_of[0] = row
        column = 0
        slack = [float("inf")] * (columns + 1)
        came_from = [0] * (columns + 1)
        used = [False] * (columns + 1)
        while row_of[column]:
            used[column] = True
            column = _step(costs, row_of, column, row_potential, column_potential, slack, came_from, used)
        while column:
            row_of[column] = row_of[came_from[column]]
            column = came_from[column]
    return {column - 1: row_of[column] - 1 for column in range(1, columns + 1) if row_of[column]}


def _step(  # noqa: PLR0917 - the method's own arrays
    costs: Sequence[Sequence[float]],
    row_of: list[int],
    column: int,
    row_potential: list[float],
    column_potential: list[float],
    slack: list[float],
    came_from: list[int],
    used: list[bool],
) -> int:
    """Grow the tree of cheapest paths by one column, and return it."""
    row = row_of[column]
    best, delta = 0, float("inf")
    for other in range(1, len(slack)):
        if used[other]:
            continue
        reduced = costs[row - 1][other - 1] - row_potential[row] - column_potential[other]
        if reduced < slack[other]:
            slack[other], came_from[other] = reduced, column
        if slack[other] < delta:
            best, delta = other, slack[other]
    for other in range(len(slack)):
        if used[other]:
            row_potential[row_of[other]] += delta
            column_potential[other] -= delta
        else:
            slack[other] -= delta
    return best
