import { describe, expect, test } from 'vitest';
import { destinationOf, hostsOverlap, isAllowedHost } from '../../../../../lambdas/domain/policy/destination.ts';

const allowed = ['acme.example', '*.shop.acme.example', 'acme.example:8443', 'xn--mnchen-3ya.example'];

/** Whether a value, in a parameter of the producer's own, passes a policy that allows only the hosts above. */
function passes(value: string, name = 'deep_link_value'): boolean {
  const to = destinationOf(name, value);
  return to.kind === 'none' || (to.kind === 'web' && isAllowedHost(to.host, allowed));
}

describe('a URL that leads to an allowed host passes', () => {
  test.each([
    ['plain', 'https://acme.example/'],
    ['without a path', 'https://acme.example'],
    ['over http', 'http://acme.example/a'],
    ['with a query and another URL inside it', 'https://acme.example/?u=https://evil.example'],
    ['with capitals', 'HTTPS://ACME.Example/a'],
    ['with the port of its scheme', 'https://acme.example:443/a'],
    ['with a port that is listed', 'https://acme.example:8443/a'],
    ['on a subdomain that a wildcard covers', 'https://eu.shop.acme.example/a'],
    ['on a subdomain with a part of 63 characters', `https://${'a'.repeat(63)}.shop.acme.example/a`],
    ['on a subdomain of 253 characters', `https://${`${'a'.repeat(58)}.`.repeat(4)}shop.acme.example/`],
    ['with letters beyond ASCII in its path', 'https://acme.example/münchen'],
    ['of an international name that is listed as xn--', 'https://xn--mnchen-3ya.example/'],
  ])('%s', (_, value) => {
    expect(passes(value)).toBe(true);
  });
});

describe('a URL that is made to look allowed does not pass', () => {
  test.each([
    ['another host', 'https://evil.example/'],
    ['the allowed host as a user name', 'https://acme.example@evil.example/'],
    ['the allowed host as a user name with a password', 'https://acme.example:x@evil.example/'],
    ['an allowed host after a user name', 'https://evil.example@acme.example/'],
    ['an encoded @', 'https://acme.example%40evil.example/'],
    ['the allowed host as a prefix', 'https://acme.example.evil.example/'],
    ['the allowed host as a suffix without a dot', 'https://evilacme.example/'],
    ['the bare domain of a wildcard', 'https://shop.acme.example/'],
    ['a suffix of a wildcard without a dot', 'https://evilshop.acme.example/'],
    ['a trailing dot', 'https://acme.example./'],
    ['a trailing dot on another host', 'https://evil.example./'],
    ['an encoded dot', 'https://acme%2eexample/'],
    ['an encoded dot on another host', 'https://evil%2Eexample/'],
    ['an ideographic full stop', 'https://acme。example/'],
    ['a full-width dot', 'https://acme．example/'],
    ['a Cyrillic letter', 'https://аcme.example/'],
    ['the xn-- form of a look-alike', 'https://xn--cme-7cd.example/'],
    ['letters of two scripts', 'https://acmе.example/'],
    ['a sharp s, which two standards map differently', 'https://straße.example/'],
    ['a zero-width space in the host', 'https://acme\u200b.example/'],
    ['a soft hyphen in the host', 'https://ac\u00adme.example/'],
    ['full-width letters', 'https://ａcme.example/'],
    ['another port', 'https://acme.example:444/'],
    ['a port of the other scheme', 'http://acme.example:443/'],
    ['a port with a leading zero', 'https://acme.example:0443/'],
    ['a backslash before the @', 'https://acme.example\\@evil.example/'],
    ['a backslash as a slash', 'https:\\\\evil.example/'],
    ['a backslash after the host', 'https://evil.example\\acme.example'],
    ['the allowed host in the query', 'https://evil.example/?https://acme.example'],
    ['the allowed host in the fragment', 'https://evil.example/#https://acme.example'],
    ['the allowed host in a query without a path', 'https://evil.example?@acme.example/'],
    ['the allowed host in a fragment without a path', 'https://evil.example#@acme.example/'],
    ['no scheme', '//evil.example/'],
    ['no scheme, with the allowed host', '//acme.example/'],
    ['mixed slashes', '/\\evil.example/'],
    ['one slash', 'https:/evil.example/'],
    ['no slash', 'https:evil.example/'],
    ['three slashes', 'https:///evil.example/'],
    ['no host', 'https://'],
    ['a leading blank', ' https://evil.example/'],
    ['a leading control character', '\u0001https://evil.example/'],
    ['a leading byte-order mark', '\ufeffhttps://evil.example/'],
    ['a tab in the scheme', 'ht\ttps://evil.example/'],
    ['a line break in the scheme', 'ht\ntps://evil.example/'],
    ['a blank in the host', 'https://acme.example .evil.example/'],
    ['a tab after an allowed host', 'https://acme.example\t.evil.example/'],
    ['capitals in the scheme', 'HtTpS://evil.example/'],
    ['a percent-encoded URL', 'https%3A%2F%2Fevil.example'],
    ['a URL that is encoded twice', 'https%253A%252F%252Fevil.example'],
    ['a URL with one encoded letter', '%68ttps://evil.example'],
    ['a URL after an encoded no-break space', '%C2%A0https://evil.example'],
    ['a URL after an encoded byte-order mark', '%EF%BB%BFhttps://evil.example'],
    ['a URL after an encoded zero-width space', '%E2%80%8Bhttps://evil.example'],
    ['a URL after an encoded ideographic space', '%E3%80%80https://evil.example'],
    ['a URL after half a character', '%C2https://evil.example'],
    ['a URL after a byte of Latin-1', '%A0https://evil.example'],
    ['a URL after a plus sign, which a form reads as a blank', '+https://evil.example'],
    ['a URL after an encoded plus sign', '%2B%20https://evil.example'],
    ['a script after an encoded no-break space', '%C2%A0javascript:alert(1)'],
    ['an encoded soft hyphen in the scheme', 'ht%C2%ADtps://evil.example'],
    ['an encoded word joiner in the scheme', 'ht%E2%81%A0tps://evil.example'],
    ['an encoded variation selector in the scheme', 'ht%EF%B8%8Ftps://evil.example'],
    ['an encoded line break in the scheme', 'ht%0Atps://evil.example'],
    ['a variation selector in the scheme', 'ht\ufe0ftps://evil.example'],
    ['encoded full-width slashes', 'https:%EF%BC%8F%EF%BC%8Fevil.example'],
    ['full-width slashes', 'https:／／evil.example'],
    ['full-width slashes without a scheme', '／／evil.example'],
    ['full-width backslashes', '＼＼evil.example'],
    ['a full-width scheme', 'ｈｔｔｐｓ://evil.example'],
    ['a full-width colon', 'https：//evil.example'],
    ['a full-width percent sign', '％68ttps://evil.example'],
    ['slashes in a longer form of UTF-8', 'https:%C0%AF%E0%80%AFevil.example'],
    ['a letter in a longer form of UTF-8', '%C1%A8ttps://evil.example'],
    ['letters as JavaScript escapes them', '%u0068ttps://evil.example'],
    ['a URL that is encoded four times', 'https%2525253A%2525252F%2525252Fevil.example'],
    ['a URL that is encoded eleven times', `https:%${'25'.repeat(10)}2F%${'25'.repeat(10)}2Fevil.example`],
    ['a scheme with an underscore', 'evil_app://acme.example'],
    ['an IPv4 address', 'https://127.0.0.1/'],
    ['an IPv4 address as one number', 'https://2130706433/'],
    ['an IPv4 address in hexadecimal', 'https://0x7f.1/'],
    ['an IPv6 address', 'https://[::1]/'],
    ['an IPv6 address with an IPv4 inside', 'https://[::ffff:127.0.0.1]/'],
    ['a script', 'javascript:alert(1)'],
    ['a script with a tab in its scheme', 'java\tscript:alert(1)'],
    ['a page as data', 'data:text/html,<script>'],
    ['a scheme around a URL', 'view-source:https://acme.example/'],
    ['a blob', 'blob:https://acme.example/0'],
    ['an intent with a fallback URL', 'intent://acme.example/#Intent;S.browser_fallback_url=https://evil.example;end'],
    ['another scheme', 'ftp://acme.example/'],
    ['a second wildcard label', 'https://*.shop.acme.example/'],
    ['a colon without a port', 'https://acme.example:/'],
    ['a colon without a port or a path', 'https://acme.example:'],
    ['an empty part before a subdomain', 'https://.shop.acme.example/'],
    ['an empty part inside a subdomain', 'https://a..shop.acme.example/'],
    ['a part of 64 characters', `https://${'a'.repeat(64)}.shop.acme.example/`],
    ['a name of 254 characters', `https://a${`${'a'.repeat(58)}.`.repeat(4)}shop.acme.example/`],
    ['a null character', 'https://acme.example\0.evil.example/'],
  ])('%s', (_, value) => {
    expect(passes(value)).toBe(false);
  });
});

describe('a value that is no URL passes in a parameter of the producer’s own', () => {
  test.each([
    ['a word', 'spring'],
    ['a path', '/product/12'],
    ['a key and a value', 'product:12'],
    ['a time', '12:30'],
    ['a percentage', '100%'],
    ['an encoded word', 'gr%C3%BCn'],
    ['a word in Latin-1, which is malformed UTF-8', 'gr%FCn'],
    ['a malformed percent sign', '50%zz off'],
    ['a URL inside a longer text', 'see%20https://evil.example'],
    ['a telephone number', '+49 151 0000000'],
    ['a sum', '1+1'],
    ['a word of Arabic with a joiner', 'می\u200cخواهم'],
    ['nothing', ''],
  ])('%s', (_, value) => {
    expect(passes(value)).toBe(true);
  });
});

test('a web address parameter must hold a URL', () => {
  expect(destinationOf('af_web_dp', 'acme.example')).toEqual({ kind: 'unclear', why: 'has no scheme' });
});

test('the app’s address names its scheme, with or without slashes', () => {
  expect(destinationOf('af_dp', 'AcmeApp://product/12')).toEqual({ kind: 'app', scheme: 'acmeapp' });
  expect(destinationOf('af_dp', 'acmeapp:product')).toEqual({ kind: 'app', scheme: 'acmeapp' });
});

test.each([
  ['acme.example', 'acme.example', true],
  ['acme.example', 'evil.example', false],
  ['acme.example', 'acme.example:8443', false],
  ['*.acme.example', 'shop.acme.example', true],
  ['*.acme.example', 'acme.example', false],
  ['*.acme.example', '*.shop.acme.example', true],
  ['*.acme.example', '*.globex.example', false],
])('%s and %s overlap: %s', (one, other, expected) => {
  expect([hostsOverlap(one, other), hostsOverlap(other, one)]).toEqual([expected, expected]);
});
