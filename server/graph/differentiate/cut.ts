/**
 * The cheapest set of values to keep, as a minimum cut (Ford and Fulkerson 1956), found by Dinic's algorithm.
 *
 * Every value may be kept at its cost, or computed anew from the values that it is made of, which costs nothing; a value
 * that is `given` must be kept where it, or something made of it, is needed.
 */
export interface Choice {
  /** Cost of keeping each value, > 0. */
  readonly costs: readonly number[];
  /** For each value, the values that it can be made of; they come before it. Unused for values that are given. */
  readonly parts: readonly (readonly number[])[];
  /** Values that cannot be made anew. */
  readonly given: readonly boolean[];
  /** Values that must be at hand, kept or made. */
  readonly needed: readonly boolean[];
}

/**
 * Which values to keep, so that all needed ones can be made from them at the smallest total cost. Of several such sets it
 * is the one nearest to what is needed, so that the least has to be made.
 */
export function cheapestToKeep({ costs, parts, given, needed }: Choice): readonly boolean[] {
  const count = costs.length;
  const [source, sink] = [2 * count, 2 * count + 1];
  const network = new Network(2 * count + 2);
  // Each value is an edge from its entrance 2k to its exit 2k + 1; to cut the edge is to keep the value.
  for (let k = 0; k < count; k++) {
    network.connect(2 * k, 2 * k + 1, costs[k]!);
    if (given[k]) network.connect(source, 2 * k, Infinity);
    else for (const part of parts[k]!) network.connect(2 * part + 1, 2 * k, Infinity);
    if (needed[k]) network.connect(2 * k + 1, sink, Infinity);
  }
  network.saturate(source, sink);
  const beyond = network.reaching(sink);
  return costs.map((_, k) => !beyond[2 * k] && beyond[2 * k + 1]!);
}

/** A flow network; edge e and its reverse e ^ 1 are neighbours in the lists. */
class Network {
  private readonly targets: number[] = [];
  private readonly room: number[] = [];
  private readonly edges: number[][];

  constructor(private readonly size: number) {
    this.edges = Array.from({ length: size }, () => []);
  }

  connect(from: number, to: number, capacity: number): void {
    this.edges[from]!.push(this.targets.length);
    this.edges[to]!.push(this.targets.length + 1);
    this.targets.push(to, from);
    this.room.push(capacity, 0);
  }

  /** Sends as much as possible from source to sink. */
  saturate(source: number, sink: number): void {
    for (;;) {
      const level = this.distances(source);
      if (level[sink]! < 0) return;
      const next = new Int32Array(this.size);
      for (;;) {
        const path = this.pathAlong(level, next, source, sink);
        if (!path) break;
        const amount = Math.min(...path.map((edge) => this.room[edge]!));
        for (const edge of path) {
          this.room[edge]! -= amount;
          this.room[edge ^ 1]! += amount;
        }
      }
    }
  }

  /** The nodes from which there is still room on some way to `sink`. */
  reaching(sink: number): readonly boolean[] {
    const found = Array.from({ length: this.size }, () => false);
    found[sink] = true;
    const queue = [sink];
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      for (const edge of this.edges[at]!) {
        const from = this.targets[edge]!;
        if (found[from] || this.room[edge ^ 1]! <= 0) continue;
        found[from] = true;
        queue.push(from);
      }
    }
    return found;
  }

  /** Number of edges with room from `source` to each node; −1 where there is no way. */
  private distances(source: number): Int32Array {
    const level = new Int32Array(this.size).fill(-1);
    level[source] = 0;
    const queue = [source];
    for (const at of queue) {
      for (const edge of this.edges[at]!) {
        const to = this.targets[edge]!;
        if (level[to]! >= 0 || this.room[edge]! <= 0) continue;
        level[to] = level[at]! + 1;
        queue.push(to);
      }
    }
    return level;
  }

  /** A way to the sink that goes one level further with every edge; `next` remembers which edges lead nowhere. */
  private pathAlong(level: Int32Array, next: Int32Array, source: number, sink: number): number[] | undefined {
    const path: number[] = [];
    let at = source;
    while (at !== sink) {
      const edge = this.edges[at]![next[at]!];
      if (edge !== undefined) {
        const to = this.targets[edge]!;
        if (this.room[edge]! > 0 && level[to] === level[at]! + 1) {
          path.push(edge);
          at = to;
        } else next[at]! += 1;
        continue;
      }
      const last = path.pop();
      if (last === undefined) return undefined;
      at = this.targets[last ^ 1]!;
      next[at]! += 1;
    }
    return path;
  }
}
