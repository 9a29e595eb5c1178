/**
 * Waits until a condition holds, of whatever kind the program is that waits: a test or a benchmark.
 * @throws Error that says what was waited for, after `timeout` milliseconds.
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeout = 60_000,
): Promise<void> {
  for (const end = Date.now() + timeout; !(await condition());) {
    if (Date.now() > end) throw new Error(`In ${timeout / 1000} s it did not happen that ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
