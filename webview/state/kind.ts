import type { RunData } from "./model";

/** Whether a run is of a plane; otherwise it is of lines. */
export const isSurface = ({ header }: RunData): boolean => header.study.grid.lines !== true;
