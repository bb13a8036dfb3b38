import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { axeSource } from './browser.ts';

/** Where the pictures of a run are. */
const pictures = join(import.meta.dirname, '../../../.local/out/console');

/** A telephone and a large screen, by day and by night. */
const views = [320, 1_920].flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ width, scheme })));

const usual = { width: 1_280, height: 900 };

/** Somebody who uses a console in a browser. */
export interface Visitor {
  page: Page;
  /** What went wrong in the browser so far: errors, refused resources, violations of the policy, foreign hosts. */
  faults: string[];
  /** Takes the place with its faults in each view: what axe-core finds, what is wider than the screen. */
  look(name: string): Promise<string[]>;
  /** Takes one picture of what the window shows. */
  picture(name: string, size?: { width: number; height: number }): Promise<void>;
  /** Sets the page's clock to the run's, which leaps ahead. */
  setClock(): Promise<void>;
}

/** @param address the first address, which works once */
export async function visit(browser: Browser, address: string, nowMilliseconds: () => number): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: usual,
    // A colour in the middle of its change has no contrast to judge.
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const faults: string[] = [];
  const { origin } = new URL(address);
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    const { url } = message.location();
    // The server has not got it, or not yet. The page shows that.
    if (url.startsWith(`${origin}/api/`) && /status of 40[49] /.test(message.text())) return;
    faults.push(`console: ${message.text()} ${new URL(url || origin).pathname}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !/^(blob|data):/.test(request.url()))
      faults.push(`left: ${request.url()}`);
  });
  await page.exposeFunction('policyBroken', (what: string) => faults.push(`policy: ${what}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
      (globalThis as unknown as { policyBroken(what: string): void }).policyBroken(
        `${effectiveDirective} ${blockedURI}`,
      ),
    );
  });
  await page.goto(address);
  await mkdir(pictures, { recursive: true });

  const setClock = () =>
    page.evaluate((lead) => {
      const shifted = Date as unknown as { wall?: () => number };
      shifted.wall ??= Date.now.bind(Date);
      const { wall } = shifted;
      Date.now = () => wall() + lead;
    }, nowMilliseconds() - Date.now());

  return {
    page,
    faults,
    setClock,
    picture: async (name, size = usual) => {
      await setClock();
      await page.setViewportSize(size);
      await page.evaluate(() => scrollTo(0, 0));
      await page.screenshot({ path: join(pictures, `${name}.png`) });
    },
    look: async (name) => {
      await setClock();
      const found: string[] = [];
      for (const { width, scheme } of views) {
        await page.setViewportSize({ width, height: width < 400 ? 700 : 1_080 });
        await page.emulateMedia({ colorScheme: scheme });
        await page.evaluate(() => scrollTo(0, 0));
        const place = `${name}, ${width} px, ${scheme}`;
        found.push(...(await violations(page)).map((words) => `${place}: ${words}`));
        found.push(...(await tooWide(page)).map((words) => `${place}: wider than the screen: ${words}`));
        await page.screenshot({ path: join(pictures, `${name}-${width}-${scheme}.png`), fullPage: true });
      }
      await page.emulateMedia({ colorScheme: null });
      await page.setViewportSize(usual);
      return found;
    },
  };
}

interface Axe {
  run(): Promise<{
    violations: { id: string; help: string; nodes: { target: unknown[]; failureSummary?: string }[] }[];
  }>;
}

/** What axe-core finds, with each of its rules. */
async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource());
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run();
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary = '' }) => `${id} (${help}) at ${target.join(' ')}: ${failureSummary}`),
    );
  });
}

/** The outermost elements that a reader would have to scroll to. */
function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.querySelectorAll('body *')].filter(
      (element) => element.getBoundingClientRect().right > clientWidth + 1,
    );
    return wide.slice(0, 3).map((element) => `${element.tagName.toLowerCase()}.${element.className}`);
  });
}
