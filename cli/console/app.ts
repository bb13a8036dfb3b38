import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { mostBodyBytes } from './bodies.ts';
import { type ApiProblem, problemStatus } from './contract/problem.ts';
import { ProblemError } from './problem.ts';
import { actRoutes } from './routes/acts.ts';
import { alarmRoutes } from './routes/alarms.ts';
import { auditRoutes } from './routes/audit.ts';
import { campaignRoutes } from './routes/campaigns.ts';
import { emulatorRoutes } from './routes/emulator.ts';
import { linkRoutes } from './routes/links.ts';
import { overviewRoutes } from './routes/overview.ts';
import { pageRoutes } from './routes/page.ts';
import { sessionRoutes } from './routes/session.ts';
import { stuckRoutes } from './routes/stuck.ts';
import { refusalOf } from './security/guard.ts';
import { securityHeaders } from './security/headers.ts';
import type { ConsoleWorld } from './world.ts';

const groups = [
  sessionRoutes,
  overviewRoutes,
  campaignRoutes,
  linkRoutes,
  stuckRoutes,
  alarmRoutes,
  actRoutes,
  auditRoutes,
  emulatorRoutes,
];

/** The console's answers to requests. Every request passes the guard first. */
export function consoleApp(world: ConsoleWorld): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    for (const [name, value] of Object.entries(securityHeaders)) context.header(name, value);
    const { req } = context;
    const { host, pathname, searchParams } = new URL(req.url);
    const asked = {
      method: req.method,
      host,
      path: pathname,
      hasToken: searchParams.has('token'),
      header: (name: string) => req.header(name),
    };
    const refusal = refusalOf(asked, world.hosts, world.door.knows(req.header('cookie')));
    if (refusal === undefined) return next();
    const isPage = pathname === '/' && req.method === 'GET';
    if (isPage) return context.text(`${refusal.words}\n`, refusal.status);
    return context.json({ code: 'refused', words: refusal.words, do: [] } satisfies ApiProblem, refusal.status);
  });
  app.use('/api/*', async (context, next) => {
    if (context.req.path === '/api/campaigns/upload') return next();
    const onError = () => {
      throw new ProblemError('bad-request', 'The body is too long.');
    };
    return bodyLimit({ maxSize: mostBodyBytes, onError })(context, next);
  });
  app.route('/', pageRoutes(world));
  for (const routes of groups) app.route('/api', routes(world));
  app.notFound((context) => {
    const problem: ApiProblem = { code: 'not-found', words: 'The console has nothing at this address.', do: [] };
    return context.json(problem, 404);
  });
  app.onError((error, context) => {
    const problem = world.problemOf(error);
    return context.json(problem, problemStatus[problem.code]);
  });
  return app;
}
