#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import * as z from 'zod';
import { ControlError, checked } from './control-error.ts';
import { type OneLinkApi, startOneLinkApi } from './server.ts';
import { defaultSettings, type Settings, type SettingsInput, settingsSchema } from './settings.ts';

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

/** The flags whose names differ from those of their settings. */
const settings: Readonly<Record<string, keyof Settings>> = {
  template: 'templates',
  account: 'accountId',
  quota: 'monthlyQuota',
  rate: 'requestsPerSecond',
  qrRate: 'qrRequestsPerSecond',
  v1Rate: 'v1RequestsPerSecond',
  latency: 'latencyMilliseconds',
  latencyJitter: 'latencyJitterMilliseconds',
};
const settingOf = (flag: string) => settings[flag] ?? flag;

/** The flag of a setting, with the values that the setting may have. */
function setting(flags: string, text: string): Option {
  const option = new Option(flags, text);
  const schema = settingsSchema.shape[settingsSchema.keyof().parse(settingOf(option.attributeName()))].unwrap();
  if (schema instanceof z.ZodEnum) return option.choices(schema.options);
  if (schema instanceof z.ZodLiteral) return choiceOfNumbers(option, [...schema.values].map(Number));
  return schema instanceof z.ZodNumber ? option.argParser(number) : option;
}

function choiceOfNumbers(option: Option, values: readonly number[]): Option {
  return option.argParser((text) => {
    if (values.map(String).includes(text)) return Number(text);
    throw new InvalidArgumentError(`Allowed choices are ${values.join(', ')}.`);
  });
}

interface Flags {
  port: number;
  host: string;
  config?: string;
  json?: true;
}

/** Scripts read exit code 1 as a finding, so a failure to start has another code. */
const failureCode = 2;

const program = new Command('onelink-api')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : failureCode))
  .description('A stand-alone emulator of the OneLink API, versions 2.0 and 1.0.')
  .option('--port <number>', 'port to listen on (0: any free port)', number, 4570)
  .option('--host <address>', 'address to listen on (any but loopback admits other machines)', '127.0.0.1')
  .option('--json', 'print the address as one line of JSON (npm adds lines of its own, npm run --silent does not)')
  .option('--config <file>', 'JSON file of settings (flags override it)')
  .option('--template <id=subdomain[,brand…]>', 'a OneLink template (repeatable)', template)
  .addOption(setting('--token <token>', `API token (${defaultSettings.token})`))
  .addOption(setting('--account <id>', `account ID (${defaultSettings.accountId})`))
  .addOption(setting('--quota <calls>', `calls per UTC month (${defaultSettings.monthlyQuota})`))
  .addOption(setting('--rate <calls>', `calls in any second (${defaultSettings.requestsPerSecond})`))
  .addOption(setting('--qr-rate <calls>', `QR calls in any second (${defaultSettings.qrRequestsPerSecond})`))
  .addOption(setting('--v1-rate <calls>', `calls of v1.0 in any second (${defaultSettings.v1RequestsPerSecond})`))
  .addOption(setting('--latency <milliseconds>', 'fixed delay of every answer (0)'))
  .addOption(setting('--latency-jitter <milliseconds>', 'maximum of an additional random delay (0)'))
  .addOption(setting('--no-feature-enabled', 'the account may not create links (403)'))
  .addOption(setting('--no-branded-links', 'the account has no branded links (401)'))
  .optionsGroup('Where the documents disagree or are silent:')
  .addOption(setting('--max-data-characters <number>', '2048 or, in newer texts, 3000'))
  .addOption(setting('--query-string-counts', 'the query string that data makes has the same limit'))
  .addOption(setting('--max-ttl-days <number>', '365 or, in newer texts, 730'))
  .addOption(setting('--out-of-range-ttl <what>', '31 days, or a 400'))
  .addOption(setting('--cross-version <which>', 'v2.0 touches its own links only, or those of v1.0 too'))
  .addOption(setting('--limit-messages <edition>', 'wording of the 429s'))
  .addOption(setting('--error-key <name>', 'first key of an error'))
  .addOption(setting('--quota-counts <what>', 'calls that cost quota'))
  .addOption(setting('--refused-counts-to-rate', 'a call refused for its rate takes a place in the window'))
  .addOption(setting('--no-qr-counts-to-rate', 'QR calls take no place in the general window'))
  .addOption(setting('--no-qr-data-prefix', 'QR answers without data: in front'))
  .addOption(setting('--no-enforce-lengths', 'parameters have no maximum lengths'))
  .addOption(setting('--no-quota-needs-token', 'the quota operation needs no token'))
  .addOption(setting('--quota-counts-to-rate', 'quota calls take a place in the general window'))
  .addOption(setting('--nulls <what>', 'a null is an error, or equals a field left out'))
  .addOption(setting('--shortlink-id-characters <which>', 'letters and digits as in the guide, or _ and - too'))
  .addOption(setting('--reserved-parameters <what>', 'names such as ttl inside data: 400, or accepted'))
  .addOption(setting('--update-brand-mismatch <error>', 'for an update with another brand domain: 403, or 400'))
  .addOption(setting('--content-types <which>', 'content types that a body may have'))
  .addOption(setting('--max-body-bytes <number>', `a larger body is invalid (${defaultSettings.maxBodyBytes})`))
  .addOption(setting('--shown-ttl <which>', 'the ttl of a GET: as configured, or the time left'))
  .addOption(setting('--purge-delay-hours <hours>', 'time from expiry to purge, up to 48'))
  .addOption(setting('--no-v1-counts-to-rate', 'calls of v1.0 take no place in the general window'))
  .addOption(setting('--v1-taken-id <status>', 'status of v1.0 for an ID in use: 400 or 409'))
  .addOption(setting('--v1-pid <what>', 'v1.0 demands a pid, or makes a link without one'))
  .addOption(setting('--v1-shown-values <how>', 'values of a v1.0 link in a GET'))
  .addOption(setting('--v1-read-answer <what>', 'a GET of v1.0: an object, or its JSON in a string'))
  .addHelpText(
    'after',
    `
Examples:
  npm run onelink-api
  npm run onelink-api -- --template A1b3=acme,go.acme.example --template abc123=globex
  npm run onelink-api -- --quota 100 --rate 10 --latency 80
  npm run --silent onelink-api -- --port 0 --json
  npm run onelink-api -- --max-data-characters 3000 --max-ttl-days 730 --cross-version newer --limit-messages reference`,
  );

function settingsOf({ config, ...flags }: Flags): SettingsInput {
  const file = config === undefined ? {} : checked(settingsSchema, JSON.parse(readFileSync(config, 'utf8')));
  // A --no-… flag is true if it is not given. That default must not override the file.
  const given = Object.entries(flags).filter(([name]) => program.getOptionValueSource(name) === 'cli');
  const ofSettings = given.map(([name, value]): [string, unknown] => [settingOf(name), value]);
  return { ...file, ...Object.fromEntries(ofSettings.filter(([name]) => name in settingsSchema.shape)) };
}

function greeting({ origin, baseUrl, v1BaseUrl, control }: OneLinkApi): string {
  const { token, templates, accountId } = control.settings();
  const onelinkId = Object.keys(templates)[0] ?? 'A1b3';
  return `OneLink API emulator
  API       ${baseUrl}   (token ${token}, account ${accountId})
  v1.0      ${v1BaseUrl}
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
  const { origin, baseUrl, v1BaseUrl, port } = api;
  const { accountId } = api.control.settings();
  console.log(
    flags.json ? JSON.stringify({ event: 'listening', origin, baseUrl, v1BaseUrl, port, accountId }) : greeting(api),
  );
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
