import { describe, expect, it } from 'vitest';
import { strict } from '../../../stack/strict-stage.ts';
import { faultsOf } from '../../../world/configuration-faults.ts';

type Steps = readonly (string | number)[];

/** The paths of all settings in a value, outermost first. One entry of a list stands for all. */
function pathsIn(value: unknown, at: Steps = []): Steps[] {
  if (typeof value !== 'object' || value === null) return [at];
  const entries = Array.isArray(value) ? [...value.entries()].slice(0, 1) : Object.entries(value);
  return [at, ...entries.flatMap(([name, one]) => pathsIn(one, [...at, name]))];
}

const copyOf = (): unknown => JSON.parse(JSON.stringify(strict)); // structuredClone would keep the objects that stages share
const at = (steps: Steps, whole: unknown) => steps.reduce((one, step) => Reflect.get(Object(one), step), whole);

function changed(steps: Steps, value: unknown): unknown {
  const copy = copyOf();
  Reflect.set(Object(at(steps.slice(0, -1), copy)), steps.at(-1) ?? '', value);
  return copy;
}

const settings = pathsIn(copyOf()).slice(1);
const wrong = [null, Number.NaN, 10n, true, 'x y', [null], { x: 1 }];

describe('a value of a wrong type', () => {
  it('has many places', () => {
    expect(settings.length).toBeGreaterThan(100);
  });

  it('leads to faults that name a path and a rule in words, wherever it is', () => {
    const odd = settings.flatMap((steps) =>
      wrong.flatMap((value) => faultsOf(changed(steps, value)).filter((fault) => !isInWords(fault))),
    );
    expect([...new Set(odd)]).toEqual([]);
  });

  it('is refused with the remedy, if a number or a truth value is in quotes', () => {
    const slips = settings.filter((steps) => ['number', 'boolean'].includes(typeof at(steps, copyOf())));
    expect(slips.length).toBeGreaterThan(40);
    const without = slips.filter((steps) => {
      const faults = faultsOf(changed(steps, `${at(steps, copyOf())}`));
      return !faults.some((fault) => fault.includes(', without quotes; got "'));
    });
    expect(without).toEqual([]);
  });

  it.each([
    'accounts.acme.accountId',
    'stages.production.aws.account',
    'stages.production.tags.app',
    'stages.production.pipelines.0.account',
    'stages.production.pipelines.0.producers.0.source',
    'stages.production.pipelines.0.producers.0.templates.0',
  ])('is refused with the remedy, if the text %s has no quotes', (path) => {
    expect(faultsOf(changed(path.split('.'), 111_122_223_333))).toContainEqual(
      expect.stringMatching(/in quotes; got 111122223333$/),
    );
  });
});

/** `path: must …; got …`, without the words of zod. */
const isInWords = (fault: string) =>
  /^[^:]+: (?:must|needs|is not a setting|the name must)/s.test(fault) && !/of type|Invalid/.test(fault);
