import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { testableAlarm } from '../../../cli/commands/alarm/testable-alarm.ts';
import { doctor } from '../../../cli/commands/doctor/doctor.ts';
import type { LocalRun } from '../../../cli/pipeline/local-run.ts';
import { ChosenPipeline } from '../../../cli/pipeline/pipeline-choice.ts';
import { onelinkProgram } from '../../../cli/program.ts';
import { exitCodeOf } from '../../../cli/terminal/exit-code.ts';
import { Progress } from '../../../cli/terminal/progress.ts';
import { config } from '../../../examples/configuration.ts';
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
  trace: () => ['trace', '--source', 'crm', '--request-id', 'verbs-1', '--ended', '2026-03-09'],
  get: (link) => ['get', link],
  verify: () => ['verify', '--sample', '1'],
  export: () => ['export', '--to', inFolder('links.ndjson'), '--reason', 'test'],
  send: () => ['send', inFolder('commands.ndjson'), '--lane', 'transactional'],
  plan: () => ['plan', '--links', '1000'],
  'campaign plan': () => [
    'campaign',
    'plan',
    inFolder('spring.csv'),
    '--source',
    'crm',
    '--template',
    'A1b3',
    '--lane',
    'campaign',
    '--key',
    'key',
  ],
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
  'takeover plan': () => ['takeover', 'plan', inFolder('links.txt'), '--source', 'crm', '--adopt'],
  // What the plan has found is in its notes.
  'takeover run': () => ['takeover', 'run', inFolder('links.txt'), '--source', 'crm', '--adopt', '--yes', '--no-wait'],
  'takeover report': () => ['takeover', 'report', inFolder('links.txt'), '--source', 'crm'],
  'senders list': () => ['senders', 'list'],
  'senders confirm': () => [
    'senders',
    'confirm',
    'AROASTRANGERSTRANGE02',
    '--source',
    'crm',
    '--reason',
    'test',
    '--yes',
  ],
  'senders show': () => ['senders', 'show', '--id', 'AROASTRANGERSTRANGE02', '--source', 'crm'],
  'senders reject': () => ['senders', 'reject', 'AROASTRANGERSTRANGE03', '--source', 'crm', '--reason', 'test'],
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
  audit: () => ['audit'],
  'alarm test': () => ['alarm', 'test', '--severity', 'ticket'],
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

interface Ended {
  printed: string;
  code: unknown;
}

/** The doctor must know that the run is local: the engines lack some operations of DynamoDB, which end its check. */
async function examined(key: string): Promise<void> {
  const kept: LocalRun = {
    stackName: stack,
    stackNames: [stack],
    configuration: config,
    variables: pipeline.cloud.clientVariables(),
    accessKeys: [key],
    oneLinkApi: pipeline.api,
  };
  const scene = {
    options: {},
    chosen: new ChosenPipeline({ local: true }, () => kept),
    progress: new Progress(process.stderr),
    interrupted: new AbortController().signal,
    print: (_: object, words: string) => console.log(words),
  };
  process.exitCode = await exitCodeOf(() => doctor(scene), true);
}

/** Runs a verb with an access key. */
async function run(key: string, words: readonly string[], secret = secretKeyOf(key)): Promise<Ended> {
  Object.assign(process.env, pipeline.cloud.clientVariables(), {
    AWS_ACCESS_KEY_ID: key,
    AWS_SECRET_ACCESS_KEY: secret,
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
  const ended =
    words[0] === 'doctor' ? examined(key) : program.parseAsync(['node', 'onelink', ...words, '--stack', stack]);
  const patience = new Promise((_, reject) => setTimeout(reject, 20_000, new Error('no end')).unref());
  await Promise.race([ended, patience]).catch((error) => printed.push(String(error)));
  for (const spy of spies) spy.mockRestore();
  const code = process.exitCode ?? 0;
  process.exitCode = undefined;
  return { printed: printed.join('\n'), code };
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
  writeFileSync(inFolder('links.txt'), 'A1b3/elsewhere\n');
  pipeline.api.control.preload([{ onelinkId: 'A1b3', shortlinkId: 'elsewhere', data: { pid: 'sms' } }]);
  const s3 = new S3Client({ ...pipeline.cloud.clientConfig('s3'), forcePathStyle: true });
  const parked = { Bucket: pipeline.outputs.ArchiveBucketName, Key: quarantined, Body: '{}\n' };
  await s3.send(new PutObjectCommand(parked));
  const ended = { Bucket: pipeline.outputs.ArchiveBucketName, Key: 'history/2026/03/09/one.ndjson', Body: '{}\n' };
  await s3.send(new PutObjectCommand(ended)).finally(() => s3.destroy());
  const arn = (verb: string) => callerOf(verb).arn;
  // An alarm is OK when it has been judged for the first time.
  const cloudWatch = new CloudWatchClient(pipeline.cloud.clientConfig('cloudWatch'));
  const ofTickets = { stackName: stack, topicArn: pipeline.outputs.TicketTopicArn ?? '' };
  const isTestable = async () => (await testableAlarm(cloudWatch, ofTickets)).name !== undefined;
  await vi.waitUntil(isTestable, { timeout: 180_000, interval: 1_000 }).finally(() => cloudWatch.destroy());

  const deployment = await deploymentIn(await assemblyIn(folder), stack);
  const callsOf = (names: string[]) =>
    Object.fromEntries(names.map((verb) => [verb, verbCalls(pipeline.cloud.calls(), arn(verb), deployment)]));

  // A campaign has a record when its check has begun, and rows to send when it has ended.
  const checked = async (name: string) => {
    const record = (await pipeline.ledger()).get(`campaign#crm/${name}`);
    expect(record).toMatchObject({ check: { done: true } });
  };
  const campaignOf: Record<string, string> = { 'campaign start': 'spring', 'takeover run': 'links.takeover' };

  // When
  const printed: Record<string, string> = {};
  for (const [verb, words] of Object.entries(verbs)) {
    printed[verb] = (await run(keyOf(verb), words(`${link.onelinkId}/${link.shortlinkId}`))).printed;
    const campaign = campaignOf[verb];
    if (campaign !== undefined) await vi.waitFor(() => checked(campaign), { timeout: 60_000, interval: 250 });
    if (process.env.RECORD_CALLS === '1') recordVerbs(callsOf(Object.keys(printed)));
    if (process.env.SHOW_VERBS) process.stderr.write(`== ${verb}\n${printed[verb]?.slice(-300)}\n`);
  }

  // Then
  const made = callsOf(Object.keys(verbs));
  if (process.env.RECORD_CALLS === '1') recordVerbs(made);
  expect(made).toEqual(recordedVerbs());
});

describe('somebody with one managed policy', () => {
  const ask = 'Ask an administrator for the policy that permits it: docs/permissions.md.';
  const lacks = (permission: string) =>
    new RegExp(`lacks lambda:InvokeFunction on the function \\S+:${permission}\\. Nothing was done\\. ${ask}`);
  const pauseNow = (reason: string) => ['pause', 'transactional', '--reason', reason];
  const orders = async () => (await pipeline.control.read()).control?.lanes.transactional;
  const audited = async (...options: string[]) => {
    const { printed } = await run('local-auditor', ['audit', '--since', '1h', '--json', ...options]);
    return printed.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  };

  test('reads the state as a reader, and is refused each act and each link, with the missing permission', async () => {
    const before = await orders();

    const status = await run('local-reader', ['status']);
    // A command is held, so something needs attention.
    expect(status).toMatchObject({ code: 1, printed: expect.stringContaining('QUOTA') });

    const paused = await run('local-reader', pauseNow('a reader may not'));
    expect(paused.code).toBe(2);
    expect(paused.printed).toMatch(lacks('operate'));
    expect(await orders()).toEqual(before);

    const got = await run('local-reader', ['get', 'A1b3/abc123']);
    expect(got.code).not.toBe(0);
    expect(got.printed).toContain('is not authorized to perform: secretsmanager:GetSecretValue');
    expect(got.printed).toContain(ask);

    const exported = await run('local-reader', ['export', '--to', inFolder('stolen.ndjson'), '--reason', 'x']);
    expect(exported.code).not.toBe(0);
    expect(exported.printed).toMatch(lacks('support'));
    expect(existsSync(inFolder('stolen.ndjson'))).toBe(false);
  });

  test('pauses a lane as an operator, and the auditor sees who, what and why', async () => {
    const paused = await run('local-operator', pauseNow('ticket 4711'));
    expect(paused).toMatchObject({ code: 0, printed: expect.stringContaining('transactional is paused') });

    const [act, ...others] = await audited('--act', 'pause', '--by', 'local-operator');
    expect(others).toEqual([]);
    expect(act).toMatchObject({
      act: 'pause',
      by: { arn: expect.stringMatching(/:assumed-role\/local-operator\/local$/) },
      target: { lanes: ['transactional'] },
      reason: 'ticket 4711',
    });
    // IAM refused the reader before the function received the call.
    expect(await audited('--by', 'local-reader')).toEqual([]);
  });

  test('runs the doctor as an operator, who sees what was not checked', async () => {
    const { printed, code } = await run('local-operator', ['doctor']);
    // A command is held, which the doctor finds. What the operator may not check is no fault.
    expect(code, printed).toBe(1);
    expect(printed.match(/^failed +[^:]+/gm)).toEqual(['failed     held commands']);
    expect(printed).toContain('its form is not checked, because you may not read it');
    expect(printed).toMatch(
      /not-known +API token: not permitted to you: AWS denies lambda:InvokeFunction on the reader/,
    );
    expect(printed.match(/not permitted to you/g)).toHaveLength(1);
  });

  test('exports links as support, and may not pause', async () => {
    const exported = await run('local-support', ['export', '--to', inFolder('all.ndjson'), '--reason', 'test']);
    expect(exported).toMatchObject({ code: 0, printed: expect.stringContaining('links written') });
    expect(readFileSync(inFolder('all.ndjson'), 'utf8')).toContain('"shortlinkId"');

    const paused = await run('local-support', pauseNow('support may not'));
    expect(paused.code).toBe(2);
    expect(paused.printed).toMatch(lacks('operate'));
  });

  test('owns the campaigns of one producer, and reads no other’s', async () => {
    const shown = await run('local-campaign-owner-crm', ['campaign', 'show', 'crm/spring']);
    expect(shown).toMatchObject({ code: 1, printed: expect.stringContaining('crm/spring  cancelled') });
    const results = ['campaign', 'results', 'crm/spring', '--to', inFolder('own.csv')];
    expect(await run('local-campaign-owner-crm', results)).toMatchObject({
      printed: expect.stringContaining('1 row of crm/spring written'),
    });

    const others = await run('local-campaign-owner-crm', ['campaign', 'list', '--source', 'product']);
    expect(others.code).not.toBe(0);
    expect(others.printed).toContain('AWS denies access');
    const short = await run('local-campaign-owner-crm', ['campaign', 'show', 'spring']);
    expect(short.printed).toContain('Name the producer, too, for example crm/spring.');
  });

  test('cannot act under the name of somebody whose secret key is not known', async () => {
    const before = await orders();

    const forged = await run('local-operator', pauseNow('forged'), 'another secret');

    expect(forged.code).toBe(2);
    expect(forged.printed).toContain('AWS does not confirm that you are a caller of the pipeline’s account.');
    expect(await orders()).toEqual(before);
    expect(await audited('--act', 'pause', '--by', 'local-operator')).toHaveLength(1);
    expect(await audited('--refused')).toContainEqual(
      expect.objectContaining({ state: 'refused', error: 'not-proved' }),
    );
  });
});
