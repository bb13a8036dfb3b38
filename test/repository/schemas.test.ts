import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parameterRules } from '../../lambdas/domain/contract/link-data.ts';
import { schemaFiles, textOf } from '../../schemas/generate.ts';
import { portablePattern } from '../../schemas/portable-pattern.ts';

const committed = (file: string) => readFileSync(new URL(`../../schemas/${file}`, import.meta.url), 'utf8');

test.each(Object.entries(schemaFiles))('%s equals the contract (if not, run `npm run schemas`)', (file, schema) => {
  expect(committed(file)).toBe(textOf(schema()));
});

describe('the command’s schema', () => {
  const schema = JSON.parse(committed('command.schema.json'));
  const create = schema.oneOf.find(({ title }: { title: string }) => title === 'create');

  test('has a variant for each value of `action`', () => {
    expect(schema.oneOf.map(({ title }: { title: string }) => title)).toEqual([
      ...['create', 'update', 'delete', 'qr', 'adopt', 'migrate', 'get'],
    ]);
    expect(create.properties.action).toEqual({ type: 'string', const: 'create' });
    expect(create.additionalProperties).toBe(false);
  });

  test('requires the same fields of a create as the pipeline', () => {
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

  test('describes what an update without an optional field does to that field', () => {
    for (const field of ['ttl', 'renewTtl', 'keepUntil', 'brandDomain']) {
      expect(schema.$defs[field].description).toMatch(/\bin an update\b|\bAn update without it\b/);
    }
    expect(schema.$defs.ttl.description).toContain('31 days in a create');
    expect(schema.$defs.renewTtl.description).toContain('true in a create');
  });

  test('has the published limits of link parameters', () => {
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

  test('has patterns that are valid in unicode mode, which validators use', () => {
    const patterns = [...committed('command.schema.json').matchAll(/"pattern": (".*")/g)].map(([, text = '""']) =>
      JSON.parse(text),
    );
    expect(patterns.length).toBeGreaterThan(15);
    for (const pattern of patterns) expect(() => new RegExp(pattern, 'u')).not.toThrow();
  });
});

test('the outcome’s schema allows additional fields, which a later release may add', () => {
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

  test('refuses a flag that it cannot write into the pattern', () => {
    expect(() => portablePattern(/a/m)).toThrow('the flag m of /a/ cannot be written into the pattern');
    expect(() => portablePattern(/[a-f]/i)).toThrow('the class [a-f] of /[a-f]/ has letters');
  });
});
