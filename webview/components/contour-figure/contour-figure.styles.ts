import { css } from "lit";

export const figureStyles = css`
  .frame {
    position: relative;
  }

  /* One finger moves what is shown, where that is a part of the plane. */
  .canvas[data-zoomed] {
    touch-action: none;
  }

  .canvas[data-inside] > * {
    cursor: crosshair !important;
  }
`;
