import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { bodyOf } from './body.ts';
import type { ClockChange, Control } from './control.ts';
import { ControlError, refused } from './control-error.ts';
import type { FaultInput } from './faults.ts';
import { send } from './http-line.ts';
import type { PreloadedLink } from './inventory.ts';
import type { SettingsPatch } from './settings.ts';

/** Enough for a preload of some 200,000 links. */
const maxBodyBytes = 64 << 20;
/** Lines written before the event loop gets its turn. A dump must not delay calls. */
const linesPerTurn = 500;

type Endpoint = (control: Control, input: unknown) => unknown;

/**
 * Maps the method and the path below `/__emulator/` to an action. The dump of links is streamed, so it is not in this
 * map. The types of the bodies are unchecked casts: `Control` validates every argument.
 */
const endpoints: Readonly<Record<string, Endpoint>> = {
  'GET stats': (control) => control.stats(),
  'POST links': (control, input) => ({ preloaded: control.preload(input as PreloadedLink[]) }),
  'GET faults': (control) => ({ faults: control.faults() }),
  'POST faults': (control, input) => ({ faults: control.addFaults(input as FaultInput) }),
  'DELETE faults': (control) => {
    control.clearFaults();
    return { faults: [] };
  },
  'GET clock': (control) => control.clock(),
  'POST clock': (control, input) => control.moveClock(input as ClockChange),
  'GET settings': (control) => control.settings(),
  'POST settings': (control, input) => control.changeSettings(input as SettingsPatch),
  'POST reset': (control, input) => {
    control.reset(input as Record<string, never>);
    return { reset: true };
  },
};

/** Serves an admin request. `name` is the path below `/__emulator/`. */
export async function serveAdmin(control: Control, req: IncomingMessage, res: ServerResponse, name: string) {
  const wanted = `${req.method} ${name}`;
  if (wanted === 'GET links') return dumpLinks(control, res);
  const endpoint = Object.hasOwn(endpoints, wanted) ? endpoints[wanted] : undefined;
  if (endpoint === undefined) {
    req.resume();
    const message = `No such endpoint. There are: GET links, ${Object.keys(endpoints).join(', ')}`;
    return sendJson(res, 404, { error: 'not_found', message });
  }
  const text = await bodyOf(req, maxBodyBytes);
  try {
    return sendJson(res, 200, endpoint(control, input(text)));
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    return sendJson(res, 400, { error: 'invalid_request', message: error.message, faults: error.faults });
  }
}

/** The body as JSON. An empty body counts as an empty object. */
function input(text: string | undefined): unknown {
  if (text === undefined) {
    throw refused('', `must be UTF-8 and not exceed ${maxBodyBytes} bytes`);
  }
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw refused('', 'must be JSON');
  }
}

function sendJson(res: ServerResponse, status: number, value: unknown): void {
  send(res, { status, contentType: 'application/json', body: JSON.stringify(value) });
}

async function dumpLinks(control: Control, res: ServerResponse): Promise<void> {
  res.writeHead(200, { 'content-type': 'application/x-ndjson' });
  await pipeline(Readable.from(blocksOfLines(control)), res);
}

async function* blocksOfLines(control: Control): AsyncGenerator<string> {
  let lines: string[] = [];
  for (const line of control.linkLines()) {
    lines.push(`${line}\n`);
    if (lines.length < linesPerTurn) continue;
    yield lines.join('');
    lines = [];
    await setImmediate();
  }
  yield lines.join('');
}
