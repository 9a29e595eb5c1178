import { css } from "lit";

/** The box of a chart: as wide as there is room, with the pointer for itself but for scrolling the page. */
export const canvasStyles = css`
  .canvas {
    width: 100%;
    position: relative;
    overflow: hidden;
    touch-action: pan-y;
    user-select: none;
  }
`;
