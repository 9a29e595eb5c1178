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

  .head {
    position: absolute;
    display: flex;
    align-items: center;
    gap: 8px;
    min-width: 0;
  }

  h2 {
    flex: 0 1 auto;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-weight: 600;
    line-height: 20px;
  }

  .reading {
    margin-left: auto;
    flex: none;
    font-size: 12px;
    line-height: 20px;
    color: var(--ll-muted);
    font-variant-numeric: tabular-nums;
  }

  /* Over the value, which one does not read while one moves tiles. */
  .actions {
    position: absolute;
    right: 0;
    top: 0;
    bottom: 0;
    display: flex;
    align-items: center;
    padding-left: 8px;
    background: var(--vscode-editor-background);
    opacity: 0;
  }

  .head:hover .actions,
  .actions:focus-within {
    opacity: 1;
  }

  @media (hover: none) {
    .actions {
      position: static;
      opacity: 1;
    }
  }

  .message {
    position: absolute;
    display: flex;
    gap: 8px;
    align-items: center;
    justify-content: center;
    padding: 12px;
    overflow: auto;
    font-size: 12px;
    line-height: 18px;
    color: var(--ll-muted);
  }

  .message[data-level="error"] {
    color: var(--vscode-foreground);
  }

  .message vscode-icon {
    color: var(--ll-error);
  }
`;
