import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { bodyOf, linkStorySchema } from '../../../../cli/console/bodies.ts';
import { ProblemError } from '../../../../cli/console/problem.ts';

const link = { by: 'link', link: 'https://acme.onelink.me/A1b3/berlin07' };

/** What the console answers to a body of the page *Links*. */
async function answerTo(body: unknown): Promise<string> {
  const app = new Hono().post('/', async (context) => context.json(await bodyOf(context, linkStorySchema)));
  app.onError((error, context) => context.text(error instanceof ProblemError ? error.message : 'failed', 400));
  return (await app.request('/', { method: 'POST', body: JSON.stringify(body) })).text();
}

describe('a body with a fault', () => {
  it.each([
    ['too long', { ...link, link: 'x'.repeat(3_000) }, 'link is too long: 2048 at most'],
    ['empty', { ...link, link: '' }, 'link is empty'],
    ['too large', { ...link, days: 9_999 }, 'days is too large: 3653 at most'],
    ['missing', { by: 'link' }, 'link is missing, or has another form'],
    ['unknown', { ...link, secret: 'x' }, 'the body has a field that the console does not know'],
  ])('is refused with its rule, and without its value: %s', async (_, body, words) => {
    expect(await answerTo(body)).toBe(`The request has a fault: ${words}.`);
  });
});
