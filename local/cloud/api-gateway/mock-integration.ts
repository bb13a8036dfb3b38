import type { Answer } from './exchange.ts';
import { GatewayError } from './gateway-error.ts';
import type { MockSettings } from './integration-settings.ts';
import { type ContextVariables, fillIn } from './mapping-template.ts';
import { isBinary, mediaTypeOf } from './media-types.ts';

/**
 * The answer of a MOCK integration: its request template decides the status, and that the response.
 * @param body of the request, which passes through if there is no template for its media type
 * @throws GatewayError 415 for a media type that may not pass; 500 if no response fits, or the body is binary for the
 *   API and does not become text
 */
export function mockAnswer(
  settings: MockSettings,
  headers: { readonly contentType: string | undefined; readonly accept: string | undefined },
  body: Buffer,
  binaryMediaTypes: readonly string[],
  context: ContextVariables,
): Answer {
  const template = settings.requestTemplates.get(mediaTypeOf(headers.contentType) ?? 'application/json');
  const { passthrough, requestTemplates, convertsToText } = settings;
  const passes =
    passthrough === 'WHEN_NO_MATCH' || (passthrough === 'WHEN_NO_TEMPLATES' && requestTemplates.size === 0);
  if (template === undefined && !passes) throw new GatewayError('UNSUPPORTED_MEDIA_TYPE');
  if (isBinary(mediaTypeOf(headers.contentType), binaryMediaTypes) && !convertsToText) {
    throw new GatewayError('API_CONFIGURATION_ERROR');
  }
  const status = statusIn(template === undefined ? body.toString() : fillIn(template, context, ''));
  const response =
    settings.responses.find(({ pattern }) => pattern?.test(String(status)) === true) ??
    settings.responses.find(({ pattern }) => pattern === undefined);
  if (status === undefined || response === undefined) throw new GatewayError('API_CONFIGURATION_ERROR');
  const accepted = mediaTypeOf(headers.accept?.split(',')[0]) ?? '';
  const [first = 'application/json'] = response.templates.keys();
  const mediaType = [accepted, 'application/json'].find((one) => response.templates.has(one)) ?? first;
  const own = [...response.headers];
  const hasMediaType = own.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    status: response.status,
    headers: [...(hasMediaType ? [] : [['Content-Type', mediaType] as const]), ...own],
    body: Buffer.from(fillIn(response.templates.get(mediaType) ?? '', context, '')),
  };
}

function statusIn(mapped: string): number | undefined {
  // In a template of API Gateway, the name may be without quotes.
  const [, status] = /^\s*\{\s*(?:"statusCode"|'statusCode'|statusCode)\s*:\s*"?(\d{3})"?\s*[,}]/.exec(mapped) ?? [];
  return status === undefined ? undefined : Number(status);
}
