import { css } from "lit";

export const figureStyles = css`
  .frame {
    position: relative;
  }

  .canvas {
    width: 100%;
    position: relative;
    overflow: hidden;
    touch-action: pan-y;
    user-select: none;
  }

  /* One finger moves what is shown, where that is a part of the plane. */
  .canvas[data-zoomed] {
    touch-action: none;
  }

  .canvas[data-inside] > * {
    cursor: crosshair !important;
  }
`;
