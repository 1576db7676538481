"""Circles in a graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workbench.model.terms import Term

__all__ = ["find_circles"]


def find_circles(above: Mapping[Term, Iterable[Term]]) -> list[list[Term]]:
    """Return the strongly connected parts of a graph that hold a circle, each sorted (Tarjan 1972, iterative)."""
    order: dict[Term, int] = {}
    low: dict[Term, int] = {}
    stack: list[Term] = []
    on_stack: set[Term] = set()
    circles: list[list[Term]] = []
    for root in above:
        if root in order:
            continue
        order[root] = low[root] = len(order)
        stack.append(root)
        on_stack.add(root)
        path = [(root, iter(above.get(root, ())))]
        while path:
            node, successors = path[-1]
            for other in successors:
                if other not in order:
                    order[other] = low[other] = len(order)
                    stack.append(other)
                    on_stack.add(other)
                    path.append((other, iter(above.get(other, ()))))
                    break
                if other in on_stack:
                    low[node] = min(low[node], order[other])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == order[node]:
                    part: list[Term] = []
                    while not part or part[-1] != node:
                        part.append(stack.pop())
                        on_stack.discard(part[-1])
                    if len(part) > 1 or node in above.get(node, ()):
                        circles.append(sorted(part))
    return sorted(circles)
