/** A create as a CRM sends it for each recipient of a campaign: eight parameters, some 600 bytes with its envelope. */
export interface CreateMessage {
  requestId: string;
  body: string;
}

/**
 * Generates creates, each of another link.
 *
 * @param qrEvery every n-th create requests a QR code; 0 for none
 * @param source one of the producers in examples/configuration.ts
 */
export function* creates(name: string, count: number, qrEvery = 0, source = 'crm'): Generator<CreateMessage> {
  const requestedAt = `${new Date().toISOString().slice(0, 19)}Z`;
  for (let number = 0; number < count; number++) {
    const requestId = `${name}-${number}`;
    const command = {
      specVersion: '1.0',
      source,
      requestId,
      action: 'create',
      onelinkId: 'A1b3',
      ttl: '31d',
      data: {
        pid: 'crm_email',
        c: 'spring_sale',
        af_channel: 'email',
        af_adset: 'returning_customers',
        af_ad: `variant_${number % 4}`,
        af_sub1: `recipient-${number}`,
        deep_link_value: `offers/spring?recipient=${number}`,
        af_web_dp: 'https://www.acme.example/offers/spring?utm_source=crm',
      },
      ...(qrEvery > 0 && number % qrEvery === 0 && { qr: { size: 200, format: 'png' } }),
      requestedAt,
    };
    yield { requestId, body: JSON.stringify(command) };
  }
}
