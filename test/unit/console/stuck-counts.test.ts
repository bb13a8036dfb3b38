import { describe, expect, it } from 'vitest';
import { countsOf } from '../../../console/state/stuck-counts.ts';

const overview = { at: 1_000, stuck: { parked: 7, quarantine: 2, held: 0, 'dead-letters': 3 } };

describe('the counts beside the tabs of stuck work', () => {
  it('are those of the overview before a list was read', () => {
    expect(countsOf(overview, {}, 'parked')).toEqual(overview.stuck);
  });

  it('show the open list’s own count, even if the overview is newer', () => {
    expect(countsOf(overview, { parked: { at: 900, count: 5 } }, 'parked')).toEqual({ ...overview.stuck, parked: 5 });
  });

  it('show the newer reading of overview and list for another tab', () => {
    const lists = { quarantine: { at: 1_000, count: 1 }, held: { at: 999, count: 4 } };
    expect(countsOf(overview, lists, undefined)).toEqual({ parked: 7, quarantine: 1, held: 0, 'dead-letters': 3 });
  });
});
