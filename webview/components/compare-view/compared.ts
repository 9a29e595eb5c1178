import type { ViewState } from "../../protocol/messages";
import type { CompareOptions } from "../../state/compared-runs";
import { compareRuns, drawnSplit, namesOf } from "../../state/comparison";
import type { ComparedSplit, Comparison, Entrant } from "../../state/comparison";
import { centreValue } from "../../state/field";
import { differenceField, subtractable } from "../../state/difference";
import type { Subtractable } from "../../state/difference";
import { compareStrings } from "../../strings/compare";
import type { Slot } from "./slots";
import { drawnRun, withScenes } from "./tiles";
import type { Drawing, TileContent } from "./tiles";

/** Everything that a comparison shows. */
export interface Compared {
  /** Under names that tell the runs apart. */
  readonly slots: readonly Slot[];
  /** The runs that are there. */
  readonly entrants: readonly Entrant[];
  readonly comparison: Comparison;
  readonly drawing: Drawing;
  /** Where two runs stand side by side: whether one may be subtracted from the other. */
  readonly subtractable?: Subtractable;
}

/** How runs are compared. */
export interface Manner {
  /** With a metric and a split that the first run has. */
  readonly view: ViewState;
  readonly split: ComparedSplit;
  readonly options: Pick<CompareOptions, "sameScale" | "difference">;
  /** The user's own names, by journal. */
  readonly named: Readonly<Record<string, string>>;
}

/** Holds runs against each other and lays levels through their maps. */
export function comparedOf(given: readonly Slot[], manner: Manner): Compared {
  const { view, split, options, named } = manner;
  const names = namesOf(
    given.flatMap(({ run }) => run ?? []),
    named,
  );
  let next = 0;
  const slots = given.map((slot) => (slot.run ? { ...slot, title: names[next++]! } : slot));
  const entrants = slots.flatMap(({ title, run }) => (run ? [{ name: title, run }] : []));
  const comparison = compareRuns(entrants, view.metric, split);
  const refusals = new Map(entrants.map(({ run }, index) => [run, comparison.refusals[index]]));
  const contents = slots.map((slot, index): TileContent => {
    const refusal = slot.run && refusals.get(slot.run);
    const drawn = refusal === undefined ? slot.run : undefined;
    return {
      id: slot.id,
      title: slot.title,
      difference: false,
      ...(drawn ? drawnRun(drawn, view.metric, split) : { centre: NaN }),
      ...(refusal === undefined
        ? { message: drawn ? undefined : slot.message, level: slot.level }
        : { message: refusal, level: "error" as const }),
      progress: slot.progress,
      canRemove: index > 0,
      canMoveBack: index > 1,
      canMoveOn: index > 0 && index + 1 < slots.length,
    };
  });
  const isWhole = slots.length === 2 && comparison.refusals.every((refusal) => refusal === undefined);
  const pair = isWhole && split !== "difference" ? entrants : [];
  const can = pair.length === 2 ? subtractable(pair[0]!.run, pair[1]!.run) : undefined;
  const difference = options.difference ? differenceTile(pair, can, view, split) : [];
  return {
    slots,
    entrants,
    comparison,
    subtractable: can,
    drawing: withScenes([...contents, ...difference], comparison.window, view, options.sameScale),
  };
}

/** The second run less the first. */
function differenceTile(
  [first, second]: readonly Entrant[],
  can: Subtractable | undefined,
  { metric }: ViewState,
  split: ComparedSplit,
): readonly TileContent[] {
  if (!first || !second || can?.kind !== "ready") return [];
  const centre = ({ run }: Entrant) => centreValue(run, metric, drawnSplit(run, split));
  return [
    {
      id: "difference",
      title: compareStrings.differenceTitle,
      hint: compareStrings.differenceOf(second.name, first.name),
      field: differenceField(first.run, second.run, can.grid, metric, split),
      difference: true,
      centre: centre(second) - centre(first),
      canRemove: false,
      canMoveBack: false,
      canMoveOn: false,
    },
  ];
}
