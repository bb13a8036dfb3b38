import { asRead, readingsOf } from './readings.ts';
import { harmfulSchemes, leadingSchemes } from './schemes.ts';

/**
 * Where the value of a link parameter leads. A browser, an app and this code must read the same host, so a form that two URL
 * parsers may read differently is `unclear`.
 */
export type Destination =
  | { kind: 'none' }
  /** `host` is in lower case, with its port if that is not the scheme's own. */
  | { kind: 'web'; host: string }
  /** The scheme of an app, such as `acmeapp`, in lower case. */
  | { kind: 'app'; scheme: string }
  /** `why` completes the sentence "the URL …", without a value. */
  | { kind: 'unclear'; why: string };

/** The parameters whose whole value is a web address (OneLink's documentation). */
export const webAddressParameters = ['af_web_dp', 'af_r', 'af_ios_url', 'af_android_url', 'af_og_image'] as const;
/** The parameter that opens the app: a URI, possibly without slashes. */
export const appAddressParameter = 'af_dp';

/**
 * A value starts as a URL if it begins with `//`, with a scheme and `//`, or with a scheme that leads somewhere without them.
 * A letter may be of any script, and `_` may be there: Android does not check the schemes of apps.
 */
const urlStart = new RegExp(
  `^(?:(?:[\\p{L}\\p{N}_][\\p{L}\\p{N}_+.-]*:)?[\\\\/]{2}|(?:${['https?', ...harmfulSchemes, ...leadingSchemes].join('|')}):)`,
  'iu',
);
const harmStart = new RegExp(`^(?:${harmfulSchemes.join('|')}):`, 'i');
const uriStart = /^[a-z][a-z0-9+.-]*:/i;

/** @param name decides whether the value must be an address, or may be one (`deep_link_value`, a parameter of your own) */
export function destinationOf(name: string, value: string): Destination {
  const isWeb = webAddressParameters.some((one) => one === name);
  const start = name === appAddressParameter ? uriStart : urlStart;
  if (start.test(asRead(value))) return readUrl(value);
  if (isWeb || name === appAddressParameter) return { kind: 'unclear', why: 'has no scheme' };
  const { all, last } = readingsOf(value);
  if (last === undefined) return { kind: 'unclear', why: 'may be hidden: the value is encoded more than ten times' };
  const holdsUrl = all.some((reading) => urlStart.test(reading));
  return holdsUrl ? { kind: 'unclear', why: 'is percent-encoded: write it plainly' } : { kind: 'none' };
}

/** Whether the value starts with a harmful scheme for any reader. It counts as harmful if it is encoded too often to tell. */
export function mayHarm(value: string): boolean {
  const { all, last } = readingsOf(value);
  return last === undefined || all.some((reading) => harmStart.test(reading));
}

function readUrl(value: string): Destination {
  if (/[\s\p{C}]/u.test(value)) return { kind: 'unclear', why: 'holds a blank or a control character: leave it out' };
  if (value.includes('\\')) return { kind: 'unclear', why: 'holds a backslash: write %5C' };
  const [, scheme = ''] = /^([a-z][a-z0-9+.-]*):/i.exec(value) ?? [];
  if (scheme === '') return { kind: 'unclear', why: 'does not start with a valid scheme: write https://' };
  return /^https?$/i.test(scheme) ? readWebUrl(value) : { kind: 'app', scheme: scheme.toLowerCase() };
}

function readWebUrl(value: string): Destination {
  const [, authority = ''] = /^https?:\/\/([^/?#]*)/i.exec(value) ?? [];
  if (authority === '') return { kind: 'unclear', why: 'has no host after https://' };
  if (authority.includes('@')) return { kind: 'unclear', why: 'holds a user name before its host: leave it out' };
  if (authority.includes('%')) return { kind: 'unclear', why: 'holds a percent-encoded host: write it plainly' };
  // Browsers and apps disagree on some letters (IDNA 2003 and 2008), and many letters look alike.
  if (!/^[\x21-\x7e]+$/.test(authority))
    return { kind: 'unclear', why: 'has letters beyond ASCII in its host: write xn--' };
  if (!/^[\w.:[\]-]+$/.test(authority)) return { kind: 'unclear', why: 'has a host with a character that no host has' };
  const url = URL.parse(value);
  if (url === null) return { kind: 'unclear', why: 'has a host or a port that is not valid' };
  if (url.hostname.endsWith('.')) return { kind: 'unclear', why: 'has a host that ends in a dot: leave the dot out' };
  if (!hasDnsLength(url.hostname)) return { kind: 'unclear', why: 'has a host with a part that is empty or too long' };
  // A parser rewrites other forms of an IPv4 address, such as 0x7f.1, a port such as 0443, and a colon without a port.
  const plain = authority.toLowerCase();
  const isPlain = [url.host, `${url.hostname}:${url.protocol === 'https:' ? 443 : 80}`].includes(plain);
  return isPlain
    ? { kind: 'web', host: url.host }
    : { kind: 'unclear', why: 'has a host or a port in an unusual form' };
}

/** The limits of DNS: 1 to 63 characters between two dots, and 253 for the whole name (RFC 1035, section 2.3.4). */
const hasDnsLength = (hostname: string) =>
  hostname.length <= 253 && hostname.split('.').every(({ length }) => length >= 1 && length <= 63);

/** @param allowed hosts: `acme.example`, `acme.example:8443`, or `*.acme.example` for its subdomains, which excludes itself */
export function isAllowedHost(host: string, allowed: readonly string[]): boolean {
  return allowed.some((one) => (one.startsWith('*.') ? host.endsWith(one.slice(1)) : host === one));
}

/** Whether some host is allowed by both of these, each a host or a wildcard. */
export const hostsOverlap = (one: string, other: string) => isAllowedHost(one, [other]) || isAllowedHost(other, [one]);
