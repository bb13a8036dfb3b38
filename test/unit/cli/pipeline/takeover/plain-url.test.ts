import { describe, expect, test } from 'vitest';
import { namedLink } from '../../../../../cli/pipeline/takeover/named-link.ts';

const reach = {
  templates: { A1b3: { domain: 'acme.onelink.me', brandDomains: ['go.acme.example'] } },
  usable: ['A1b3'],
};
const link = { is: 'link', address: { onelinkId: 'A1b3', shortlinkId: 'ab-c' } };

describe('a short URL as exports and mails write it', () => {
  test.each([
    'https://acme.onelink.me/A1b3/ab-c',
    'https://acme.onelink.me:443/A1b3/ab-c',
    'http://acme.onelink.me:80/A1b3/ab-c',
    'acme.onelink.me:443/A1b3/ab-c',
    '//acme.onelink.me/A1b3/ab-c',
    'https://acme.onelink.me./A1b3/ab-c',
    'https://acme.onelink.me/A1b3/ab-c.',
    'https://acme.onelink.me/A1b3/ab-c/.',
    '<https://acme.onelink.me/A1b3/ab-c>',
    '(“https://acme.onelink.me/A1b3/ab-c”)',
    "'https://acme.onelink.me/A1b3/ab-c'",
    '\u200bhttps://acme.onelink.me/A1b3/ab\u00ad-c\u2060',
    '\u202ahttps://acme.onelink.me/A1b3/ab-c\u202c',
    '\u00a0https://acme.onelink.me/A1b3/ab-c\u00a0',
    'https%3A%2F%2Facme.onelink.me%2FA1b3%2Fab-c',
    'https%3a%2f%2facme.onelink.me%2fA1b3%2fab-c%3Fpid%3Dsms',
    'https://acme.onelink.me/A1b3/%61b%2Dc',
    'https://acme.onelink.me/A1b3/ab-c?to=https%3A%2F%2Fshop.example%2F.',
    '<A1b3/ab-c>',
  ])('%s is the link', (cell) => {
    expect(namedLink(cell, reach)).toEqual(link);
  });

  test('keeps its brand domain', () => {
    expect(namedLink('<https://go.acme.example.:443/A1b3/ab-c>', reach)).toEqual({
      ...link,
      brandDomain: 'go.acme.example',
    });
  });

  test.each([
    'https://acme.onelink.me:8443/A1b3/ab-c',
    'http://acme.onelink.me:443/A1b3/ab-c',
    'https://acme.onelink.me:80/A1b3/ab-c',
    'https://acme.onelink.me/A1b3/ab%2Fc',
    'https://acme.onelink.me/A1b3/ab%3Fc',
    'https://acme.onelink.me/A1b3/ab%25c',
    'https://acme.onelink.me/A1b3/%C3%A4',
    'https%3A%2F%2Facme.onelink.me%2FA1b3%2Fab%ZZ',
    'https://user@acme.onelink.me/A1b3/ab-c',
    'https://acme.onelink.me/A1b3/ab c',
    'https://acme.onelink.me/A1b3/ab-c https://acme.onelink.me/A1b3/other',
    'see https://acme.onelink.me/A1b3/ab-c',
    'https://acme.onelink.me/A1b3/ａb-c',
    '<>',
    '"',
    '',
  ])('%s leaves a doubt, so it is no link', (cell) => {
    expect(namedLink(cell, reach).is).toBe('no-link');
  });
});
