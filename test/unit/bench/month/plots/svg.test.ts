import { describe, expect, it } from 'vitest';
import { svgOf } from '../../../../bench/month/plots/svg.ts';

describe('a plot', () => {
  it('is an SVG document with its lines, its limit, its bands and the round top of its axis', () => {
    // When
    const svg = svgOf({
      title: 'Calls < plan',
      unit: 'calls',
      series: [{ name: 'calls', colour: '#0072b2', values: [0, 50, 93] }],
      limit: { name: 'plan', value: 90 },
      bands: [{ name: 'outage', from: 0.25, to: 0.5 }],
      ticks: ['03-01', '03-02'],
    });
    // Then: the top is 100, so 50 is at half of the 260 pixels.
    expect(svg).toContain('<title>Calls &lt; plan</title>');
    expect(svg).toContain('M0.00 260.00 L450.00 130.00 L900.00 18.20');
    expect(svg).toContain('<title>outage</title><rect x="295.0" y="44" width="225.0"');
    expect(svg).toContain('>100</text>');
    expect(svg.match(/<text/g)).toHaveLength(11);
  });
});
