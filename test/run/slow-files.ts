import type { Reporter, TestModule } from 'vitest/node';

const shown = 10;

/** Prints the slowest files, to explain the duration of the suite. */
export class SlowFiles implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (modules.length <= shown) return;
    console.log(`The ${shown} slowest files:`);
    for (const line of slowest(modules.map((module) => [module.relativeModuleId, module.diagnostic().duration]))) {
      console.log(line);
    }
  }
}

/** @param files the files, with their durations in milliseconds */
export function slowest(files: readonly (readonly [file: string, milliseconds: number])[]): string[] {
  return files
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, shown)
    .map(([file, milliseconds]) => `${(milliseconds / 1000).toFixed(1).padStart(7)} s  ${file}`);
}
