import { describe, expect, it } from 'vitest';
import { choiceIn, dataIn, differs, hashOfRequest, isSame, placeOf } from '../../../console/links/choice.ts';

describe('the place of a link', () => {
  it('is its request, and never its address', () => {
    expect(placeOf({ request: { source: 'crm', requestId: 'order/4711' } })).toBe('#/links/request/crm/order%2F4711');
    expect(placeOf({ request: null })).toBeUndefined();
  });

  it('leads back to the same search', () => {
    expect(hashOfRequest('crm', 'r-1')).toBe('#/links/request/crm/r-1');
    expect(choiceIn(['request', 'crm', 'r-1'])).toEqual({ by: 'request', source: 'crm', requestId: 'r-1' });
    expect(choiceIn(['request', 'crm'])).toBeUndefined();
    expect(choiceIn(['campaign', 'crm', 'spring'])).toBeUndefined();
  });

  it('knows a choice again', () => {
    const choice = { by: 'link', link: 'A1b3/x' } as const;

    expect(isSame(choice, { ...choice })).toBe(true);
    expect(isSame(choice, { by: 'link', link: 'A1b3/y' })).toBe(false);
    expect(isSame(choice, undefined)).toBe(false);
  });
});

describe('a link on both sides', () => {
  it('differs where both sides have another value', () => {
    const different = { result: 'different' } as const;

    expect(differs(different, { what: 'expires', ledger: 'a', api: 'b' })).toBe(true);
    expect(differs(different, { what: 'expires', ledger: 'a', api: 'a' })).toBe(false);
    expect(differs(different, { what: 'version', ledger: '2', api: null })).toBe(false);
    expect(differs(different, { what: 'data', ledger: 'its digest alone', api: '7 parameters' })).toBe(false);
    expect(differs({ result: 'equal' }, { what: 'expires', ledger: 'a', api: 'b' })).toBe(false);
  });

  it('begins an update with what the API has', () => {
    const facets = [
      { what: 'state', ledger: 'live', api: 'live' },
      { what: 'data.pid', ledger: 'old', api: 'new' },
      { what: 'data.c', ledger: 'spring', api: null },
      { what: 'data.empty', ledger: null, api: '' },
      { what: 'data.__proto__', ledger: null, api: 'x' },
    ];

    expect(Object.entries(dataIn({ facets }))).toEqual([
      ['pid', 'new'],
      ['c', 'spring'],
      ['empty', ''],
      ['__proto__', 'x'],
    ]);
  });
});
