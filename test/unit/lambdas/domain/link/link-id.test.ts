import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveLinkId } from '../../../../../lambdas/domain/link/link-id.ts';

const request = { onelinkId: 'A1b3', source: 'crm', requestId: 'order-1' };
const text = fc.string({ minLength: 1, maxLength: 40 });

describe('a derived link ID', () => {
  it('never changes during the life of the pipeline', () => {
    expect(deriveLinkId('secret', request, 12)).toBe('c03azwv9zxi8');
    expect(deriveLinkId('secret', request, 50)).toBe('c03azwv9zxi825eyfu6h2l0leuarkit773qb53trqzfeashowo');
  });

  it('differs by template, source, request and secret', () => {
    const ids = [
      deriveLinkId('secret', request, 12),
      deriveLinkId('another', request, 12),
      deriveLinkId('secret', { ...request, onelinkId: 'abc123' }, 12),
      deriveLinkId('secret', { ...request, source: 'shop' }, 12),
      deriveLinkId('secret', { ...request, requestId: 'order-2' }, 12),
    ];
    expect(new Set(ids).size).toBe(5);
  });

  it('separates the source from the request ID', () => {
    const one = deriveLinkId('secret', { onelinkId: 'A1b3', source: 'ab', requestId: 'c' }, 12);
    const other = deriveLinkId('secret', { onelinkId: 'A1b3', source: 'a', requestId: 'bc' }, 12);
    expect(one).not.toBe(other);
  });

  it('has the requested length, only lower-case letters and digits, and is the same each time', () => {
    fc.assert(
      fc.property(text, text, text, fc.integer({ min: 10, max: 50 }), (secret, source, requestId, length) => {
        const id = deriveLinkId(secret, { onelinkId: 'A1b3', source, requestId }, length);
        expect(id).toMatch(/^[0-9a-z]+$/);
        expect(id).toHaveLength(length);
        expect(deriveLinkId(secret, { onelinkId: 'A1b3', source, requestId }, length)).toBe(id);
      }),
    );
  });

  it('uses every letter and digit about equally often', () => {
    const seen = new Map<string, number>();
    for (let index = 0; index < 3_000; index++) {
      for (const character of deriveLinkId('secret', { ...request, requestId: `r${index}` }, 12)) {
        seen.set(character, (seen.get(character) ?? 0) + 1);
      }
    }
    expect(seen.size).toBe(36);
    // 36,000 characters, 1,000 of each on average, with a standard deviation of 31.
    for (const count of seen.values()) expect(Math.abs(count - 1_000)).toBeLessThan(160);
  });
});
