import { InvalidArgumentError } from 'commander';

/** The parser of an option that takes a whole number. */
export function count(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(
      `It must be a whole number from ${least.toLocaleString('en')} to ${most.toLocaleString('en')}.`,
    );
  };
}
