import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parameterRules } from '../../lambdas/domain/contract/link-data.ts';
import { schemaFiles, textOf } from '../../schemas/generate.ts';
import { portablePattern } from '../../schemas/portable-pattern.ts';

const committed = (file: string) => readFileSync(new URL(`../../schemas/${file}`, import.meta.url), 'utf8');

test.each(Object.entries(schemaFiles))('%s says what the contract says (else: npm run schemas)', (file, schema) => {
  expect(committed(file)).toBe(textOf(schema()));
});

describe('the command’s schema', () => {
  const schema = JSON.parse(committed('command.schema.json'));
  const create = schema.oneOf.find(({ title }: { title: string }) => title === 'create');

  test('tells the four actions apart by `action`', () => {
    expect(schema.oneOf.map(({ title }: { title: string }) => title)).toEqual(['create', 'update', 'delete', 'qr']);
    expect(create.properties.action).toEqual({ type: 'string', const: 'create' });
    expect(create.additionalProperties).toBe(false);
  });

  test('asks of a create what the pipeline asks', () => {
    expect(create.required).toEqual([
      'specVersion',
      'source',
      'requestId',
      'onelinkId',
      'requestedAt',
      'action',
      'data',
    ]);
  });

  test('tells what becomes of each optional field in an update without it', () => {
    for (const field of ['ttl', 'renewTtl', 'keepUntil', 'brandDomain']) {
      expect(schema.$defs[field].description).toMatch(/\bin an update\b|\bAn update without it\b/);
    }
    expect(schema.$defs.ttl.description).toContain('31 days in a create');
    expect(schema.$defs.renewTtl.description).toContain('true in a create');
  });

  test('carries the published limits of link parameters', () => {
    const { data } = schema.$defs;
    expect(data.required).toEqual(['pid']);
    expect(data.properties.pid.maxLength).toBe(150);
    expect(data.properties.af_sub5.maxLength).toBe(100);
    expect(data.properties.af_c_id.maxLength).toBe(24);
    expect(Object.keys(data.properties)).toEqual(Object.keys(parameterRules));
    expect(data.propertyNames.not.enum).toContain('renew_ttl');
    expect(data.propertyNames.not.enum).toContain('__proto__');
    expect(data.description).toContain('2048 characters as JSON.');
  });

  test('has patterns that every ECMA-262 engine reads in unicode mode, as validators use them', () => {
    const patterns = [...committed('command.schema.json').matchAll(/"pattern": (".*")/g)].map(([, text = '""']) =>
      JSON.parse(text),
    );
    expect(patterns.length).toBeGreaterThan(15);
    for (const pattern of patterns) expect(() => new RegExp(pattern, 'u')).not.toThrow();
  });
});

test('the outcome’s schema lets later releases add fields', () => {
  const schema = JSON.parse(committed('outcome.schema.json'));
  expect(schema.additionalProperties).toBeUndefined();
  expect(schema.required).toContain('messageId');
});

describe('portablePattern', () => {
  test.each([
    [/^a.c$/s, '^a[\\s\\S]c$'],
    [/^https:\/\/[^\s#]+$/i, '^[Hh][Tt][Tt][Pp][Ss]:\\/\\/[^\\s#]+$'],
    [/^[a-z]\.$/, '^[a-z]\\.$'],
  ])('writes the flags of %s into the pattern', (pattern, portable) => {
    expect(portablePattern(pattern)).toBe(portable);
  });

  test('refuses what it cannot carry over', () => {
    expect(() => portablePattern(/a/m)).toThrow('the flag m of /a/ cannot be written into the pattern');
    expect(() => portablePattern(/[a-f]/i)).toThrow('the class [a-f] of /[a-f]/ has letters');
  });
});
