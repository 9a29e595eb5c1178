/** What is asked of a tile, by its id; another place is that of another tile. */
export type TileWish =
  | { readonly id: string; readonly wish: "remove" | "back" | "on" }
  | { readonly id: string; readonly wish: "place"; readonly of: string };

/** The journals of runs as a wish asks for; as they are where it asks for what cannot be. */
export function movedRuns(runs: readonly string[], wish: TileWish): readonly string[] {
  const at = runs.indexOf(wish.id);
  if (wish.wish === "remove") return runs.filter((journal) => journal !== wish.id);
  const to = wish.wish === "place" ? runs.indexOf(wish.of) : wish.wish === "back" ? at - 1 : at + 1;
  if (at < 0 || to < 0 || to >= runs.length || to === at) return runs;
  const rest = runs.filter((journal) => journal !== wish.id);
  return [...rest.slice(0, to), wish.id, ...rest.slice(to)];
}
