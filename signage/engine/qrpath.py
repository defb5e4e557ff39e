"""Dark modules as PDF rectangles of one path. One path, because two paths show seams between modules.

Cells are (x, y) with y counted from the top; the path has its origin at the lower left, one unit a module.
Boxes may overlap (non-zero winding), so a box that runs over a dark neighbour is free.
"""

from collections.abc import Collection, Iterable

Cell = tuple[int, int]
Tile = tuple[Cell, ...]
Box = tuple[int, int, int, int]
_TILE_CELLS = 8


def rectangles(boxes: Iterable[Box], height: int) -> bytes:
    """PDF operators of boxes (x, y from the top, width, height) in a matrix of `height` rows."""
    return b"".join([b"%d %d %d %d re\n" % (x, height - y - h, w, h) for x, y, w, h in boxes])


def cover(cells: Collection[Cell]) -> list[Box]:
    """Few boxes whose union is `cells`: from each first uncovered cell the box that gains most."""
    dark, left, boxes = frozenset(cells), set(cells), []
    for x, y in sorted(cells, key=lambda cell: (cell[1], cell[0])):
        if (x, y) not in left:
            continue
        width = 1
        while (x + width, y) in dark:
            width += 1
        found = []
        for w in range(width, 0, -1):
            h = 1
            while all((x + i, y + h) in dark for i in range(w)):
                h += 1
            covered = {(x + i, y + j) for i in range(w) for j in range(h)}
            found.append((len(covered & left), (x, y, w, h), covered))
        _, box, covered = max(found, key=lambda entry: entry[0])
        boxes.append(box)
        left -= covered
    return boxes


def tiles_of(cells: Collection[Cell]) -> list[Tile]:
    """Cut cells into upright strips of at most 8, so that the state of a strip is one byte.

    Measured against 2 x 4, 3 x 3 and level strips: fewest bytes after deflate, and no search for boxes.
    """
    columns: dict[int, list[Cell]] = {}
    for x, y in sorted(cells):
        columns.setdefault(x, []).append((x, y))
    return [
        tuple(column[i : i + _TILE_CELLS])
        for column in columns.values()
        for i in range(0, len(column), _TILE_CELLS)
    ]


def tile_paths(tile: Tile, constant: Collection[Cell], height: int) -> list[bytes]:
    """Path of each state of one strip; bit i of the index is cell i of the strip.

    `constant` holds the cells that are dark in every code; runs bridge those between two dark cells.
    `height` is the number of rows of the matrix.
    """
    column, top, bottom = tile[0][0], tile[0][1], tile[-1][1]
    own = {y: 1 << index for index, (_, y) in enumerate(tile)}
    rows = [(y, own.get(y, 0), (column, y) in constant) for y in range(top, bottom + 1)]
    return [rectangles(_runs(column, rows, state), height) for state in range(1 << len(tile))]


def _runs(column: int, rows: list[tuple[int, int, bool]], state: int) -> list[Box]:
    """Upright boxes of one strip; a row is (y, its bit or 0 for a constant cell, dark if constant)."""
    boxes: list[Box] = []
    start = end = -1
    for y, bit, dark in rows:
        if state & bit:
            start = y if start < 0 else start
            end = y
        elif not dark and start >= 0:
            boxes.append((column, start, 1, end - start + 1))
            start = -1
    if start >= 0:
        boxes.append((column, start, 1, end - start + 1))
    return boxes
