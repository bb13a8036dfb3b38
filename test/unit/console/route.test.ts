import { describe, expect, it } from 'vitest';
import { hashOf, routeOf } from '../../../console/state/route.ts';

describe('the place in the console', () => {
  it.each([
    ['', { page: 'overview', path: [], query: {} }],
    ['#/overview/lanes', { page: 'overview', path: ['lanes'], query: {} }],
    ['#/campaigns/crm/spring', { page: 'campaigns', path: ['crm', 'spring'], query: {} }],
    ['#/audit?by=Ada+L&since=30d', { page: 'audit', path: [], query: { by: 'Ada L', since: '30d' } }],
    ['#/links/request/crm/a%2Fb%3Fc', { page: 'links', path: ['request', 'crm', 'a/b?c'], query: {} }],
    ['#/campaigns//spring/', { page: 'campaigns', path: ['spring'], query: {} }],
  ])('reads %s', (hash, place) => {
    expect(routeOf(hash)).toEqual(place);
  });

  it.each(['#/nothing', '#/__proto__', '#//evil.example', '#javascript:alert(1)'])(
    'shows the overview for %s',
    (hash) => {
      expect(routeOf(hash).page).toBe('overview');
    },
  );

  it('keeps an escape that was cut off', () => {
    expect(routeOf('#/campaigns/crm/50%').path).toEqual(['crm', '50%']);
  });

  it('writes what it reads', () => {
    const hash = hashOf('links', ['request', 'crm', 'a/b ?c#%'], { since: '7d', by: '' });

    expect(hash).toBe('#/links/request/crm/a%2Fb%20%3Fc%23%25?since=7d');
    expect(routeOf(hash)).toEqual({ page: 'links', path: ['request', 'crm', 'a/b ?c#%'], query: { since: '7d' } });
  });
});
