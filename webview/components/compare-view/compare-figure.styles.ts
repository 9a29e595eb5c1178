import { css } from "lit";

export const figureStyles = css`
  .stage {
    position: relative;
  }

  .canvas[data-inside] > * {
    cursor: crosshair !important;
  }
`;
