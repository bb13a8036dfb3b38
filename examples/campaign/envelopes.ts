import type { SeededRandom } from './seeded-random.ts';

/** The envelopes in which a command may reach the queue. */
export type Envelope = 'bare' | 'eventbridge' | 'cloudevent' | 'sns';

/** Wraps a command in an envelope. The other fields are as the service writes them, with fictional identities. */
export function wrapped(command: { requestedAt?: unknown }, envelope: Envelope, random: SeededRandom): string {
  const id = `${random.hexadecimal(8)}-0000-4000-8000-${random.hexadecimal(12)}`;
  const time = String(command.requestedAt);
  switch (envelope) {
    case 'bare':
      return JSON.stringify(command);
    case 'eventbridge':
      return JSON.stringify({
        version: '0',
        id,
        'detail-type': 'Link requested',
        source: 'acme.travel',
        account: '111122223333',
        time,
        region: 'eu-central-1',
        resources: [],
        detail: command,
      });
    case 'cloudevent':
      return JSON.stringify({
        specversion: '1.0',
        id,
        source: '/travel/links',
        type: 'example.acme.link.requested',
        time,
        datacontenttype: 'application/json',
        data: command,
      });
    case 'sns':
      return JSON.stringify({
        Type: 'Notification',
        MessageId: id,
        TopicArn: 'arn:aws:sns:eu-central-1:111122223333:links',
        Message: JSON.stringify(command),
        Timestamp: time,
        SignatureVersion: '1',
        Signature: 'EXAMPLE',
        SigningCertURL: 'https://sns.example/certificate.pem',
        UnsubscribeURL: 'https://sns.example/unsubscribe',
      });
  }
}
