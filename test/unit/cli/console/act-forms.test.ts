import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { type ConsoleAct, consoleActSchema, formOf, verbOf } from '../../../../cli/console/acting/act-forms.ts';
import { onelinkProgram } from '../../../../cli/program.ts';

const sender = { source: 'crm', sender: 'AROAEXAMPLEID12345678' };
const campaign = { source: 'crm', campaign: 'spring' };
const key = 'quarantine/campaign/unreadable/2026-03-10T12-00-00-1-abc.ndjson';
const acts: ConsoleAct[] = [
  { name: 'pause', lanes: ['campaign', 'qr'] },
  { name: 'resume', lanes: ['campaign'] },
  { name: 'replay' },
  { name: 'redrive', queue: 'campaign' },
  { name: 'redrive', queue: 'campaign-ingress-crm', perSecond: 5, limit: 10 },
  { name: 'redrive', queue: 'expiry' },
  { name: 'purge', queue: 'campaign-ingress-crm' },
  { name: 'redrive', queue: 'outcome-deliveries' },
  { name: 'purge', queue: 'qr' },
  { name: 'quarantine-release', key },
  { name: 'quarantine-drop', key },
  { name: 'sender-confirm', ...sender },
  { name: 'sender-reject', ...sender },
  { name: 'campaign-approve', ...campaign },
  { name: 'campaign-pause', ...campaign },
  { name: 'campaign-resume', ...campaign },
  { name: 'campaign-cancel', ...campaign },
  { name: 'campaign-retire', ...campaign },
];

describe('the verb that equals an act', () => {
  it.each(acts.map((act) => [verbOf(act, 'ticket 4711', '--local'), act] as const))(
    'is a command line: %s',
    (lines) => {
      for (const line of lines.split('\n')) {
        const words = line.match(/'[^']*'|\S+/g) ?? [];
        const given = words.slice(2).map((word) => word.replace(/^'(.*)'$/, '$1'));
        let verb: Command = onelinkProgram();
        while (verb.commands.length > 0) {
          const next = verb.commands.find((one) => one.name() === given[0]);
          expect(next, `${verb.name()} ${given[0]}`).toBeDefined();
          if (next === undefined) return;
          verb = next;
          given.shift();
        }
        const { operands, unknown } = verb.parseOptions(given);
        expect(unknown).toEqual([]);
        expect(operands).toHaveLength(verb.registeredArguments.filter(({ required }) => required).length);
        for (const option of verb.options.filter(({ mandatory }) => mandatory)) expect(given).toContain(option.long);
        expect(verb.opts()).toMatchObject({ local: true, reason: 'ticket 4711' });
      }
    },
  );

  it('quotes what a shell would read', () => {
    expect(verbOf({ name: 'pause', lanes: ['campaign'] }, `it's $(rm -rf ~)`, '--local')).toBe(
      `npx onelink pause campaign --reason 'it'\\''s $(rm -rf ~)' --local`,
    );
  });

  it('names the queue of undelivered outcomes by its kind', () => {
    expect(verbOf({ name: 'purge', queue: 'outcome-deliveries' }, undefined, '--local')).toBe(
      'npx onelink dead-letters purge --queue deliveries --yes --local',
    );
  });

  it('has one line for each lane', () => {
    expect(verbOf({ name: 'pause', lanes: ['campaign', 'qr'] }, 'x', '--stack S').split('\n')).toEqual([
      'npx onelink pause campaign --reason x --stack S',
      'npx onelink pause qr --reason x --stack S',
    ]);
  });
});

describe('the form of an act', () => {
  it('asks before outcomes are published again, because others get them as well', () => {
    expect(formOf({ name: 'redrive', queue: 'outcome-deliveries' }).confirmation).toContain(
      'All receivers of their sources',
    );
    expect(formOf({ name: 'redrive', queue: 'qr' }).confirmation).toBeNull();
  });

  it.each([
    ['pause', 'required', false],
    ['resume', 'optional', false],
    ['purge', 'optional', true],
    ['quarantine-drop', 'optional', true],
    ['sender-reject', 'required', true],
    ['campaign-cancel', 'optional', true],
    ['campaign-retire', 'optional', true],
  ])('asks for a reason where the verb does, and confirms what stays: %s', (name, reason, isDestructive) => {
    const act = acts.find((one) => one.name === name) ?? expect.fail(name);

    const form = formOf(act);

    expect(form).toMatchObject({ reason, isDestructive });
    if (isDestructive) expect(form.confirmation).toMatch(/\?/);
  });
});

describe('an act from a page', () => {
  it.each([
    ['another act', { name: 'export', segment: 0 }],
    ['a field too many', { name: 'replay', lane: 'campaign' }],
    ['no lane', { name: 'pause', lanes: [] }],
    ['a lane that is a path', { name: 'pause', lanes: ['../x'] }],
    ['another object of the bucket', { name: 'quarantine-drop', key: 'history/2026/03/10/x.ndjson' }],
    ['a way out of the folder', { name: 'quarantine-drop', key: '../quarantine/campaign/unreadable/x' }],
    ['a queue by its address', { name: 'redrive', queue: 'https://sqs.eu-west-1.amazonaws.com/1/x' }],
    ['a purge of a queue by its path', { name: 'purge', queue: '../campaign' }],
    ['an option as a sender', { name: 'sender-confirm', source: 'crm', sender: '--yes' }],
    ['an option as a source', { name: 'campaign-cancel', source: '--yes', campaign: 'spring' }],
  ])('is refused: %s', (_, act) => {
    expect(consoleActSchema.safeParse(act).success).toBe(false);
  });
});
