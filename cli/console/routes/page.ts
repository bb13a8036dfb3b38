import { Hono } from 'hono';
import type { ConsoleWorld } from '../world.ts';

/** The page's files, and the first address with its token. */
export function pageRoutes({ door, page }: ConsoleWorld): Hono {
  const routes = new Hono();
  routes.get('/', async (context, next) => {
    const token = context.req.query('token');
    if (token === undefined) return next();
    const cookie = door.admit(token);
    // A second click on the first address still leads to the page, in the browser that has the cookie.
    if (cookie === undefined && !door.knows(context.req.header('cookie'))) {
      return context.text('This address has been used. For a new one, start the console again.\n', 401);
    }
    if (cookie !== undefined) context.header('set-cookie', cookie);
    return context.redirect('/', 303);
  });
  routes.get('*', async (context, next) => {
    const { path } = context.req;
    if (path.startsWith('/api/')) return next();
    const file = (await page()).get(path);
    return file === undefined ? next() : context.body(Buffer.from(file.bytes), 200, { 'content-type': file.type });
  });
  return routes;
}
