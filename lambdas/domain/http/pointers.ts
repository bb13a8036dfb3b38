import type { Fault } from '../contract/fault.ts';
import type { PointedFault } from './answers.ts';

/** Fields whose names are the producer's own. Such a name may have dots. */
const mapOf = /^(data|metadata)\.(.*)$/s;

/**
 * A fault's path as a JSON Pointer, in the form of a URI fragment (RFC 6901, section 6): `data.af_r` is `#/data/af_r`.
 *
 * @param index the command's place in a list
 */
export function pointerOf(path: string, index?: number): string {
  const map = mapOf.exec(path);
  const names = map === null ? path.split('.') : [map[1] ?? '', map[2] ?? ''];
  const tokens = [...(index === undefined ? [] : [String(index)]), ...(path === '' ? [] : names)];
  return `#${tokens.map((token) => `/${escaped(token)}`).join('')}`;
}

// A path may be cut inside a character, and half of a character cannot be encoded.
const escaped = (token: string) =>
  encodeURIComponent(token.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')).replaceAll('%24', '$');

/** Faults as the HTTP API returns them. */
export function pointed(faults: readonly Fault[], index?: number): PointedFault[] {
  return faults.map(({ path, rule, message }) => ({ pointer: pointerOf(path, index), rule, detail: message }));
}
