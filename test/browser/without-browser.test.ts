import { describe, expect, test } from 'vitest';
import { browserOrSkip } from './world/without-browser.ts';

const noBrowser = () => Promise.reject(new Error('neither Chrome nor Edge is installed here\nand more'));

describe('a machine without a browser', () => {
  test('skips the tests of the console, and prints why', async () => {
    const warned: string[] = [];
    const browser = await browserOrSkip(noBrowser, { isCi: false, warn: (words) => warned.push(words) });
    expect(browser).toBeUndefined();
    expect(warned.join()).toContain('SKIPPED: neither Chrome nor Edge is installed here\n');
  });

  test('fails in CI', async () => {
    const started = browserOrSkip(noBrowser, { isCi: true, warn: () => {} });
    await expect(started).rejects.toThrow('CI needs a browser for the tests of the console: neither Chrome nor Edge');
  });
});

test('a browser that starts is used', async () => {
  const browser = await browserOrSkip(async () => 'a browser', { isCi: true, warn: () => {} });
  expect(browser).toBe('a browser');
});
