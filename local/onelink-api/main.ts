#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { ControlError, checked } from './control.ts';
import type { OneLinkApi } from './server.ts';
import { startOneLinkApi } from './server.ts';
import type { Settings, SettingsInput } from './settings.ts';
import { defaultSettings, settingsInput } from './settings.ts';

type Templates = NonNullable<SettingsInput['templates']>;

const number = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
};

const template = (text: string, before: Templates = {}): Templates => {
  const match = /^([^=]+)=([^,]+)(?:,(.+))?$/.exec(text);
  if (match === null) throw new InvalidArgumentError('It must look like A1b3=acme or A1b3=acme,go.acme.example.');
  const [, id = '', subdomain = '', domains] = match;
  return { ...before, [id]: { subdomain, brandDomains: domains?.split(',') ?? [] } };
};

const choice = <Name extends keyof Settings>(
  flags: string,
  text: string,
  ...choices: Extract<Settings[Name], string>[]
) => new Option(flags, text).choices(choices);

/** Flag names equal the names of the settings: the flags of a command line are a change of settings. */
type Flags = SettingsInput & {
  port: number;
  host: string;
  config?: string;
  json?: true;
  template?: Templates;
  account?: string;
  quota?: number;
  rate?: number;
  qrRate?: number;
  latency?: number;
  latencyJitter?: number;
};

/** Scripts read exit code 1 as a finding, so a failure to start has another code. */
const failureCode = 2;

const program = new Command('onelink-api')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : failureCode))
  .description('A stand-alone emulator of the OneLink API v2.0.')
  .option('--port <number>', 'port to listen on (0: any free port)', number, 4570)
  .option('--host <address>', 'address to listen on (any but loopback admits other machines)', '127.0.0.1')
  .option('--json', 'print the address as one line of JSON (npm adds lines of its own, npm run --silent does not)')
  .option('--config <file>', 'JSON file of settings (flags override it)')
  .option('--template <id=subdomain[,brand…]>', 'a OneLink template (repeatable)', template)
  .option('--token <token>', `API token (${defaultSettings.token})`)
  .option('--account <id>', `account ID (${defaultSettings.accountId})`)
  .option('--quota <calls>', `calls per UTC month (${defaultSettings.monthlyQuota})`, number)
  .option('--rate <calls>', `calls in any second (${defaultSettings.requestsPerSecond})`, number)
  .option('--qr-rate <calls>', `QR calls in any second (${defaultSettings.qrRequestsPerSecond})`, number)
  .option('--latency <milliseconds>', 'fixed delay of every answer (0)', number)
  .option('--latency-jitter <milliseconds>', 'maximum of an additional random delay (0)', number)
  .option('--no-feature-enabled', 'the account may not create links (403)')
  .option('--no-branded-links', 'the account has no branded links (401)')
  .optionsGroup('Where the documents disagree or are silent:')
  .option('--max-data-characters <number>', '2048 or, in newer texts, 3000', number)
  .option('--query-string-counts', 'the query string that data makes has the same limit')
  .option('--max-ttl-days <number>', '365 or, in newer texts, 730', number)
  .addOption(choice<'outOfRangeTtl'>('--out-of-range-ttl <what>', '31 days, or a 400', 'default', 'refuse'))
  .option('--foreign-reads', 'GET returns links made elsewhere')
  .addOption(choice<'limitMessages'>('--limit-messages <edition>', 'wording of the 429s', 'guide', 'reference'))
  .addOption(choice<'errorKey'>('--error-key <name>', 'first key of an error', 'error_type', 'error-type', 'code'))
  .addOption(choice<'quotaCounts'>('--quota-counts <what>', 'calls that cost quota', 'successes-and-409', 'every-call'))
  .option('--refused-counts-to-rate', 'a call refused for its rate takes a place in the window')
  .option('--no-qr-counts-to-rate', 'QR calls take no place in the general window')
  .option('--no-qr-data-prefix', 'QR answers without data: in front')
  .option('--no-enforce-lengths', 'parameters have no maximum lengths')
  .option('--no-quota-needs-token', 'the quota operation needs no token')
  .option('--quota-counts-to-rate', 'quota calls take a place in the general window')
  .addOption(choice<'nulls'>('--nulls <what>', 'a null is an error, or equals a field left out', 'refuse', 'leave-out'))
  .addOption(
    choice<'shortlinkIdCharacters'>(
      '--shortlink-id-characters <which>',
      'letters and digits as in the guide, or _ and - too',
      'seen',
      'guide',
    ),
  )
  .addOption(
    choice<'reservedParameters'>(
      '--reserved-parameters <what>',
      'names such as ttl inside data: 400, or accepted',
      'refuse',
      'accept',
    ),
  )
  .addOption(
    choice<'updateBrandMismatch'>(
      '--update-brand-mismatch <error>',
      'for an update with another brand domain: 403, or 400',
      'wrong_brand_domain',
      'invalid_parameter',
    ),
  )
  .addOption(choice<'contentTypes'>('--content-types <which>', 'content types that a body may have', 'any', 'json'))
  .option('--max-body-bytes <number>', `a larger body is invalid (${defaultSettings.maxBodyBytes})`, number)
  .addOption(
    choice<'shownTtl'>(
      '--shown-ttl <which>',
      'the ttl of a GET: as configured, or the time left',
      'window',
      'remaining',
    ),
  )
  .option('--purge-delay-hours <hours>', 'time from expiry to purge, up to 48', number)
  .addHelpText(
    'after',
    `
Examples:
  npm run onelink-api
  npm run onelink-api -- --template A1b3=acme,go.acme.example --template abc123=globex
  npm run onelink-api -- --quota 100 --rate 10 --latency 80
  npm run --silent onelink-api -- --port 0 --json
  npm run onelink-api -- --max-data-characters 3000 --max-ttl-days 730 --foreign-reads --limit-messages reference`,
  );

function settingsOf(flags: Flags): SettingsInput {
  const {
    port: _,
    host: __,
    json: ___,
    config,
    template,
    account,
    quota,
    rate,
    qrRate,
    latency,
    latencyJitter,
    ...rest
  } = flags;
  const file = config === undefined ? {} : checked(settingsInput, JSON.parse(readFileSync(config, 'utf8')));
  // A --no-… flag is true if it is not given. That default must not override the file.
  const given = Object.entries(rest).filter(([name]) => program.getOptionValueSource(name) === 'cli');
  const renamed = {
    templates: template,
    accountId: account,
    monthlyQuota: quota,
    requestsPerSecond: rate,
    qrRequestsPerSecond: qrRate,
    latencyMilliseconds: latency,
    latencyJitterMilliseconds: latencyJitter,
  };
  return {
    ...file,
    ...Object.fromEntries(given),
    ...Object.fromEntries(Object.entries(renamed).filter(([, value]) => value !== undefined)),
  };
}

function greeting({ origin, baseUrl, control }: OneLinkApi): string {
  const { token, templates, accountId } = control.settings();
  const onelinkId = Object.keys(templates)[0] ?? 'A1b3';
  return `OneLink API emulator
  API       ${baseUrl}   (token ${token}, account ${accountId})
  Emulator  ${origin}/__emulator/stats

Try it:
  curl -X POST ${baseUrl}/shortlinks/${onelinkId} -H 'authorization: ${token}' \\
    -H 'content-type: application/json' -d '{"data": {"pid": "sms", "c": "spring"}, "ttl": "14d"}'

Ctrl-C stops it.`;
}

function explained(error: unknown, flags: Flags): string {
  if (error instanceof ControlError)
    return error.faults.map(({ path, rule }) => `${path || 'settings'}: ${rule}`).join('\n');
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `Port ${flags.port} of ${flags.host} is in use. Choose another port with --port.`;
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL') return `Cannot listen on ${flags.host}:${flags.port}: ${code}.`;
  return message;
}

const flags = program.parse().opts<Flags>();
try {
  const api = await startOneLinkApi({ port: flags.port, host: flags.host, settings: settingsOf(flags) });
  const { origin, baseUrl, port } = api;
  const { accountId } = api.control.settings();
  console.log(flags.json ? JSON.stringify({ event: 'listening', origin, baseUrl, port, accountId }) : greeting(api));
  if (flags.json && process.env.npm_lifecycle_event === 'onelink-api' && process.env.npm_config_loglevel !== 'silent') {
    console.error('onelink-api: npm printed lines of its own. To print only the JSON, use npm run --silent.');
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      await api.close();
      process.exit(0);
    });
  }
} catch (error) {
  console.error(`onelink-api: ${explained(error, flags)}`);
  process.exitCode = failureCode;
}
