/** The style of the report page. */
export const pageStyle = `
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1f2328; --muted: #59606a; --rule: #dfe2e6; --good: #1a7f37; --fair: #9a6700; --bad: #cf222e; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
header, main { max-width: 1040px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 28px; }
h1 { font-size: 22px; font-weight: 600; line-height: 1.3; margin: 0; overflow-wrap: anywhere; }
h2, figcaption { font-size: 16px; font-weight: 600; margin: 0 0 8px; }
header p { margin: 2px 0 20px; color: var(--muted); }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 32px 40px; padding-bottom: 48px; }
figure { margin: 0; min-width: 0; }
section { grid-column: 1 / -1; min-width: 0; }
svg { display: block; width: 100%; height: auto; }
.dark { display: none; }
.plot { cursor: crosshair; }
output { display: block; min-height: 3em; padding: 8px 0 0; font-size: 13px; color: var(--muted); font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; vertical-align: top; padding: 6px 16px 6px 0; border-top: 1px solid var(--rule); overflow-wrap: anywhere; }
th { font-weight: 400; color: var(--muted); white-space: nowrap; }
.checks td:not(:nth-child(2)) { white-space: nowrap; }
.ok td:first-child { color: var(--good); }
.warning td:first-child { color: var(--fair); }
.error td:first-child { color: var(--bad); }
@media (prefers-color-scheme: dark) {
  :root { --paper: #1b1c1f; --ink: #e3e5e8; --muted: #a4abb4; --rule: #34373c; --good: #4ac26b; --fair: #d4a72c; --bad: #ff7b72; }
  .light { display: none; }
  .dark { display: block; }
}
@media print {
  output { display: none; }
}
`;
