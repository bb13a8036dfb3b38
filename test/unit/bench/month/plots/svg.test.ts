import { describe, expect, it } from 'vitest';
import { type Plot, partsOf, svgOf } from '../../../../bench/month/plots/svg.ts';

const plot: Plot = {
  title: 'Calls < plan',
  unit: 'calls in a second',
  axis: 'March 2026, days in UTC',
  madeBy: 'npm run bench -- month --seed 7',
  series: [{ name: 'calls', colour: '#0072b2', values: [0, 50, 93] }],
  limits: [{ name: 'plan: 90', value: 90, colour: '#d55e00' }],
  bands: [{ name: 'outage', from: 0.25, to: 0.5, colour: '#f0e442' }],
  ticks: [
    { name: '1 Mar', at: 0 },
    { name: '2 Mar', at: 0.5 },
  ],
};

describe('a plot', () => {
  it('is an SVG document with its lines, its limit, its bands, and the round top of its axis', () => {
    // When
    const svg = svgOf(plot);
    // Then: the top is 100, so 50 is at half of the 240 pixels.
    expect(svg).toContain('<title>Calls &lt; plan</title>');
    expect(svg).toContain('M0.00 240.00 L400.00 120.00 L800.00 16.80');
    expect(svg).toContain('<line x1="76.0" x2="876.0" y1="98.0" y2="98.0" stroke="#d55e00"');
    expect(svg).toContain('<rect x="276.0" y="74" width="200.0" height="240"');
  });

  it('has words for everything that it shows: axes with units, times, lines, and the command that has made it', () => {
    // When
    const svg = svgOf(plot);
    // Then
    const words = [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, text]) => text);
    expect(words).toEqual([
      'Calls &lt; plan',
      'calls in a second',
      'outage',
      ...['0', '20', '40', '60', '80', '100'],
      ...['1 Mar', '2 Mar'],
      'March 2026, days in UTC',
      'calls',
      'plan: 90',
    ]);
    expect(svg).toContain('<desc>npm run bench -- month --seed 7</desc>');
  });

  it('has a background of its own, for dark pages', () => {
    expect(svgOf(plot)).toContain('<rect width="900" height="398" rx="6" fill="#ffffff"/>');
  });

  it('begins another row of its legend where a name would leave the picture', () => {
    // Given
    const series = ['transactional', 'campaign', 'expiry'].map((lane) => ({
      name: `messages in the queue of the lane ${lane}`,
      colour: '#0072b2',
      values: [1],
    }));
    // When
    const svg = svgOf({ ...plot, series, limits: [] });
    // Then: two names fit, so the third is 22 pixels below.
    expect(svg).toContain('<text x="104.0" y="380.0">messages in the queue of the lane transactional</text>');
    expect(svg).toContain('y="380.0">messages in the queue of the lane campaign</text>');
    expect(svg).toContain('<text x="104.0" y="402.0">messages in the queue of the lane expiry</text>');
  });

  it.each([
    [100, 5],
    [150, 3],
    [2_000, 4],
    [2.5, 5],
    [3_000, 3],
    [60, 3],
    [8_000, 4],
    [0.3, 3],
  ])('divides %d, the top of an axis, into parts with short numbers: %d', (ceiling, parts) => {
    expect(partsOf(ceiling)).toBe(parts);
  });
});
