import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { beforeAll, describe, expect, test } from 'vitest';
import { onelinkProgram } from '../../cli/program.ts';
import { Authorizer } from '../../local/cloud/access/authorizer.ts';
import type { Deployment } from '../../local/cloud/assembly/deployment.ts';
import { readAssembly } from '../../local/cloud/assembly/read-assembly.ts';
import { localAccountId } from '../../local/cloud/endpoints.ts';
import { actsOfVerbs, holderOf, lacking, permissionsTable } from '../world/permissions-table.ts';
import { deploymentOf, ResourceNames } from '../world/recorded-calls.ts';
import { recordedVerbs, verbsNotRecorded } from '../world/recorded-verbs.ts';
import { configuredApp } from './configured-app.ts';

const page = new URL('../../docs/permissions.md', import.meta.url);
const table = /\| Verb \|[\s\S]*?(?=\n\n## )/;

let deployment: Deployment;
let found: Awaited<ReturnType<typeof lacking>>;
beforeAll(async () => {
  deployment = deploymentOf(await readAssembly(configuredApp().app.synth().directory));
  found = await lacking(deployment);
});

/** Whether the holder of a policy may do this. */
async function may(key: string, action: string, resource: string, context = {}): Promise<boolean> {
  const caller = holderOf(key, deployment);
  const names = new ResourceNames(deployment, []);
  const [, unqualified = resource, alias = ''] = /^(\w+Function)(:.+)$/.exec(resource) ?? [];
  const call = { action, resource: `${names.arnOf(unqualified, '')}${alias}`, context };
  return new Authorizer({}, new Map()).permits(caller, call);
}

describe('the managed policies', () => {
  test('permit for each verb what docs/permissions.md shows', () => {
    const made = permissionsTable(found);
    const text = readFileSync(page, 'utf8');
    if (process.env.RECORD_CALLS === '1') writeFileSync(page, text.replace(table, made));
    expect(readFileSync(page, 'utf8').match(table)?.[0]).toBe(made);
  });

  test('are held against each verb and each act, or a reason states why not', () => {
    const leaves = (command: Command, path: readonly string[]): string[] =>
      command.commands.length === 0
        ? [path.join(' ')]
        : command.commands.flatMap((one) => leaves(one, [...path, one.name()]));
    const known = [...Object.keys(recordedVerbs()), ...Object.keys(verbsNotRecorded)];
    expect(known.toSorted()).toEqual(leaves(onelinkProgram(), []).toSorted());
    for (const [verb] of Object.values(actsOfVerbs)) expect(found).toHaveProperty([verb]);
  });

  test('let an operator see no value: no letter, no object, no link, and no secret but hashes of keys', async () => {
    for (const [action, resource] of [
      ['sqs:ReceiveMessage', 'CampaignCommandsDeadLetters'],
      ['s3:GetObject', 'Archive/parked/*'],
      ['s3:GetObject', 'CampaignFiles/results/*'],
      ['dynamodb:Scan', 'Ledger'],
      ['logs:FilterLogEvents', 'CampaignLinkWorkerLogs'],
      ['secretsmanager:GetSecretValue', 'ApiToken'],
      ['secretsmanager:GetSecretValue', 'LinkIdSecret'],
      ['lambda:InvokeFunction', 'ReaderWorkerFunction'],
      ['lambda:InvokeFunction', 'OperationsWorkerFunction:purge'],
      ['lambda:InvokeFunction', 'OperationsWorkerFunction:support'],
    ] as const) {
      expect(await may('local-operator', action, resource), `${action} ${resource}`).toBe(false);
    }
  });

  test('let an operator run the doctor, and see whether receivers have confirmed', async () => {
    expect(found.doctor?.Operator).toEqual([]);
    const topic = deployment.resources('AWS::SNS::Topic').find(({ logicalId }) => /Outcome/.test(logicalId))?.arn ?? '';
    expect(await may('local-operator', 'sns:ListSubscriptionsByTopic', topic)).toBe(true);
    expect(await may('local-reader', 'sns:ListSubscriptionsByTopic', topic)).toBe(false);
  });

  test('let a reader see the state, and no link', async () => {
    expect(found.status?.Reader).toEqual([]);
    for (const key of ['link#A1b3/', 'request#crm/', 'http#crm/']) {
      const context = { 'dynamodb:LeadingKeys': ['control', key] };
      expect(await may('local-reader', 'dynamodb:BatchGetItem', 'Ledger', context), key).toBe(false);
    }
    expect(await may('local-reader', 'dynamodb:GetItem', 'Ledger', { 'dynamodb:LeadingKeys': ['control'] })).toBe(true);
    expect(await may('local-reader', 'dynamodb:Scan', 'Ledger')).toBe(false);
    expect(await may('local-reader', 's3:GetObject', 'Archive/parked/*')).toBe(false);
    expect(await may('local-reader', 'lambda:InvokeFunction', 'ReaderWorkerFunction')).toBe(false);
  });

  test('let nobody write to table, queue or archive, but through an alias', async () => {
    const keys = ['reader', 'support', 'operator', 'browser', 'purge', 'privacy', 'auditor'].map(
      (name) => `local-${name}`,
    );
    for (const key of keys) {
      for (const [action, resource] of [
        ['dynamodb:PutItem', 'Ledger'],
        ['dynamodb:UpdateItem', 'Ledger'],
        ['s3:PutObject', 'Archive/parked/*'],
        ['s3:PutObject', 'AuditRecords/audit/*'],
        ['secretsmanager:PutSecretValue', 'HttpKeys'],
        ['sqs:SendMessage', 'CampaignFilesQueue'],
        ['lambda:InvokeFunction', 'OperationsWorkerFunction'],
      ] as const) {
        expect(await may(key, action, resource), `${key} ${action} ${resource}`).toBe(false);
      }
    }
  });

  test.each([
    ['local-operator', ['operate', 'campaigns-Crm']],
    ['local-browser', ['operate']],
    ['local-support', ['support']],
    ['local-purge', ['purge']],
    ['local-privacy', ['privacy']],
    ['local-auditor', []],
    ['local-reader', []],
    ['local-campaign-owner-crm', ['campaigns-Crm']],
    ['local-producer-crm', []],
  ])('let %s use these permissions to act alone: %j', async (key, permitted) => {
    const aliases = ['operate', 'purge', 'support', 'privacy', 'campaigns-Crm', 'campaigns-Product'];
    const expected = key === 'local-operator' ? [...permitted, 'campaigns-Product'] : permitted;
    const used = await Promise.all(
      aliases.map(async (alias) =>
        (await may(key, 'lambda:InvokeFunction', `OperationsWorkerFunction:${alias}`)) ? [alias] : [],
      ),
    );
    expect(used.flat()).toEqual(aliases.filter((alias) => expected.includes(alias)));
  });

  test('let those who are paged read the runbook, and one of them start the acts of this pipeline alone', async () => {
    const arn = (type: string, name: string) => `arn:aws:ssm:us-east-1:${localAccountId}:${type}/${name}`;
    const entry = arn('document', 'OneLink-production-runbook-lane-paused');
    const acts = ['pause', 'resume', 'replay', 'redrive'].map((act) => arn('document', `OneLink-production-${act}`));
    for (const key of ['local-reader', 'local-support', 'local-operator', 'local-browser']) {
      expect(await may(key, 'ssm:GetDocument', entry), key).toBe(true);
      expect(await may(key, 'ssm:GetDocument', arn('document', 'Another-runbook')), key).toBe(false);
      for (const one of acts) {
        expect(await may(key, 'ssm:StartAutomationExecution', one), `${key} ${one}`).toBe(key === 'local-browser');
      }
    }
    expect(await may('local-browser', 'ssm:StartAutomationExecution', arn('automation-execution', 'new'))).toBe(true);
    for (const name of ['OneLink-production-runbook-lane-paused', 'AWS-RunShellScript', 'OneLink-staging-pause']) {
      expect(await may('local-browser', 'ssm:StartAutomationExecution', arn('document', name)), name).toBe(false);
    }
    for (const action of ['ssm:UpdateDocument', 'ssm:CreateDocument', 'ssm:DeleteDocument']) {
      expect(await may('local-browser', action, acts[0] ?? ''), action).toBe(false);
    }
  });

  test('let a campaign owner drop and read files of the own producer alone', async () => {
    const owner = 'local-campaign-owner-crm';
    const bucket = deployment.resources('AWS::S3::Bucket').find(({ logicalId }) => logicalId === 'CampaignFiles')?.arn;
    const mayObject = (action: string, key: string) => may(owner, action, `${bucket}/${key}`);
    expect(await mayObject('s3:PutObject', 'inbox/crm/spring.csv')).toBe(true);
    expect(await mayObject('s3:PutObject', 'inbox/crm2/spring.csv')).toBe(false);
    expect(await mayObject('s3:PutObject', 'results/crm/spring.csv')).toBe(false);
    expect(await mayObject('s3:GetObject', 'results/crm/spring.csv')).toBe(true);
    expect(await mayObject('s3:GetObject', 'results/product/spring.csv')).toBe(false);
    expect(await mayObject('s3:GetObject', 'work/crm/spring/1/chunk-0000001.ndjson')).toBe(true);
    expect(await mayObject('s3:GetObject', 'work/product/spring/1/chunk-0000001.ndjson')).toBe(false);
    const listed = (prefix: string) => may(owner, 's3:ListBucket', bucket ?? '', { 's3:prefix': prefix });
    expect(await listed('results/crm/')).toBe(true);
    expect(await listed('results/')).toBe(false);
    expect(await listed('results/product/')).toBe(false);
  });

  test('let a campaign owner carry out each verb of campaigns, for the own producer alone', async () => {
    const verbs = Object.keys(found).filter((verb) => verb.startsWith('campaign '));
    expect(verbs.length).toBe(11);
    for (const verb of verbs) expect(found[verb]?.Owner, verb).toEqual([]);
    const owner = 'local-campaign-owner-crm';
    const mayRead = (...keys: string[]) =>
      may(owner, 'dynamodb:BatchGetItem', 'Ledger', { 'dynamodb:LeadingKeys': keys });
    expect(await mayRead('campaign#crm/spring', 'request#crm/spring/1', 'link#A1b3/abc123')).toBe(true);
    for (const key of [
      'campaign#product/spring',
      'request#product/r-1',
      'request#crm2/r-1',
      'link#Z9z9/abc',
      'http#crm/r',
    ]) {
      expect(await mayRead('campaign#crm/spring', key), key).toBe(false);
    }
    expect(await may(owner, 'secretsmanager:GetSecretValue', 'LinkIdSecret')).toBe(false);
    expect(await may(owner, 'dynamodb:Scan', 'Ledger')).toBe(false);
  });
});
