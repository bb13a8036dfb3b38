import { nameOf, type WireRequest } from '../../wire/wire-request.ts';

/**
 * The name of a request with what it is about, because the HTTP API writes several kinds of records with the same operation:
 * `dynamodb PutItem claim`, `dynamodb UpdateItem sent`.
 */
export function httpStepOf(request: WireRequest): string {
  const name = nameOf(request);
  if (request.service !== 'dynamodb' || /control|link$|request$/.test(name)) return name;
  const text = request.body.toString();
  const [, kind = ''] = /"S":"http(-[a-z]+)?#|"S":"http-waiting"/.exec(text) ?? [];
  if (text.includes('"S":"http-waiting"')) return `${name} ${text.includes('REMOVE') ? 'place left' : 'place taken'}`;
  if (kind !== '') return `${name} ${recordOf[kind] ?? kind}`;
  if (name.includes('PutItem')) return `${name} ${text.includes('":over"') ? 'claim taken over' : 'claim'}`;
  if (name.includes('UpdateItem')) return `${name} ${text.includes('":never"') ? 'claim given up' : 'sent'}`;
  return `${name} HTTP record`;
}

const recordOf: Readonly<Record<string, string>> = {
  '-rate': 'rate',
  '-change': 'change of a key',
  '-code': 'code of a link',
};
