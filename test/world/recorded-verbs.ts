import { readFileSync, writeFileSync } from 'node:fs';
import type { JudgedCall } from '../../local/cloud/access/authorizer.ts';
import type { Call } from '../../local/cloud/access/call.ts';
import type { Deployment } from '../../local/cloud/assembly/deployment.ts';
import { ResourceNames } from './recorded-calls.ts';

const file = new URL('recorded-verbs.json', import.meta.url);

/** `action resource`, then the context that policies judge, as `key=value,value`. */
export type VerbCall = string;

/** The calls to AWS that each verb makes for a person. With `RECORD_CALLS=1`, a test writes them. */
export const recordedVerbs = (): Readonly<Record<string, readonly VerbCall[]>> =>
  JSON.parse(readFileSync(file, 'utf8'));

/** The verbs that are not recorded, each with the reason. */
export const verbsNotRecorded: Readonly<Record<string, string>> = {
  console: 'makes the calls of the verbs that its pages equal',
  preflight: 'runs before there is a stack, with a policy of its own in docs/permissions.md',
  'policy check': 'makes the calls of `verify`, if a template or a producer has a policy; the sample has none',
  'policy schema': 'prints a schema',
  'senders identify': 'reads the answer of a call that somebody else has made',
};

export const recordVerbs = (made: Readonly<Record<string, readonly VerbCall[]>>) =>
  writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`);

/** The calls of one caller, by names that do not change with a deployment. */
export function verbCalls(calls: readonly JudgedCall[], callerArn: string, deployment: Deployment): VerbCall[] {
  const names = new ResourceNames(deployment, []);
  const made = calls
    .filter(({ caller }) => caller.arn === callerArn)
    .map(({ action, resource, context = {} }) => {
      const [, unqualified = resource, alias] = /^(arn:aws:lambda:[^:]+:\d+:function:[^:]+):(.+)$/.exec(resource) ?? [];
      const name = `${names.of(unqualified)}${alias === undefined ? '' : `:${alias}`}`;
      const terms = Object.entries(context).map(([key, value]) => `${key}=${lasting([value].flat().join(','))}`);
      return [action, /:stack\//.test(name) ? 'stack' : name, ...terms].join(' ');
    });
  return [...new Set(made)].sort();
}

/**
 * Without what changes from run to run: days, and folders below those that policies name. Of the archive and the audit
 * bucket, policies name the first folder.
 */
const lasting = (value: string) =>
  value.replace(/^(audit|held|parked|quarantine)\/.*$/, '$1/').replaceAll(/\d{4}-\d{2}-\d{2}/g, '{day}');

/** The call in the words of {@link verbCalls}, for another deployment. */
export function callOf(words: VerbCall, deployment: Deployment): Call {
  const names = new ResourceNames(deployment, []);
  const [action = '', name = '', ...terms] = words.split(' ');
  const [, unqualified = name, alias] = /^(\w+Function):(.+)$/.exec(name) ?? [];
  const stack = `arn:aws:cloudformation:${deployment.place.region}:${deployment.place.accountId}:stack/OneLink-production/one`;
  // Each producer has a folder of its own.
  const arn =
    name === 'stack' ? stack : names.arnOf(unqualified, '').replace(/(inbox|results|work|qr)\/one$/, '$1/crm/one');
  const context = terms.map((term) => {
    const [key = '', values = ''] = term.split('=');
    const now = values.replaceAll('{day}', '2026-11-28');
    return [key, key === 'dynamodb:LeadingKeys' ? now.split(',') : now];
  });
  return {
    action,
    resource: alias === undefined ? arn : `${arn}:${alias}`,
    ...(context.length > 0 && { context: Object.fromEntries(context) }),
  };
}
