import { n } from '../words/words.ts';
import type { Unit } from './place-words.ts';

/** Line numbers as ranges. A million consecutive lines take one entry. */
export class LineRanges {
  #ranges: [from: number, to: number][] = [];
  count = 0;

  add(line: number): void {
    this.count += 1;
    const last = this.#ranges.at(-1);
    if (last !== undefined && line === last[1] + 1) last[1] = line;
    else this.#ranges.push([line, line]);
  }

  /** `line 7`, or `lines 3, 7-9, 301-1,000 and 12 more`. With the unit `element`, the same with elements. */
  words(rangesShown = 10, unit: Unit = 'line'): string {
    const all = this.#merged();
    const shown = all.slice(0, rangesShown).map(([from, to]) => (from === to ? n(from) : `${n(from)}-${n(to)}`));
    const more = all.slice(rangesShown).reduce((sum, [from, to]) => sum + to - from + 1, 0);
    return `${unit}${this.count === 1 ? '' : 's'} ${shown.join(', ')}${more > 0 ? ` and ${n(more)} more` : ''}`;
  }

  #merged(): [from: number, to: number][] {
    const merged: [number, number][] = [];
    for (const [from, to] of this.#ranges.toSorted(([one], [other]) => one - other)) {
      const last = merged.at(-1);
      if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
      else merged.push([from, to]);
    }
    return merged;
  }
}
