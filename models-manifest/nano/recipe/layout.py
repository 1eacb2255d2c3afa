"""Where things stand in a picture, and what the words left, right, top and bottom then mean."""
# Cells as (left, top, right, bottom) in halves of the picture; a layout is the list of its cells in reading order.
WHOLE = (0, 0, 2, 2)
LEFT, RIGHT, TOP, BOTTOM = (0, 0, 1, 2), (1, 0, 2, 2), (0, 0, 2, 1), (0, 1, 2, 2)
QUARTERS = [(0, 0, 1, 1), (1, 0, 2, 1), (0, 1, 1, 2), (1, 1, 2, 2)]
LAYOUTS = [
    [],
    [WHOLE],
    [LEFT, RIGHT], [TOP, BOTTOM],
    [QUARTERS[0], QUARTERS[3]], [QUARTERS[1], QUARTERS[2]],
    *[[q for q in QUARTERS if q != gap] for gap in QUARTERS],
    QUARTERS,
]
SIDES = {"left": (0, 0), "right": (0, 1), "top": (1, 0), "bottom": (1, 1)}


def on_side(layout, side):
    """The numbers of the things of a layout that stand on a side; empty if the question makes no sense."""
    axis, half = SIDES[side]
    if len(layout) < 2 or any(cell[axis + 2] - cell[axis] == 2 for cell in layout):
        return []
    return [i for i, cell in enumerate(layout) if cell[axis] == half]


def weights(counts):
    """The chance of each layout, where counts[n] is the chance of n things."""
    same = [sum(len(other) == len(layout) for other in LAYOUTS) for layout in LAYOUTS]
    return [counts[len(layout)] / n for layout, n in zip(LAYOUTS, same)]
