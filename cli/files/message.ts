import { openEnvelope } from '../../lambdas/domain/contract/envelope.ts';
import { isObject } from '../../lambdas/domain/contract/json-object.ts';

/** The fields of a message that its body shows. They are not validated. */
export interface MessageSketch {
  source?: string;
  requestId?: string;
  action?: string;
  onelinkId?: string;
  /** The campaign (`c`) of the link. */
  campaign?: string;
  /** Whether a create asks for a QR code with its link. */
  asksForQr: boolean;
}

/** Reads the fields of a message in any envelope. */
export function sketchOf(body: string): MessageSketch {
  const command = openEnvelope(body).command;
  if (!isObject(command)) return { asksForQr: false };
  const { source, requestId, action, onelinkId, data, qr } = command;
  const text = (name: string, value: unknown) => (typeof value === 'string' ? { [name]: value } : {});
  return {
    ...text('source', source),
    ...text('requestId', requestId),
    ...text('action', action),
    ...text('onelinkId', onelinkId),
    ...text('campaign', isObject(data) ? data.c : undefined),
    asksForQr: action === 'create' && isObject(qr),
  };
}
