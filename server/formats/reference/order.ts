import type { Parameter } from "../../graph/graph";

/** Parameters in the order of the PyTorch model that they come from. */
export interface ModelOrder {
  readonly parameters: readonly Parameter[];
  /** Parameters whose place could not be told from the file's order and their names. */
  readonly uncertain: readonly Parameter[];
}

interface Branch {
  readonly own: Parameter[];
  readonly children: Map<string, Branch>;
}

/**
 * The order in which PyTorch's `model.parameters()` gives them: depth first through the modules, a module's own
 * parameters before those of its children, `weight` before `bias`, without running statistics.
 *
 * The file's order is that order, but exporters merge parameters of equal values into one and put the others at the end.
 * Such a one goes back to its module when that is known from the other of `weight` and `bias`; else it is reported as
 * uncertain.
 */
export function modelOrder(parameters: readonly Parameter[]): ModelOrder {
  const moved = parameters.filter(({ role }) => role !== "mean" && role !== "variance");
  const root: Branch = { own: [], children: new Map() };
  for (const parameter of moved) branchOf(root, moduleOf(parameter.name)).own.push(parameter);
  const ordered: Parameter[] = [];
  walk(root, ordered);
  const copies = copiesIn(moved);
  const certain = new Set(longestKept(ordered, moved).filter((parameter) => !copies.has(parameter)));
  return {
    parameters: ordered,
    uncertain: ordered.filter((parameter) => !certain.has(parameter) && !hasPartner(parameter, certain)),
  };
}

/** Parameters with the values of an earlier one. */
function copiesIn(parameters: readonly Parameter[]): ReadonlySet<Parameter> {
  const copies = new Set<Parameter>();
  const originals = new Map<string, Parameter[]>();
  for (const parameter of parameters) {
    const shape = parameter.tensor.shape.join();
    const others = originals.get(shape) ?? [];
    originals.set(shape, others);
    if (others.some((other) => sameValues(other, parameter))) copies.add(parameter);
    else others.push(parameter);
  }
  return copies;
}

function sameValues({ tensor: { data: a } }: Parameter, { tensor: { data: b } }: Parameter): boolean {
  return a === b || (a.length === b.length && a.every((value: number | bigint, i: number) => value === b[i]));
}

function moduleOf(name: string): readonly string[] {
  return name.split(".").slice(0, -1);
}

function branchOf(root: Branch, path: readonly string[]): Branch {
  let branch = root;
  for (const part of path) {
    const next: Branch = branch.children.get(part) ?? { own: [], children: new Map() };
    branch.children.set(part, next);
    branch = next;
  }
  return branch;
}

function walk({ own, children }: Branch, ordered: Parameter[]): void {
  const rank = ({ name }: Parameter): number => (/(^|\.)bias$/.test(name) ? 1 : 0);
  const plain = own.every(({ name }) => /(^|\.)(weight|bias)$/.test(name));
  ordered.push(...(plain ? [...own].sort((a, b) => rank(a) - rank(b)) : own));
  for (const child of children.values()) walk(child, ordered);
}

/** Parameters that keep their relative places: a longest increasing subsequence of the places in the file. */
function longestKept(ordered: readonly Parameter[], file: readonly Parameter[]): readonly Parameter[] {
  const place = new Map(file.map((parameter, i) => [parameter, i]));
  const ends: number[] = [];
  const before = new Array<number>(ordered.length).fill(-1);
  for (let i = 0; i < ordered.length; i++) {
    const value = place.get(ordered[i]!)!;
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (place.get(ordered[ends[middle]!]!)! < value) low = middle + 1;
      else high = middle;
    }
    before[i] = low > 0 ? ends[low - 1]! : -1;
    ends[low] = i;
  }
  const kept: Parameter[] = [];
  for (let i = ends[ends.length - 1] ?? -1; i >= 0; i = before[i]!) kept.push(ordered[i]!);
  return kept;
}

/** Whether the place of the other of `weight` and `bias` of its module is certain. */
function hasPartner({ name }: Parameter, certain: ReadonlySet<Parameter>): boolean {
  const partner = name.replace(/(weight|bias)$/, (own) => (own === "weight" ? "bias" : "weight"));
  return partner !== name && [...certain].some((other) => other.name === partner);
}
