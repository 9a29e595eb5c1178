/** Milliseconds of processor time that this process has taken, which do not depend on what else the machine is doing. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
