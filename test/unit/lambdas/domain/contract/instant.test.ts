import { describe, expect, it } from 'vitest';
import { create, faultsOf } from './given-reading.ts';

describe('a requested time', () => {
  it.each([
    ['2026-03-10T11:59:00+0100', 'lacks the colon in its offset: write +01:00, not +0100'],
    ['2026-03-10T11:59:00+01', 'lacks the minutes of its offset: write +01:00, not +01'],
    ['2026-03-10T11:59:00', 'lacks its time zone: add Z, or an offset such as +01:00'],
    ['2026-03-10T11:59Z', 'lacks the seconds: 2026-12-24T18:00:00Z'],
    ['2026-03-10', 'lacks the time and its zone: write 2026-12-24T18:00:00Z'],
    ['2026-03-10 11:59:00Z', 'must have a capital T between date and time: 2026-12-24T18:00:00Z'],
    ['2026-03-10t11:59:00z', 'must have a capital T between date and time: 2026-12-24T18:00:00Z'],
    ['2026-03-10T11:59:00 UTC', 'must end in Z, or in an offset such as +01:00'],
    ['2026-03-10T11:59:00z', 'must end in Z, or in an offset such as +01:00'],
    ['2026-02-30T11:59:00Z', 'is not a valid date and time: check the day, the time and the offset'],
    ['2026-03-10T25:00:00Z', 'is not a valid date and time: check the day, the time and the offset'],
    ['2026-03-10T11:59:00+99:00', 'is not a valid date and time: check the day, the time and the offset'],
    [' 2026-03-10T11:59:00Z', 'must not start or end with a blank'],
    ['2026-03-10T11:59:00Z\n', 'must not start or end with a blank'],
    ['2026-03-10T11:59:00,5Z', 'must have a dot, and no comma, before its fraction of a second'],
    ['10.3.2026', 'must be an RFC 3339 time, e.g. 2026-12-24T18:00:00Z'],
    ['', 'must be an RFC 3339 time, e.g. 2026-12-24T18:00:00Z'],
  ])('is refused with a message that names the missing part: %s', (requestedAt, message) => {
    expect(faultsOf({ ...create, requestedAt })).toEqual([{ path: 'requestedAt', rule: 'format', message }]);
  });

  it.each(['2026-03-10T11:59:00.123456Z', '2026-03-10T12:59:00+01:00'])('may be %s', (requestedAt) => {
    expect(faultsOf({ ...create, requestedAt })).toEqual([]);
  });
});
