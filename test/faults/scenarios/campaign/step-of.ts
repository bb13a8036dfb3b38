import { nameOf, type WireRequest } from '../../wire/wire-request.ts';

/**
 * The name of a request with what it is about, because a campaign's steps make the same requests on other records and objects:
 * `dynamodb PutItem campaign (sending, 1 of 2 sent, 0 settled)`, `s3 PUT chunk 2`.
 */
export function stepOf(request: WireRequest): string {
  const name = nameOf(request);
  if (request.service === 's3') return `s3 ${request.method} ${objectOf(request.path)}`;
  if (request.service !== 'dynamodb' || /control|link$|request$/.test(name)) return name;
  const text = request.body.toString();
  if (text.includes('"S":"campaigns"')) return `${name} list`;
  const { Item } = JSON.parse(text) as { Item?: CampaignItem };
  return Item?.pk?.S?.startsWith('campaign#') ? `${name} campaign (${progressOf(Item)})` : `${name} campaign`;
}

interface CampaignItem {
  pk?: { S?: string };
  drop: { N: string };
  state: { S: string };
  rows: { N: string };
  chunks: { N: string };
  sent: { N: string };
  settled: { N: string };
}

function progressOf({ state, rows, chunks, sent, settled }: CampaignItem): string {
  if (state.S === 'checking') return `checking, ${rows.N === '0' ? 'opened' : 'read'}`;
  return `${state.S}, ${sent.N} of ${chunks.N} sent, ${settled.N} settled`;
}

/** `chunk 2` of `/bucket/work/crm/spring/1/chunk-0000002.ndjson`, `results/spring.csv` of `/bucket/results/crm/spring.csv`. */
function objectOf(path: string): string {
  const [, part = '', rest = ''] = /\/(inbox|work|results)\/([^?]+)/.exec(path) ?? [];
  const file = rest.split('/').at(-1) ?? '';
  const [, kind, number] = /^(\w+)-0*(\d+)\./.exec(file) ?? [];
  return part === 'work' ? `${kind} ${number}` : `${part}/${file}`;
}
