/** A command as a producer sends it, and its lane. */
export interface StoryCommand {
  lane: string;
  command: { source: string; requestId: string; action: string; [field: string]: unknown };
}

const templateId = 'A1b3';
/** Longer than any story: a created link still exists at its end. */
const ttl = '180d';

/** A link's data. `version` shows which change came last. */
const dataOf = (campaign: string, version: string) => ({
  pid: 'crm_email',
  c: campaign,
  af_sub1: version,
  deep_link_value: 'https://www.acme.example/trips',
});

interface Wave {
  lane: 'campaign' | 'transactional';
  /** The wave's name, the prefix of its request IDs. */
  name: string;
  commands: number;
  /** ISO 8601. */
  requestedAt: string;
  /** Every n-th command asks for a QR code with its link. */
  qrEvery?: number;
  validUntil?: string;
}

/** Creates, each for one customer. The pipeline derives the IDs of their links. */
export function creates({ lane, name, commands, requestedAt, qrEvery, validUntil }: Wave): StoryCommand[] {
  return Array.from({ length: commands }, (_, index) => ({
    lane,
    command: {
      specVersion: '1.0',
      source: lane === 'campaign' ? 'crm' : 'product',
      requestId: `${name}-${index + 1}`,
      action: 'create',
      requestedAt,
      onelinkId: templateId,
      data: dataOf(name, 'v1'),
      ttl,
      ...(validUntil !== undefined && { validUntil }),
      ...(qrEvery !== undefined && index % qrEvery === 0 && { qr: { size: 120 } }),
    },
  }));
}

/** The steps of one link with a chosen ID, in this order. */
export type Step = 'create' | 'update' | 'delete';

/**
 * One step in the life of several links with chosen IDs.
 *
 * @param name of the links: the same name means the same links
 * @param number of the step in their lives, from 1; it becomes the link's version
 */
export function stepOfLinks(
  step: Step,
  { name, links, number, requestedAt }: { name: string; links: number; number: number; requestedAt: string },
): StoryCommand[] {
  return Array.from({ length: links }, (_, index) => ({
    lane: 'campaign',
    command: {
      specVersion: '1.0',
      source: 'crm',
      requestId: `${name}-${index + 1}-${number}`,
      action: step,
      requestedAt,
      onelinkId: templateId,
      shortlinkId: `${name}-${index + 1}`,
      ...(step !== 'delete' && { data: dataOf(name, `v${number}`) }),
      ...(step === 'create' && { ttl }),
    },
  }));
}

/** QR commands for several links with chosen IDs. They need no quota. */
export function qrCodes({
  name,
  links,
  requestedAt,
}: {
  name: string;
  links: number;
  requestedAt: string;
}): StoryCommand[] {
  return Array.from({ length: links }, (_, index) => ({
    lane: 'campaign',
    command: {
      specVersion: '1.0',
      source: 'crm',
      requestId: `${name}-${index + 1}-code`,
      action: 'qr',
      requestedAt,
      onelinkId: templateId,
      shortlinkId: `${name}-${index + 1}`,
      qr: { size: 120 },
    },
  }));
}

/** A command that the API would refuse: it has no media source. */
export function invalid({
  lane,
  name,
  requestedAt,
}: {
  lane: string;
  name: string;
  requestedAt: string;
}): StoryCommand {
  const fields = { specVersion: '1.0', action: 'create', requestedAt, onelinkId: templateId, data: { c: name } };
  return { lane, command: { ...fields, source: 'crm', requestId: `${name}-invalid`, action: 'create' } };
}
