/** Prints progress to the standard error, because the standard output holds only the tables. */
export function sayProgress(startedAtMilliseconds: number): (line: string) => void {
  return (line) => {
    const seconds = Math.round((performance.now() - startedAtMilliseconds) / 1000);
    process.stderr.write(`${String(seconds).padStart(4)} s  ${line}\n`);
  };
}
