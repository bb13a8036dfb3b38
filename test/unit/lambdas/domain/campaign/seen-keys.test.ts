import { describe, expect, test } from 'vitest';
import { SeenKeys } from '../../../../../lambdas/domain/campaign/seen-keys.ts';
import { checkedIn, rulesIn } from './given-rows.ts';

describe('the keys of a file', () => {
  test('are known with the line of the first row', () => {
    const seen = new SeenKeys();

    expect(seen.add('a', 2)).toBeUndefined();
    expect(seen.add('b', 3)).toBeUndefined();
    expect(seen.add('a', 9)).toBe(2);
    expect(seen.add('a', 10)).toBe(2);
    expect(seen.size).toBe(2);
  });

  test('are kept slice by slice, and loaded again', () => {
    const first = new SeenKeys();
    for (let line = 2; line < 3_000; line += 1) first.add(`key ${line}`, line);
    const slices = [first.takeAdded()];
    first.add('key 2', 5_000);
    first.add('another', 5_001);
    slices.push(first.takeAdded());
    expect(slices.map(({ length }) => length)).toEqual([2_998 * 12, 12]);
    expect(first.takeAdded()).toHaveLength(0);

    const second = new SeenKeys();
    for (const slice of slices) second.load(slice);
    expect(second.size).toBe(2_999);
    expect(second.add('key 2999', 6_000)).toBe(2_999);
    expect(second.add('another', 6_000)).toBe(5_001);
    expect(second.add('new', 6_000)).toBeUndefined();
    // Only what is new here belongs to the next slice.
    expect(second.takeAdded()).toHaveLength(12);
  });

  test('of a million rows take less than 40 MB, also while their table grows', () => {
    const seen = new SeenKeys();
    let most = 0;
    for (let line = 2; line < 1_000_002; line += 1) {
      const before = seen.bytes;
      seen.add(`customer-${line}`, line);
      if (seen.bytes !== before) most = before + seen.bytes;
      if (line % 10_000 === 0) seen.takeAdded();
    }

    expect(seen.size).toBe(1_000_000);
    expect(seen.bytes).toBe(2 ** 21 * 12);
    expect(most).toBeLessThan(40e6);
  });
});

describe('a row', () => {
  test('with the key of an earlier row is rejected, and the message names that line', async () => {
    const rows = await checkedIn('request_id,pid\n1,sms\n2,sms\n1,mail\n');

    expect(rows[2]?.checked).toMatchObject({
      check: 'rejected',
      key: '1',
      requestId: 'spring/1',
      faults: [{ rule: 'duplicate', message: expect.stringContaining('the key of line 2') }],
    });
  });

  test('equal to an earlier one is rejected without a key column', async () => {
    const rows = await checkedIn('pid,c\nsms,a\nsms,b\nsms,a\n');
    expect(rows.map(({ checked }) => (checked.check === 'rejected' ? checked.faults[0]?.message : ''))).toEqual([
      '',
      '',
      'is equal to line 2, so this row is left out',
    ]);
  });

  test('with faults keeps its key from later rows, and shows both faults', async () => {
    expect(await rulesIn('request_id,pid,qr_size\n1,sms,big\n1,sms,300\n1,sms,huge\n')).toEqual([
      '2 qr_size type',
      '3  duplicate',
      '4  duplicate',
      '4 qr_size type',
    ]);
  });

  test('that chooses the ID of an earlier row is rejected, unless it may derive one', async () => {
    const file =
      'request_id,custom_link_id,on_conflict,pid\n1,promo,,sms\n2,promo,,sms\n3,promo,derive,sms\n4,Promo,,sms\n';

    expect(await rulesIn(file)).toEqual(['3  chosen-id']);
  });
});
