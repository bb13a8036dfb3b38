import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { billedMilliseconds } from '../../cli/cost/measured-use.ts';
import { dollarsPerMillionScanned } from '../../cli/cost/monthly-cost.ts';
import { sustained } from '../../cli/pipeline/campaign/lane-times.ts';
import { plansOf } from '../../cli/pipeline/configured-pipeline.ts';
import { readingPace } from '../../cli/pipeline/reader.ts';
import { onelinkProgram } from '../../cli/program.ts';
import { durationWords } from '../../cli/words/words.ts';
import { config } from '../../examples/configuration.ts';
import { campaignCheckerMetric } from '../../lambdas/campaign-checker/names.ts';
import { campaignLaneMetric } from '../../lambdas/campaign-sender/names.ts';
import { actMetric } from '../../lambdas/domain/acts/names.ts';
import { commandReader, noPolicy } from '../../lambdas/domain/contract/command-reading.ts';
import { openEnvelope } from '../../lambdas/domain/contract/envelope.ts';
import { outcomeKinds, outcomeSchema } from '../../lambdas/domain/contract/outcome.ts';
import { laneReasons } from '../../lambdas/domain/control/control-record.ts';
import { laneMetric, metricNamespace, operationMetric, sourceMetric } from '../../lambdas/domain/work/names.ts';
import { forwarderMetric } from '../../lambdas/forwarder/names.ts';
import { governorMetric, laneStateMetric } from '../../lambdas/governor/names.ts';
import { httpApiMetric } from '../../lambdas/http-api/names.ts';
import { httpAuthorizerMetric } from '../../lambdas/http-authorizer/names.ts';
import { heldMetric, replayerMetric } from '../../lambdas/replayer/names.ts';
import { accountSchema, deadLetterRetentionDays, pipelineSchema, stageSchema } from '../../lib/config/config-schema.ts';
import { budgetOf } from '../../lib/config/rate/budget.ts';
import { plannedCalls, reachedCallsPerSecond } from '../../lib/config/rate/planned-calls.ts';
import { campaignCheckerPlan, planForwarder } from '../../lib/config/rate/reserved-concurrency.ts';
import { fillingSecondsOf, urgentQrSeconds, utilisationAt } from '../../lib/config/rate/utilisation.ts';
import { maxReceiveCount } from '../../lib/config/rate/worker-plan.ts';
import { defaultSettings } from '../../local/onelink-api/settings.ts';

const root = new URL('../../', import.meta.url);
const textOf = (file: string) => readFileSync(new URL(file, root), 'utf8');
const text = textOf('docs/commands.md');
const examples = [...text.matchAll(/```json\n(.*?)```/gs)].map(
  ([, json = '']) => JSON.parse(json) as Record<string, unknown>,
);
const production = config.stages.production?.pipelines[0];

/** The outcome kinds that docs/commands.md lists, each with its reasons. */
const documentedReasons = new Map(
  rowsUnder(text, '| `outcome` |').map(([kind = '', , , reasons = '']) => [codeIn(kind)[0] ?? '', codeIn(reasons)]),
);
const lambdaSources = globSync('lambdas/**/*.ts', { cwd: root }).map((file): [string, string] => [file, textOf(file)]);

/** The cells of each row of the table whose first line begins with `head`. */
function rowsUnder(page: string, head: string): string[][] {
  const table = page.slice(page.indexOf(`\n${head}`) + 1).split('\n\n')[0] ?? '';
  const rows = table.trim().split('\n').slice(2);
  return rows.map((row) => row.split('|').slice(1, -1));
}

function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

describe('docs/commands.md', () => {
  const commands = examples.filter((example) => 'specVersion' in example && !('outcome' in example));

  it.each(commands.map((command) => [String(command.requestId), command]))(
    'shows a valid command: %s',
    (_, command) => {
      const read = commandReader({
        policy: noPolicy,
        contract: { maxDataCharacters: 2048, maxTtlDays: 365 },
        producers: (production?.producers ?? []).map((one) => ({
          ...one,
          privateOutcomes: one.privateOutcomeQueue === true,
        })),
        templates: production?.templates ?? {},
      });
      expect(read(openEnvelope(JSON.stringify(command)), Date.parse(String(command.requestedAt)))).toEqual({
        command: expect.anything(),
      });
    },
  );

  it('has an example of every action, and of a create for each of the four use cases', () => {
    const actions = commands.map(({ action }) => String(action));
    expect(new Set(actions)).toEqual(new Set(['create', 'update', 'delete', 'qr', 'adopt', 'migrate', 'get']));
    expect(actions.filter((action) => action === 'create')).toHaveLength(4);
  });

  it('shows a valid outcome, and lists each kind of outcome and no other', () => {
    const outcomes = examples.filter((example) => 'outcome' in example);
    expect(outcomes).toHaveLength(2);
    for (const outcome of outcomes) expect(outcomeSchema.strict().parse(outcome)).toEqual(outcome);
    expect([...documentedReasons.keys()].sort()).toEqual([...outcomeKinds].sort());
  });

  it('lists each reason in the code under its outcome', () => {
    const given = new Set<string>();
    for (const [file, source] of lambdaSources) {
      for (const [, kind = '', reason = ''] of source.matchAll(/outcome: '([a-z-]+)',\s+reason: '([a-z-]+)'/g)) {
        given.add(`${kind} ${reason}`);
        expect(documentedReasons.get(kind), `${file}: ${kind}`).toContain(reason);
      }
      for (const [, reason = ''] of source.matchAll(/#reject\(\s*'([a-z-]+)'/g)) {
        expect(documentedReasons.get('rejected'), file).toContain(reason);
      }
    }
    expect(given.size).toBeGreaterThan(12);
  });

  it('lists no reason that the code does not have', () => {
    const sources = lambdaSources.map(([, source]) => source).join('\n');
    const documented = [...documentedReasons.values()].flat();
    expect(documented.length).toBeGreaterThan(20);
    expect(documented.filter((reason) => !sources.includes(`'${reason}'`))).toEqual([]);
  });
});

describe('README.md', () => {
  const readme = textOf('README.md').replaceAll(/\s+/g, ' ');

  it('promises the retention times of the sample configuration', () => {
    expect(readme).toContain(`however often you send it within ${production?.deduplicationWindowDays} days`);
    expect(readme).toContain(
      `${production?.commandRetentionDays} days old in its queue, or ${deadLetterRetentionDays} days old as a dead letter`,
    );
  });

  it('lists the Node versions with and without an engine warning of npm ci', () => {
    // Given
    const { satisfies } = createRequire(createRequire(import.meta.url).resolve('aws-cdk-lib'))('semver');
    const lock = textOf('node_modules/.package-lock.json');
    const { packages } = JSON.parse(lock) as { packages: Record<string, { engines?: { node?: string } }> };
    const engines = Object.values(packages).flatMap((one) => one.engines?.node ?? []);
    // When
    const versions = ['20.0.0', '22.11.0', '22.12.0', '23.0.0', '24.0.0', '25.0.0', '26.0.0', '27.0.0'];
    const warned = versions.filter((version) => !engines.every((engine) => satisfies(version, engine)));
    // Then
    expect(warned).toEqual(['20.0.0', '22.11.0', '23.0.0', '25.0.0']);
    expect(readme).toContain('| 22.12 and newer 22, 24, 26 and newer | no warning |');
    expect(readme).toContain('| 20, 23, 25 | works, and prints engine warnings (`EBADENGINE`) |');
  });

  it('states the number of commands in the sample campaign', () => {
    const lines = textOf('examples/campaign.ndjson').trimEnd().split('\n');
    expect(readme).toContain(`${lines.length.toLocaleString('en')} commands through the pipeline`);
  });

  it('shows no command line with a token, nor do the guides', () => {
    const pages = ['README.md', 'docs/operations.md', 'lib/observability/RUNBOOK.md'];
    for (const page of pages) {
      const text = textOf(page);
      expect([page, text.match(/--secret-string (?!file:\/\/).*/)?.[0]]).toEqual([page, undefined]);
    }
  });
});

describe('local/onelink-api/README.md', () => {
  const text = textOf('local/onelink-api/README.md');
  const rows = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));

  it.each(Object.entries(defaultSettings).filter(([name]) => name !== 'templates'))(
    'lists the default of the setting %s',
    (name, value) => {
      const found = rows.filter(([, settings]) => settings?.split(', ').includes(`\`${name}\``));
      expect(found.map(([, , , given]) => given?.replaceAll(/[`,]/g, ''))).toEqual([String(value)]);
    },
  );

  it('lists the templates of the emulator, and they are those of the sample configuration', () => {
    expect(text).toContain('`A1b3` → acme with brand domain `go.acme.example`; `abc123` → globex');
    const configured = Object.entries(production?.templates ?? {}).map(([id, { domain, brandDomains }]) => [
      id,
      { subdomain: domain.replace('.onelink.me', ''), brandDomains },
    ]);
    expect(defaultSettings.templates).toEqual(Object.fromEntries(configured));
  });
});

describe('docs/operations.md', () => {
  const text = textOf('docs/operations.md');
  const table = text.slice(text.indexOf('\n## Settings'), text.indexOf('\n## Change rates'));
  const settings = [accountSchema, pipelineSchema, pipelineSchema.shape.lanes.valueType, stageSchema]
    .flatMap(({ shape }) => Object.keys(shape))
    .filter((name) => name !== 'lanes' && name !== 'pipelines');

  it.each(settings)('describes what the setting %s changes', (name) => {
    expect(table).toMatch(new RegExp(`\`[a-z.*]*${name}\``));
  });

  it('describes no other setting', () => {
    const named = [...table.matchAll(/^\| (.*?) \|/gm)]
      .flatMap(([, cell = '']) => [...cell.matchAll(/`(?:[a-z]+\.\*\.)?([A-Za-z]+)`/g)])
      .map(([, name]) => name);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((name) => !settings.includes(String(name)))).toEqual([]);
  });
});

describe('docs/deploying.md', () => {
  const text = textOf('docs/deploying.md');
  const { aws, landingZone } = stageSchema.shape;
  const zone = landingZone.unwrap().shape;
  it.each([
    ['| Setting of `stages.*.aws` |', Object.keys(aws.unwrap().shape)],
    ['| Setting |', Object.keys(zone)],
    ['| Setting of `network` |', Object.keys(zone.network.unwrap().shape)],
  ])('describes each setting and no other under %s', (head, settings) => {
    const described = rowsUnder(text, head).flatMap(([names = '']) => codeIn(names));
    expect(described.toSorted()).toEqual(settings.toSorted());
  });

  it('lists the endpoints that the stack makes', () => {
    const [, sentence = ''] = /Functions need these endpoints(.*?)\. An interface/s.exec(text) ?? [];
    expect(codeIn(sentence)).toEqual([
      'dynamodb',
      's3',
      'sqs',
      'sns',
      'secretsmanager',
      'lambda',
      'sts',
      'logs',
      'ssm',
    ]);
  });
});

describe('the docs of the verbs', () => {
  const verbs = onelinkProgram().commands;
  const operations = textOf('docs/operations.md');
  const readme = textOf('README.md');
  const rows = rowsUnder(operations, '| Verb |');

  it('README lists every verb and no other, with resume beside pause', () => {
    const shown = [...readme.matchAll(/^npx onelink ([a-z-]+) /gm)].map(([, verb = '']) => verb);
    expect([...new Set([...shown, 'resume'])].sort()).toEqual(verbs.map((verb) => verb.name()).sort());
    expect(readme).toMatch(/^npx onelink pause .*# and resume/m);
  });

  it('docs/operations.md lists every verb and no other', () => {
    expect(rows.map(([verb = '']) => codeIn(verb)[0]).sort()).toEqual(verbs.map((verb) => verb.name()).sort());
  });

  it.each(verbs.map((verb): [string, Command] => [verb.name(), verb]))(
    'docs/operations.md lists the exit codes in the help of %s',
    (name, verb) => {
      const [, ...cells] = rows.find(([cell]) => cell?.trim() === `\`${name}\``) ?? expect.fail(`no row for ${name}`);
      const inColumns = cells.slice(0, 3).flatMap((cell, code) => (cell.trim() === '' ? [] : [code]));
      const others = codeIn(cells[3] ?? '').filter((code) => /^\d+$/.test(code));
      expect([...inColumns, ...others.map(Number)]).toEqual(exitCodesInHelp(verb));
    },
  );

  it('docs/operations.md lists every reason of a lane state and no other', () => {
    const documented = rowsUnder(operations, "| Lane's reason |").flatMap(([reasons = '']) => codeIn(reasons));
    expect(documented.sort()).toEqual([...laneReasons].sort());
  });
});

/** The codes under "Exit codes:" in the help of a verb, or of the verbs below it. */
function exitCodesInHelp(verb: Command): number[] {
  let help = '';
  for (const one of [verb, ...verb.commands]) {
    one.configureOutput({ writeOut: (text) => (help += text) });
    one.outputHelp();
  }
  const sections = [...help.matchAll(/^Exit codes:\n((?: {2}\d.*\n)+)/gm)].map(([, lines = '']) => lines);
  const codes = sections.flatMap((lines) => [...lines.matchAll(/^ {2}(\d)/gm)].map(([, code]) => Number(code)));
  return [...new Set(codes)].sort();
}

describe('lib/observability/RUNBOOK.md', () => {
  it('searches the logs for messages that the functions log', () => {
    // Given
    const runbook = textOf('lib/observability/RUNBOOK.md');
    const written = lambdaSources.flatMap(([, source]) =>
      [...source.matchAll(/\.(?:info|warn)\(\s*'([^']+)'/g)].map(([, message = '']) => message),
    );
    // When
    const patterns = [...runbook.matchAll(/^logs .*? grep (?:-E )?'([^']+)'/gm)].map(([, pattern = '']) => pattern);
    const fieldsAndErrors = [
      'ERROR',
      'timed out',
      'Runtime exited',
      '"level":"WARN"',
      '"outcome":"rejected"',
      '"reason":"sender-not-allowed"',
      'refused-by-api',
    ];
    const phrases = new Set(
      patterns.flatMap((pattern) => pattern.split('|')).filter((one) => !fieldsAndErrors.includes(one)),
    );
    // Then
    expect([...phrases].sort()).toEqual([
      'a call was refused',
      'after an error',
      'bookkeeping failed',
      'cannot be used',
      'command returned',
      'could not be recorded',
      'held commands',
      'is dropped',
      'is no campaign',
      'poll was not answered',
      'the lane’s queue',
      'was lost',
    ]);
    for (const phrase of phrases) expect(written.filter((message) => message.includes(phrase))).not.toEqual([]);
  });
});

describe('CONTRIBUTING.md', () => {
  const page = textOf('CONTRIBUTING.md');
  const foldersIn = (folder: string) =>
    readdirSync(new URL(folder, root), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${folder}${name}/`);

  it('lists every room, and no other', () => {
    const jobs = foldersIn('lambdas/').filter((folder) => folder !== 'lambdas/domain/');
    const rooms = ['lambdas/domain/', 'lib/', 'cli/', 'local/', 'test/'].flatMap(foldersIn);
    const documented = rowsUnder(page, '| Room |').flatMap(([room = '']) => codeIn(room));
    expect(documented.sort()).toEqual(
      [...jobs, ...rooms, 'bin/', 'console/', 'client/', 'examples/', 'packaging/', 'schemas/'].sort(),
    );
  });

  it('points to files that exist', () => {
    const places = rowsUnder(page, '| You look for |').flatMap(([, place = '']) => codeIn(place));
    const paths = places.filter((place) => place.includes('/'));
    expect(paths.length).toBeGreaterThan(8);
    expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });
});

describe('every page', () => {
  const pages = globSync(['*.md', '{docs,lib,local}/**/*.md'], { cwd: root });

  it.each(pages)('names only files and folders that exist: %s', (page) => {
    const text = textOf(page);
    const named =
      text.match(/(?<![\w.~/-])(bin|cli|client|examples|lambdas|lib|local|schemas|test)\/[\w./-]*\w(?![\w*<{-])/g) ??
      [];
    expect(named.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });

  it.each(pages)('links only to pages and headings that exist: %s', (page) => {
    const text = textOf(page);
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    const broken = links.filter(([, path = '', heading]) => {
      const file = new URL(path === '' ? page : new URL(path, new URL(page, root)), root);
      return !existsSync(file) || (heading !== undefined && !anchorsOf(readFileSync(file, 'utf8')).includes(heading));
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});

describe('the pictures of the docs', () => {
  const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root });
  const shown = pages.flatMap((page) =>
    [...textOf(page).matchAll(/!\[([^\]]*)\]\(([^)]*)\)/g)].map(([, alt = '', path = '']) => ({
      alt,
      file: relative(fileURLToPath(root), fileURLToPath(new URL(path, new URL(page, root)))),
    })),
  );
  const files = globSync('docs/**/*.{png,svg}', { cwd: root });

  it('are each on a page, and no page shows another', () => {
    expect(files.length).toBeGreaterThan(6);
    expect([...new Set(shown.map(({ file }) => file))].toSorted()).toEqual(files.toSorted());
  });

  it('have words for those who do not see them', () => {
    expect(shown.filter(({ alt }) => alt.split(' ').length < 4)).toEqual([]);
  });

  it.each(files.filter((file) => file.endsWith('.svg')))(
    'name the command that has drawn them, and are small: %s',
    (file) => {
      const svg = textOf(file);
      expect(svg.length).toBeLessThan(40_000);
      expect(svg).toMatch(/<desc>npm run bench -- month --seed 20260301 --commands 75000: as configured<\/desc>/);
    },
  );
});

/** The headings of a page as GitHub makes anchors of them. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('docs/metrics.md', () => {
  const page = textOf('docs/metrics.md');
  const documentedUnder = (heading: string) => {
    const section = page.slice(page.indexOf(`\n## ${heading}\n`) + 1).split('\n## ')[0] ?? '';
    return rowsUnder(section, '| Metric |').map(([name = '']) => codeIn(name)[0]);
  };

  it.each([
    ['Workers, per lane', laneMetric],
    ['Calls, per lane and operation', operationMetric],
    ['Quota, per producer', sourceMetric],
    ['Governor', governorMetric],
    ['Lane states', laneStateMetric],
    ['Replayer', replayerMetric],
    ['Campaign sender', campaignLaneMetric],
    ['Campaign checker', campaignCheckerMetric],
    ['Acts', actMetric],
    ['Forwarder', forwarderMetric],
    ['HTTP API', httpApiMetric],
    ['HTTP authorizer', httpAuthorizerMetric],
    ['Held commands', heldMetric],
  ])('lists every metric in the code and no other: %s', (heading, metrics) => {
    expect(documentedUnder(heading)).toEqual(Object.values(metrics));
  });

  it('has no other section', () => {
    expect(page.match(/^## /gm)).toHaveLength(13);
    expect(page).toContain(`namespace \`${metricNamespace}\``);
  });
});

describe('figures in the docs follow from the sample configuration', () => {
  const page = (name: string) => textOf(`docs/${name}`).replaceAll(/\s+/g, ' ');
  const account = config.accounts.acme;
  if (account === undefined || production === undefined)
    throw new Error('examples/configuration.ts has no account acme');
  const plan = plansOf({ account, settings: production });
  const { plans } = plan;
  const campaign = plans.find(({ lane }) => lane === 'campaign')?.link;
  const transactional = plans.find(({ lane }) => lane === 'transactional')?.link;

  it('states how long twenty time-outs of each queue take, in the runbook', () => {
    // Given
    const { plans, qr, expiry } = plansOf({ account, settings: production });
    const lane = (name: string) => plans.find((one) => one.lane === name)?.link;
    const campaign = production.lanes.campaign ?? expect.fail();
    const hours = (plan: { visibilityTimeoutSeconds: number } | undefined) =>
      Math.round((maxReceiveCount * (plan?.visibilityTimeoutSeconds ?? 0)) / 360) / 10;
    // When
    const stated = rowsUnder(textOf('lib/observability/RUNBOOK.md'), "| In the alarm's name |");
    // Then
    expect(stated.map((cells) => [codeIn(cells[0] ?? '')[0], cells.at(-1)?.trim()])).toEqual([
      ['campaign', '2 hours'],
      ['transactional', '1 hour'],
      ['qr', '2 hours'],
      ['expiry', '5 hours 40 minutes'],
      ['campaigns', '4 hours'],
      ['campaign-ingress-crm', '2 hours'],
    ]);
    const planned = [lane('campaign'), lane('transactional'), qr, expiry, campaignCheckerPlan, planForwarder(campaign)];
    expect(planned.map(hours)).toEqual([2, 1, 2, 5.7, 4, 2]);
  });

  it('the deduplication window', () => {
    const days = `${production.deduplicationWindowDays} days`;
    expect(page('commands.md')).toContain(`carries out each \`requestId\` once in ${days}`);
    expect(page('architecture.md')).toContain(`| digest of the command, the published outcome | ${days}:`);
  });

  it('the share of messages in flight', () => {
    expect(campaign).toMatchObject({ concurrency: 13, batchSize: 1_000, mostReturnedMessages: 3_615 });
    expect(page('quota-and-outages.md')).toContain('60,000 / concurrency − batch size, 3,615 on the campaign lane');
    expect(page('quota-and-outages.md')).toContain('13 × 2 × (3,615 + 1,000) = 119,990');
  });

  it('the rate of all workers, the utilisation of the lanes, and the calls in flight', () => {
    expect(Math.round(reachedCallsPerSecond(plan))).toBe(905);
    expect(budgetOf(account).callsPerSecond).toBe(950);
    expect(plannedCalls(plan).qrCallsPerSecond).toBe(22);
    expect(page('performance.md')).toContain("reach 905 of the budget's 950 calls a second (95 %)");
    expect(page('performance.md')).toContain("QR codes' 22 calls");
    expect(plannedCalls(plan).callsPerSecond).toBe(950);
    expect(page('performance.md')).toContain(
      '4 × (16 + 2) + 13 × 63 + 2 × 11 + 2 × 9 + 18 + 1 = 950 of 950 calls a second',
    );
    expect([campaign?.utilisation, transactional?.utilisation].map((part) => Math.round(100 * (part ?? 0)))).toEqual([
      98, 72,
    ]);
    expect(page('performance.md')).toContain('batches of fifteen seconds reach 98 %');
    expect(page('performance.md')).toContain('of six tenths of a second reach 72 %');
    expect(campaign?.callsInFlight).toBe(126);
    expect(page('performance.md')).toContain('up to 250, 126 on the campaign lane');
  });

  it.each([
    ['| `batchSize` 500: 25 × 32, for 16 s', 500, 32],
    ['| **`batchSize` 1,000: 13 × 63, for 16 s**', 1_000, 63],
    ['| `batchSize` 2,000: 7 × 117, for 17 s', 2_000, 117],
    ['| 13 × 63 with batches of 2,000, for 32 s', 2_000, 63],
  ])('what a lane reaches, at best and at worst: %s', (start, batchSize, callsPerSecond) => {
    const busySeconds = batchSize / callsPerSecond;
    const reached = (latencySeconds: number, fillingSeconds: number) =>
      utilisationAt({ busySeconds, callsPerSecond, gap: 'before' }, latencySeconds, fillingSeconds);
    const range = (latencySeconds: number) =>
      [fillingSecondsOf(batchSize), 0].map((filling) => Math.round(100 * reached(latencySeconds, filling))).join('–');
    const billed = billedMilliseconds({ busySeconds, batchSize, utilisation: reached(0.2, 0) });
    expect(page('performance.md')).toContain(`${start} | ${range(0.2)} % | ${range(1)} % | ${billed.toFixed(1)} ms |`);
  });

  it('the present figures beside the earlier ones are those of the sections', () => {
    // Given
    const [, ...sections] = textOf('docs/performance.md').split(/\n(?=###? )/);
    const rows = rowsUnder(textOf('docs/performance.md'), '| measure | before | now |');
    // When
    const unknown = rows.filter(([, , now = '', , commands = '']) => {
      // `cost`, `http --calls-per-second 60`, or `npx onelink plan …`
      const [, command = ''] = /`([^`]+)`/.exec(commands) ?? [];
      const name = command.startsWith('npx ') ? command : `npm run bench -- ${command.split(' ')[0]}`;
      const own = sections.filter((section) => !section.startsWith('## Before') && section.includes(name)).join('\n');
      const known = new Set(own.match(/\d[\d.]*\d|\d/g));
      const numbers = now.match(/\d[\d.]*/g) ?? [];
      return numbers.length === 0 || numbers.some((number) => !known.has(number));
    });
    // Then
    expect(rows.length).toBeGreaterThan(9);
    expect(unknown).toEqual([]);
  });

  it('the rate of QR codes, and how long an urgent one waits', () => {
    const { qr = expect.fail('no QR worker') } = plan;
    expect(qr).toMatchObject({ concurrency: 2, callsPerSecond: 11, batchSize: 46, windowSeconds: 1 });
    const times = [1_000_000 / sustained(campaign ?? expect.fail('no lane')), 1_000_000 / sustained(qr)];
    expect(page('performance.md')).toContain(`| a million links | ${durationWords(times[0] ?? 0)} |`);
    expect(page('performance.md')).toContain(
      `| a million QR codes, at 20 a second | ${durationWords(times[1] ?? 0)} |`,
    );
    expect(Math.ceil(10 * urgentQrSeconds(qr)) / 10).toBe(10.2);
    expect(page('performance.md')).toContain('10.2 seconds at most');
  });

  it('the cost of a ledger scan', () => {
    expect(dollarsPerMillionScanned.toFixed(2)).toBe('0.01');
    expect(page('operations.md').match(/about 0.\d+ \$ per million records/g)).toEqual([
      'about 0.01 $ per million records',
      'about 0.01 $ per million records',
    ]);
    for (const verb of ['export', 'verify']) {
      const text = textOf(`cli/commands/${verb}/${verb}.ts`);
      expect(text).toContain('about 0.01 $ per million records');
    }
  });

  it('the rate of the reader, and the time that reading takes', () => {
    const { sustainedPerSecond } = readingPace({ account, settings: production });
    const times = [100, 100_000, 1_000_000].map((links) => durationWords(links / sustainedPerSecond));
    expect([Math.round(sustainedPerSecond), ...times]).toEqual([17, '6 s', '1 h 40 min', '16 h 48 min']);
    expect(plansOf({ account, settings: production }).reader?.callsPerSecond).toBe(18);
    expect(page('operations.md')).toContain('The share is 18 calls a second, as the configuration is shipped.');
    expect(page('operations.md')).toContain(
      '100 links take 6 seconds, 100,000 an hour and 40 minutes, and a million 17 hours',
    );
  });
});
