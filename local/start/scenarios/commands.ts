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

/** A command for the stories' template. */
const commandOf = (source: string, requestId: string, action: string, requestedAt: string, fields: object) => ({
  ...{ specVersion: '1.0', source, requestId, action, requestedAt },
  onelinkId: templateId,
  ...fields,
});

/** Creates, each for one customer. The pipeline derives the IDs of their links. */
export function creates({ lane, name, commands, requestedAt, qrEvery, validUntil }: Wave): StoryCommand[] {
  const source = lane === 'campaign' ? 'crm' : 'product';
  return Array.from({ length: commands }, (_, index) => {
    const fields = {
      data: dataOf(name, 'v1'),
      ttl,
      ...(validUntil !== undefined && { validUntil }),
      ...(qrEvery !== undefined && index % qrEvery === 0 && { qr: { size: 120 } }),
    };
    return { lane, command: commandOf(source, `${name}-${index + 1}`, 'create', requestedAt, fields) };
  });
}

/** The steps of one link with a chosen ID, in this order. */
export type Step = 'create' | 'update' | 'delete';

/** Several links with chosen IDs. The same name means the same links. */
interface Links {
  name: string;
  links: number;
  requestedAt: string;
}

/**
 * One step in the life of several links.
 *
 * @param number of the step in their lives, from 1; it becomes the link's version
 */
export function stepOfLinks(step: Step, { number, ...links }: Links & { number: number }): StoryCommand[] {
  return ofLinks(links, step, String(number), {
    ...(step !== 'delete' && { data: dataOf(links.name, `v${number}`) }),
    ...(step === 'create' && { ttl }),
  });
}

/** QR commands for several links. They need no quota. */
export function qrCodes(links: Links): StoryCommand[] {
  return ofLinks(links, 'qr', 'code', { qr: { size: 120 } });
}

function ofLinks({ name, links, requestedAt }: Links, action: string, suffix: string, fields: object): StoryCommand[] {
  return Array.from({ length: links }, (_, index) => {
    const shortlinkId = `${name}-${index + 1}`;
    const command = commandOf('crm', `${shortlinkId}-${suffix}`, action, requestedAt, { shortlinkId, ...fields });
    return { lane: 'campaign', command };
  });
}

/** A command that the API would refuse: it has no media source. */
export function invalid({ lane, name, requestedAt }: Pick<Wave, 'lane' | 'name' | 'requestedAt'>): StoryCommand {
  return { lane, command: commandOf('crm', `${name}-invalid`, 'create', requestedAt, { data: { c: name } }) };
}
