import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Command } from 'commander';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { onelinkProgram } from '../../../cli/program.ts';
import { everything, sessionOf } from '../../../local/cloud/access/caller.ts';
import { localAccountId, secretKeyOf } from '../../../local/cloud/endpoints.ts';
import { assemblyIn } from '../../world/assembly.ts';
import { deploymentIn } from '../../world/recorded-calls.ts';
import { recordedVerbs, recordVerbs, verbCalls } from '../../world/recorded-verbs.ts';
import { messagesOf, runningPipeline } from '../../world/running-pipeline.ts';

const stack = 'OneLink-production';
const folder = mkdtempSync(join(tmpdir(), 'onelink-verbs-'));
const inFolder = (name: string) => join(folder, name);

const quarantined = 'quarantine/campaign/unreadable/one.ndjson';

/** A verb, and the words after it. The link is made before. */
const verbs: Record<string, (link: string) => string[]> = {
  status: () => ['status'],
  doctor: () => ['doctor'],
  trace: () => ['trace', '--source', 'crm', '--request-id', 'verbs-1'],
  get: (link) => ['get', link],
  verify: () => ['verify', '--sample', '1'],
  export: () => ['export', '--to', inFolder('links.ndjson'), '--reason', 'test'],
  send: () => ['send', inFolder('commands.ndjson'), '--lane', 'transactional'],
  'campaign start': () => [
    'campaign',
    'start',
    inFolder('spring.csv'),
    '--source',
    'crm',
    '--template',
    'A1b3',
    '--lane',
    'campaign',
    '--key',
    'key',
    '--yes',
  ],
  // As the owner of one producer's campaigns types them.
  'campaign list': () => ['campaign', 'list', '--source', 'crm'],
  'campaign show': () => ['campaign', 'show', 'crm/spring'],
  'campaign approve': () => ['campaign', 'approve', 'crm/spring'],
  'campaign pause': () => ['campaign', 'pause', 'crm/spring', '--reason', 'test'],
  'campaign resume': () => ['campaign', 'resume', 'crm/spring'],
  'campaign cancel': () => ['campaign', 'cancel', 'crm/spring', '--yes'],
  'campaign results': () => ['campaign', 'results', 'crm/spring', '--to', inFolder('results.csv')],
  'campaign codes': () => ['campaign', 'codes', 'crm/spring', '--to', inFolder('codes')],
  'campaign retire': () => ['campaign', 'retire', 'crm/spring', '--yes'],
  'senders list': () => ['senders', 'list'],
  'senders confirm': () => ['senders', 'confirm', 'AROAEXAMPLEID', '--source', 'crm', '--reason', 'test', '--yes'],
  'senders show': () => ['senders', 'show', 'AROAEXAMPLEID', '--source', 'crm'],
  'senders reject': () => ['senders', 'reject', 'AROAOTHEREXAMPLE', '--source', 'crm', '--reason', 'test'],
  'keys list': () => ['keys', 'list'],
  'keys create': () => ['keys', 'create', '--source', 'crm'],
  'keys rotate': () => ['keys', 'rotate', '--source', 'crm'],
  'keys revoke': () => ['keys', 'revoke', 'unknown0'],
  'dead-letters list': () => ['dead-letters', 'list'],
  'dead-letters redrive': () => ['dead-letters', 'redrive', '--limit', '1'],
  'dead-letters purge': () => ['dead-letters', 'purge', '--to', inFolder('purged.ndjson'), '--yes'],
  'parked list': () => ['parked', 'list'],
  'parked replay': () => ['parked', 'replay'],
  'quarantine list': () => ['quarantine', 'list'],
  'quarantine show': () => ['quarantine', 'show', quarantined],
  'quarantine release': () => ['quarantine', 'release', quarantined],
  'subject find': () => ['subject', 'find', 'customer 7'],
  'subject erase': () => ['subject', 'erase', 'customer 7', '--reason', 'test', '--yes'],
  'policy check': () => ['policy', 'check'],
  audit: () => ['audit'],
  pause: () => ['pause', 'campaign', '--reason', 'test'],
  resume: () => ['resume', 'campaign'],
};

let pipeline: Awaited<ReturnType<typeof runningPipeline>>;
const keyOf = (verb: string) => `verb-${verb.replaceAll(' ', '-')}`;
const callerOf = (verb: string) =>
  sessionOf(`arn:aws:iam::${localAccountId}:role/${keyOf(verb)}`, 'person', [everything]);
const callers = Object.fromEntries(Object.keys(verbs).map((verb) => [keyOf(verb), callerOf(verb)]));

beforeAll(async () => {
  pipeline = await runningPipeline({ callers });
}, 240_000);
afterAll(() => pipeline?.stop());

/** Runs a verb as a person with this access key. @returns what it printed */
async function run(verb: string, words: string[]): Promise<string> {
  const key = keyOf(verb);
  Object.assign(process.env, pipeline.cloud.clientVariables(), {
    AWS_ACCESS_KEY_ID: key,
    AWS_SECRET_ACCESS_KEY: secretKeyOf(key),
  });
  const printed: string[] = [];
  const spies = (['log', 'error'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation((line) => void printed.push(String(line))),
  );
  const program = onelinkProgram();
  const throwing = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: (text) => void printed.push(text) });
    command.commands.forEach(throwing);
  };
  throwing(program);
  const ended = program.parseAsync(['node', 'onelink', ...words, '--stack', stack]);
  const patience = new Promise((_, reject) => setTimeout(reject, 20_000, new Error('no end')).unref());
  await Promise.race([ended, patience]).catch((error) => printed.push(String(error)));
  for (const spy of spies) spy.mockRestore();
  process.exitCode = undefined;
  return printed.join('\n');
}

test('each verb makes the calls that are recorded for it', { timeout: 400_000 }, async () => {
  // Given
  const create = { specVersion: '1.0', source: 'crm', action: 'create', onelinkId: 'A1b3', data: { pid: 'sms' } };
  const requestedAt = '2026-03-01T10:00:00Z';
  const sent = messagesOf([{ ...create, requestId: 'verbs-1', qr: { format: 'png', size: 300 }, requestedAt }]);
  const [answered] = await pipeline.sendAndAwait(sent, 120);
  const link = answered?.answer?.link ?? expect.fail('no link');
  writeFileSync(inFolder('commands.ndjson'), JSON.stringify({ ...create, requestId: 'verbs-2', requestedAt }));
  writeFileSync(inFolder('spring.csv'), 'key,pid\n1,sms\n');
  const s3 = new S3Client({ ...pipeline.cloud.clientConfig('s3'), forcePathStyle: true });
  const parked = { Bucket: pipeline.outputs.ArchiveBucketName, Key: quarantined, Body: '{}\n' };
  await s3.send(new PutObjectCommand(parked)).finally(() => s3.destroy());
  const arn = (verb: string) => callerOf(verb).arn;

  const deployment = await deploymentIn(await assemblyIn(folder), stack);
  const callsOf = (names: string[]) =>
    Object.fromEntries(names.map((verb) => [verb, verbCalls(pipeline.cloud.calls(), arn(verb), deployment)]));

  // When
  const printed: Record<string, string> = {};
  for (const [verb, words] of Object.entries(verbs)) {
    printed[verb] = await run(verb, words(`${link.onelinkId}/${link.shortlinkId}`));
    if (process.env.RECORD_CALLS === '1') recordVerbs(callsOf(Object.keys(printed)));
    if (process.env.SHOW_VERBS) process.stderr.write(`== ${verb}\n${printed[verb]?.slice(-300)}\n`);
  }

  // Then
  const made = callsOf(Object.keys(verbs));
  if (process.env.RECORD_CALLS === '1') recordVerbs(made);
  expect(made).toEqual(recordedVerbs());
});
