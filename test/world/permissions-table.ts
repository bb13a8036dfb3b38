import type { ActName } from '../../lambdas/domain/acts/registry.ts';
import { Authorizer } from '../../local/cloud/access/authorizer.ts';
import type { Caller } from '../../local/cloud/access/caller.ts';
import { policyCallers } from '../../local/cloud/access/policy-callers.ts';
import type { Deployment } from '../../local/cloud/assembly/deployment.ts';
import { callOf, recordedVerbs, type VerbCall } from './recorded-verbs.ts';

/** Who is in the table, in this order, by the access key of the local run. Of the producers, the sample's first. */
const people = {
  Reader: 'local-reader',
  Support: 'local-support',
  Operator: 'local-operator',
  Purge: 'local-purge',
  Privacy: 'local-privacy',
  Auditor: 'local-auditor',
  Owner: 'local-campaign-owner-crm',
  Producer: 'local-producer-crm',
} as const;

/** The alias that each act needs, by the verb. A recorded verb may have found nothing to act on. */
export const actsOfVerbs: Readonly<Record<ActName, readonly [verb: string, alias: string]>> = {
  pause: ['pause', 'operate'],
  resume: ['resume', 'operate'],
  'campaign-approve': ['campaign approve', 'campaigns-Crm'],
  'campaign-pause': ['campaign pause', 'campaigns-Crm'],
  'campaign-resume': ['campaign resume', 'campaigns-Crm'],
  'campaign-cancel': ['campaign cancel', 'campaigns-Crm'],
  'campaign-retire': ['campaign retire', 'campaigns-Crm'],
  replay: ['parked replay', 'operate'],
  redrive: ['dead-letters redrive', 'operate'],
  'redrive-outcomes': ['dead-letters redrive', 'operate'],
  purge: ['dead-letters purge', 'purge'],
  'quarantine-release': ['quarantine release', 'operate'],
  'quarantine-drop': ['quarantine release', 'operate'],
  'sender-confirm': ['senders confirm', 'operate'],
  'sender-reject': ['senders reject', 'operate'],
  'key-create': ['keys create', 'operate'],
  'key-rotate': ['keys rotate', 'operate'],
  'key-revoke': ['keys revoke', 'operate'],
  export: ['export', 'support'],
  'subject-find': ['subject find', 'privacy'],
  'subject-erase': ['subject erase', 'privacy'],
  'alarm-test': ['alarm test', 'operate'],
};

const ofResults = [
  's3:GetObject CampaignFiles/results/*',
  'dynamodb:BatchGetItem Ledger dynamodb:LeadingKeys=link#A1b3/',
];

/** The calls that a verb makes if there is more than it found while it was recorded. */
const callsNotReached: Readonly<Record<string, readonly VerbCall[]>> = {
  'campaign results': ofResults,
  'campaign retire': ofResults,
  'campaign codes': [...ofResults, 's3:GetObject QrImages/qr/*'],
  'senders show': ['s3:GetObject Archive/held/*'],
  'dead-letters list': ['dynamodb:GetItem Ledger dynamodb:LeadingKeys=request#crm/'],
};

/** The calls that a verb goes on without, if AWS denies them. What it leaves out is in docs/permissions.md. */
const goesOnWithout: Readonly<Record<string, readonly VerbCall[]>> = {
  doctor: [
    'lambda:InvokeFunction ReaderWorkerFunction',
    'secretsmanager:GetSecretValue ApiToken',
    'secretsmanager:GetSecretValue HttpKeys',
  ],
  'campaign results': ['secretsmanager:GetSecretValue LinkIdSecret'],
  'campaign codes': ['secretsmanager:GetSecretValue LinkIdSecret'],
  'campaign retire': ['secretsmanager:GetSecretValue LinkIdSecret'],
};

/** What each policy lacks for each verb. */
export type Lacking = Readonly<Record<string, Readonly<Record<string, readonly VerbCall[]>>>>;

/** For each verb and each policy, the recorded calls that the verb needs and the policy does not permit. */
export async function lacking(deployment: Deployment): Promise<Lacking> {
  const authorizer = new Authorizer({}, new Map());
  const found: Record<string, Record<string, VerbCall[]>> = {};
  for (const [verb, recorded] of Object.entries(recordedVerbs())) {
    const optional = goesOnWithout[verb] ?? [];
    const acts = Object.values(actsOfVerbs)
      .filter(([of]) => of === verb)
      .map(([, alias]) => `lambda:InvokeFunction OperationsWorkerFunction:${alias}`);
    const calls = [...new Set([...recorded, ...(callsNotReached[verb] ?? []), ...acts])].filter(
      (call) => !optional.includes(call),
    );
    found[verb] = {};
    for (const [policy, key] of Object.entries(people)) {
      found[verb][policy] = await refused(authorizer, holderOf(key, deployment), calls, deployment);
    }
  }
  return found;
}

/** Somebody with all parts of a policy. */
export function holderOf(key: string, deployment: Deployment): Caller {
  const found = policyCallers(deployment).find(({ accessKeyId }) => accessKeyId === key);
  if (found === undefined) throw new Error(`the template has no policy of ${key}`);
  return found.caller;
}

async function refused(authorizer: Authorizer, caller: Caller, calls: readonly VerbCall[], deployment: Deployment) {
  const judged = await Promise.all(
    calls.map(async (words) => ((await authorizer.permits(caller, callOf(words, deployment))) ? [] : [words])),
  );
  return judged.flat();
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [line(head), line(head.map(() => '---')).replaceAll(' ', ''), ...rows.map(line)].join('\n');
const code = (text: string) => `\`${text}\``;

/** The tables of docs/permissions.md: who may run which verb, and what the others lack. */
export function permissionsTable(found: Lacking): string {
  const rows = Object.entries(found).map(([verb, by]) => [
    code(verb),
    ...Object.values(by).map((calls) => (calls.length === 0 ? 'yes' : '–')),
  ]);
  return [tableOf(['Verb', ...Object.keys(people)], rows), lackingTable(found)].join('\n\n');
}

/** Each permission that somebody lacks, with the verbs that need it. Permissions with equal verbs and policies are one row. */
function lackingTable(found: Lacking): string {
  const lacks = Object.entries(found).flatMap(([verb, by]) => {
    const names = [...new Set(Object.values(by).flatMap((calls) => calls.map(nameOf)))];
    return names.map((name) => {
      const policies = Object.keys(by).filter((policy) => by[policy]?.some((call) => nameOf(call) === name));
      return { verb, name, policies: policyWords(policies) };
    });
  });
  const withVerbs = [...Map.groupBy(lacks, ({ name, policies }) => `${name}|${policies}`).values()].map((group) => ({
    names: group[0]?.name ?? '',
    policies: group[0]?.policies ?? '',
    verbs: group.map(({ verb }) => code(verb)).join(', '),
  }));
  const rows = [...Map.groupBy(withVerbs, ({ verbs, policies }) => `${verbs}|${policies}`).values()].map((group) => [
    group.map(({ names }) => names).join(', '),
    group[0]?.verbs ?? '',
    group[0]?.policies ?? '',
  ]);
  return tableOf(['Permission', 'Verbs that need it', 'Policies without it'], rows);
}

function policyWords(without: readonly string[]): string {
  const others = Object.keys(people).filter((policy) => !without.includes(policy));
  if (others.length === 0) return 'all';
  return without.length > others.length ? `all but ${others.join(', ')}` : without.join(', ');
}

/** Of an act, its permission. Of an object or a secret, also whose it is. */
function nameOf(words: VerbCall): string {
  const [action = '', resource = ''] = words.split(' ');
  const alias = /^OperationsWorkerFunction:(.+)$/.exec(resource)?.[1];
  if (alias !== undefined) return code(`act ${alias}`);
  const [of = ''] = resource.split('/');
  return /^(s3|secretsmanager|lambda:Invoke)/.test(action) ? `${code(action)} of ${code(of)}` : code(action);
}
