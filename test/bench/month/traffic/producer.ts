import type { Cloud } from '../world/cloud.ts';

/** A command without what its producer always gives. */
export interface Asked {
  requestId: string;
  action: string;
  qr?: unknown;
  [field: string]: unknown;
}

/** The role of this producer, as SQS reports it. */
const senderId = 'AROAEXAMPLEOFCRMROLE1:session';
const source = 'crm';

/** The producer whose services send commands to a lane's queue. */
export class Producer {
  readonly #cloud: Cloud;
  readonly #lane: string;
  readonly #template: string;

  constructor(cloud: Cloud, lane: string) {
    this.#cloud = cloud;
    this.#lane = lane;
    this.#template = Object.keys(cloud.size.settings.templates)[0] ?? '';
  }

  /** @param part what the command belongs to, in the report */
  send(part: string, asked: Asked): void {
    const { clock, correspondence } = this.#cloud;
    const sentAt = clock.wallMilliseconds();
    const { requestId, action } = asked;
    const requestedAt = new Date(sentAt).toISOString();
    const command = { specVersion: '1.0', source, onelinkId: this.#template, requestedAt, ...asked };
    correspondence.sent(source, requestId, {
      lane: this.#lane,
      part,
      action,
      sentAt,
      wantsCode: asked.qr !== undefined,
    });
    this.#cloud.queue(this.#lane).send({ body: JSON.stringify(command), senderId });
  }
}
