import { describe, expect, it } from 'vitest';
import { consoleApp } from '../../../../cli/console/app.ts';
import { Events } from '../../../../cli/console/events.ts';
import type { ConsoleWorld } from '../../../../cli/console/world.ts';
import { givenConsole } from '../../../world/given-console.ts';

/** POST requests that change nothing. Every other one must be refused with `--read-only`. */
const reading = [
  '/api/acts/preview',
  '/api/campaigns/check',
  '/api/campaigns/upload',
  '/api/links/campaign',
  '/api/links/code',
  '/api/links/find',
  '/api/links/story',
  '/api/stuck/quarantine/lines',
];
const changing = [
  '/api/acts',
  '/api/campaigns/start',
  '/api/emulator/clock',
  '/api/emulator/faults',
  '/api/emulator/quota',
  '/api/emulator/rehearse',
  '/api/emulator/well',
  '/api/links/change',
];

describe('--read-only', () => {
  it('knows every POST of the console', () => {
    const world = { events: new Events(), local: true, desk: {}, readOnly: true } as unknown as ConsoleWorld;
    const posts = consoleApp(world).routes.filter(({ method }) => method === 'POST');

    expect([...new Set(posts.map(({ path }) => path))].sort()).toEqual([...reading, ...changing].sort());
  });

  it.each(changing)('refuses %s, before it reads the request', async (path) => {
    const { post } = await givenConsole({ readOnly: true });

    const { status, body } = await post(path, {});

    expect(status).toBe(403);
    expect(JSON.parse(body)).toEqual({
      code: 'read-only',
      words: 'The console was started with --read-only. It changes nothing.',
      do: [],
    });
  });

  it.each(changing)('is what refuses %s: without it, the request is read', async (path) => {
    const { post } = await givenConsole();

    const { body } = await post(path, { surprise: 1 });

    expect(JSON.parse(body).code).toBe('bad-request');
  });
});
