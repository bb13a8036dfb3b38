import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const room = new URL('../../../console/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, room), 'utf8');
const sources = globSync('**/*.{ts,tsx}', { cwd: room });
const css = read('page.css');

describe('the source of the page', () => {
  it('has the files that these tests read', () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  it.each([...sources, 'index.html'])(
    '%s has no style and no markup that the Content-Security-Policy forbids',
    (file) => {
      expect(read(file)).not.toMatch(
        /\sstyle=|dangerouslySetInnerHTML|innerHTML|\son[a-z]+="|<style|javascript:|\beval\(/,
      );
    },
  );

  it.each([...sources, 'index.html', 'page.css'])('%s needs no other host', (file) => {
    const urls = (read(file).match(/(?:https?:)?\/\/[a-z0-9][\w.-]*\.[a-z]{2,}/gi) ?? []).filter(
      (url) => !url.endsWith('.example'),
    );

    expect(urls).toEqual([]);
  });

  it('loads nothing from its style sheet', () => {
    expect(css).not.toMatch(/@import|url\(/);
  });
});

/** WCAG 2.2, relative luminance and contrast. */
function contrast(one: string, other: string): number {
  const light = (hex: string) => {
    const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
    const [r = 0, g = 0, b = 0] = parts.map((part) =>
      part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [high = 0, low = 0] = [light(one), light(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

const colours = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }],
  ),
);

/** Text on what is behind it. */
const pairs = [
  ['text', 'ground'],
  ['text', 'surface'],
  ['text', 'sunken'],
  ['text', 'bad-soft'],
  ['text', 'warn-soft'],
  ['muted', 'ground'],
  ['muted', 'surface'],
  ['muted', 'sunken'],
  ['muted', 'warn-soft'],
  ['accent', 'surface'],
  ['accent', 'ground'],
  ['accent', 'accent-soft'],
  ['on-accent', 'accent'],
  ['good', 'good-soft'],
  ['warn', 'warn-soft'],
  ['warn', 'surface'],
  ['bad', 'bad-soft'],
  ['bad', 'surface'],
  ['on-bad', 'bad'],
] as const;

describe.each(['light', 'dark'] as const)('the %s colours', (mode) => {
  const of = (name: string) => colours.get(name)?.[mode] ?? 'missing';

  it.each(pairs)('%s on %s can be read (WCAG 2.2, 1.4.3: 4.5 to 1)', (text, behind) => {
    expect(contrast(of(text), of(behind))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(['surface', 'ground'])('the frames of inputs and the focus stand out from %s (1.4.11: 3 to 1)', (behind) => {
    expect(contrast(of('border-strong'), of(behind))).toBeGreaterThanOrEqual(3);
    expect(contrast(of('accent'), of(behind))).toBeGreaterThanOrEqual(3);
  });
});
