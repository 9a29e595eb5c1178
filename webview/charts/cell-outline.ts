/**
 * The border of the marked cells of a grid, along the borders of the cells: closed polygons of corners [column, row],
 * without the corners on straight runs. Cells that touch at a corner only are in polygons of their own. The marked side
 * is on the left of each edge (rows counted upwards).
 * @param marked row-major
 */
export function outlineOf(
  marked: readonly boolean[],
  columns: number,
  rows: number,
): readonly (readonly (readonly [number, number])[])[] {
  const isMarked = (column: number, row: number): boolean =>
    column >= 0 && row >= 0 && column < columns && row < rows && marked[row * columns + column]!;
  const edges: Edge[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (!isMarked(column, row)) continue;
      if (!isMarked(column, row - 1)) edges.push({ x: column, y: row, turn: 0 });
      if (!isMarked(column + 1, row)) edges.push({ x: column + 1, y: row, turn: 1 });
      if (!isMarked(column, row + 1)) edges.push({ x: column + 1, y: row + 1, turn: 2 });
      if (!isMarked(column - 1, row)) edges.push({ x: column, y: row + 1, turn: 3 });
    }
  }
  return polygonsOf(edges);
}

/** From (x, y) one cell further: to the right, up, to the left or down. */
interface Edge {
  readonly x: number;
  readonly y: number;
  readonly turn: 0 | 1 | 2 | 3;
}

const steps = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

function polygonsOf(edges: readonly Edge[]): (readonly [number, number])[][] {
  const from = new Map<string, Edge[]>();
  for (const edge of edges) {
    const key = `${edge.x} ${edge.y}`;
    from.set(key, [...(from.get(key) ?? []), edge]);
  }
  const left = new Set(edges);
  const polygons: (readonly [number, number])[][] = [];
  for (const first of edges) {
    if (!left.has(first)) continue;
    const corners: (readonly [number, number])[] = [];
    let edge = first;
    do {
      left.delete(edge);
      const [x, y] = [edge.x + steps[edge.turn][0], edge.y + steps[edge.turn][1]];
      const next = nextEdge(edge, from.get(`${x} ${y}`)!);
      if (next.turn !== edge.turn) corners.push([x, y]);
      edge = next;
    } while (edge !== first);
    polygons.push(corners);
  }
  return polygons;
}

/** Where two cells touch at a corner the border turns left, around its own cell. */
function nextEdge(edge: Edge, candidates: readonly Edge[]): Edge {
  return candidates.find(({ turn }) => turn === (edge.turn + 1) % 4) ?? candidates[0]!;
}
