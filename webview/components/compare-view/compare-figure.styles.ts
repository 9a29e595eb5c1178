import { css } from "lit";

export const figureStyles = css`
  .stage {
    position: relative;
  }

  .canvas {
    width: 100%;
    position: relative;
    overflow: hidden;
    touch-action: pan-y;
    user-select: none;
  }

  .canvas[data-inside] > * {
    cursor: crosshair !important;
  }
`;
