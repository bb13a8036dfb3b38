import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

const domain = 'domain imports nothing of ours but domain, knows no AWS and does no I/O';
const adapter = 'an adapter imports the domain and its one outside system, nothing else of ours';
const runtime = 'the runtime imports the domain only: it serves every job alike';
const useCase = 'a use case imports the domain and takes adapters as arguments; only handler.ts wires';
const lambda = 'lambdas import neither lib nor local';
const lib = 'lib imports from lambdas only the env.ts contracts and names.ts, and nothing from local';
const entry = 'nothing imports local but its own entry points and tests';

type Case = [file: string, imported: string];

const refused: Record<string, Case[]> = {
  [domain]: [
    ['lambdas/domain/a.ts', '../adapters/ledger.ts'],
    ['lambdas/domain/a.ts', '../runtime/clock.ts'],
    ['lambdas/domain/a.ts', '../link-worker/ports.ts'],
    ['lambdas/domain/a.ts', '../names.ts'],
    ['lambdas/domain/a.ts', '../../lib/config.ts'],
    ['lambdas/domain/a.ts', '../../local/cloud/clock.ts'],
    ['lambdas/domain/a.ts', '@aws-sdk/client-sqs'],
    ['lambdas/domain/a.ts', '@aws-lambda-powertools/logger'],
    ['lambdas/domain/a.ts', 'node:http'],
    ['lambdas/domain/a.ts', 'node:https'],
    ['lambdas/domain/a.ts', 'node:fs'],
    ['lambdas/domain/a.ts', 'node:net'],
  ],
  [adapter]: [
    ['lambdas/adapters/a.ts', '../runtime/clock.ts'],
    ['lambdas/adapters/a.ts', '../link-worker/ports.ts'],
    ['lambdas/adapters/a.ts', '../../lib/config.ts'],
    ['lambdas/adapters/a.ts', '../../local/cloud/clock.ts'],
  ],
  [runtime]: [
    ['lambdas/runtime/a.ts', '../adapters/ledger.ts'],
    ['lambdas/runtime/a.ts', '../governor/env.ts'],
    ['lambdas/runtime/a.ts', '../../lib/config.ts'],
  ],
  [useCase]: [
    ['lambdas/link-worker/a.ts', '../adapters/ledger.ts'],
    ['lambdas/link-worker/a.ts', '../runtime/clock.ts'],
    ['lambdas/link-worker/a.ts', '../qr-worker/env.ts'],
    ['lambdas/link-worker/a.ts', '../../lib/config.ts'],
    ['lambdas/link-worker/a.ts', '../../local/cloud/clock.ts'],
    ['lambdas/qr-worker/a.ts', '@aws-sdk/client-s3'],
    ['lambdas/governor/env.ts', '@aws-lambda-powertools/metrics'],
    ['lambdas/of-tomorrow/a.ts', '../adapters/ledger.ts'],
    ['lambdas/link-worker/a.ts', 'node:https'],
  ],
  [lambda]: [
    ['lambdas/link-worker/handler.ts', '../../lib/config.ts'],
    ['lambdas/governor/handler.ts', '../../local/cloud/clock.ts'],
  ],
  [lib]: [
    ['lib/a.ts', '../local/onelink-api/server.ts'],
    ['lib/a.ts', '../lambdas/domain/command.ts'],
    ['lib/a.ts', '../lambdas/link-worker/handler.ts'],
    ['lib/a.ts', '../lambdas/adapters/ledger.ts'],
    ['lib/observability/a.ts', '../../lambdas/runtime/clock.ts'],
    ['lib/observability/a.ts', '../../local/cloud/clock.ts'],
  ],
  [entry]: [
    ['bin/a.ts', '../local/cloud/clock.ts'],
    ['bin/client/a.ts', '../../local/start/run.ts'],
    ['schemas/a.ts', '../local/cloud/clock.ts'],
  ],
};

const allowed: Case[] = [
  ['lambdas/domain/a.ts', './outcome.ts'],
  ['lambdas/domain/a.ts', 'zod'],
  ['lambdas/domain/a.ts', 'node:crypto'],
  ['lambdas/adapters/a.ts', '../domain/outcome.ts'],
  ['lambdas/adapters/a.ts', '../names.ts'],
  ['lambdas/adapters/a.ts', './batching.ts'],
  ['lambdas/adapters/a.ts', '@aws-sdk/client-sns'],
  ['lambdas/runtime/a.ts', '../domain/delivery.ts'],
  ['lambdas/runtime/a.ts', '../names.ts'],
  ['lambdas/runtime/a.ts', '@aws-lambda-powertools/logger'],
  ['lambdas/link-worker/a.ts', '../domain/command.ts'],
  ['lambdas/link-worker/a.ts', '../names.ts'],
  ['lambdas/link-worker/a.ts', './ports.ts'],
  ['lambdas/link-worker/handler.ts', '../adapters/ledger.ts'],
  ['lambdas/link-worker/handler.ts', '../runtime/clock.ts'],
  ['lambdas/link-worker/handler.ts', '@aws-sdk/client-sqs'],
  ['lib/a.ts', '../lambdas/link-worker/env.ts'],
  ['lib/a.ts', '../lambdas/names.ts'],
  ['lib/observability/a.ts', '../../lambdas/names.ts'],
  ['lib/a.ts', './config.ts'],
];

/** What the linter says, by file and by the line on which an import stands. */
const said = new Map<string, string[]>();
let exitCode = 0;
let scratch = '';

/** One file for each room, with one import on each line; asked of the linter in one go. */
const cases = [...Object.values(refused).flat(), ...allowed];
const linesOf = Map.groupBy(cases, ([file]) => file);
/** Every way of importing is one, told by the first of its room. */
const ways: [file: string, line: string][] = [
  ['lambdas/domain/types.ts', "import type { Ledger } from '../adapters/ledger.ts';"],
  ['lambdas/domain/exports.ts', "export { Ledger } from '../adapters/ledger.ts';"],
  ['lambdas/domain/stars.ts', "export * from '../adapters/ledger.ts';"],
  ['lambdas/domain/effects.ts', "import '../adapters/ledger.ts';"],
  ['lambdas/domain/dynamic.ts', "export const ledger = await import('../adapters/ledger.ts');"],
];

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'import-law-'));
  await cp(join(root, 'biome.json'), join(scratch, 'biome.json'));
  const files = [...linesOf].map(([file, lines]): [string, string] => [
    file,
    lines.map(([, imported], index) => `import * as i${index} from '${imported}';`).join('\n'),
  ]);
  for (const [file, text] of [...files, ...ways]) {
    await mkdir(dirname(join(scratch, file)), { recursive: true });
    await writeFile(join(scratch, file), `${text}\n`);
  }
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
  const only = ['--only=style/noRestrictedImports', '--vcs-enabled=false', '--max-diagnostics=none', '--reporter=json'];
  const { code, stdout } = await new Promise<{ code: unknown; stdout: string }>((resolve) => {
    execFile(
      process.execPath,
      [biome, 'lint', ...only, 'lambdas', 'lib', 'bin', 'schemas'],
      { cwd: scratch },
      (error, stdout) => resolve({ code: error?.code ?? 0, stdout }),
    );
  });
  exitCode = Number(code);
  const report = JSON.parse(stdout) as {
    diagnostics: { message: string; location: { path: string; start: { line: number } } }[];
  };
  for (const { message, location } of report.diagnostics) {
    const place = `${location.path}:${location.start.line}`;
    said.set(place, [...(said.get(place) ?? []), message]);
  }
});

afterAll(() => rm(scratch, { recursive: true }));

/** What the linter says of one import. */
function verdictOn([file, imported]: Case): string[] {
  const line = (linesOf.get(file) ?? []).findIndex(([, other]) => other === imported) + 1;
  return said.get(`${file}:${line}`) ?? [];
}

describe.each(Object.entries(refused))('%s', (message, imports) => {
  it.each(imports)('%s may not import %s', (...one) => {
    expect(verdictOn(one)).toEqual([message]);
  });
});

describe('the linter', () => {
  it.each(allowed)('lets %s import %s', (...one) => {
    expect(verdictOn(one)).toEqual([]);
  });

  it.each(ways)('sees an import in %s: %s', (file) => {
    expect(said.get(`${file}:1`)).toEqual([domain]);
  });

  it('fails the check', () => {
    expect(exitCode).toBe(1);
  });
});
