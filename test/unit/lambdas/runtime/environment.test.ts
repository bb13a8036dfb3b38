import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { governorEnvironment } from '../../../../lambdas/governor/env.ts';
import { linkWorkerEnvironment } from '../../../../lambdas/link-worker/env.ts';
import { qrWorkerEnvironment } from '../../../../lambdas/qr-worker/env.ts';
import { readEnvironment } from '../../../../lambdas/runtime/environment.ts';
import { linkWorkerVariables } from '../../../world/link-world.ts';

describe("a function's environment", () => {
  it('is read with numbers as numbers and JSON as values', () => {
    const environment = readEnvironment(linkWorkerEnvironment, { ...linkWorkerVariables, PATH: '/usr/bin' });
    expect(environment).toMatchObject({
      LINK_CALLS_PER_SECOND: 100,
      INVOCATION_GAP: 'before',
      QUOTA_RESERVE_CALLS: 1_000,
      PRODUCERS: [
        { source: 'crm', templates: ['A1b3'] },
        { source: 'studio', templates: ['A1b3'] },
      ],
      TEMPLATES: { A1b3: { domain: 'acme.onelink.me', brandDomains: ['go.acme.example'] } },
    });
    expect(environment).not.toHaveProperty('PATH');
  });

  it.each(Object.keys(linkWorkerVariables))('is refused, by name, without %s', (name) => {
    const variables = { ...linkWorkerVariables, [name]: undefined };
    expect(() => readEnvironment(linkWorkerEnvironment, variables)).toThrow(`${name}: `);
  });

  it.each<[string, string]>([
    ['LINK_CALLS_PER_SECOND', '0'],
    ['LINK_CALLS_PER_SECOND', '2.5'],
    ['LINK_CALLS_PER_SECOND', 'fast'],
    ['INVOCATION_GAP', 'none'],
    ['LINK_ID_LENGTH', '9'],
    ['LINK_ID_LENGTH', '51'],
    ['OUTCOMES_PER_PUBLISH', '11'],
    ['CONFLICT_POLICY', 'ignore'],
    ['PRODUCERS', '{broken'],
    ['PRODUCERS', '{}'],
    ['API_BASE_URL', 'onelink'],
    ['LANE', ''],
  ])('is refused, by name, with %s=%s', (name, value) => {
    const variables = { ...linkWorkerVariables, [name]: value };
    expect(() => readEnvironment(linkWorkerEnvironment, variables)).toThrow(`breaks its contract (env.ts): ${name}`);
  });

  it('is refused with every fault named at once', () => {
    expect(() => readEnvironment(governorEnvironment, { MONTHLY_QUOTA_CALLS: 'many' })).toThrow(
      /API_BASE_URL: .*API_TOKEN_SECRET_ARN: .*APPSFLYER_ACCOUNT_ID: .*MONTHLY_QUOTA_CALLS: .*PROBE_TEMPLATE_ID: /,
    );
    expect(() => readEnvironment(qrWorkerEnvironment, {})).toThrow(/QR_CALLS_PER_SECOND: .*MAX_QR_ATTEMPTS: /);
  });

  it('is refused without quoting a value, which may be secret', () => {
    const contract = z.object({ A: z.url(), B: z.coerce.number().int(), C: z.enum(['x', 'y']), D: z.string().max(3) });
    const planted = 'token-555-0100';
    const reading = () => readEnvironment(contract, { A: planted, B: planted, C: planted, D: planted });
    expect(reading).toThrow(/A: .*B: .*C: .*D: /);
    expect(reading).not.toThrow(/555-0100/);
  });
});
