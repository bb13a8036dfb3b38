import { describe, expect, test } from 'vitest';
import { classOf } from '../../../../../cli/pipeline/takeover/classes.ts';
import type { ListRow } from '../../../../../cli/pipeline/takeover/link-list.ts';
import { digestInKey, keyOfLink, takeoverRow } from '../../../../../cli/pipeline/takeover/rows.ts';

const one: ListRow = { line: 1, text: '', is: 'link', address: { onelinkId: 'A1b3', shortlinkId: 'one' } };
const notes = { found: new Map([['A1b3/one', 'readable' as const]]), digestOf: () => 'a-digest' };
const attempt = { number: 1, choice: { action: 'adopt' as const } };

describe('the row that takes a link over', () => {
  test('has a key without the link, which another attempt changes', () => {
    expect(takeoverRow({ ...one, brandDomain: 'go.acme.example' }, notes, () => attempt)).toEqual({
      request_id: 'a-digest',
      action: 'adopt',
      template: 'A1b3',
      shortlink_id: 'one',
      brand_domain: 'go.acme.example',
    });
    expect(takeoverRow(one, notes, () => ({ ...attempt, number: 2 }))?.request_id).toBe('a-digest~2');
    expect(digestInKey(keyOfLink('a-digest', 12))).toBe('a-digest');
  });

  test('is missing for a link with two brand domains, which has a class of its own if it is fit', () => {
    const doubtful: ListRow = { ...one, brandsDiffer: true };
    expect(takeoverRow(doubtful, notes, () => attempt)).toBe(undefined);
    expect(classOf(doubtful, 'readable', { action: 'adopt' })).toBe('two-domains');
    expect(classOf(doubtful, 'ours', { action: 'adopt' })).toBe('ours');
    expect(classOf(one, 'readable', { action: 'adopt' })).toBe('adopt');
  });
});
