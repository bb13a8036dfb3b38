import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandsIn, normalised } from './commands-in.ts';
import { type KeptRun, type Ran, startKeptRun } from './kept-run.ts';

const documents = [
  'README.md',
  'docs/deploying.md',
  'docs/operations.md',
  'docs/recipes/before-the-first-call.md',
  'docs/recipes/from-bulk-page.md',
  'docs/recipes/from-v1.md',
  'docs/takeover.md',
  'docs/restoring.md',
  'lib/observability/RUNBOOK.md',
];
const textOf = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
const documented = new Map(
  documents.flatMap((file) => commandsIn(file, textOf(file))).map(({ command }) => [normalised(command), command]),
);
/** The lines that the runbook has its reader paste first. */
const before = /^```sh\n(STACK=.*?)^```/ms.exec(textOf('lib/observability/RUNBOOK.md'))?.[1] ?? '';

/** Why the test does not run a command. The first match counts. */
const notRun: [pattern: RegExp, because: string][] = [
  [/^npm ci/, 'it installs the packages of this test'],
  [/^npm pack$/, 'test/integration/client/package.test.ts packs and installs the package'],
  [/^npx onelink --stack$/, 'it is an option of each verb, and no command by itself'],
  [/^npx onelink console --open/, 'it goes on until Ctrl-C; test/browser starts it'],
  [/ --queue deliveries/, 'no producer of the sample has an `outcomeUrl`'],
  [/^aws cloudformation describe-stack-events/, 'the local cloud has no events of a stack'],
  [/^STACK=/, 'it stands before every other command of the runbook'],
  [/^npm start/, 'a run has .local for itself; this one was started by npm start -- --input my-commands.ndjson --keep'],
  [
    /^npm run (check|format|bench|test:\w+)/,
    'it takes minutes; test/unit/cli/terminal/usage.test.ts tries its command line',
  ],
  [
    /^npm run onelink-api/,
    'it goes on until Ctrl-C; test/integration/local/onelink-api/command-line.test.ts starts it',
  ],
  [/^(npm run synth|npx cdk synth)/, 'npm start has synthesised the app'],
  [/^npx cdk (deploy|bootstrap|diff|import|destroy)/, 'it needs an AWS account'],
  [
    /^npx onelink preflight /,
    'it needs an AWS account; test/unit/cli/commands/preflight runs it against one on loopback',
  ],
  [/^aws sts /, 'it needs an AWS account'],
  [/^aws iam /, 'the local cloud has roles, and no API for them'],
  [/^aws sqs start-message-move-task /, 'the local queue engine has no such operation'],
  [/^logs Forwarder /, 'the sample has no ingress queue, and so no forwarder'],
  [/OutcomeDeliveries|^aws sns /, 'no producer of the sample has an `outcomeUrl`'],
  [/^aws events /, 'the local cloud fires schedules, and has no API for them'],
  [/^aws cloudformation detect-stack-drift/, 'what the local cloud has cannot drift'],
  [
    /^aws lambda (get-account-settings|(get|put)-function-concurrency)/,
    'the local cloud has no account, and no such operation',
  ],
  [/^aws dynamodb (restore-table|update-table|tag-resource)/, 'the local engine has no such operation'],
  [/^aws cloudformation update-termination-protection/, 'the local cloud deletes no stack'],
  [/^aws (cloudtrail|resourcegroupstaggingapi|kms) /, 'the local cloud has no such service'],
  [
    /^aws secretsmanager (list-secret-version-ids|restore-secret|stop-replication|delete-secret)/,
    'the local Secrets Manager has no such operation',
  ],
  [/^aws secretsmanager update-secret-version-stage .*OLD/, 'it names two versions of a secret that was replaced'],
  [
    /^aws (dynamodb delete-table|s3api delete-bucket|logs delete-log-group|sqs delete-queue)/,
    'it deletes what the other commands need',
  ],
  [
    /^(FROM=ledger-restored|aws dynamodb (delete-item|scan) --table-name ledger-restored)/,
    'the local cloud has no restored table',
  ],
  [/^AWS_REGION=NEW | --region (OLD|NEW)/, 'the local cloud has one region'],
  [/^BUCKET=the-bucket/, 'it names no bucket'],
  [/^aws lambda update-event-source-mapping .*--no-enabled/, 'it stops a lane that the other commands need'],
  [/^npx onelink doctor --table/, 'the local cloud has no restored table; test/integration/restore.test.ts has one'],
  [/^aws (logs tail|s3 ls)$/, 'it is a name in a sentence'],
  [/aws (secretsmanager put-secret-value .*…|s3 mv .*BUCKET)/, 'it names no secret, or no bucket'],
  [/^curl .*onelink\.appsflyer\.com/, 'it calls the vendor’s API'],
  [/ --watch /, 'it runs until Ctrl-C'],
];
const reasonFor = (command: string) => notRun.find(([pattern]) => pattern.test(command))?.[1];

/** Commands with other exit codes than 0, and why. */
const otherCodes: [pattern: RegExp, codes: number[], because: string][] = [
  [/ --as studio/, [1], 'a command of crm from studio is rejected'],
  [/ --as operator/, [3], 'a command of crm from the operator is held'],
  [/^npx onelink send my-commands/, [1], 'one of its commands is rejected'],
  [/^npx onelink status/, [0, 1], 'lanes were paused a moment before, and some may still be'],
  [/^npx onelink trace .*--request-id (R|dispatch-803acb24)$/, [1], 'no producer sent that request'],
  [/^npx onelink senders (confirm|reject)/, [0, 2], 'another command may have decided about that sender before'],
  [/^npx onelink keys (create|rotate)/, [0, 2], 'the producer may have two valid keys before'],
  [/^npx onelink keys revoke a1b2c3d4/, [2], 'no key has that ID'],
  [/^npx onelink policy check/, [2], 'the sample has no policy'],
  [/^npx onelink audit /, [0, 1], 'nobody may have acted yet'],
  [/^npx onelink subject find/, [1], 'nothing concerns that person'],
  [/^npx onelink subject erase/, [2], 'nobody answers its question'],
  [/^npx onelink takeover plan/, [1], 'the API does not have the link'],
  [
    /^npx onelink takeover report/,
    [0, 1],
    'the plan of the list runs beside it, and may not have looked the link up yet',
  ],
  [/^npx onelink campaign \w+ crm\/NAME/, [2], 'no campaign is called NAME'],
  [/^npx onelink alarm test/, [0, 1], 'CloudWatch may not have evaluated the alarms of a new stack yet'],
  [/^npx onelink parked replay/, [0, 1], 'a lane may not have opened again'],
];

const hasJq = spawnSync('jq', ['--version']).status === 0;
const quarantined = (name: string) => `quarantine/campaign/unreadable/${name}`;
const create = (requestId: string, change: object = {}) => ({
  specVersion: '1.0',
  source: 'crm',
  requestId,
  action: 'create',
  requestedAt: '2026-03-01T10:00:00Z',
  onelinkId: 'A1b3',
  data: { pid: 'sms', c: 'spring-sale' },
  ...change,
});

let run: KeptRun;
let lots = 0;

beforeAll(async () => {
  const invalid = create('r-2', { ttl: 'for ever' });
  run = await startKeptRun([create('r-1', { shortlinkId: 'abc123', ttl: '30d' }), invalid, create('r-3', { qr: {} })]);
  const file = (name: string, ...lines: object[]) =>
    writeFile(join(run.folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await file('commands.ndjson', create('r-4'));
  await file('my-command.json', create('r-5'));
  const identity = {
    UserId: 'AIDAEXAMPLEID12345678',
    Account: '111122223333',
    Arn: 'arn:aws:iam::111122223333:user/crm',
  };
  await file('who.json', identity);
  await writeFile(join(run.folder, 'links.txt'), 'https://acme.onelink.me/A1b3/nobodys\n');
  await writeFile(join(run.folder, 'spring.csv'), 'request_id,template,pid,c\nshop-1,A1b3,qr_poster,spring\n');
  await writeFile(join(run.folder, 'token.txt'), 'local-token\n');
  // Lambda writes a batch that it gives up in this form. This one has no records.
  const Bucket = run.outputs.ArchiveBucketName;
  const givenUp = JSON.stringify({ payload: JSON.stringify({ Records: [] }) });
  await new S3Client().send(new PutObjectCommand({ Bucket, Key: 'aws/lambda/given-up.json', Body: givenUp }));
}, 120_000);
afterAll(() => run?.stop());

/** The command with the values that its reader fills in. */
async function filledIn(command: string): Promise<string> {
  if (/quarantine .*KEY/.test(command)) {
    const Key = quarantined(`lot-${++lots}`);
    const line = { v: 1, lane: 'campaign', messageId: 'm-1', sentAtMilliseconds: null, receiveCount: 1 };
    const asked = { parkedAtMilliseconds: Date.now(), source: 'crm', requestId: `parked-${lots}`, body: '{}' };
    const Body = `${JSON.stringify({ ...line, ...asked })}\n`;
    await new S3Client().send(new PutObjectCommand({ Bucket: run.outputs.ArchiveBucketName, Key, Body }));
    return command.replace('KEY', Key);
  }
  if (/dead-letters purge/.test(command)) {
    const QueueUrl = run.outputs.CampaignDeadLetterQueueUrl;
    await new SQSClient().send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(create('r-6')) }));
  }
  return command
    .replace('--to letters.ndjson', '--yes --to letters.ndjson')
    .replace('KEY=aws/lambda/…', 'KEY=aws/lambda/given-up.json');
}

/** Runs a command. A command that waits for the governor would wait a minute, so the test starts the governor each second. */
async function tried(command: string): Promise<Ran> {
  const lambda = new LambdaClient();
  const FunctionName = run.outputs.GovernorFunctionName;
  const timer = / --wait/.test(command)
    ? setInterval(() => void lambda.send(new InvokeCommand({ FunctionName })).catch(() => {}), 1_000)
    : undefined;
  try {
    const input = command.startsWith('read -rs') ? 'local-token\n' : '';
    return await run.shell(await filledIn(command), { before, input });
  } finally {
    clearInterval(timer);
  }
}

describe('every command of README, operations, runbook and two recipes', () => {
  test('is found', () => {
    expect(documented.size).toBeGreaterThan(80);
    expect(before).toContain('logs()');
  });

  test('each reason for not running one is needed', () => {
    for (const [pattern, because] of notRun) {
      const meant = [...documented.keys()].filter((command) => reasonFor(command) === because && pattern.test(command));
      expect([because, meant.length > 0]).toEqual([because, true]);
    }
  });

  const toRun = [...documented].filter(([command]) => reasonFor(command) === undefined);
  const pausing = /onelink (pause|resume)/;
  const changing = /onelink (alarm test|send|parked replay|quarantine|dead-letters)|jq |put-secret|^npm|export/;
  const isReading = ([command]: [string, string]) => !changing.test(command) && !pausing.test(command);

  test.concurrent.each(toRun.filter(isReading))('%s', (_, command) => works(command));

  test.each(toRun.filter(([command]) => changing.test(command)))('%s', (_, command) => works(command));

  // These come last, because a paused lane carries out no commands.
  test.each(toRun.filter(([command]) => pausing.test(command)))('%s', (_, command) => works(command));
}, 120_000);

async function works(command: string): Promise<void> {
  if (/\bjq /.test(command) && !hasJq) return;
  const ran = await tried(command);
  const [, codes = [0]] = otherCodes.find(([pattern]) => pattern.test(normalised(command))) ?? [];
  expect(codes, `${ran.out}\n${ran.err}`).toContain(ran.code);
  expect(ran.err).not.toMatch(/^ +at |Unknown options|Exception:|invalid choice|command not found/m);
  // The shell ignores a failure inside a pipe.
  if (/^(logs|aws) /.test(command)) expect(ran.err).toBe('');
  if (/alarm test/.test(command) && ran.code === 1) expect(ran.out).toContain('CloudWatch has not evaluated it yet');
  if (command.includes('--as studio')) expect(ran.out).toContain('studio r-4  rejected  sender-not-allowed');
  if (command.includes('--as operator')) expect(ran.out).toContain('crm r-4  parked  sender-unknown');
  if (command.includes('\'"outcome":"rejected"\'')) expect(ran.out).toContain('r-2');
}
