/** What goes on, on the standard error, so that the tables alone are on the standard output. */
export function sayProgress(startedAtMilliseconds: number): (line: string) => void {
  return (line) => {
    const seconds = Math.round((performance.now() - startedAtMilliseconds) / 1000);
    process.stderr.write(`${String(seconds).padStart(4)} s  ${line}\n`);
  };
}
