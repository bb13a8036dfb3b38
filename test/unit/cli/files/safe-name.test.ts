import { describe, expect, test } from 'vitest';
import { DistinctNames, safeName } from '../../../../cli/files/safe-name.ts';

describe('the name of a file', () => {
  test.each([
    ['Köln Ehrenfeld', 'Köln Ehrenfeld'],
    ['東京', '東京'],
    ['Ko\u0308ln', 'Köln'],
    ['a/b\\c:d*e?f"g<h>i|j', 'a_b_c_d_e_f_g_h_i_j'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['..', ''],
    ['  a\tb\n\u0000c  ', 'abc'],
    ['a   b', 'a b'],
    ['\u202egnp.exe', 'gnp.exe'],
    ['end. ', 'end'],
    ['CON', '_CON'],
    ['com1.png', '_com1.png'],
    ['console', 'console'],
    ['', ''],
  ])('of %j is %j', (text, name) => {
    expect(safeName(text)).toBe(name);
  });

  test('is cut between letters, so that every file system takes it', () => {
    expect(safeName('ü'.repeat(200))).toBe('ü'.repeat(90));
    expect(Buffer.byteLength(safeName('👩‍👩‍👧'.repeat(50)))).toBeLessThanOrEqual(180);
    expect(safeName('👩‍👩‍👧'.repeat(50)).isWellFormed()).toBe(true);
  });
});

describe('names that come twice', () => {
  test('are numbered, also if they differ in capitals only, or if a number is taken', () => {
    const names = new DistinctNames();
    const taken = ['shop', 'Shop', 'shop', 'shop-2', 'shop-5', 'shop', 'shop', 'other'].map((name) => names.take(name));
    expect(taken).toEqual(['shop', 'Shop-2', 'shop-3', 'shop-2-2', 'shop-5', 'shop-4', 'shop-6', 'other']);
  });
});
