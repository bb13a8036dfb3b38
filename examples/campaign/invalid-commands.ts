import type { Line } from './line.ts';

/** Commands with faults that occur in practice. The pipeline must reject each with its faults, and without a call. */
export function invalidCommands(): Line['body'][] {
  const sound = (number: number) => ({
    source: 'crm',
    requestId: `invalid-${String(number).padStart(3, '0')}`,
    action: 'create',
    onelinkId: 'A1b3',
    data: { pid: 'crm_email', c: 'broken_on_purpose', af_sub1: 'user-000000' } as Record<string, unknown>,
  });
  let number = 0;
  const broken = (change: Record<string, unknown>) => ({ ...sound(++number), ...change });
  const withData = (data: Record<string, unknown>) => {
    const command = sound(++number);
    return { ...command, data: { ...command.data, ...data } };
  };

  return [
    // Messages without a command.
    '{"specVersion":"1.0","source":"crm","requestId":"cut-off-he',
    'please make a link for user-000001',
    [],
    '{"Type":"Notification","MessageId":"00000000-0000-4000-8000-000000000000","Message":"not JSON"}',

    // Faults of source, template, brand domain, action and IDs.
    broken({ source: 'loyalty' }),
    broken({ source: 'crm team' }),
    broken({ source: 'product', onelinkId: 'abc123' }),
    broken({ onelinkId: 'Zz99' }),
    broken({ brandDomain: 'go.globex.example' }),
    broken({ onelinkId: 'abc123', brandDomain: 'go.acme.example' }),
    broken({ action: 'upsert' }),
    broken({ specVersion: '2.0' }),
    broken({ requestId: '' }),
    broken({ requestId: 'with spaces in it' }),
    broken({ action: 'update' }),

    // Faults of times.
    broken({ requestedAt: '2099-01-01T00:00:00Z' }),
    broken({ requestedAt: '03.11.2025 08:15' }),
    broken({ validUntil: 'tomorrow' }),

    // Faults of the link's parameters.
    broken({ data: { c: 'no_media_source' } }),
    withData({ pid: 'mail/news' }),
    withData({ c: 'a_campaign_name_that_somebody_made_of_every_word_of_the_brief_'.repeat(2) }),
    withData({ af_c_id: '4f6c2a9e-0000-4000-8000-000000000000' }),
    withData({ af_c_id: '5a7d3b0f-0000-4000-8000-000000000000', af_channel: 'email and text message' }),
    withData({ af_r: 'http://www.acme.example/plain' }),
    withData({ af_web_dp: 'https://www.acme.example/trips#offers' }),
    withData({ af_click_lookback: '31d', af_viewthrough_lookback: '2d' }),
    withData({ ttl: '7d', brand_domain: 'go.acme.example' }),
    withData({ offer: { city: 'oslo' } }),
    withData({ basket: 'x'.repeat(2_100) }),

    // Faults of the link's other fields.
    broken({ ttl: '400d' }),
    broken({ ttl: '2w' }),
    broken({ shortlinkId: 'summer sale' }),
    broken({ shortlink_id: 'summersale' }),
    broken({ qr: { size: 5_000, format: 'gif' } }),

    // Several faults, which one outcome must name together.
    broken({
      source: 'product',
      onelinkId: 'abc123',
      requestedAt: '2099-01-01T00:00:00Z',
      data: { c: ' leading space', af_dp: 'no scheme', af_cost_currency: 'EURO' },
      ttl: '0d',
      brandDomain: 'go.globex.example',
      priority: 'high',
    }),
  ];
}
