/** What the configuration must know of policies, to refuse one that cannot work. */
export { forbiddenParameters } from '../contract/link-data.ts';
export { hostsOverlap, webAddressParameters } from './destination.ts';
export { canonicalName } from './parameter-name.ts';
export { patternsOverlap } from './pattern.ts';
export { harmfulSchemes } from './schemes.ts';
