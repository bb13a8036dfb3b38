import { randomUUID } from 'node:crypto';
import { element, textElement } from '../services/xml.ts';

/** An answer of S3 that the engine gives in place of fauxqs. */
export interface XmlAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** @param content XML */
export function s3Xml(name: string, content: string): XmlAnswer {
  return { status: 200, contentType: 'application/xml', body: `<${name} ${namespace}>${content}</${name}>` };
}

export function s3Error(status: number, code: string, message: string): XmlAnswer {
  const details = textElement('Code', code) + textElement('Message', message) + element('RequestId', randomUUID());
  return { status, contentType: 'application/xml', body: element('Error', details) };
}
