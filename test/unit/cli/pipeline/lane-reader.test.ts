import { describe, expect, it } from 'vitest';
import { laneReader } from '../../../../cli/pipeline/lane-reader.ts';
import { config } from '../../../../examples/configuration.ts';
import { create } from '../../../world/link-world.ts';

const [settings] = config.stages.production?.pipelines ?? [];
const account = config.accounts[settings?.account ?? ''];
if (settings === undefined || account === undefined) throw new Error('the sample has a pipeline in production');
const now = Date.parse('2026-03-01T10:00:00Z');

const faultsBy = (api: 'v1.0' | 'v2.0', command: Record<string, unknown>) => {
  const limits = { ...account, api, maxTtlDays: 31, maxDataCharacters: 2_048, queryStringCounts: false };
  const reading = laneReader({ settings, account: limits }, 'campaign')({ command, faults: [] }, now);
  return 'refused' in reading ? reading.refused.faults.map(({ path, rule }) => `${path} ${rule}`) : [];
};

describe('the reader of a lane at the command line', () => {
  const { data: _, ...bare } = create;
  it.each([
    ['a code with a create', { ...create, qr: {} }, 'qr no-qr'],
    ['a code alone', { ...bare, action: 'qr', shortlinkId: 'spring' }, 'action no-qr'],
    ['a migration', { ...bare, action: 'migrate', shortlinkId: 'spring' }, 'action no-migrate'],
  ])('refuses %s by version 1.0 of the API, as the worker does', (_name, command, fault) => {
    expect(faultsBy('v1.0', command)).toContain(fault);
    expect(faultsBy('v2.0', command)).not.toContain(fault);
  });

  it('counts the query string of the data by version 1.0', () => {
    // Given 400 letters, which are 2,400 characters percent-encoded
    const command = { ...create, data: { pid: 'sms', text: 'é'.repeat(400) } };
    // Then
    expect(faultsBy('v1.0', command)).toContainEqual(expect.stringContaining('data'));
    expect(faultsBy('v2.0', command)).toEqual([]);
  });
});
