import { Command, InvalidArgumentError } from 'commander';
import { type KeysSecret, keysKeptSeconds } from '../../../lambdas/domain/http/keys.ts';
import { checkKeptSeconds } from '../../../lambdas/http-authorizer/env.ts';
import { createKey, keyWords, refuseOtherThanKeyId, refuseWithoutKeys } from '../../pipeline/http-keys.ts';
import { actingIn, reasonOf, reasonOption } from '../../terminal/acting.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { counted, visible } from '../../words/words.ts';
import { type ListedKey, listedKeys, listedWords, newKeyJson, shown } from './list.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { done: 0, notDone: 2 } as const;

interface NewKeyOptions extends VerbOptions {
  source: string;
  label?: string;
  reason?: string;
}

interface RevokeOptions extends VerbOptions {
  id: string;
  reason?: string;
}

interface ListOptions extends VerbOptions {
  source?: string;
}

/** As in the form of a stored key. */
const longestLabel = 100;

/** So long a revoked key may work, and a new one may be refused. */
const keyChangeSeconds = checkKeptSeconds + keysKeptSeconds;

export function keysCommand(): Command {
  const create = making('create', 'Creates a key of a producer for the HTTP API, and shows it once.');
  const rotate = making('rotate', 'Creates the successor of a producer’s key, and names the key to revoke afterwards.');
  const revoke = new Command('revoke')
    .description(`Revokes a key for good. It may work for ${keyChangeSeconds} more seconds.`)
    .argument('<id>', 'the key’s ID, as list prints it')
    .option(...reasonOption)
    .option('--json', 'print one JSON object');
  const list = new Command('list')
    .description('Shows the keys, also the revoked ones: ID, producer, label and times.')
    .option('--source <name>', 'only the keys of this producer')
    .option('--json', 'print one JSON object for each key');
  return new Command('keys')
    .description('Manages the keys by which producers use the HTTP API.')
    .addCommand(pipelineVerb(create, createHelp, (scene: Scene<NewKeyOptions>) => runNew(scene, false)))
    .addCommand(pipelineVerb(rotate, rotateHelp, (scene: Scene<NewKeyOptions>) => runNew(scene, true)))
    .addCommand(pipelineVerb(revoke, revokeHelp, runRevoke))
    .addCommand(pipelineVerb(list, listHelp, runList));
}

function making(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .requiredOption('--source <name>', 'the producer, as in lib/config/config.ts')
    .option(...reasonOption)
    .option('--label <text>', `where the key is used; list shows it (${longestLabel} characters at most)`, label)
    .option('--json', 'print one JSON object');
}

function label(text: string): string {
  if (text.trim() === '' || text.length > longestLabel || visible(text) !== text) {
    throw new InvalidArgumentError(`It must have 1 to ${longestLabel} characters, and no invisible ones.`);
  }
  return text;
}

const codes = (done: string) => `
Exit codes:
  ${exitCode.done}  ${done}
  ${exitCode.notDone}  not done; the error explains why`;

const createHelp = `${pipelineHelp}

The key goes to the standard output, and nothing else does. Nobody can show it again: the verb makes it, and the pipeline gets its hash alone. A
producer has two valid keys at most. If two operators change keys at once, both changes count. Calls with a new key may get 401 for
${keyChangeSeconds} seconds, because the pipeline keeps the keys that it has read.
${codes('created')}

Examples:
  onelink keys create --source crm --label "web shop" --stack OneLink-production
  (umask 077; onelink keys create --source crm --local > crm.key)`;

const rotateHelp = `${pipelineHelp}

Rotation takes three steps. Run rotate, give the new key to the producer, and revoke the old key when the producer uses the
new one. Calls with the new key may get 401 for ${keyChangeSeconds} seconds. Until then, both keys are valid.
${codes('created')}

Examples:
  onelink keys rotate --source crm --label "web shop" --stack OneLink-production
  onelink keys rotate --source crm --json --local | jq -r .revokeNext`;

const revokeHelp = `${pipelineHelp}

API Gateway and the authorizer remember a key for up to ${keyChangeSeconds} seconds. A revoked key is never valid again.
${codes('revoked, now or before')}

Examples:
  onelink keys revoke a1b2c3d4 --stack OneLink-production
  onelink keys revoke a1b2c3d4 --local`;

const listHelp = `${pipelineHelp} You need permission to read the secret of the keys: secretsmanager:GetSecretValue.

It shows neither a key nor its hash.
${codes('shown')}

Examples:
  onelink keys list --stack OneLink-production
  onelink keys list --source crm --json --local | jq -r 'select(.revokedAt == null).id'`;

async function runNew(scene: Scene<NewKeyOptions>, rotates: boolean): Promise<number> {
  const { options, chosen, print } = scene;
  const { settings } = chosen.configuredFor('the producers with keys');
  const reason = reasonOf(options, 'Nothing was changed.');
  const asked = { source: options.source, label: options.label, rotates, reason };
  refuseWithoutKeys(asked.source, settings, chosen.configurationName);
  const { key, stored, older } = await createKey(asked, actingIn(scene, await chosen.deployed()));
  print(newKeyJson({ key, stored, older }), key);
  console.error(
    `This is the key ${keyWords(stored)} of ${asked.source}. Nobody can show it again. Calls with it may get 401 for ${keyChangeSeconds} seconds.`,
  );
  if (older !== undefined) {
    console.error(
      `Also valid: ${keyWords(older)}. When the producer uses the new key: onelink keys revoke ${older.id}`,
    );
  }
  return exitCode.done;
}

async function runRevoke(scene: Scene<RevokeOptions>): Promise<number> {
  const { options, chosen, print } = scene;
  const { id } = options;
  refuseOtherThanKeyId(id);
  const reason = reasonOf(options, 'Nothing was changed.');
  const operations = actingIn(scene, await chosen.deployed());
  const { stored, changed, valid } = await operations.act('key-revoke', { id }, reason);
  const key = shown(stored);
  print({ ...key, changed }, `${id} of ${key.source} ${changed ? 'revoked' : 'was revoked before'}`);
  if (changed) console.error(`It may work for ${keyChangeSeconds} more seconds.`);
  if (valid === 0) {
    console.error(`${key.source} has no valid key. To create one: onelink keys create --source ${key.source}`);
  }
  return exitCode.done;
}

async function runList({ options, chosen, print }: Scene<ListOptions>): Promise<number> {
  const { secret } = await (await chosen.deployed()).httpKeys.read();
  const listed = listedKeys(secret, options.source);
  for (const key of listed) print(key, listedWords(key));
  if (!options.json) console.error(tally(listed, secret, options.source));
  return exitCode.done;
}

function tally(listed: readonly ListedKey[], secret: KeysSecret, source: string | undefined): string {
  if (listed.length > 0) {
    const valid = listed.filter(({ revokedAt }) => revokedAt === undefined).length;
    return `${counted(listed.length, 'key')}, ${valid} valid`;
  }
  if (secret.keys.length === 0 || source === undefined) return 'There is no key. To create one: onelink keys create';
  return `${source} has no key. To create one: onelink keys create --source ${source}`;
}
