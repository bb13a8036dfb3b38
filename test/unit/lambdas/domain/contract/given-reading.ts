import { commandReader, noPolicy } from '../../../../../lambdas/domain/contract/command-reading.ts';
import { openEnvelope } from '../../../../../lambdas/domain/contract/envelope.ts';
import type { Fault } from '../../../../../lambdas/domain/contract/fault.ts';

export const sentAt = Date.parse('2026-03-10T12:00:00Z');
const readMessage = commandReader({
  contract: { maxDataCharacters: 2_048, maxTtlDays: 365 },
  policy: noPolicy,
  producers: [
    { source: 'crm', templates: ['A1b3'] },
    { source: 'print', templates: ['A1b3', 'abc123'] },
  ],
  templates: {
    A1b3: { domain: 'acme.onelink.me', brandDomains: ['click.acme.example'] },
    abc123: { domain: 'globex.onelink.me', brandDomains: [] },
  },
});

export const common = {
  specVersion: '1.0',
  source: 'crm',
  requestId: 'order-1',
  onelinkId: 'A1b3',
  requestedAt: '2026-03-10T11:59:00Z',
};
export const create = { ...common, action: 'create', data: { pid: 'sms' } };

/** The text of the create with these fields after its own, or with these parameters in its data. */
export const createWith = (fields: string) => `{${JSON.stringify(create).slice(1, -1)},${fields}}`;
export const createWithData = (parameters: string) =>
  JSON.stringify(create).replace('"pid":"sms"', `"pid":"sms",${parameters}`);

/** Reads the command from a message: its text, or an object to send as JSON. */
export const read = (message: unknown) =>
  readMessage(openEnvelope(typeof message === 'string' ? message : JSON.stringify(message)), sentAt);

export function faultsOf(message: unknown): Fault[] {
  const reading = read(message);
  return 'refused' in reading ? reading.refused.faults : [];
}

/** The faults, as `path rule`. */
export const rulesOf = (message: unknown) => faultsOf(message).map(({ path, rule }) => `${path} ${rule}`);

/** The faults, as `path: message`. */
export const wordsOf = (message: unknown) => faultsOf(message).map(({ path, message: words }) => `${path}: ${words}`);
